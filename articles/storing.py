"""Verb: store what a feed lists. What is known and unchanged costs one hash.

At most seven statements, whatever the number of entries, and storing twice changes nothing: unique
constraints let one of two workers win, and only its rows are given a text and a way on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from articles.feeds.entry import Entry
from articles.identity import (
    canonical_url,
    content_hash,
    entry_key,
    entry_mark,
    hash_twin,
    hash_url,
)
from articles.language import recognise
from articles.models import Article, ArticleText, Feed, Publisher, Revision
from articles.models.identifier import make_id
from articles.models.rows import Row, insert, update
from articles.models.statement import ask
from articles.text import clean_html, plain_text, summarise

SUMMARY_LENGTH = 600
WHOLE_LENGTH = 1_500  # letters; a shorter text is a teaser, and the page has more
OLD = timedelta(days=1)  # older news than this, seen for the first time, alerts nobody
BACK = timedelta(days=7)  # so far behind the newest known, an entry is the past rewritten
MOST_UNDATED = 5  # more entries than this without a date are an archive, not news
FUTURE = timedelta(hours=1)  # a publisher's clock may be that much ahead of ours
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before it there was no news on the web: a broken date
MOST_EDITS = 24  # a page that shows the time "changes" with every fetch


@dataclass(frozen=True, slots=True)
class Stored:
    """Ids of what a feed brought."""

    new: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        return self.new + self.changed


@dataclass(frozen=True, slots=True)
class Incoming:
    """An entry with the identities that say whether it is known."""

    entry: Entry
    key: str
    url: str
    url_hash: bytes
    twin_hash: bytes | None
    content_hash: bytes
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an article, as far as an entry is compared with it."""

    pk: UUID
    key: str
    url_hash: bytes
    twin_hash: bytes | None
    content_hash: bytes
    published_at: datetime
    feed_id: int | None
    edit_count: int
    removed_at: datetime | None
    is_locked: bool


def store_entries(feed: Feed, entries: Iterable[Entry], now: datetime) -> Stored:
    """Insert what is new, update what its own feed changed. Call it in a transaction."""
    fresh, newest = drop_seen(feed, list(entries), now)
    incoming = identify(feed, fresh, now)
    known = find_known(feed, incoming)
    if feed.identity == Feed.Identity.GUID and are_ids_used_twice(incoming, known):
        feed.identity = Feed.Identity.URL
        feed.save(update_fields=["identity"])
        incoming = identify(feed, fresh, now)
    new, changed = [], []
    for each, article in match(incoming, known):
        if article is None:
            new.append(each)
        elif is_edit(feed, each, article):
            changed.append((article, each))
    newest = max((newest, *(article.published_at for article in known)))
    texts: list[Row] = []
    stored = Stored(
        insert_articles(feed, new, newest, now, texts), update_articles(feed, changed, now, texts)
    )
    insert(ArticleText, texts, unique="article_id")
    return stored


Hashed = tuple[Entry, bytes]


def drop_seen(
    feed: Feed, entries: Sequence[Entry], now: datetime
) -> tuple[Sequence[Hashed], datetime]:
    """Entries, with their content's hash, that the feed's last body did not hold as they are, and
    the newest date of the others. The marks of this body are put on the feed, for the caller to
    save. All are kept where two share an id, since that tells whether ids can be trusted.
    """
    hashed = [(entry, content_hash(entry)) for entry in entries]
    marks = [entry_mark(*each) for each in hashed]
    before, feed.entry_marks = bytes(feed.entry_marks), b"".join(marks)
    if len({entry.key for entry in entries}) < len(entries):
        return hashed, EARLIEST
    seen = {before[at : at + 8] for at in range(0, len(before), 8)}
    fresh = [each for each, mark in zip(hashed, marks, strict=True) if mark not in seen]
    dates = (
        choose_date(entry.published_at, now)
        for entry, mark in zip(entries, marks, strict=True)
        if mark in seen and entry.published_at
    )
    return fresh, max(dates, default=EARLIEST)


def identify(feed: Feed, hashed: Iterable[Hashed], now: datetime) -> list[Incoming]:
    """Entries that have a link and a title."""
    incoming = []
    for entry, content in hashed:
        url = canonical_url(entry.url)
        if not url or not entry.title:
            continue
        url_hash, published_at = hash_url(url), choose_date(entry.published_at, now)
        key = entry_key(entry, feed.pk) if feed.identity == Feed.Identity.GUID else ""
        twin = hash_twin(entry.title, published_at) if entry.published_at else None
        incoming.append(
            Incoming(entry, key or url_hash.hex(), url, url_hash, twin, content, published_at)
        )
    return incoming


