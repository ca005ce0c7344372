"""JSON Feed 1.0 and 1.1 to entries. Source: https://www.jsonfeed.org/version/1.1/."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from articles.feeds.dates import parse_date
from articles.feeds.entry import Enclosure, Entry, ParsedFeed
from articles.feeds.rss import inline_image, joined, plain, unique
from articles.feeds.xml import MOST_ITEMS, ParseError

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # JSON may spell what UTF-8 has not
VERSION = "jsonfeed.org/version"


def read_json(body: bytes, url: str) -> ParsedFeed:
    """Raises ParseError for what is no JSON Feed."""
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise ParseError("broken JSON") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or not (VERSION in text(feed, "version") or text(feed, "title")):
        raise ParseError("JSON, but no JSON Feed")
    home_url = joined(url, text(feed, "home_page_url"))
    base, language = url or home_url, text(feed, "language")
    return ParsedFeed(
        format="json",
        entries=tuple(
            read_item(item, base, language) for item in items[:MOST_ITEMS] if isinstance(item, dict)
        ),
        title=plain(text(feed, "title")),
        home_url=home_url,
        language=language,
    )


def read_item(item: dict[str, Any], base: str, language: str) -> Entry:
    key = text(item, "id")
    link = text(item, "url") or text(item, "external_url")
    if not link and key.startswith(("http://", "https://")):
        link = key
    content = text(item, "content_html") or as_html(text(item, "content_text"))
    published_at = parse_date(text(item, "date_published"))
    updated_at = parse_date(text(item, "date_modified"))
    enclosures = tuple(read_attachments(item, base))
    picture = next((each.url for each in enclosures if each.type.startswith("image/")), "")
    return Entry(
        key=key,
        url=joined(base, link),
        title=plain(html.escape(text(item, "title"), quote=False)),
        summary=as_html(text(item, "summary")),
        content=content,
        base_url=base,
        published_at=published_at or updated_at,
        updated_at=updated_at,
        authors=unique(authors(item)),
        keywords=unique(plain(html.escape(storable(each))) for each in listed(item, "tags")),
        image_url=joined(
            base,
            text(item, "image") or text(item, "banner_image") or picture or inline_image(content),
        ),
        enclosures=enclosures,
        language=text(item, "language") or language,
    )


def text(values: dict[str, Any], name: str) -> str:
    """A string or a number as text; "" for anything else."""
    value = values.get(name)
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return storable(value).strip() if is_text else ""


def storable(value: object) -> str:
    return UNSTORABLE.sub("", str(value))


def as_html(written: str) -> str:
    return html.escape(written, quote=False)


def listed(values: dict[str, Any], name: str) -> list[Any]:
    value = values.get(name)
    return [each for each in value if each] if isinstance(value, list) else []


def authors(item: dict[str, Any]) -> Iterator[str]:
    """Version 1.1's `authors`, or 1.0's `author`."""
    for each in (*listed(item, "authors"), item.get("author")):
        if isinstance(each, dict):
            yield text(each, "name")[:200]
        elif isinstance(each, str):
            yield storable(each)[:200]


def read_attachments(item: dict[str, Any], base: str) -> Iterator[Enclosure]:
    for each in listed(item, "attachments"):
        if isinstance(each, dict) and (url := joined(base, text(each, "url"))):
            size = text(each, "size_in_bytes")
            yield Enclosure(
                url=url,
                type=text(each, "mime_type")[:100],
                length=int(size) if size.isascii() and size.isdigit() else 0,
            )
