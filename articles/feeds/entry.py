"""What a feed says, before anything of it is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One item of a feed, as published. Text fields are "" where the publisher says nothing."""

    key: str
    """The publisher's own id: guid or atom:id."""
    url: str
    title: str
    """Plain text."""
    summary: str
    """HTML, as published: not safe to show."""
    content: str
    """HTML, as published: not safe to show."""
    published_at: datetime | None
    """UTC."""
    updated_at: datetime | None
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    image_url: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """A whole feed."""

    entries: tuple[Entry, ...]
    title: str
    language: str
    ttl: timedelta | None
    """How long the publisher asks us to wait between fetches."""
