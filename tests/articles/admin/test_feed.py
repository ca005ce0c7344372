from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from articles.models import Feed
from tests import make
from tests.desk import address, count_queries, make_staff
from tests.publishers import Item, PublisherServer

pytestmark = pytest.mark.django_db
OPML = b"""<opml version="2.0"><body>
<outline text="Hill Courier" xmlUrl="https://hill.example/rss" htmlUrl="https://hill.example/"/>
<outline text="Inside" xmlUrl="http://10.0.0.1/rss"/></body></opml>"""


@pytest.fixture
def manager() -> Client:
    return make_staff("Publisher manager")


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", make.NOON))
        server.feeds["/"] = b"<link rel=alternate type=application/rss+xml href=/news.xml>"
        yield server


def test_any_address_of_a_publisher_leads_to_its_feeds(
    manager: Client, publisher: PublisherServer
) -> None:
    page = manager.get(address(Feed, "discover"), {"url": publisher.url("/")}).content.decode()
    url = publisher.url("/news.xml")

    manager.post(address(Feed, "discover"), {"feed": url, f"title {url}": "Hill Courier"})
    again = manager.get(address(Feed, "discover"), {"url": url}).content.decode()

    assert "Ferry opens" in page
    assert Feed.objects.get().publisher.name == "Hill Courier"
    assert "known already" in again
    assert "Add the ticked feeds" in page
    assert "Add the ticked feeds" not in again


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/bare", "neither it nor the usual addresses there lead to a feed"),
        ("/nothing", "It cannot be read: there is nothing at its address (404)."),
    ],
)
def test_where_no_feed_is_found_that_is_explained(
    manager: Client, publisher: PublisherServer, path: str, said: str
) -> None:
    publisher.feeds["/bare"] = b"<html><body>No feed here"

    page = manager.get(address(Feed, "discover"), {"url": publisher.url(path)})

    assert said in page.content.decode()


def test_lists_come_in_and_go_out(manager: Client) -> None:
    upload = SimpleUploadedFile("feeds.opml", OPML)

    page = manager.post(address(Feed, "import"), {"list": upload}, follow=True).content.decode()
    exported = manager.get(address(Feed, "export"))

    assert "1 new, 0 known already." in page
    assert "Refused: http://10.0.0.1/rss" in page
    assert b"https://hill.example/rss" in exported.content
    assert "feeds.opml" in exported["Content-Disposition"]


def test_what_is_no_list_is_refused(manager: Client) -> None:
    upload = SimpleUploadedFile("feeds.opml", b"not a list")

    page = manager.post(address(Feed, "import"), {"list": upload}).content.decode()

    assert "That is no list of feeds" in page


def test_the_board_pauses_resumes_and_asks(manager: Client) -> None:
    feed = make.feed()
    states = []
    for act in ("pause", "resume", "nonsense"):
        manager.post(address(Feed, "health"), {"act": act, "feed": str(feed.pk)})
        states.append(Feed.objects.get().state)

    assert states == ["paused", "active", "active"]


def test_the_board_costs_the_same_however_many_feeds(manager: Client) -> None:
    make.feed()
    manager.get(address(Feed, "health"))
    few = count_queries(manager, address(Feed, "health"))
    for _ in range(20):
        make.feed()

    assert count_queries(manager, address(Feed, "health")) == few < 15


@pytest.mark.parametrize("role", ["Curator", "Alert editor", "Auditor"])
def test_other_roles_add_and_pause_nothing(role: str) -> None:
    feed, client = make.feed(), make_staff(role)

    answers = [
        client.post(address(Feed, "health"), {"act": "pause", "feed": str(feed.pk)}),
        client.get(address(Feed, "discover")),
        client.post(address(Feed, "import"), {"list": SimpleUploadedFile("f.opml", OPML)}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert Feed.objects.get().state == Feed.State.ACTIVE


def test_feeds_without_a_language_are_a_choice_with_words(manager: Client) -> None:
    for language in ("", "hy"):
        make.feed(language=language)

    page = manager.get(address(Feed, "changelist"), {"language": ""})

    assert page.context["cl"].result_count == 1
    assert "as entries say" in page.content.decode()
