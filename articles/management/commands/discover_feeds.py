from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.diagnosis import reason
from articles.discovering import discover
from articles.feeds.fetch import FetchError


class Command(BaseCommand):
    help = "Show which feeds a site has, with a look inside; nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="any address of the publisher")

    def handle(self, **asked: Any) -> None:
        try:
            candidates = discover(asked["url"])
        except FetchError as error:
            raise CommandError(f"{asked['url']}: {reason(error.reason)}") from error
        if not candidates:
            raise CommandError(f"{asked['url']}: it leads to no feed")
        for each in candidates:
            facts = f"{each.format}, {each.entry_count} entries, {each.language or 'no language'}"
            self.stdout.write(f"{each.url}\n  {each.title or 'no title'} ({facts})")
            for title in each.latest:
                self.stdout.write(f"    {title}")
