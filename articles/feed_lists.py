"""Verb: lists of feeds come in and go out as OPML."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from articles.feeds.opml import Outline, read_opml, write_opml
from articles.models import Feed, Publisher, Section
from articles.outbound import Guard


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list's feeds: how many are new, were known, or are refused, and why."""

    new: int
    known: int
    refused: list[str]


def import_feeds(body: bytes) -> Imported:
    """Add the feeds of an OPML list; twice changes nothing. Raises ParseError."""
    return add_feeds(read_opml(body))


def add_feeds(outlines: Iterable[Outline]) -> Imported:
    """Add feeds that are not known yet, each to the publisher of its site."""
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    new, known, refused = 0, 0, []
    with transaction.atomic():
        for outline in outlines:
            if len(outline.feed_url) > 1000 or not guard.allows(outline.feed_url):  # noqa: PLR2004 - the column
                refused.append(outline.feed_url[:200])
                continue
            _, is_new = Feed.objects.get_or_create(
                url=outline.feed_url,
                defaults={
                    "publisher": find_publisher(outline),
                    "section": find_section(outline.section),
                    "language": outline.language,
                },
            )
            new, known = new + is_new, known + (not is_new)
    return Imported(new, known, refused)


def find_publisher(outline: Outline) -> Publisher:
    """The publisher of the same site, or of the same name, or a new one."""
    home = outline.home_url or "{0.scheme}://{0.netloc}/".format(urlsplit(outline.feed_url))
    host = (urlsplit(home).hostname or "").removeprefix("www.")
    name = (outline.title or host)[:120]
    site = host.replace(".", "[.]")
    known = Publisher.objects.filter(home_url__iregex=rf"^https?://(www[.])?{site}(/|$)")
    return (
        known.first()
        or Publisher.objects.filter(name=name).first()
        or Publisher.objects.create(name=name, slug=free_slug(name, host), home_url=home[:200])
    )


def free_slug(name: str, host: str) -> str:
    base = slugify(name)[:40] or slugify(host.replace(".", "-"))[:40] or "publisher"
    taken = set(Publisher.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slugs = (f"{base}-{number}" if number else base for number in range(len(taken) + 1))
    return next(slug for slug in slugs if slug not in taken)


def find_section(name: str) -> Section | None:
    name = name[: Section._meta.get_field("name").max_length or 50].strip()  # noqa: SLF001 - Django's documented Meta API
    if not name:
        return None
    return Section.objects.get_or_create(
        name=name, defaults={"slug": slugify(name, allow_unicode=True)[:50] or "section"}
    )[0]


def export_feeds(feeds: Iterable[Feed], now: datetime) -> bytes:
    """An OPML list; give feeds with their publisher and section joined."""
    outlines = (
        Outline(
            feed_url=feed.url,
            title=feed.publisher.name,
            home_url=feed.publisher.home_url,
            language=feed.language,
            section=feed.section.name if feed.section else "",
        )
        for feed in feeds
    )
    return write_opml("Feeds", outlines, now)
