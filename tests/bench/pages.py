"""How right the reading of publishers' pages is, by pages whose facts people wrote down.

- titles, authors (as sets), minutes: pages where the field is not exactly what is expected; white
  space, soft hyphens and kinds of quotation marks do not count.
- topics: precision and recall of all topics of all pages together, without case.
- body: F1 of the words of the text, as multisets, mean over pages.
"""

import base64
import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from articles.extraction.page import Page, read_page
from articles.text import plain_text

QUOTES = str.maketrans("\u201e\u201c\u201d\u00ab\u00bb\u2018\u2019\u201a`", '"""""\'\'\'\'')


def score(path: Path) -> tuple[dict[str, float], list[str]]:
    """Figures by name, and what was wrong."""
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    f1s = []
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        page = read_page(gzip.decompress(base64.b64decode(row["html"])), url=row["url"])
        wrong += compare(row["id"], row["expect"], page, counts)
        f1s.append(f1(words(row["expect"]["body"]), words(plain_text(page.body_html))))
        wrong += [f"{row['id']} body {f1s[-1]:.3f}"] if f1s[-1] < 0.95 else []
    return {
        "pages": len(rows),
        "titles_wrong": counts["title"],
        "authors_wrong": counts["authors"],
        "minutes_wrong": counts["minute"],
        "topics_precision": counts["hit"] / max(counts["said"], 1),
        "topics_recall": counts["hit"] / max(counts["wanted"], 1),
        "body_f1": sum(f1s) / len(f1s),
    }, wrong


def compare(name: str, expect: dict[str, Any], page: Page, counts: Counter[str]) -> list[str]:
    minute = datetime.fromisoformat(expect["published"]).astimezone(UTC).replace(second=0)
    ours = page.published_at and page.published_at.replace(second=0, microsecond=0)
    fields = {
        "title": (same(expect["title"]), same(page.title)),
        "authors": ({same(each) for each in expect["authors"]}, {same(a) for a in page.authors}),
        "minute": (minute.replace(microsecond=0), ours),
    }
    wrong = []
    for field, (wanted, got) in fields.items():
        if wanted != got:
            counts[field] += 1
            wrong.append(f"{name} {field}: {wanted!r} != {got!r}")
    wanted_topics = {same(each).casefold() for each in expect["topics"]}
    said = {same(each).casefold() for each in page.topics}
    counts.update(hit=len(wanted_topics & said), said=len(said), wanted=len(wanted_topics))
    if wanted_topics != said:
        wrong.append(
            f"{name} topics: -{sorted(wanted_topics - said)} +{sorted(said - wanted_topics)}"
        )
    return wrong


def same(text: str) -> str:
    return " ".join(text.replace("\xad", "").translate(QUOTES).split())


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def f1(wanted: Counter[str], got: Counter[str]) -> float:
    hit = sum((wanted & got).values())
    return 2 * hit / max(sum(wanted.values()) + sum(got.values()), 1)
