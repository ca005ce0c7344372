"""Publishers' HTML made safe, plain and short. Pure."""

import html
import re
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
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    clean_content_tags=UNSEEN,
)
STRIPPER = nh3.Cleaner(tags=set(), clean_content_tags=UNSEEN)


def clean_html(source: str, base_url: str) -> str:
    """HTML that is inert and whose links are absolute, whatever the publisher sent."""
    cleaned = CLEANER.clean(source.replace("\x00", ""))
    has_links = "<a " in cleaned or "<img " in cleaned
    return (resolve(cleaned, base_url) if has_links else cleaned).strip()


def resolve(cleaned: str, base_url: str) -> str:
    """Make relative links absolute, then clean again: joining may build a scheme anew."""

    def absolute(match: re.Match[str]) -> str:
        url = urljoin(base_url, html.unescape(match[2]))
        return f'{match[1]}"{html.escape(url)}"'

    try:
        joined = re.sub(r'(\s(?:href|src)=)"([^"]*)"', absolute, cleaned)
    except ValueError:
        return CLEANER.clean(re.sub(r'\s(?:href|src)="[^"]*"', "", cleaned))
    return CLEANER.clean(joined)


def plain_text(source: str) -> str:
    """The words of HTML, one line a paragraph."""
    broken = BLOCKS.sub("\n", source.replace("\x00", ""))
    text = html.unescape(STRIPPER.clean(broken))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def excerpt(text: str, limit: int) -> str:
    """At most `limit` characters in one line, cut between words and ended by an ellipsis."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    kept = flat[:limit].rsplit(" ", 1)[0] if " " in flat[:limit] else flat[: limit - 1]
    return kept.rstrip(" ,;:.-") + "…"
