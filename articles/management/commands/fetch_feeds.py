import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from articles import advance, fulltext, ingest
from articles.models import Article, Feed

AT_ONCE = 50
BAR = 30


class Command(BaseCommand):
    help = "Fetch feeds here and now, without workers: the due ones, or those named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("words", nargs="*", help="parts of addresses or publishers' names")
        parser.add_argument("--all", action="store_true", help="also those that are not due")

    def handle(self, **asked: Any) -> None:
        feeds = Feed.objects.filter(state=Feed.State.ACTIVE, publisher__is_active=True)
        if not asked["all"] and not asked["words"]:
            feeds = feeds.due()
        for word in asked["words"]:
            feeds = feeds.filter(url__icontains=word) | feeds.filter(
                publisher__name__icontains=word
            )
        ids = list(feeds.order_by("due_at").values_list("pk", flat=True))
        found = 0
        for start in range(0, len(ids), AT_ONCE):
            self.show(start, len(ids), found)
            now = timezone.now()
            article_ids = ingest.fetch_feeds(ids[start : start + AT_ONCE], now)
            waiting = Article.objects.filter(pk__in=article_ids, page=Article.Page.WANTED)
            fulltext.read_pages(list(waiting.values_list("pk", flat=True)), now)
            advance.advance_articles(article_ids)
            found += len(article_ids)
        self.show(len(ids), len(ids), found)
        for feed in Feed.objects.filter(pk__in=ids).exclude(error=""):
            self.stdout.write(f"{feed.url}: {feed.error}")
        self.stdout.write(f"{len(ids)} feeds fetched, {found} articles new or changed")

    def show(self, done: int, total: int, found: int) -> None:
        """A bar on a terminal; nothing in a log."""
        if sys.stderr.isatty():
            filled = BAR * done // max(total, 1)
            end = "\n" if done >= total else ""
            bar = "#" * filled + "." * (BAR - filled)
            sys.stderr.write(f"\r[{bar}] {done}/{total} feeds, {found} articles{end}")
            sys.stderr.flush()
