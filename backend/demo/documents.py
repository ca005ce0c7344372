"""What the invented publishers' servers answer with: feeds of four kinds and pages."""

import json
from email.utils import format_datetime
from html import escape

from backend.demo.newsroom import Article

PUBLISHERS = {
    "hill-courier": ("Hill Courier", "Society"),
    "lake-tribune": ("Lake Tribune", "Politics"),
    "daily-pass": ("The Daily Pass", "Science"),
    "valley-post": ("Valley Post", "Transport"),
}
COLOURS = {
    "hill-courier": "#0b6e4f",
    "lake-tribune": "#1c5fb5",
    "daily-pass": "#b5541c",
    "valley-post": "#7a3e9d",
}


def make_rss(site: str, slug: str, articles: list[Article]) -> str:
    items = "".join(
        f"<item><title>{escape(each.title)}</title><link>{site}{each.path}</link>"
        f"<guid isPermaLink='false'>{slug}-{each.number}</guid>"
        f"<pubDate>{format_datetime(each.published_at)}</pubDate>"
        f"<media:content url='{site}/images/{each.number}.jpg' medium='image'/>"
        f"<description>{escape(each.html)}</description></item>"
        for each in articles
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'>"
        f"<channel><title>{PUBLISHERS[slug][0]}</title><link>{site}/{slug}</link>"
        f"<description>Invented news</description>{items}</channel></rss>"
    )


def make_atom(site: str, slug: str, articles: list[Article]) -> str:
    entries = "".join(
        f"<entry><title>{escape(each.title)}</title><id>urn:{slug}:{each.number}</id>"
        f"<link href='{site}{each.path}'/>"
        f"<link rel='enclosure' type='image/jpeg' href='{site}/images/{each.number}.jpg'/>"
        f"<published>{each.published_at.isoformat()}</published>"
        f"<updated>{each.published_at.isoformat()}</updated>"
        f"<content type='html'>{escape(each.html)}</content></entry>"
        for each in articles
    )
    updated = f"<updated>{articles[0].published_at.isoformat()}</updated>" if articles else ""
    return (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>{PUBLISHERS[slug][0]}</title><id>urn:{slug}</id>{updated}{entries}</feed>"
    )


def make_json(site: str, slug: str, articles: list[Article]) -> str:
    items = [
        {
            "id": f"{slug}-{each.number}",
            "url": site + each.path,
            "title": each.title,
            "content_html": each.html,
            "image": f"{site}/images/{each.number}.jpg",
            "date_published": each.published_at.isoformat(),
        }
        for each in articles
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": PUBLISHERS[slug][0],
        "home_page_url": f"{site}/{slug}",
        "language": "en",
        "items": items,
    }
    return json.dumps(feed)


def make_sitemap(site: str, slug: str, articles: list[Article]) -> str:
    """Titles and dates alone: what else an article has stands on its page."""
    pages = "".join(
        f"<url><loc>{site}{each.path}</loc><news:news><news:publication>"
        f"<news:name>{PUBLISHERS[slug][0]}</news:name><news:language>en</news:language>"
        f"</news:publication><news:title>{escape(each.title)}</news:title>"
        f"<news:publication_date>{each.published_at.isoformat()}</news:publication_date>"
        "</news:news></url>"
        for each in articles
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
        f" xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{pages}</urlset>"
    )


FEEDS = {
    "hill-courier": ("news-sitemap.xml", "application/xml", make_sitemap),
    "lake-tribune": ("feed.xml", "application/rss+xml", make_rss),
    "daily-pass": ("feed.xml", "application/atom+xml", make_atom),
    "valley-post": ("feed.json", "application/feed+json", make_json),
}


def make_page(title: str, body: str, head: str = "") -> str:
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title>{head}</head><body><main><article><h1>{escape(title)}</h1>"
        f"{body}</article></main></body></html>"
    )


def make_article_page(site: str, article: Article) -> str:
    picture = f"{site}/images/{article.number}.jpg"
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published_at.isoformat(),
        "image": picture,
        "author": {"@type": "Organization", "name": PUBLISHERS[article.publisher][0]},
    }
    written = json.dumps(said).replace("</", "<\\/")
    head = f"<script type='application/ld+json'>{written}</script>"
    return make_page(article.title, f"<img src='{picture}' alt='' width='640'>{article.html}", head)
