"""Run the local stand-in for FCM."""

import asyncio
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand

from notifications.emulator.__main__ import add_arguments, serve


class Command(BaseCommand):
    help = "A local stand-in for FCM's HTTP v1 API, with a page that shows the phones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        asyncio.run(serve(Namespace(**options)))
