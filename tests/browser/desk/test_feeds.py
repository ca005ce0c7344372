"""Publishers and their feeds are added and watched."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from articles import ingest
from articles.models import Article, Feed, Publisher
from tests import make
from tests.browser.desk.conftest import Enter
from tests.desk import address
from tests.publishers import Item, PublisherServer

OPML = b"""<opml version="2.0"><body>
<outline text="Hill Courier" xmlUrl="https://hill.example/rss" htmlUrl="https://hill.example/"/>
<outline text="Inside" xmlUrl="http://10.0.0.1/rss"/></body></opml>"""
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_publisher_is_added_by_its_address_and_watched(enter: Enter, settings: Settings) -> None:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", make.NOON))
        server.feeds["/"] = b"<link rel=alternate type=application/rss+xml href=/news.xml>"
        page = enter("Publisher manager").go("/admin/articles/feed/discover/")
        page.fill("#url", server.url("/"))
        page.click("text=Look for feeds")
        expect(page.locator("#content")).to_contain_text("Ferry opens")
        page.click("text=Add the ticked feeds")

    expect(page.locator(".messagelist")).to_contain_text("1 new")
    page.click("button:text-is('Pause')")
    expect(page.locator(".board")).to_contain_text("An editor has paused it.")


def test_lists_of_feeds_come_in_and_go_out(enter: Enter, tmp_path: Path) -> None:
    upload = tmp_path / "mine.opml"
    upload.write_bytes(OPML)
    page = enter("Publisher manager").go(address(Feed, "changelist"))

    page.click("text=Import OPML")
    page.set_input_files("#list", upload)
    page.click("button:text-is('Import')")
    expect(page.locator(".messagelist")).to_contain_text("1 new, 0 known already.")
    expect(page.locator(".messagelist")).to_contain_text("Refused: http://10.0.0.1/rss")
    with page.expect_download() as download:
        page.click("text=Export OPML")

    assert download.value.suggested_filename == "feeds.opml"
    assert "https://hill.example/rss" in download.value.path().read_text()
    assert Feed.objects.get().publisher.name == "Hill Courier"


def test_the_board_says_why_a_feed_fails_and_asks_it_again(
    enter: Enter, settings: Settings
) -> None:
    now = timezone.now()
    make.feed(fetched_at=now, due_at=now + timedelta(hours=1))
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", make.NOON))
        url = server.url("/news.xml")
        feed = make.feed(
            url=url,
            due_at=now + timedelta(hours=1),
            error="http_status 404",
            error_count=3,
            failing_since=now,
        )

        page = enter("Publisher manager").go(address(Feed, "health"))
        expect(page.locator(".board tbody tr")).to_have_count(2)
        page.click("text=Only those that fail")
        expect(page.locator(".board tbody tr")).to_have_count(1)
        said = "There is nothing at its address (404); 3 times in a row"
        expect(page.locator(".board")).to_contain_text(said)
        page.click("text=Fetch now")
        expect(page.locator(".messagelist")).to_contain_text("1 asked for now")
        ingest.fetch_feeds(Feed.objects.claim_due(timedelta(minutes=1), 10), timezone.now())

    page.reload()
    expect(page.locator(".board")).to_contain_text("No feed fails.")
    feed.refresh_from_db()
    assert (feed.error, feed.articles.count()) == ("", 1)


def test_a_publisher_has_rules_of_its_own(enter: Enter, settings: Settings) -> None:
    publisher = make.publisher("Hill Courier")
    page = enter("Publisher manager").go(address(Publisher, "change", publisher.pk))

    page.select_option("#id_trust", label="wait for an editor's approval")
    page.click("summary:has-text('Rules for its articles')")
    page.fill("#id_breaking_words", "URGENT")
    page.fill("#id_text_days", "30")
    page.fill("#id_page_rules", '{"body": "//div["}')
    page.click("input[name=_save]")
    expect(page.locator(".field-page_rules")).to_contain_text("body: Invalid expression")
    page.fill("#id_page_rules", '{"body": "//article"}')
    page.click("input[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", make.NOON))
        feed = make.feed(publisher, url=server.url("/news.xml"))
        ingest.fetch_feeds([feed.pk], timezone.now())

    page = enter("Curator").go("/admin/")
    page.click("text=1 article to approve")
    expect(page.locator(".inbox")).to_contain_text("Ferry opens")
    publisher.refresh_from_db()
    assert (publisher.breaking_words, publisher.text_days) == (["URGENT"], 30)
    assert publisher.page_rules == {"body": "//article"}
    assert not Article.objects.shown()
