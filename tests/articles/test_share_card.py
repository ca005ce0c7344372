import io

import pytest
from PIL import Image, ImageFont

from articles import share_card
from articles.share_card import SIZE, draw_card


@pytest.mark.parametrize(
    "name", ["NagornoKarabakh", "A", "x" * 80, "Ղարաբաղ", "قره_باغ", "Карабах", "Türkiye"]
)
def test_a_card_has_the_size_that_networks_show(name: str) -> None:
    card = Image.open(io.BytesIO(draw_card(name, "The news by subject")))

    assert card.size == SIZE
    assert card.format == "PNG"


def test_another_name_is_another_card() -> None:
    assert draw_card("Railways", "News") != draw_card("Tunnels", "News")
    assert draw_card("Railways", "News") == draw_card("Railways", "News")


def test_a_font_without_the_letters_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_card, "find_font", ImageFont.load_default)

    assert draw_card("Ղարաբաղ", "News") == draw_card("Карабах", "News")
    assert draw_card("Railways", "News") != draw_card("Tunnels", "News")
