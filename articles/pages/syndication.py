"""Every list as a feed: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext

from articles.models import Article, Publisher, Section
from articles.models.article import ArticleQuerySet
from articles.pages import lists
from articles.pages.headers import public_page
from articles.pages.pictures import picture_path
from articles.pages.tags import find_tag

ENTRIES = 30
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
FORMS = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Syndicated:
    """A list, and the page that shows it."""

    title: str
    description: str
    page: str
    itself: str
    articles: list[Article]

    @property
    def updated_at(self) -> datetime:
        return max((article.changed_at for article in self.articles), default=EPOCH)


@public_page
def home_feed(request: HttpRequest, lang: str, form: str) -> HttpResponse:
    page = reverse("home", args=[lang])
    return syndicate(request, gettext("Latest news"), page, Article.objects.shown(), form)


@public_page
def tag_feed(request: HttpRequest, lang: str, name: str, form: str) -> HttpResponse:
    tag = find_tag(name)
    if tag is None:
        raise Http404
    if tag.name != name:
        return redirect("tag_feed", lang, tag.name, form, permanent=True)
    title = gettext("Latest news with #%(tag)s") % {"tag": tag.name}
    page = reverse("tag", args=[lang, tag.name])
    articles = Article.objects.tagged(tag)
    return syndicate(request, title, page, articles, form, tag.label_in([lang]))


@public_page
def section_feed(request: HttpRequest, lang: str, slug: str, form: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    page = reverse("section", args=[lang, slug])
    return syndicate(request, section.label_in([lang]), page, lists.section_articles(section), form)


@public_page
def publisher_feed(request: HttpRequest, lang: str, slug: str, form: str) -> HttpResponse:
    publisher = get_object_or_404(Publisher, slug=slug)
    page = reverse("publisher", args=[lang, slug])
    return syndicate(request, publisher.name, page, lists.publisher_articles(publisher), form)


@public_page
def search_feed(request: HttpRequest, lang: str, form: str) -> HttpResponse:
    words = lists.read_words(request)
    if not words:
        raise Http404
    page = f"{reverse('search', args=[lang])}?{urlencode({'q': words})}"
    title = gettext("Articles with “%(words)s”") % {"words": words}
    return syndicate(request, title, page, lists.found_articles(words), form)


def syndicate(
    request: HttpRequest,
    title: str,
    page: str,
    articles: ArticleQuerySet,
    form: str,
    about: str = "",
) -> HttpResponse:
    listed = Syndicated(
        title=f"{title} – Daily8",
        description=about or title,
        page=settings.SITE_URL + page,
        itself=settings.SITE_URL + request.get_full_path(),
        articles=list(articles.with_card().newest_first()[:ENTRIES]),
    )
    text = write_json(listed) if form == "json" else write_xml(listed, form)
    return HttpResponse(text, FORMS[form])


def write_xml(listed: Syndicated, form: str) -> str:
    kind: type[SyndicationFeed] = Atom1Feed if form == "atom" else Rss201rev2Feed
    feed = kind(
        title=listed.title,
        link=listed.page,
        description=listed.description,
        language=translation.get_language(),
        feed_url=listed.itself,
        feed_guid=listed.page,
        author_name="Daily8",
    )
    for article in listed.articles:
        feed.add_item(
            title=article.title,
            link=address(article),
            description=article.summary or article.title,
            author_name=article.publisher.name,
            pubdate=article.published_at,
            updateddate=article.changed_at,
            unique_id=f"urn:uuid:{article.pk}",
            unique_id_is_permalink=False,
            categories=[article.section.name] if article.section else [],
        )
    return str(feed.writeString("utf-8"))


def write_json(listed: Syndicated) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": listed.title,
        "description": listed.description,
        "home_page_url": listed.page,
        "feed_url": listed.itself,
        "icon": settings.SITE_URL + static("articles/icon-512.png"),
        "language": translation.get_language(),
        "items": [item(article) for article in listed.articles],
    }
    return json.dumps(feed, ensure_ascii=False)


def item(article: Article) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": f"urn:uuid:{article.pk}",
        "url": address(article),
        "external_url": article.url,
        "title": article.title,
        "content_text": article.summary or article.title,
        "date_published": article.published_at.isoformat(),
        "date_modified": article.changed_at.isoformat(),
        "authors": [{"name": article.publisher.name, "url": article.publisher.home_url}],
        "language": article.language,
    }
    if article.section:
        facts["tags"] = [article.section.name]
    if article.image_url:
        facts["image"] = settings.SITE_URL + picture_path(article.image_url, "wide")
    return facts


def address(article: Article) -> str:
    return settings.SITE_URL + reverse("article", args=[translation.get_language(), article.pk])