KNOWN = """
SELECT id, key, url_hash, twin_hash, content_hash, published_at, feed_id, edit_count, removed_at,
    is_locked
FROM articles_article
WHERE publisher_id = %(publisher)s AND
"""
BY_ADDRESS = KNOWN + "(key = ANY(%(keys)s) OR url_hash = ANY(%(urls)s))"
BY_TWIN = KNOWN + "twin_hash = ANY(%(twins)s)"


def find_known(feed: Feed, incoming: Sequence[Incoming]) -> list[Known]:
    """Articles of the publisher that share an identity with an entry: its id or address, or where
    it has neither in common, its title and day.
    """
    keys, urls = [each.key for each in incoming], [each.url_hash for each in incoming]
    known = look_up(BY_ADDRESS, {"publisher": feed.publisher_id, "keys": keys, "urls": urls})
    found = {article.key for article in known} | {article.url_hash for article in known}
    twins = [
        each.twin_hash
        for each in incoming
        if each.key not in found and each.url_hash not in found and each.twin_hash
    ]
    values = {"publisher": feed.publisher_id, "twins": twins}
    return known + look_up(BY_TWIN, values) if twins else known


def look_up(statement: str, values: dict[str, Any]) -> list[Known]:
    """Raw: to build the same from 100 values takes Django longer than PostgreSQL to answer."""
    return [Known(*row) for row in ask(statement, values)]


def are_ids_used_twice(incoming: Sequence[Incoming], known: Sequence[Known]) -> bool:
    """Whether one id stands for two addresses: in this document, or now and when it was stored."""
    addresses = {article.key: article for article in known}
    seen: dict[str, bytes] = {}
    for each in incoming:
        if seen.setdefault(each.key, each.url_hash) != each.url_hash:
            return True
        article = addresses.get(each.key)
        if (
            article
            and article.url_hash != each.url_hash
            and article.twin_hash != each.twin_hash
            and abs(article.published_at - each.published_at) > OLD
        ):
            return True
    return False


def match(
    incoming: Sequence[Incoming], known: Sequence[Known]
) -> list[tuple[Incoming, Known | None]]:
    """Each article once, with its stored row: by id, else by address, else by title and day."""
    by_key = {each.key: each for each in known}
    by_url = {each.url_hash: each for each in known}
    by_twin: dict[bytes | None, Known] = {each.twin_hash: each for each in known if each.twin_hash}
    pairs: list[tuple[Incoming, Known | None]] = []
    seen: set[object] = set()
    for each in incoming:
        article = by_key.get(each.key) or by_url.get(each.url_hash)
        twin = None if article else each.twin_hash
        article = article or by_twin.get(twin)
        marks = {article.pk} if article else {each.key, each.url_hash, twin} - {None}
        if not seen & marks:
            pairs.append((each, article))
        seen |= marks
    return pairs


def is_edit(feed: Feed, each: Incoming, article: Known) -> bool:
    """Whether the article's own feed says something else now. Other feeds of the publisher may
    carry a shorter text; what was taken down stays down, what an editor locked stays as it is.
    """
    return (
        article.removed_at is None
        and not article.is_locked
        and article.content_hash != each.content_hash
        and article.feed_id in {feed.pk, None}
        and article.edit_count < MOST_EDITS
    )


