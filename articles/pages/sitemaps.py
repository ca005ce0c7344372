"""What search engines may read, and where: robots.txt, the sitemaps, the news sitemap."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.models import ArticleTag, Publisher, Section, Story, Tag
from articles.pages.headers import public_page

PER_FILE = 5_000  # of 50,000 that are allowed: with five languages, a file stays under 10 MB
NEWS_AGE = timedelta(days=2)  # Google's rule
MOST_NEWS = 1_000  # Google's rule, too
STORY_AGE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in all languages, and when it last changed."""

    name: str
    argument: Any = None
    changed_at: datetime | None = None
    addresses: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        addresses = {
            code: settings.SITE_URL
            + reverse(self.name, args=[code] if self.argument is None else [code, self.argument])
            for code, _ in settings.LANGUAGES
        }
        object.__setattr__(self, "addresses", addresses)


@public_page
def robots(_: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/admin/", "/api/", "/*/search", "/*/my/")),
        "",
        *(
            f"Sitemap: {settings.SITE_URL}{reverse(name)}"
            for name in ("sitemap_index", "news_sitemap")
        ),
    ]
    return HttpResponse("\n".join(lines) + "\n", "text/plain; charset=utf-8")


@public_page
def indexnow_key(_: HttpRequest, key: str) -> HttpResponse:
    """The proof that who tells IndexNow of our pages is us."""
    if not settings.INDEXNOW_KEY or key != settings.INDEXNOW_KEY:
        raise Http404
    return HttpResponse(key, "text/plain; charset=utf-8")


@public_page
def index(request: HttpRequest) -> HttpResponse:
    tag_files = -(-listed_tags().count() // PER_FILE) or 1
    names = ["places", "stories-1", *(f"tags-{number + 1}" for number in range(tag_files))]
    files = [settings.SITE_URL + reverse("sitemap", args=[name]) for name in names]
    return write(request, "articles/sitemap_index.xml", {"files": files})


@public_page
def sitemap(request: HttpRequest, name: str) -> HttpResponse:
    kind, _, number = name.partition("-")
    begin = (int(number or 1) - 1) * PER_FILE
    entries = list(LISTS[kind](begin))
    if begin and not entries:
        raise Http404
    return write(request, "articles/sitemap.xml", {"entries": entries})


@public_page
def news(request: HttpRequest) -> HttpResponse:
    """The stories of the last two days. Stories and not articles, whose canonical address is their
    publisher's.
    """
    since = timezone.now() - NEWS_AGE
    stories = Story.objects.shown().filter(first_published_at__gte=since)
    newest = stories.select_related("lead").order_by("-first_published_at", "-pk")[:MOST_NEWS]
    return write(request, "articles/sitemap_news.xml", {"stories": newest})


def list_places(_: int) -> Iterable[Entry]:
    yield from (Entry(name) for name in ("home", "trending", "about"))
    yield from (Entry("section", slug) for slug in slugs(Section.objects.all()))
    yield from (Entry("publisher", slug) for slug in slugs(Publisher.objects.all()))


def slugs(rows: "QuerySet[Section] | QuerySet[Publisher]") -> Iterable[str]:
    return rows.order_by("slug").values_list("slug", flat=True)


def listed_tags() -> "QuerySet[Tag]":
    """An empty page is nothing to find."""
    told = ArticleTag.objects.values("tag")
    return Tag.objects.filter(merged_into=None, is_active=True, pk__in=told)


def list_tags(begin: int) -> Iterable[Entry]:
    page = listed_tags().order_by("pk")[begin : begin + PER_FILE]
    newest = page.annotate(newest_at=Max("article_tags__published_at"))
    return (Entry("tag", tag.name, tag.newest_at) for tag in newest)


def list_stories(begin: int) -> Iterable[Entry]:
    since = timezone.now() - STORY_AGE
    recent = Story.objects.shown().filter(last_published_at__gte=since)
    page = recent.order_by("-last_published_at", "-pk")[begin : begin + PER_FILE]
    return (Entry("story", story.pk, story.last_published_at) for story in page)


LISTS = {"places": list_places, "stories": list_stories, "tags": list_tags}


def write(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, content_type="application/xml; charset=utf-8")
