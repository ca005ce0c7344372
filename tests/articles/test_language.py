import pytest

from articles.language import base_language, recognise


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A ferry line over the lake opens in spring.", "en"),
        ("Паромная линия через озеро откроется весной.", "ru"),
        ("Լճի վրայով լաստանավը կբացվի գարնանը։", "hy"),
        ("سيفتتح خط العبارات عبر البحيرة في الربيع.", "ar"),
        ("Göl üzerindeki feribot hattı ilkbaharda açılıyor.", "tr"),
        ("OK", ""),
        ("", ""),
    ],
)
def test_a_text_tells_its_language_when_it_is_long_enough(text: str, code: str) -> None:
    assert recognise(text) == code


@pytest.mark.parametrize(
    ("code", "language"), [("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("", "und")]
)
def test_a_region_is_no_other_language(code: str, language: str) -> None:
    assert base_language(code) == language
