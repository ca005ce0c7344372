"""A page's title, authors, dates, topics and picture, from what it says of itself.

Sources: https://schema.org/NewsArticle, https://ogp.me/#type_article, Dublin Core in HTML, and the
names that Parse.ly, Sailthru and cXense taught publishers.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from articles.extraction.json_ld import Node, find_article, read_blocks, texts
from articles.feeds.dates import parse_date

SEPARATORS = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022\u00bb:-]\s+|\s*\|\s*")
BYLINE = re.compile(
    r"^\s*(?:by|von|de|par|di|por|door|av|af|od|autor(?:en|a|es)?|author|text|written by|story by|"
    r"\u0430\u0432\u0442\u043e\u0440)\b[:\s]+",
    re.IGNORECASE,
)
LISTED = re.compile(r"\s*[,;/|\u2022\u00b7]\s*")
CONJOINED = re.compile(r"\s+(?:and|und|et|y|e|en|og|och|&|\u0438|\u0648|ve|i)\s+")
LONGEST_NAME = 4  # words
NO_NAME = re.compile(r"https?:|^@|@\w+\.|^\W*$|^\d+$|^\S+\.[a-z]{2,6}$")
COUNT = re.compile(r"^\(\d+\)\s*")
LONGEST = 80  # letters of a name or a topic
SLUG = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+){2,}$")
MOST_TOPICS = 50
DATES = (
    *("article:published_time", "og:published_time", "og:article:published_time"),
    *("datepublished", "date", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date"),
    *("parsely-pub-date", "cxenseparse:recs:publishtime", "cxense:recs:publishtime"),
    *("sailthru.date", "publish-date", "publish_date", "publication_date", "pubdate"),
    *("article.published", "published_time", "last-modified"),
)
AUTHORS = (
    *("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "byl"),
    *("sailthru.author", "cxenseparse:author", "article:author_name", "authors"),
)
TOPICS = ("keywords", "news_keywords", "parsely-tags", "sailthru.tags", "tags")


@dataclass
class Metadata:
    """Each property is one field of a page, "" or empty where the page does not say."""

    document: HtmlElement
    url: str
    metas: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.metas = {}
        for each in self.document.iter("meta"):
            content = (each.get("content") or "").strip()
            name = each.get("property") or each.get("name") or each.get("itemprop") or ""
            if content and name:
                self.metas.setdefault(name.strip().lower(), []).append(content)

    @cached_property
    def nodes(self) -> list[Node]:
        return read_blocks(self.document)

    @cached_property
    def article(self) -> Node:
        return find_article(self.nodes)

    def meta(self, *names: str) -> str:
        return next((self.metas[name][0] for name in names if name in self.metas), "")

    @cached_property
    def site_name(self) -> str:
        publishers = texts(self.article.get("publisher"), "name")
        return clean(self.meta("og:site_name", "application-name") or next(iter(publishers), ""))

    @cached_property
    def title(self) -> str:
        """The headline, else the title that is shared, else what stands over the text.

        A shared title wins where it is the headline without its kicker, or its alternative.
        """
        shared = self.without_site(clean(self.meta("og:title")))
        headline = self.cleaned_title(texts(self.article.get("headline"), "@value"))
        others = {clean(text) for text in texts(self.article.get("alternativeHeadline"))}
        if shared and (headline.endswith(f": {shared}") or shared in others):
            return shared
        headings = (words(each) for each in self.document.iter("h1"))
        return (
            headline
            or shared
            or self.cleaned_title(
                [
                    self.meta("twitter:title", "dc.title", "sailthru.title", "parsely-title"),
                    *(heading for heading in headings if len(heading) > 10),  # noqa: PLR2004 - letters
                    words(self.document.find(".//title")),
                ]
            )
        )

    def cleaned_title(self, candidates: Iterable[str]) -> str:
        cleaned = (self.without_site(clean(candidate)) for candidate in candidates)
        return next((title for title in cleaned if title and title != self.site_name), "")

    def without_site(self, title: str) -> str:
        """The title without the site's name at its end or beginning."""
        parts = SEPARATORS.split(title)
        if len(parts) == 1:
            return title
        names = {folded(self.site_name), folded(urlsplit(self.url).hostname or "")}
        host = folded((urlsplit(self.url).hostname or "").removeprefix("www.").split(".")[0])
        for part, cut in ((parts[-1], title.rfind(parts[-1])), (parts[0], len(parts[0]))):
            name = folded(part)
            is_site = bool(name) and (name in names or name == host or folded_site(name, names))
            if is_site:
                rest = title[:cut] if part is parts[-1] else title[cut:]
                return rest.strip(" |\u2013\u2014\u00b7\u2022\u00bb:-") or title
        return title

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """By JSON-LD, else by the page's other words for them; people before the house itself."""
        path = './/*[@rel="author" or @itemprop="author"]'
        places = [
            self.named(self.article.get("author") or self.article.get("creator")),
            *(self.metas.get(name, []) for name in AUTHORS),
            [words(each) for each in self.document.xpath(path)[:6]],
        ]
        house = folded(self.site_name)
        found = [tuple(dict.fromkeys(clean_names(place))) for place in places]
        people = (names for names in found if any(not is_house(name, house) for name in names))
        return next(people, found[0])

    def named(self, value: Any) -> list[str]:
        """Names, also of authors who are only pointed at."""
        known = {
            node.get("@id"): node for node in self.nodes if node.get("@id") and node.get("name")
        }
        each_of = value if isinstance(value, list) else [value]
        found = []
        for each in each_of[:50]:
            if isinstance(each, dict) and not each.get("name") and each.get("@id") in known:
                found += texts(known[each["@id"]].get("name"))
            else:
                found += texts(each, "name")
        return found

    @cached_property
    def published_at(self) -> datetime | None:
        said = texts(self.article.get("datePublished"), "@value")
        said += texts(self.article.get("dateCreated"), "@value")
        said += [content for name in DATES for content in self.metas.get(name, [])]
        said += [each.get("datetime") or "" for each in self.document.iter("time")][:3]
        return next((at for text in said if (at := parse_date(text))), None)

    @cached_property
    def updated_at(self) -> datetime | None:
        said = texts(self.article.get("dateModified"), "@value")
        said += [self.meta("article:modified_time", "og:updated_time", "datemodified")]
        return next((at for text in said if (at := parse_date(text))), None)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """From the first of the places that publishers use which says anything."""
        places = [
            self.metas.get("article:tag", []),
            *(self.metas.get(name, []) for name in TOPICS[:2]),
            texts(self.article.get("keywords"), "name", "termCode"),
            *(self.metas.get(name, []) for name in TOPICS[2:]),
            texts(self.article.get("about"), "name"),
        ]
        house = {folded(self.site_name), "news", ""}
        split = (
            [topic for topic in dict.fromkeys(split_topics(place)) if folded(topic) not in house]
            for place in places
        )
        return tuple(next((topics for topics in split if topics), [])[:MOST_TOPICS])

    @cached_property
    def image_url(self) -> str:
        pictures = [
            self.meta("og:image", "og:image:url", "og:image:secure_url"),
            *texts(self.article.get("image"), "url", "contentUrl", "@id"),
            self.meta("twitter:image", "twitter:image:src"),
            *texts(self.article.get("thumbnailUrl")),
        ]
        return next((self.joined(picture) for picture in pictures if picture), "")

    @cached_property
    def canonical_url(self) -> str:
        links = (each.get("href") for each in self.document.iterfind('.//link[@rel="canonical"]'))
        found = next((href for href in links if href), "") or self.meta("og:url")
        return self.joined(found) or self.url

    @cached_property
    def language(self) -> str:
        said = [
            self.document.get("lang") or "",
            *texts(self.article.get("inLanguage"), "alternateName", "name"),
            self.meta("og:locale", "content-language", "dc.language", "language"),
        ]
        codes = (text.strip().replace("_", "-") for text in said)
        return next((code for code in codes if re.fullmatch(r"[a-zA-Z]{2,3}(-\w{2,8})*", code)), "")

    @cached_property
    def is_paywalled(self) -> bool:
        """`isAccessibleForFree` is false, of the article or a part: Google's mark of a paywall."""
        said = (node.get("isAccessibleForFree") for node in (self.article, *self.parts()))
        tier = self.meta("article:content_tier").lower()
        return tier in {"locked", "metered"} or any(
            value is False or (isinstance(value, str) and value.strip().lower() == "false")
            for value in said
        )

    def parts(self) -> list[Node]:
        value = self.article.get("hasPart")
        found = value if isinstance(value, list) else [value]
        return [each for each in found if isinstance(each, dict)]

    def joined(self, url: str) -> str:
        try:
            found = urljoin(self.url, html.unescape(url.strip()))
        except ValueError:
            return ""
        return found if found.startswith(("http://", "https://")) else ""


