"""What pages say to machines in JSON-LD (schema.org), in the fields that Google documents."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from articles.models import Article, Publisher, Story, Tag
from articles.pages.pictures import picture_path

MOST_HEADLINE = 110  # Google cuts longer ones
Facts = dict[str, Any]


def news_article(article: Article, tags: Iterable[Tag], home: str) -> Facts:
    """The publisher wrote it and is where it belongs: ours is a copy, and says so."""
    facts: Facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": article.url,
        "url": f"{home}/article/{article.pk}",
        "headline": article.title[:MOST_HEADLINE],
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.changed_at.isoformat(),
        "inLanguage": article.language,
        "isAccessibleForFree": not article.is_paywalled,
        "author": [{"@type": "Person", "name": name} for name in article.authors]
        or [publisher(article.publisher)],
        "publisher": publisher(article.publisher),
        "isBasedOn": article.url,
    }
    if article.summary:
        facts["description"] = article.summary
    if article.image_url:
        facts["image"] = [settings.SITE_URL + picture_path(article.image_url, "share")]
    if article.section:
        facts["articleSection"] = article.section.name
    keywords = [tag.label for tag in tags]
    return facts | ({"keywords": keywords} if keywords else {})


def publisher(one: Publisher) -> Facts:
    facts: Facts = {"@type": "NewsMediaOrganization", "name": one.name, "url": one.home_url}
    if one.mark_url:
        logo = settings.SITE_URL + picture_path(one.mark_url, "mark")
        facts["logo"] = {"@type": "ImageObject", "url": logo}
    return facts


def item_list(name: str, articles: Iterable[Article], lang: str) -> Facts:
    """The articles of a page, in its order."""
    return {
        "@context": "https://schema.org",
        "@type": "ItemList",
        "name": name,
        "itemListOrder": "https://schema.org/ItemListOrderDescending",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "url": settings.SITE_URL + reverse("article", args=[lang, article.pk]),
                "name": article.title,
            }
            for position, article in enumerate(articles, 1)
        ],
    }


def story(told: Story, articles: list[Article], lang: str) -> Facts:
    """An event as its publishers tell it, the earliest first."""
    title = told.lead.title if told.lead else articles[0].title
    address = settings.SITE_URL + reverse("story", args=[lang, told.pk])
    return item_list(title, articles, lang) | {
        "@id": address,
        "itemListOrder": "https://schema.org/ItemListOrderAscending",
        "numberOfItems": len(articles),
    }


def site(lang: str) -> Facts:
    """Who we are, and how to search here."""
    home = settings.SITE_URL + reverse("home", args=[lang])
    search = settings.SITE_URL + reverse("search", args=[lang])
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Daily8",
        "url": home,
        "inLanguage": lang,
        "publisher": {
            "@type": "Organization",
            "name": "Daily8",
            "logo": settings.SITE_URL + static("articles/icon-512.png"),
        },
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{search}?q={{search_term_string}}",
            "query-input": "required name=search_term_string",
        },
    }
