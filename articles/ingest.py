"""Verb: fetch feeds, parse them, drop what is known, store what is new.

What did not change costs nothing: a 304 and a body of known hash are never parsed, and all feeds
of a batch that brought nothing share one statement.
"""

import hashlib
import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from articles import websub
from articles.feeds.entry import ParsedFeed
from articles.feeds.fetch import (
    Answer,
    Fetched,
    FetchError,
    NotModified,
    PutOff,
    Request,
)
from articles.feeds.parse import parse
from articles.feeds.rounds import fetch_all
from articles.feeds.schedule import Limits, interval_after_error, next_interval, rhythm
from articles.feeds.xml import ParseError
from articles.models import Feed, HubSubscription
from articles.models.rows import update
from articles.outbound import Guard
from articles.pace import Pace
from articles.storing import Stored, store_entries

logger = logging.getLogger(__name__)

MOST_FETCHES = 20  # kept on the row for operators
MOST_A_HOST = 5  # feeds of one host in one batch; the others come a little later
BUSY_HOST = timedelta(seconds=1)
# Not needed here: each column costs the most frequent answer, 304, a hundredth of its time.
UNREAD = (
    *("fetches", "due_at", "lease_until", "error", "publisher__name", "publisher__slug"),
    *(
        "publisher__home_url",
        "publisher__mark_url",
        "publisher__is_active",
        "publisher__page_rules",
    ),
    *("publisher__breaking_words", "publisher__text_days", "publisher__created_at"),
)
GONE_AFTER = timedelta(days=14)  # of nothing but 404
MOVED_NEAR, MOVED_FAR = 3, 10  # agreeing answers until a new address is believed: same host, other


@dataclass
class Batch:
    """Feeds that are read together, and what came of it."""

    feeds: Sequence[Feed]
    now: datetime
    stored: Stored = field(default_factory=Stored)
    unchanged: list[Feed] = field(default_factory=list)
    """Rows to be written at the end, all in one statement."""
    untouched: list[Feed] = field(default_factory=list)
    """The same, of which nothing was learnt: 304."""


def fetch_feeds(feed_ids: Iterable[int], now: datetime) -> list[UUID]:
    """Read feeds at the same time and store what is new; ids of new and changed articles.

    One feed's failure is written on its row and costs the others nothing.
    """
    feeds = Feed.objects.filter(pk__in=list(feed_ids)).select_related("publisher", "hub")
    return fetch(list(feeds.defer(*UNREAD)), now)


def fetch(feeds: Sequence[Feed], now: datetime) -> list[UUID]:
    for feed in feeds:
        feed.fetches = []  # what is learnt now; it is put before what the row has
    batch, pace = Batch(feeds, now), Pace(settings.FETCH_HOST_GAP)
    try:
        for feed, answer, milliseconds in ask(batch, pace):
            take_answer(batch, feed, answer, milliseconds)
            if isinstance(answer, FetchError) and answer.retry_after:
                pace.leave_alone(host_of(feed.url), answer.retry_after)
    finally:
        pace.let_go()
        write(batch.unchanged)
        write(batch.untouched, NOTED)
    return batch.stored.ids


def ask(batch: Batch, pace: Pace) -> Iterator[tuple[Feed, Answer, int]]:
    """Answers of the hosts that may be asked now; feeds of the others are put off."""
    by_host: dict[str, list[Feed]] = {}
    for feed in batch.feeds:
        by_host.setdefault(host_of(feed.url), []).append(feed)
    free = pace.take(by_host)
    most = MOST_A_HOST if pace.gap else len(batch.feeds)
    for host, feeds in by_host.items():
        for feed in feeds if host not in free else feeds[most:]:
            end_lease(batch, feed, batch.now + BUSY_HOST)
    asked = {feed.url: feed for host in free for feed in by_host[host][:most]}
    queues = [[request_for(feed) for feed in by_host[host][:most]] for host in free]
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    for request, answer, milliseconds in fetch_all(queues, guard, pace.gap):
        yield asked[request.url], answer, milliseconds


def host_of(url: str) -> str:
    return (urlsplit(url).netloc or url).lower()


