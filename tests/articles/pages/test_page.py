import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from articles.pages import tags
from tests import make

pytestmark = pytest.mark.django_db


def test_the_head_leaves_before_the_articles_are_asked_for(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.article("Bridge opens", tags=[make.tag("Railways")])
    with django_assert_num_queries(1):  # is there such a tag?
        pieces = iter(client.get("/en/hashtag/Railways"))
        first = next(pieces).decode()

    assert first.startswith("<!DOCTYPE html>")
    assert 'rel="stylesheet"' in first
    rest = b"".join(pieces).decode()
    assert "Bridge opens" in rest
    assert "<!DOCTYPE" not in rest


@pytest.mark.parametrize(
    "path",
    [
        *("/en/", "/ru/", "/ar/hashtag/Railways", "/en/trending", "/en/search?q=bridge"),
        *("/en/section/politics", "/en/publisher/hill-courier"),
    ],
)
def test_a_page_begins_once_in_its_own_language(client: Client, path: str) -> None:
    make.article("Bridge", tags=[make.tag("Railways")], section=make.section())
    make.publisher("Hill Courier")

    page = client.get(path).getvalue().decode()

    direction = "rtl" if path.startswith("/ar") else "ltr"
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{path[1:3]}" dir="{direction}">')
    assert page.count("<!DOCTYPE") == page.count('<meta charset="utf-8">') == 1
    assert translation.get_language() == "en"


@pytest.mark.parametrize("before", ["x", "00000000-0000-0000-0000-000000000000"])
def test_what_cannot_be_shown_is_said_by_the_status(client: Client, before: str) -> None:
    make.tag("Railways")

    for path in ("/en/", "/en/hashtag/Railways", "/en/search"):
        assert client.get(path, {"q": "a", "before": before}).status_code == 404


@pytest.mark.usefixtures("kept")
def test_what_fails_on_the_way_is_cut_off_and_not_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.tag("Railways")

    def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(tags, "cut_page", fail)
        pieces = iter(client.get("/en/hashtag/Railways"))
        assert next(pieces)
        with pytest.raises(ConnectionError):
            next(pieces)

    assert "Railways" in client.get("/en/hashtag/Railways").getvalue().decode()
