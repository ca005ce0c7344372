"""Our feed parser beside feedparser, on feeds of our own making."""

from datetime import timedelta

import feedparser

from articles.feeds.parse import parse
from tests import make
from tests.bench.table import Row, seconds, show_progress
from tests.publishers import Item, make_rss

FEEDS = 20
ITEMS = 50


def measure() -> list[Row]:
    text = "<p>The line over the pass opens in spring, engineers say.</p>" * 20
    bodies = [
        make_rss(
            f"https://{number}.example",
            tuple(
                Item(f"News {number}-{n}", make.NOON - timedelta(minutes=n), text)
                for n in range(ITEMS)
            ),
        ).encode()
        for number in range(FEEDS)
    ]
    theirs = seconds(lambda: [feedparser.parse(body) for body in bodies])
    show_progress("feeds", 1, 2)
    ours = seconds(lambda: [parse(body) for body in bodies])
    show_progress("feeds", 2, 2)
    entries = FEEDS * ITEMS
    return [
        Row("feedparser", entries / theirs, "entries/s"),
        Row("ours", entries / ours, "entries/s", "feedparser", theirs / ours),
    ]