def request_for(feed: Feed) -> Request:
    return Request(url=feed.url, etag=feed.etag, last_modified=feed.last_modified)


def take_answer(batch: Batch, feed: Feed, answer: Answer, milliseconds: int) -> None:
    if isinstance(answer, PutOff):
        end_lease(batch, feed, batch.now + answer.wait)
        return
    log = {"at": batch.now.isoformat(timespec="seconds"), "ms": milliseconds}
    if isinstance(answer, FetchError):
        note_failure(batch, feed, answer, log | {"status": answer.status})
        return
    if isinstance(answer, NotModified):
        note_success(batch, feed, answer.max_age, log | {"status": 304})
        batch.untouched.append(feed)
        return
    follow_move(feed, answer)
    log |= {"status": 200, "bytes": len(answer.body)}
    feed.etag, feed.last_modified = answer.etag, answer.last_modified
    body_hash = hashlib.sha256(answer.body).digest()
    if body_hash == bytes(feed.body_hash):
        note_unchanged(batch, feed, answer.max_age, log)
        return
    feed.body_hash = body_hash
    try:
        parsed = parse(answer.body, content_type=answer.content_type, url=answer.url)
    except ParseError as error:
        note_failure(batch, feed, FetchError(f"not a feed: {error}"), log)
        return
    take_entries(batch, feed, parsed, answer, log)


def take_entries(
    batch: Batch,
    feed: Feed,
    parsed: ParsedFeed,
    answer: Fetched,
    log: dict[str, object],
) -> None:
    """Store what a document lists. In one transaction with what the feed's row says of it, and with
    its hub: what a hub sends before the first fetch is stored would be taken for old.
    """
    with transaction.atomic():
        follow_index(feed, parsed)
        stored = store_entries(feed, parsed.entries, batch.now)
        if stored.new:
            feed.changed_at = batch.now
        feed.format = parsed.format
        dates = [entry.published_at for entry in parsed.entries if entry.published_at]
        feed.interval = rhythm(dates, limits())
        log |= {
            "entries": len(parsed.entries),
            "new": len(stored.new),
            "changed": len(stored.changed),
        }
        if stored.new and hub_of(feed) and feed.fetched_at:
            websub.note_missed(feed.hub)
        note_success(batch, feed, parsed.ttl or answer.max_age, log)
        write([feed])
        websub.follow_hub(feed, answer, batch.now)
    batch.stored.new.extend(stored.new)
    batch.stored.changed.extend(stored.changed)
    logger.info("feed fetched", extra={"feed": feed.pk, **log})


def limits() -> Limits:
    return Limits(
        least=timedelta(seconds=settings.FETCH_LEAST_INTERVAL),
        most=timedelta(seconds=settings.FETCH_MOST_INTERVAL),
    )


def note_unchanged(
    batch: Batch, feed: Feed, max_age: timedelta | None, log: dict[str, object]
) -> None:
    note_success(batch, feed, max_age, log)
    batch.unchanged.append(feed)


def note_success(batch: Batch, feed: Feed, asked: timedelta | None, log: dict[str, object]) -> None:
    """The feed was read: when it is due again follows from the rhythm of its news."""
    feed.fetched_at = batch.now
    feed.error, feed.error_count, feed.failing_since = "", 0, None
    feed.fetches = [log]
    hub = hub_of(feed)
    is_sent = hub is not None and hub.is_trusted()
    interval = timedelta(seconds=settings.FETCH_HUB_INTERVAL) if is_sent else feed.interval
    feed.due_at = batch.now + next_interval(interval, limits(), asked, jitter())
    feed.lease_until = None


def hub_of(feed: Feed) -> HubSubscription | None:
    return feed.hub if hasattr(feed, "hub") else None


def take_delivery(
    subscription_id: UUID, body: bytes, content_type: str, now: datetime
) -> list[UUID]:
    """Store what a hub sent, without a fetch; ids of new and changed articles."""
    subscription = HubSubscription.objects.select_related("feed__publisher").get(pk=subscription_id)
    feed = subscription.feed
    try:
        parsed = parse(body, content_type=content_type, url=subscription.topic_url)
    except ParseError as error:
        logger.warning("delivery not understood", extra={"feed": feed.pk, "reason": str(error)})
        return []
    with transaction.atomic():
        stored = store_entries(feed, parsed.entries, now)
        websub.note_delivery(subscription, now)
        if stored.new:
            Feed.objects.filter(pk=feed.pk).update(changed_at=now)
    logger.info("hub delivered", extra={"feed": feed.pk, "new": len(stored.new)})
    return stored.ids