def insert_articles(
    feed: Feed,
    new: Sequence[Incoming],
    newest: datetime,
    now: datetime,
    texts: list[Row],
) -> list[UUID]:
    """Ids of what was really new; its texts are left to the caller."""
    is_archive = sum(each.entry.published_at is None for each in new) > MOST_UNDATED
    is_first_fetch = feed.fetched_at is None
    waits = feed.publisher.trust == Publisher.Trust.APPROVAL
    articles, bodies = [], {}
    for each in new:
        pk = make_id()
        html = clean_html(each.entry.content or each.entry.summary, base_url=base_of(each))
        is_old = each.published_at < now - OLD or each.published_at < newest - BACK
        is_backlog = is_first_fetch or is_old or (is_archive and each.entry.published_at is None)
        facts = describe(feed, each, html)
        wants_page = is_page_wanted(feed, facts, html)
        articles.append(
            {
                "id": pk,
                "publisher_id": feed.publisher_id,
                "feed_id": feed.pk,
                "section_id": feed.section_id,
                "key": each.key,
                "published_at": each.published_at,
                "first_seen_at": now,
                "is_backlog": is_backlog,
                "is_hidden": waits,
                "review": Article.Review.WAITING if waits else Article.Review.UNNEEDED,
                "is_copy": False,
                "is_paywalled": False,
                "edit_count": 0,
                "changed_at": now,
                "page": Article.Page.WANTED if wants_page else Article.Page.UNWANTED,
                "state": Article.State.WAITING if wants_page else Article.State.STORED,
                **facts,
            }
        )
        bodies[pk] = {"article_id": pk, "html": html, "stored_at": now}
    inserted: list[UUID] = insert(Article, articles, returning="id")
    texts += [bodies[pk] for pk in inserted]
    return inserted


LOCK = """
SELECT a.id, a.content_hash, a.page, a.title, a.summary, a.image_url, t.html
FROM articles_article a LEFT JOIN articles_articletext t ON t.article_id = a.id
WHERE a.id = ANY(%s) FOR UPDATE OF a
"""


def update_articles(
    feed: Feed, changed: Sequence[tuple[Known, Incoming]], now: datetime, texts: list[Row]
) -> list[UUID]:
    """Take over the publisher's edits and keep what was said before. When an article was first
    seen, its date and its story stay as they are.
    """
    if not changed:
        return []
    # Locked and compared again: of two workers with one edit, the second finds nothing to do.
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [[known.pk for known, _ in changed]])
        before = {pk: row for pk, *row in cursor.fetchall()}
    edited: list[UUID] = []
    rows, revisions = [], []
    for known, each in changed:
        content_hash, page, title, summary, image_url, old_html = before[known.pk]
        if bytes(content_hash) != known.content_hash:
            continue
        html = clean_html(each.entry.content or each.entry.summary, base_url=base_of(each))
        facts = describe(feed, each, html) | {"key": known.key, "url_hash": known.url_hash}
        is_page_kept = page == Article.Page.READ and len(html) < len(old_html or "")
        if is_page_kept:
            facts["image_url"] = image_url
        edited.append(known.pk)
        rows.append(
            {
                "id": known.pk,
                "changed_at": now,
                "edit_count": known.edit_count + 1,
                "state": Article.State.STORED,
                **facts,
            }
        )
        if not is_page_kept:
            texts.append({"article_id": known.pk, "html": html, "stored_at": now})
        revisions.append(
            {
                "article_id": known.pk,
                "title": title,
                "summary": summary,
                "html": old_html or "",
                "replaced_at": now,
            }
        )
    update(Article, rows, key="id")
    insert(Revision, revisions)
    return edited


def describe(feed: Feed, each: Incoming, html: str) -> dict[str, object]:
    """What the card shows, from what the publisher wrote, and by what it is known again."""
    entry = each.entry
    is_apart = entry.summary and entry.content
    cleaned = clean_html(entry.summary, base_url=base_of(each)) if is_apart else html
    summary = summarise(cleaned or html, SUMMARY_LENGTH)
    language = feed.language or entry.language or recognise(f"{entry.title}. {summary}")
    return {
        "url": each.url,
        "url_hash": each.url_hash,
        "twin_hash": each.twin_hash,
        "content_hash": each.content_hash,
        "title": entry.title[:500],
        "summary": summary,
        "authors": list(entry.authors),
        "keywords": list(entry.keywords[:50]),
        "image_url": canonical_image(entry.image_url),
        "language": language[:12],
    }


def canonical_image(url: str) -> str:
    """An address that a browser can show, or none."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 2000 else ""  # noqa: PLR2004 - the column


def base_of(each: Incoming) -> str:
    return each.entry.base_url or each.url


def is_page_wanted(feed: Feed, facts: dict[str, object], html: str) -> bool:
    """Where the feed has a teaser or no picture, and the publisher allows the whole."""
    if not feed.publisher.is_full_text_allowed:
        return False
    return not facts["image_url"] or len(plain_text(html)) < WHOLE_LENGTH


def choose_date(stated: datetime | None, now: datetime) -> datetime:
    """The publisher's date, unless it is missing, broken or in the future: then now."""
    if stated is None or stated < EARLIEST or stated > now + FUTURE:
        return now
    return min(stated, now)
