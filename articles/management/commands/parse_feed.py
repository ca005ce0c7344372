import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from articles.feeds.entry import Entry, ParsedFeed
from articles.feeds.fetch import Fetched, FetchError, Request, fetch
from articles.feeds.parse import parse
from articles.feeds.xml import ParseError
from articles.outbound import Guard


class Command(BaseCommand):
    help = "Print the entries of a feed or news sitemap, as they would be taken in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE|URL")
        parser.add_argument("--json", action="store_true", help="one JSON object an entry")
        parser.add_argument("--content-type", default="", help="of a FILE, as a server would say")

    def handle(self, **asked: Any) -> None:
        source: str = asked["source"]
        try:
            if source.startswith(("http://", "https://")):
                answer = read_url(source)
                body, content_type, url = answer.body, answer.content_type, answer.url
            else:
                body, content_type, url = Path(source).read_bytes(), asked["content_type"], ""
            feed = parse(body, content_type=content_type, url=url)
        except (ParseError, FetchError, OSError) as error:
            raise CommandError(f"{source}: {error}") from error
        for line in as_json(feed) if asked["json"] else as_text(feed):
            self.stdout.write(line)


def read_url(url: str) -> Fetched:
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    answer = fetch(guard, Request(url=url))
    if not isinstance(answer, Fetched):
        raise FetchError("304 without a condition")
    return answer


def as_json(feed: ParsedFeed) -> list[str]:
    return [json.dumps(describe(entry), ensure_ascii=False) for entry in feed.entries]


def as_text(feed: ParsedFeed) -> list[str]:
    lines = [f"{feed.format}: {feed.title or 'no title'}, {len(feed.entries)} entries"]
    for entry in feed.entries:
        at = f"{entry.published_at:%Y-%m-%d %H:%M}" if entry.published_at else "no date"
        lines += [f"{at:16}  {entry.title}", f"{'':16}  {entry.url or 'no link'}"]
    return lines + [f"sitemap  {url}" for url in feed.sitemap_urls]


def describe(entry: Entry) -> dict[str, object]:
    """An entry in the words of the command's documentation; dates by RFC 3339."""
    return {
        "id": entry.key,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published": written(entry.published_at),
        "updated": written(entry.updated_at),
        "authors": list(entry.authors),
        "tags": list(entry.keywords),
        "image": entry.image_url,
        "enclosures": [
            {"url": each.url, "type": each.type, "length": each.length} for each in entry.enclosures
        ],
        "language": entry.language,
    }


def written(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
