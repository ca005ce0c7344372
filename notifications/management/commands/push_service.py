"""Run the local stand-in for browsers' push services."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notifications.emulator.push_service.__main__ import add_arguments, serve


class Command(BaseCommand):
    help = "A local stand-in for browsers' push services, for tests and for a Firefox on a laptop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        asyncio.run(serve(options["port"]))
