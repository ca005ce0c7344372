"""Verb: from any address of a publisher to the feeds that can be read there, with a look inside."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.conf import settings

from articles.feeds.discovery import Found, find_feeds, find_sitemaps, usual_addresses
from articles.feeds.entry import ParsedFeed
from articles.feeds.fetch import Answer, Fetched, FetchError, Request
from articles.feeds.parse import parse
from articles.feeds.rounds import fetch_all
from articles.feeds.xml import ParseError
from articles.outbound import Guard

ENOUGH = 8
ACCEPT = "text/html, application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was read."""

    url: str
    title: str
    format: str
    language: str
    home_url: str
    entry_count: int
    latest: list[str] = field(default_factory=list)
    """Titles of its first entries."""


def discover(url: str) -> list[Candidate]:
    """Feeds of a site, the one that was asked for first; none where it names none.

    Raises FetchError where the address itself cannot be read.
    """
    url = url if "://" in url else f"https://{url}"
    answers = ask([url, urljoin(url, "/robots.txt")])
    page = answers[url]
    if isinstance(page, FetchError):
        raise page
    if not isinstance(page, Fetched):
        return []  # a 304 that nobody asked for
    if candidate := look_inside(page, url):
        return [candidate]
    found = find_feeds(page.body, page.url, page.content_type)
    robots = answers.get(urljoin(url, "/robots.txt"))
    if isinstance(robots, Fetched):
        found += find_sitemaps(robots.body.decode("utf-8", "replace"), page.url)
    return read_all(found) or read_all(usual_addresses(page.url))


def read_all(found: list[Found]) -> list[Candidate]:
    titles = {each.url: each.title for each in found}
    answers = ask(list(titles))
    candidates = (
        look_inside(answer, url, title)
        for url, title in titles.items()
        if isinstance(answer := answers[url], Fetched)
    )
    return [candidate for candidate in candidates if candidate][:ENOUGH]


def ask(urls: list[str]) -> dict[str, Answer]:
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    requests = [Request(url=url, accept=ACCEPT) for url in dict.fromkeys(urls)]
    return {asked.url: answer for asked, answer, _ in fetch_all([requests], guard)}


def look_inside(answer: Fetched, url: str, title: str = "") -> Candidate | None:
    try:
        feed = parse(answer.body, content_type=answer.content_type, url=answer.url)
    except ParseError:
        return None
    return describe(feed, answer.moved_to or url, title) if has_news(feed) else None


def has_news(feed: ParsedFeed) -> bool:
    """A sitemap of anything but news is not for us."""
    return bool(feed.entries or feed.sitemap_urls or feed.format in {"rss", "atom", "json"})


def describe(feed: ParsedFeed, url: str, title: str) -> Candidate:
    return Candidate(
        url=url,
        title=feed.title or title,
        format=feed.format,
        language=feed.language or next((e.language for e in feed.entries if e.language), ""),
        home_url=feed.home_url,
        entry_count=len(feed.entries),
        latest=[entry.title for entry in feed.entries[:5]],
    )