def note_failure(batch: Batch, feed: Feed, error: FetchError, log: dict[str, object]) -> None:
    """The feed was not read: say why, and try again later and later; 410 ends it, and so do two
    weeks of 404.
    """
    feed.error, feed.error_count = error.reason[:200], feed.error_count + 1
    feed.failing_since = feed.failing_since or batch.now
    feed.fetches = [log | {"error": feed.error}]
    wait = interval_after_error(feed.error_count, jitter())
    if error.status == HTTPStatus.NOT_FOUND:
        wait = (
            max(wait, timedelta(hours=1)) if feed.error_count <= MOVED_NEAR else timedelta(days=1)
        )
    is_gone = error.status == HTTPStatus.NOT_FOUND and batch.now - feed.failing_since > GONE_AFTER
    if is_gone or error.status == HTTPStatus.GONE:
        end(feed)
    logger.warning("feed failed", extra={"feed": feed.pk, "reason": feed.error})
    end_lease(batch, feed, batch.now + max(wait, error.retry_after or timedelta(0)))


def jitter() -> float:
    """Spreads feeds that would all be due at once."""
    return random.random()  # noqa: S311 - no secret


def end_lease(batch: Batch, feed: Feed, due_at: datetime) -> None:
    feed.due_at, feed.lease_until = due_at, None
    batch.unchanged.append(feed)


def follow_move(feed: Feed, answer: Fetched) -> None:
    """Believe a new address when enough answers agreed on it, on another host more of them."""
    target = answer.moved_to
    if not target:
        feed.moved_to, feed.moved_count = "", 0
        return
    feed.moved_count = feed.moved_count + 1 if target == feed.moved_to else 1
    feed.moved_to = target[:1000]
    needed = MOVED_NEAR if host_of(target) == host_of(feed.url) else MOVED_FAR
    if feed.moved_count < needed or target != feed.moved_to:
        return
    if Feed.objects.filter(url=target).exists():
        feed.error = "moved to the address of another feed"
        end(feed)
    else:
        logger.info("feed moved", extra={"feed": feed.pk, "to": target})
        feed.url = target
        feed.save(update_fields=["url"])
    feed.moved_to, feed.moved_count = "", 0


def end(feed: Feed) -> None:
    feed.state = Feed.State.ENDED
    feed.save(update_fields=["state"])


def follow_index(feed: Feed, parsed: ParsedFeed) -> None:
    """The news sitemaps that an index names are feeds of their own, as long as it names them."""
    if parsed.format != "sitemap_index":
        return
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    named = [url for url in parsed.sitemap_urls if guard.allows(url) and len(url) <= 1000]  # noqa: PLR2004 - the column
    facts = {"publisher_id": feed.publisher_id, "section_id": feed.section_id}
    Feed.objects.bulk_create(
        (Feed(url=url, index=feed, language=feed.language, **facts) for url in named),
        ignore_conflicts=True,
    )
    feed.sitemaps.exclude(url__in=named).update(state=Feed.State.ENDED)
    feed.sitemaps.filter(url__in=named, state=Feed.State.ENDED).update(state=Feed.State.ACTIVE)


NOTED = ("due_at", "lease_until", "fetched_at", "error", "error_count", "failing_since", "fetches")
LEARNT = (
    *(*NOTED, "format", "interval", "changed_at", "etag", "last_modified", "body_hash", "moved_to"),
    "moved_count",
    "entry_marks",
)


def write(feeds: Iterable[Feed], names: tuple[str, ...] = LEARNT) -> None:
    """What fetches tell of feeds, in one statement. State, address and identity are written where
    they change, so that an editor's choice in the meantime stands.
    """
    rows = [{"id": feed.pk} | {name: getattr(feed, name) for name in names} for feed in feeds]
    update(Feed, rows, key="id", log="fetches", most=MOST_FETCHES)
