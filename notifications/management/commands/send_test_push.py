"""Send one push to one address through the configured transport, and say what became of it."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from articles.models.identifier import make_id
from notifications.addresses import BadAddressError, check_address
from notifications.models import Device
from notifications.transports import get_transport
from notifications.transports.base import Message, Notice, Result


class Command(BaseCommand):
    help = "Send one push to an address, to see that credentials and network are right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "address", help="what the app printed: an FCM token or installation id, or an endpoint"
        )
        parser.add_argument("--kind", default="fcm_token", choices=Device.AddressKind.values)
        parser.add_argument("--keys", default="", help="of a Web Push endpoint: p256dh.auth")
        parser.add_argument("--title", default="Daily8 reaches this phone")

    def handle(self, *_: Any, **options: Any) -> None:
        kind, address, keys = options["kind"], options["address"], options["keys"]
        try:
            check_address(kind, address, keys, settings.WEB_PUSH_HOSTS)
        except BadAddressError as error:
            raise CommandError(error.reason) from error
        push_id = make_id()
        notice = Notice(
            alert_id=push_id,
            story_id=None,
            kind="initial",
            language="en",
            title=options["title"],
            body="A test, sent by hand.",
            image_url="",
            link=settings.SITE_URL,
            tags=(),
            is_breaking=True,
            expires_at=timezone.now() + timedelta(minutes=5),
            time_to_live=timedelta(minutes=5),
            replaces=push_id.hex,
        )
        message = Message(
            notice=notice,
            device=push_id.bytes,
            address_kind=kind,
            address=address,
            address_keys=keys,
        )
        [(_message, outcome)] = get_transport().send([message])
        if outcome.result is not Result.ACCEPTED:
            raise CommandError(f"{outcome.result.value}: {outcome.code}")
        self.stdout.write("accepted: look at the phone")
