"""The behaviours that websub.rocks asks of a subscriber, and what we ask on top of them."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles import ingest, websub
from articles.models import Article, Feed, HubSubscription
from backend.celery import app
from tests import make
from tests.make import NOON
from tests.publishers import Item, PublisherServer, make_rss

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/feed.xml", Item("Ferries", NOON))
        server.headers["/feed.xml"] = {"Link": '</hub>; rel="hub", </topic>; rel="self"'}
        yield server


@pytest.fixture
def feed(publisher: PublisherServer) -> Feed:
    feed = make.feed(url=publisher.url("/feed.xml"))
    ingest.fetch_feeds([feed.pk], NOON)
    return feed


@pytest.fixture
def subscription(feed: Feed, client: Client) -> HubSubscription:
    """A hub that has confirmed."""
    websub.subscribe(feed.hub.pk, NOON)
    confirm(client, feed.hub)
    feed.hub.refresh_from_db()
    return feed.hub


def confirm(client: Client, subscription: HubSubscription, **changes: str) -> tuple[int, bytes]:
    asked = {
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic_url,
        "hub.challenge": "abc123",
        "hub.lease_seconds": "864000",
    }
    changed = {name.replace("_", ".", 1): value for name, value in changes.items()}
    answer = client.get(f"/websub/{subscription.pk}", asked | changed)
    return answer.status_code, answer.content


def deliver(
    client: Client, subscription: HubSubscription, title: str, signature: str | None = None
) -> int:
    body = make_rss("https://news.example", (Item(title, NOON),)).encode()
    digest = hmac.new(subscription.secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature": f"sha256={digest}" if signature is None else signature}
    answer = client.post(
        f"/websub/{subscription.pk}",
        body,
        content_type="application/rss+xml",
        headers=headers if signature != "" else {},
    )
    return answer.status_code


@pytest.fixture(autouse=True)
def _work_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def titles() -> list[str]:
    return list(Article.objects.order_by("first_seen_at").values_list("title", flat=True))


def test_the_hub_is_asked_for_the_feeds_own_name_of_itself(
    publisher: PublisherServer, feed: Feed, settings: Settings
) -> None:
    websub.subscribe(feed.hub.pk, NOON)

    [form] = publisher.forms
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == publisher.url("/topic")
    assert form["hub.callback"] == f"{settings.SITE_URL}/websub/{feed.hub.pk}"
    assert len(form["hub.secret"]) >= 32


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_hub_that_moved_is_followed_with_the_form(
    publisher: PublisherServer, feed: Feed, status: int
) -> None:
    publisher.redirects["/hub"] = (status, "/new-hub")

    websub.subscribe(feed.hub.pk, NOON)

    assert publisher.forms[0]["hub.topic"] == publisher.url("/topic")


@pytest.mark.parametrize("status", [301, 302])
def test_a_topic_that_moved_is_found(publisher: PublisherServer, status: int) -> None:
    publisher.redirects["/old.xml"] = (status, "/feed.xml")
    feed = make.feed(url=publisher.url("/old.xml"))

    ingest.fetch_feeds([feed.pk], NOON)

    assert feed.hub.hub_url == publisher.url("/hub")


def test_a_confirmation_is_answered_with_its_challenge(client: Client, feed: Feed) -> None:
    assert confirm(client, feed.hub) == (200, b"abc123")

    feed.hub.refresh_from_db()
    assert feed.hub.state == HubSubscription.State.ACTIVE
    assert feed.hub.renew_at > feed.hub.asked_at + 7 * DAY


@pytest.mark.parametrize(
    "changes",
    [{"hub_topic": "https://other.example/"}, {"hub_mode": "unsubscribe"}, {"hub_challenge": ""}],
)
def test_what_was_not_asked_for_is_refused(
    client: Client, feed: Feed, changes: dict[str, str]
) -> None:
    assert confirm(client, feed.hub, **changes)[0] == 404


def test_a_denial_is_noted(client: Client, feed: Feed) -> None:
    confirm(client, feed.hub, hub_mode="denied", hub_reason="full")

    feed.hub.refresh_from_db()
    assert (feed.hub.state, feed.hub.error) == (HubSubscription.State.DENIED, "full")


def test_a_signed_delivery_is_news(client: Client, subscription: HubSubscription) -> None:
    assert deliver(client, subscription, "Bridge opens") == 202
    assert titles() == ["Ferries", "Bridge opens"]


@pytest.mark.parametrize("signature", ["", "sha256=00", "md5=00", "sha1", "nonsense=é"])
def test_what_is_not_signed_rightly_is_thanked_for_and_thrown_away(
    client: Client, subscription: HubSubscription, signature: str
) -> None:
    assert deliver(client, subscription, "Forged", signature) == 202
    assert titles() == ["Ferries"]


def test_nobody_delivers_to_an_address_of_their_own_making(client: Client) -> None:
    answer = client.post(f"/websub/{make.NOON.year:032d}", b"", content_type="text/xml")

    assert answer.status_code == 404


def test_an_ended_feed_says_so(client: Client, subscription: HubSubscription) -> None:
    Feed.objects.update(state=Feed.State.ENDED)

    assert deliver(client, subscription, "Late") == 410


def test_a_hub_that_delivers_is_polled_seldom_until_it_misses_something(
    client: Client,
    publisher: PublisherServer,
    subscription: HubSubscription,
    settings: Settings,
) -> None:
    def poll() -> timedelta:
        ingest.fetch_feeds([subscription.feed_id], NOON)
        return Feed.objects.get().due_at - NOON

    before = poll()
    deliver(client, subscription, "Bridge opens")
    trusted = poll()
    publisher.publish("/feed.xml", Item("Ferries", NOON), Item("Not sent by the hub", NOON))
    missed = poll()

    assert before < timedelta(minutes=5)
    assert trusted > timedelta(seconds=settings.FETCH_HUB_INTERVAL * 0.9)
    assert missed < timedelta(minutes=5)


@pytest.mark.usefixtures("subscription")
def test_a_lease_is_renewed_before_it_ends() -> None:
    due, now = HubSubscription.objects.due, timezone.now()

    assert not due(now + 7 * DAY).exists()
    assert due(now + 9 * DAY).exists()


def test_a_hub_on_a_private_address_is_not_asked(publisher: PublisherServer) -> None:
    publisher.headers["/feed.xml"] = {"Link": '<http://169.254.169.254/>; rel="hub"'}
    feed = make.feed(url=publisher.url("/feed.xml"))

    ingest.fetch_feeds([feed.pk], NOON)

    assert not HubSubscription.objects.exists()
