"""Publishers' HTML made safe, plain and short. Pure."""

import html
import re
from contextvars import ContextVar
from urllib.parse import urljoin

import nh3

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "dl", "dt", "em"),
    *("figcaption", "figure", "h2", "h3", "h4", "hr", "i", "img", "ins", "li", "ol", "p", "pre"),
    *("q", "s", "small", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr"),
    *("u", "ul"),
}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}}
UNSEEN = {"script", "style", "iframe", "object", "noscript", "template", "svg", "math"}
BLOCKS = re.compile(
    r"<(?:br|/p|/li|/h[1-6]|/div|/blockquote|/tr|/figcaption|/pre|/dd|/dt)\b[^>]*>", re.IGNORECASE
)
SCHEMES = ("http://", "https://", "mailto:")
TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')  # the cleaner puts every attribute in double quotes


BASE: ContextVar[str] = ContextVar("BASE")  # of the text that is being cleaned


def absolute(_tag: str, name: str, value: str) -> str | None:
    """An attribute's value, once the cleaner has let it through; None drops it."""
    if name not in {"href", "src"} or value.startswith(SCHEMES):
        return value
    try:
        url = urljoin(BASE.get(), value)
    except ValueError:
        return None
    return url if url.startswith(SCHEMES) else None


# One for all, since making a cleaner costs as much as cleaning a short article.
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=absolute,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    clean_content_tags=UNSEEN,
)


def clean_html(source: str, base_url: str) -> str:
    """HTML that is inert and whose links are absolute, whatever the publisher sent."""
    before = BASE.set(base_url)
    try:
        return CLEANER.clean(source.replace("\x00", "")).strip()
    finally:
        BASE.reset(before)


def plain_text(cleaned: str) -> str:
    """The words of cleaned HTML, one line a paragraph."""
    if "<" in cleaned:
        cleaned = TAG.sub("", BLOCKS.sub("\n", cleaned))
    lines = (" ".join(line.split()) for line in html.unescape(cleaned).splitlines())
    return "\n".join(line for line in lines if line)


def summarise(cleaned: str, limit: int) -> str:
    """The beginning of cleaned HTML as one line of plain text."""
    begun = cleaned[: limit * 3].rpartition("<")[0]  # mostly enough, and articles are long
    text = plain_text(begun) if len(begun) > limit else ""
    return excerpt(text if len(text) > limit else plain_text(cleaned), limit)


def excerpt(text: str, limit: int) -> str:
    """At most `limit` characters in one line, cut between words and ended by an ellipsis."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    kept = flat[:limit].rsplit(" ", 1)[0] if " " in flat[:limit] else flat[: limit - 1]
    return kept.rstrip(" ,;:.-") + "…"
