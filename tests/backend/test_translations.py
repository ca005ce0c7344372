"""The committed catalogues are those of today's code: no machine needs gettext to run or test."""

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

from backend.translations import (
    LANGUAGES,
    po_path,
    read_catalog,
    renew_catalog,
    write_compiled,
    write_text,
)


def test_every_language_but_the_source_s_has_a_catalogue() -> None:
    assert sorted(["en", *LANGUAGES]) == sorted(code for code, _ in settings.LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_current_and_compiled(language: str) -> None:
    catalog, path = renew_catalog(language), po_path(language)

    assert path.read_bytes() == write_text(catalog), "make messages"
    assert path.with_suffix(".mo").read_bytes() == write_compiled(catalog), "make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_places_in_it(language: str) -> None:
    catalog = read_catalog(language)

    for message in catalog:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy or not message.id
    assert [(each.id, errors) for each, errors in catalog.check()] == []


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("ru", 1, "примерно 1 оповещение в день"),
        ("ru", 3, "примерно 3 оповещения в день"),
        ("ru", 11, "примерно 11 оповещений в день"),
        ("ar", 2, "نحو تنبيهين في اليوم"),
        ("ar", 5, "نحو 5 تنبيهات في اليوم"),
        ("tr", 5, "günde yaklaşık 5 bildirim"),
        ("hy", 5, "օրական մոտ 5 ծանուցում"),
        ("en", 1, "about 1 alert a day"),
    ],
)
def test_numbers_bend_words_as_the_language_wants_it(
    language: str, count: int, expected: str
) -> None:
    with translation.override(language):
        text = ngettext("about %(count)d alert a day", "about %(count)d alerts a day", count)

    assert text % {"count": count} == expected
