from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from articles.feed_lists import export_feeds
from articles.models import Feed


class Command(BaseCommand):
    help = "Print all feeds as an OPML list."

    def handle(self, **_: Any) -> None:
        feeds = Feed.objects.filter(index=None).select_related("publisher", "section")
        written = export_feeds(feeds.order_by("section__name", "publisher__name"), timezone.now())
        self.stdout.write(written.decode())
