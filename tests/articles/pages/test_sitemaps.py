from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from pytest_django.fixtures import Settings

from articles import corrections
from articles.models import Story
from articles.pages import sitemaps
from tests import make
from tests.articles.pages.test_views import read
from tests.make import NOON

pytestmark = pytest.mark.django_db

SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


def find(client: Client, path: str, query: str) -> list[str]:
    found = etree.fromstring(read(client, path).encode()).xpath(query, namespaces=SPACES)
    return [str(each) for each in found] if isinstance(found, list) else []


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://news.example"


def test_robots_are_led_to_the_sitemaps_and_kept_from_what_is_nobody_s(client: Client) -> None:
    text = read(client, "/robots.txt")

    assert "Sitemap: https://news.example/sitemap.xml\n" in text
    assert "Sitemap: https://news.example/sitemaps/news.xml\n" in text
    for path in ("/admin/", "/api/", "/*/my/", "/*/search"):
        assert f"Disallow: {path}\n" in text


def test_the_index_names_files_that_are_there(client: Client) -> None:
    make.article(tags=[make.tag("Railways")], section=make.section())

    files = find(client, "/sitemap.xml", "//s:loc/text()")

    assert len(files) == 3
    for file in files:
        assert find(client, file.removeprefix("https://news.example"), "//s:loc/text()") or (
            "stories" in file
        )


def test_a_tag_is_listed_in_every_language_with_the_others_beside_it(client: Client) -> None:
    make.article(tags=[make.tag("Railways")], published_at=NOON)
    make.tag("Empty")

    path = "/sitemaps/tags-1.xml"
    pages = find(client, path, "//s:loc/text()")

    assert sorted(pages) == sorted(
        f"https://news.example/{lang}/hashtag/Railways" for lang in ("en", "ar", "ru", "hy", "tr")
    )
    others = find(client, path, "//s:url[1]/x:link/@href")
    assert others == pages
    assert find(client, path, "//s:lastmod/text()")[0] == "2026-03-02T12:00:00+00:00"


def test_merged_and_hidden_things_are_not_listed(client: Client) -> None:
    old, new = make.tag("Artsakh"), make.tag("Karabakh")
    make.article(tags=[old, new], published_at=timezone.now())
    make.article(is_hidden=True, published_at=timezone.now())
    corrections.merge_tags(old, new, None, timezone.now())

    tags = find(client, "/sitemaps/tags-1.xml", "//s:loc/text()")
    stories = find(client, "/sitemaps/stories-1.xml", "//s:loc/text()")

    assert {tag.rpartition("/")[2] for tag in tags} == {"Karabakh"}
    assert len(stories) == 5


def test_many_tags_fill_several_files(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PER_FILE", 2)
    make.article(tags=[make.tag(name) for name in ("A", "B", "C")])

    files = [file for file in find(client, "/sitemap.xml", "//s:loc/text()") if "tags" in file]
    names = [
        page.rpartition("/")[2]
        for file in files
        for page in find(client, file.removeprefix("https://news.example"), "//s:loc/text()")
    ]

    assert len(files) == 2
    assert sorted(set(names)) == ["A", "B", "C"]
    assert len(names) == 15
    read(client, "/sitemaps/tags-3.xml", status=404)
    read(client, "/sitemaps/tags-0.xml", status=404)


def test_news_are_the_stories_of_two_days(client: Client) -> None:
    now = timezone.now()
    fresh = make.article("Bridge & tunnel", language="en", published_at=now - timedelta(hours=47))
    make.article("Old", published_at=now - timedelta(hours=49))
    Story.objects.all().refresh()

    path = "/sitemaps/news.xml"

    assert find(client, path, "//s:loc/text()") == [
        f"https://news.example/en/story/{fresh.story_id}"
    ]
    assert find(client, path, "//n:title/text()") == ["Bridge & tunnel"]
    assert find(client, path, "//n:publication/n:name/text()") == ["Daily8"]
    assert find(client, path, "//n:publication/n:language/text()") == ["en"]
    assert find(client, path, "//n:publication_date/text()")


def test_no_more_news_than_google_reads(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_NEWS", 2)
    for _ in range(3):
        make.article(published_at=timezone.now())

    assert len(find(client, "/sitemaps/news.xml", "//s:loc/text()")) == 2


def test_the_key_of_indexnow_is_shown_where_it_is_set(client: Client, settings: Settings) -> None:
    settings.INDEXNOW_KEY = "3f9c1d0a5b6e"

    assert read(client, "/3f9c1d0a5b6e.txt") == "3f9c1d0a5b6e"
    read(client, "/another.txt", status=404)
    settings.INDEXNOW_KEY = ""
    read(client, "/3f9c1d0a5b6e.txt", status=404)
