from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles.models import Trend
from tests import make
from tests.articles.pages.test_views import read, titles
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_a_section_and_a_publisher_list_their_own(client: Client) -> None:
    ours, other = make.publisher("Hill Courier"), make.publisher("Lake Tribune")
    make.article("Ours", by=ours, section=make.section("Politics"))
    make.article("Theirs", by=other, section=make.section("Science"))

    assert titles(read(client, "/en/section/politics")) == ["Ours"]
    assert titles(read(client, "/en/publisher/lake-tribune")) == ["Theirs"]
    assert ours.home_url in read(client, "/en/publisher/hill-courier")
    read(client, "/en/section/none", status=404)
    read(client, "/en/publisher/none", status=404)


def test_a_section_may_have_a_name_in_any_alphabet(client: Client) -> None:
    section = make.section("Քաղաքականություն")
    make.article("Ours", section=section)

    assert titles(read(client, f"/hy/section/{section.slug}")) == ["Ours"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("bridge", ["A bridge opens"]),
        ("BRIDGE opens", ["A bridge opens"]),
        ("awaited", ["A bridge opens"]),
        ("bridge closes", []),
        ("100%", []),
        ("\x00", []),
    ],
)
def test_search_wants_every_word(client: Client, words: str, found: list[str]) -> None:
    make.article("A bridge opens", summary="It was long awaited.")
    make.article("A tunnel closes")
    make.searchable()

    page = client.get("/en/search", {"q": words}).content.decode()

    assert titles(page) == found


def test_search_goes_on_with_its_words(client: Client) -> None:
    for number in range(25):
        make.article(f"Report {number}", published_at=NOON - timedelta(minutes=number))

    make.searchable()

    page = client.get("/en/search", {"q": "reports &"}).content.decode()

    assert len(titles(page)) == 20
    assert 'href="?q=reports%20%26&amp;before=' in page


def test_search_shows_what_was_asked_as_text(client: Client) -> None:
    page = client.get("/en/search", {"q": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert" not in page
    assert 'content="noindex"' in page


def test_search_finds_tags_by_their_aliases(client: Client) -> None:
    make.tag("NagornoKarabakh", "Artsakh")

    assert "#NagornoKarabakh" in client.get("/en/search", {"q": "artsakh"}).content.decode()


def test_what_rises_is_listed_by_hour_and_day(client: Client) -> None:
    facts = {"usual_count": 0, "rise": 4, "counted_at": NOON}
    Trend.objects.create(tag=make.tag("Now"), span=Trend.Span.HOUR, story_count=3, **facts)

    page = read(client, "/en/trending")

    assert page.index("This hour") < page.index("#Now") < page.index("Today")
    assert "Nothing out of the ordinary." in page


@pytest.mark.parametrize("path", ["/en/section/politics", "/en/publisher/hill-courier"])
def test_a_list_asks_twice_however_long_it_is(
    client: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    by, section = make.publisher("Hill Courier"), make.section()
    for _ in range(25):
        make.article(by=by, section=section)

    with django_assert_num_queries(2):
        read(client, path)
