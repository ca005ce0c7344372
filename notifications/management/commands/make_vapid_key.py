"""Make the key pair by which push services know this server."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.webpush.vapid import make_key


class Command(BaseCommand):
    help = "Print a new key pair for Web Push. Browsers that subscribed with another one are lost."

    def handle(self, *_: Any, **__: Any) -> None:
        private, public = make_key()
        self.stdout.write(f"VAPID_PRIVATE_KEY={private}")
        self.stdout.write(f"The public key, which pages hand to browsers by themselves: {public}")
