import re

import pytest
from django.utils import translation

from articles.pages.pictures import picture_path
from articles.templatetags.pages import body, volume


@pytest.mark.parametrize(
    ("per_day", "words"),
    [
        (0, "less than one alert a week"),
        (0.1, "less than one alert a week"),
        (0.15, "about 1 alert a week"),
        (0.5, "about 4 alerts a week"),
        (1, "about 1 alert a day"),
        (2.6, "about 3 alerts a day"),
        (40, "about 40 alerts a day"),
    ],
)
def test_an_expectation_is_said_in_whole_alerts(per_day: float, words: str) -> None:
    with translation.override("en"):
        assert volume(per_day) == words


def test_pictures_of_a_text_come_from_us() -> None:
    html = '<p><img src="https://i.example/1.jpg" alt="A bridge" width="640"></p>'

    shown = body(html)

    assert f'src="{picture_path("https://i.example/1.jpg", "body")}"' in shown
    assert "i.example" not in shown
    assert 'alt="A bridge"' in shown
    assert 'loading="lazy"' in shown


def test_every_picture_has_a_text_for_who_sees_none() -> None:
    shown = body('<img src="https://i.example/1.jpg"><img alt="" src="https://i.example/2.jpg">')

    assert len(re.findall(r'alt=""', shown)) == 2


def test_a_text_is_clean_whatever_was_stored() -> None:
    shown = body('<p onclick="x()">Text</p><script>alert(1)</script><iframe src="x"></iframe>')

    assert shown == "<p>Text</p>"
