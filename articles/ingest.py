"""Verb: fetch feeds, parse them, drop what is known, store what is new.

What did not change costs nothing: a 304 and a body of known hash are never parsed, an entry of
known hash is never cleaned.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from articles.feeds.entry import Entry
from articles.feeds.fetch import Fetched, FetchError, NotModified, Request, fetch, make_session
from articles.feeds.parse import ParseError, parse
from articles.feeds.schedule import interval_after_error, next_interval
from articles.identity import canonical_url, content_hash, entry_key
from articles.models import Article, ArticleText, Feed
from articles.models.identifier import make_id
from articles.outbound import Guard
from articles.text import clean_html, excerpt, plain_text

logger = logging.getLogger(__name__)

SUMMARY_LENGTH = 600
OLD = timedelta(days=1)  # older news than this, seen for the first time, alerts nobody
FUTURE = timedelta(hours=1)  # a publisher's clock may be that much ahead of ours
EARLIEST_YEAR = 1995  # before it there was no news on the web: a broken date


def fetch_feeds(feed_ids: Iterable[int], now: datetime) -> list[UUID]:
    """Read feeds at the same time and store what is new; ids of new and changed articles.

    One feed's failure is written on its row and costs the others nothing.
    """
    feeds = list(Feed.objects.filter(pk__in=list(feed_ids)).select_related("publisher"))
    article_ids: list[UUID] = []
    for feed, answer in zip(feeds, asyncio.run(fetch_all(feeds)), strict=True):
        article_ids += take_answer(feed, answer, now)
    return article_ids


async def fetch_all(feeds: Sequence[Feed]) -> list[Fetched | NotModified | FetchError]:
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    async with make_session(guard) as session:

        async def fetch_one(feed: Feed) -> Fetched | NotModified | FetchError:
            request = Request(url=feed.url, etag=feed.etag, last_modified=feed.last_modified)
            try:
                return await fetch(session, guard, request)
            except FetchError as error:
                return error

        return await asyncio.gather(*(fetch_one(feed) for feed in feeds))


def take_answer(
    feed: Feed, answer: Fetched | NotModified | FetchError, now: datetime
) -> list[UUID]:
    if isinstance(answer, FetchError):
        note_failure(feed, answer.reason, now, answer.retry_after)
        return []
    if isinstance(answer, NotModified):
        note_success(feed, now, answer.max_age)
        return []
    body_hash = hashlib.sha256(answer.body).digest()
    if body_hash == bytes(feed.body_hash):
        note_success(feed, now, answer.max_age)
        return []
    try:
        parsed = parse(answer.body, content_type=answer.content_type, url=answer.url)
    except ParseError as error:
        note_failure(feed, f"not a feed: {error}", now, None)
        return []
    with transaction.atomic():
        article_ids = store_entries(feed, parsed.entries, now)
        feed.etag, feed.last_modified, feed.body_hash = (
            answer.etag,
            answer.last_modified,
            body_hash,
        )
        if article_ids:
            feed.changed_at = now
        note_success(feed, now, parsed.ttl or answer.max_age)
    logger.info(
        "feed fetched",
        extra={"feed": feed.pk, "entries": len(parsed.entries), "changed": len(article_ids)},
    )
    return article_ids


def note_success(feed: Feed, now: datetime, asked: timedelta | None) -> None:
    """The feed was read: when it is due again follows from the rhythm of its news."""
    recent = feed.articles.order_by("-published_at").values_list("published_at", flat=True)[:20]
    interval = next_interval(
        list(recent),
        least=timedelta(seconds=settings.FETCH_LEAST_INTERVAL),
        most=timedelta(seconds=settings.FETCH_MOST_INTERVAL),
        asked=asked,
        jitter=jitter(),
    )
    feed.fetched_at = now
    feed.error, feed.error_count = "", 0
    end_lease(feed, now + interval)


def note_failure(feed: Feed, reason: str, now: datetime, retry_after: timedelta | None) -> None:
    """The feed was not read: say why, and try again later and later."""
    feed.error, feed.error_count = reason[:200], feed.error_count + 1
    wait = max(interval_after_error(feed.error_count, jitter()), retry_after or timedelta(0))
    logger.warning("feed failed", extra={"feed": feed.pk, "reason": feed.error})
    end_lease(feed, now + wait)


def jitter() -> float:
    """Spreads feeds that would all be due at once."""
    return random.random()  # noqa: S311 - no secret


def end_lease(feed: Feed, due_at: datetime) -> None:
    feed.due_at, feed.lease_until = due_at, None
    feed.save(
        update_fields=[
            "body_hash",
            "changed_at",
            "due_at",
            "error",
            "error_count",
            "etag",
            "fetched_at",
            "last_modified",
            "lease_until",
        ]
    )


@dataclass(frozen=True, slots=True)
class Incoming:
    """An entry with the identities that say whether it is known."""

    entry: Entry
    key: str
    url: str
    url_hash: bytes
    content_hash: bytes


def store_entries(feed: Feed, entries: Iterable[Entry], now: datetime) -> list[UUID]:
    """Insert what is new and update what changed; ids of both. Storing twice changes nothing.

    Two workers may do this at once: the unique constraints let one insert win, and only rows that
    were really inserted are given a text and a way on.
    """
    incoming = identify(entries)
    known = find_known(feed, incoming)
    new = [each for each in incoming if each.key not in known]
    changed = [
        (known[each.key], each)
        for each in incoming
        if each.key in known and bytes(known[each.key].content_hash) != each.content_hash
    ]
    return insert(feed, new, now) + [update(article, each, now) for article, each in changed]


def identify(entries: Iterable[Entry]) -> list[Incoming]:
    """Entries with a link, each identity once: a feed may list an entry twice."""
    incoming: dict[str, Incoming] = {}
    for entry in entries:
        url = canonical_url(entry.url)
        if not url or not entry.title:
            continue
        key = entry_key(entry)
        url_hash = hashlib.sha256(url.encode()).digest()[:16]
        if key in incoming or any(each.url_hash == url_hash for each in incoming.values()):
            continue
        incoming[key] = Incoming(entry, key, url, url_hash, content_hash(entry))
    return list(incoming.values())


def find_known(feed: Feed, incoming: Sequence[Incoming]) -> dict[str, Article]:
    """Stored articles of the publisher by the key of their entry, found by id or by address."""
    stored = Article.objects.filter(
        Q(key__in=[each.key for each in incoming])
        | Q(url_hash__in=[each.url_hash for each in incoming]),
        publisher=feed.publisher,
    )
    by_key, by_url = {}, {}
    for article in stored:
        by_key[article.key] = article
        by_url[bytes(article.url_hash)] = article
    return {
        each.key: found
        for each in incoming
        if (found := by_key.get(each.key) or by_url.get(each.url_hash))
    }


def insert(feed: Feed, new: Sequence[Incoming], now: datetime) -> list[UUID]:
    articles, texts = [], {}
    is_first_fetch = feed.fetched_at is None
    for each in new:
        html = clean_html(each.entry.content or each.entry.summary, base_url=each.url)
        published_at = choose_date(each.entry.published_at, now)
        article = Article(
            id=make_id(),
            publisher=feed.publisher,
            feed=feed,
            section_id=feed.section_id,
            key=each.key,
            url=each.url,
            url_hash=each.url_hash,
            content_hash=each.content_hash,
            published_at=published_at,
            first_seen_at=now,
            changed_at=now,
            is_backlog=is_first_fetch or published_at < now - OLD,
            **describe(feed, each.entry, html),
        )
        articles.append(article)
        texts[article.pk] = ArticleText(article=article, html=html)
    Article.objects.bulk_create(articles, ignore_conflicts=True)
    inserted = list(Article.objects.filter(pk__in=texts).values_list("pk", flat=True))
    ArticleText.objects.bulk_create(texts[pk] for pk in inserted)
    return inserted


def update(article: Article, each: Incoming, now: datetime) -> UUID:
    """Take over the publisher's edit. When it was first seen and its story stay as they are."""
    html = clean_html(each.entry.content or each.entry.summary, base_url=each.url)
    feed = article.feed
    for name, value in describe(feed, each.entry, html).items():
        setattr(article, name, value)
    article.content_hash, article.changed_at = each.content_hash, now
    article.state = Article.State.STORED
    article.save()
    ArticleText.objects.update_or_create(article=article, defaults={"html": html})
    return article.pk


def describe(feed: Feed | None, entry: Entry, html: str) -> dict[str, Any]:
    """What the card shows, from what the publisher wrote."""
    return {
        "title": entry.title[:500],
        "summary": excerpt(plain_text(entry.summary or html), SUMMARY_LENGTH),
        "authors": list(entry.authors),
        "image_url": entry.image_url,
        "language": entry.language or (feed.language if feed else "en"),
    }


def choose_date(stated: datetime | None, now: datetime) -> datetime:
    """The publisher's date, unless it is missing, broken or in the future: then now."""
    if stated is None or stated.year < EARLIEST_YEAR or stated > now + FUTURE:
        return now
    return min(stated, now)
