from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.discovering import discover


class Command(BaseCommand):
    help = "Show which feeds a site has, with a look inside; nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="any address of the publisher")

    def handle(self, **asked: Any) -> None:
        candidates = discover(asked["url"])
        if not candidates:
            raise CommandError(f"{asked['url']}: no feed found, or no answer")
        for each in candidates:
            facts = f"{each.format}, {each.entry_count} entries, {each.language or 'no language'}"
            self.stdout.write(f"{each.url}\n  {each.title or 'no title'} ({facts})")
            for title in each.latest:
                self.stdout.write(f"    {title}")
