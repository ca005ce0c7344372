"""How right the parser and the cleaner are, by suites that others wrote.

Each check is one field of one entry. Texts are compared after entities are read, tags dropped and
white space folded; dates as instants.
"""

import base64
import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from articles.feeds.dates import parse_date
from articles.feeds.entry import Entry
from articles.feeds.parse import parse
from articles.feeds.rss import person
from articles.feeds.xml import ParseError
from articles.text import clean_html
from tests.bench.inert import find_live

TAG = re.compile(r"<[^>]*>")


def plain(text: object) -> str:
    return " ".join(html.unescape(TAG.sub(" ", html.unescape(str(text or "")))).split())


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def score_gofeed(path: Path) -> tuple[int, int, list[str]]:
    """(passed, checks, what failed): the fields of gofeed's neutral model that news has."""
    passed, failed = 0, []
    for row in rows(path):
        entries = read(base64.b64decode(row["feed"]))
        for number, item in enumerate(row["expect"].get("items") or []):
            entry = entries[number] if number < len(entries) else Entry()
            for name, is_right in compare(item, entry):
                passed += is_right
                if not is_right:
                    failed.append(f"{row['id']} {number} {name}")
    return passed, passed + len(failed), failed


def read(body: bytes) -> tuple[Entry, ...]:
    try:
        return parse(body).entries
    except ParseError:
        return ()


def compare(item: dict[str, Any], entry: Entry) -> Iterator[tuple[str, bool]]:
    texts = {
        "title": entry.title,
        "description": entry.summary,
        "content": entry.content,
        "link": entry.url,
        "guid": entry.key,
    }
    for name, ours in texts.items():
        if name in item:
            raw = str(item[name] or "")
            yield name, (plain(raw) == plain(ours)) and (("<img" in raw) <= ("<img" in ours))
    for name, at in (("published", entry.published_at), ("updated", entry.updated_at)):
        if name in item:
            yield name, at is not None and at == parse_date(item.get(f"{name}Parsed") or item[name])
    if "authors" in item:
        names = [person(each.get("name") or each.get("email") or "") for each in item["authors"]]
        yield "authors", sorted(names) == sorted(entry.authors)
    if "categories" in item:
        yield "categories", set(item["categories"]) == set(entry.keywords)
    if item.get("image"):
        yield "image", item["image"]["url"] == entry.image_url
    if "enclosures" in item:
        theirs = [(each.get("url"), each.get("type", "")) for each in item["enclosures"]]
        yield "enclosures", theirs == [(each.url, each.type) for each in entry.enclosures]


def score_fixtures(path: Path) -> tuple[int, int, list[str]]:
    """(read without an error, documents, which were not); only what is meant to be a feed."""
    documents = [row for row in rows(path) if not row["id"].endswith((".json", "invalid_1.xml"))]
    documents = [row for row in documents if not row["id"].startswith("xml/")]
    failed = [row["id"] for row in documents if not read(base64.b64decode(row["feed"]))]
    return len(documents) - len(failed), len(documents), failed


def score_feeds(folder: Path) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Per field (agreed with feedparser, entries that have it), and where we differ."""
    counts: dict[str, list[int]] = {name: [0, 0] for name in ("title", "link", "id", "date")}
    failed = []
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        theirs = feedparser.parse(body, sanitize_html=False).entries
        ours = read(body)
        if len(theirs) != len(ours):
            failed.append(f"{path.name}: {len(ours)} entries, feedparser {len(theirs)}")
        for number, their in enumerate(theirs):
            entry = ours[number] if number < len(ours) else Entry()
            for name, expected, got in fields(their, entry):
                if not expected:
                    continue
                counts[name][0] += expected == got
                counts[name][1] += 1
                if expected != got:
                    failed.append(f"{path.name} {number} {name}: {expected!r} != {got!r}"[:300])
    return {name: (each[0], each[1]) for name, each in counts.items()}, failed


def fields(their: Any, entry: Entry) -> Iterator[tuple[str, object, object]]:
    stamp = their.get("published_parsed") or their.get("updated_parsed")
    yield "title", plain(their.get("title")), plain(entry.title)
    yield "link", their.get("link", ""), entry.url
    yield "id", their.get("id", ""), entry.key
    yield (
        "date",
        stamp and datetime(*stamp[:6], tzinfo=UTC),
        (entry.published_at and entry.published_at.replace(microsecond=0)),
    )


def score_vectors(path: Path) -> tuple[int, int, list[str]]:
    """(inert, vectors, which live on), seen by an HTML5 parser."""
    found = [
        f"{row['id']}: {live}"
        for row in rows(path)
        if (live := find_live(clean_html(row["html"], "https://example.org/")))
    ]
    total = sum(1 for _ in rows(path))
    return total - len(found), total, found
