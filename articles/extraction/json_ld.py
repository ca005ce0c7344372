"""What a page says of itself in JSON-LD (https://schema.org), however it is written."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

Node = dict[str, Any]

MOST_BLOCKS = 40
MOST_NODES = 2_000
MOST_DEPTH = 30
ARTICLES = (
    *("newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle"),
    *("backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "liveblogposting"),
    *("article", "blogposting", "satiricalarticle", "scholarlyarticle", "advertisercontentarticle"),
    *("report", "techarticle", "socialmediaposting", "videoobject", "webpage"),
)
WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$"
)
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


def read_blocks(document: HtmlElement) -> list[Node]:
    """Every object in every block, outer ones first."""
    nodes: list[Node] = []
    scripts = document.iterfind('.//script[@type="application/ld+json"]')
    for script, _ in zip(scripts, range(MOST_BLOCKS), strict=False):
        loaded = load(script.text or "")
        nodes.extend(node for node, _ in zip(walk(loaded, 0), range(MOST_NODES), strict=False))
    return nodes


def load(text: str) -> Any:
    """The block's value after the usual repairs; None where there is none."""
    text = WRAPPING.sub("", text.strip())
    text = WRAPPING.sub("", text)
    for repaired in (text, TRAILING_COMMA.sub("", text), html.unescape(text)):
        try:
            return json.loads(repaired, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > MOST_DEPTH:
        return
    if isinstance(value, list):
        for each in value:
            yield from walk(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name, each in value.items():
            # Other articles are not this one.
            if name not in {"itemListElement", "relatedLink", "citation", "hasPart", "comment"}:
                yield from walk(each, depth + 1)


def types_of(node: Node) -> list[str]:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rpartition("/")[2].lower() for kind in kinds if isinstance(kind, str)]


def find_article(nodes: list[Node]) -> Node:
    """The node that is about the page's article, completed by others about the same; or {}."""
    ranked = [
        (min(ARTICLES.index(kind) for kind in kinds), -len(node), number, node)
        for number, node in enumerate(nodes)
        if (kinds := [kind for kind in types_of(node) if kind in ARTICLES])
        and (node.get("headline") or node.get("datePublished") or node.get("name"))
    ]
    if not ranked:
        return {}
    ranked.sort(key=lambda each: each[:3])
    titled = [each for each in ranked if each[3].get("headline")] or ranked
    best = titled[0][3]
    merged: Node = {}
    for _, _, _, node in reversed(ranked):
        if node.get("headline") in {best.get("headline"), None}:
            merged |= {
                name: value for name, value in node.items() if value not in (None, "", [], {})
            }
    return merged | {name: value for name, value in best.items() if value not in (None, "", [], {})}


def texts(value: Any, *names: str) -> list[str]:
    """Strings of a value that may be a string, an object with a name, or a list of either."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value[:100] for text in texts(each, *names)]
    if isinstance(value, dict):
        found = (value.get(name) for name in names)
        return next((texts(each, *names) for each in found if each), [])
    return []