def words(element: HtmlElement | None) -> str:
    return "" if element is None else " ".join(str(element.text_content()).split())


def clean(text: str) -> str:
    """Entities read, twice where a page wrote them twice; white space folded."""
    return " ".join(html.unescape(html.unescape(text)).split())


def folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def folded_site(name: str, names: Iterable[str]) -> bool:
    """Whether a part of a title is the site's name, or one begins with the other."""
    return any(
        len(name) > 3 and len(each) > 3 and (each.startswith(name) or name.startswith(each))  # noqa: PLR2004 - letters
        for each in names
    )


def is_house(name: str, house: str) -> bool:
    name = folded(name)
    return bool(house) and (house.startswith(name) or name.startswith(house))


def clean_names(written: Iterable[str]) -> Iterator[str]:
    """Names of people and agencies, without what stands around them in a byline."""
    bylines = (text for text in map(clean, written) if not NO_NAME.search(text))
    for byline in bylines:
        for number, part in enumerate(LISTED.split(BYLINE.sub("", byline))):
            names = CONJOINED.split(part)
            # "Le Figaro et AFP" is one byline, "Ani Karapetyan et Ben Lee" are two.
            for name in names if all(" " in each for each in names) else [part]:
                bare = BYLINE.sub("", name).strip(" .;:-")
                is_role = number > 0 and len(bare.split()) > LONGEST_NAME
                if bare and not is_role and len(bare) < LONGEST and not NO_NAME.search(bare):
                    yield bare


def split_topics(written: list[str]) -> Iterator[str]:
    """Several topics in one text stand between commas, or semicolons where there is no comma."""
    for text in map(clean, written):
        parts = text.split(",") if "," in text else text.split(";")
        for part in parts:
            topic = COUNT.sub("", part.strip(" #\"'"))
            if topic and not SLUG.match(topic) and len(topic) < LONGEST and "://" not in topic:
                yield topic
