from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.feed_lists import import_feeds
from articles.feeds.xml import ParseError


class Command(BaseCommand):
    help = "Add the feeds of an OPML list, such as articles/fixtures/starter.opml."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **asked: Any) -> None:
        try:
            imported = import_feeds(asked["file"].read_bytes())
        except (OSError, ParseError) as error:
            raise CommandError(f"{asked['file']}: {error}") from error
        for url in imported.refused:
            self.stdout.write(f"refused: {url}")
        self.stdout.write(f"{imported.new} feeds added, {imported.known} known already")
