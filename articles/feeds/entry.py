"""What a feed says, before anything of it is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """A file that comes with an entry."""

    url: str
    type: str = ""
    length: int = 0
    """Bytes, as published; 0 where the publisher says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One item of a feed, as published. Text fields are "" where the publisher says nothing."""

    key: str = ""
    """The publisher's own id: guid, atom:id, rdf:about or JSON Feed's id."""
    url: str = ""
    title: str = ""
    """Plain text."""
    summary: str = ""
    """HTML, as published: not safe to show."""
    content: str = ""
    """HTML, as published: not safe to show."""
    base_url: str = ""
    """What relative links in summary and content are relative to."""
    published_at: datetime | None = None
    """UTC."""
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image_url: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """A whole feed, or an index of news sitemaps, which has `sitemap_urls` and no entries."""

    format: str
    """"rss", "atom", "json", "news_sitemap" or "sitemap_index"."""
    entries: tuple[Entry, ...] = ()
    title: str = ""
    home_url: str = ""
    language: str = ""
    ttl: timedelta | None = None
    """How long the publisher asks us to wait between fetches."""
    sitemap_urls: tuple[str, ...] = ()
    """The news sitemaps of an index, the latest first."""
