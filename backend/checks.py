"""What `manage.py check --deploy` asks before a server may meet readers."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.contrib import admin
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

FCM_HOST = "fcm.googleapis.com"
TOYS = ("console.ConsoleTransport", "memory.MemoryTransport")


@register(Tags.admin)
def check_admin(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Of all doors of the admin. Django may look before the URLs, which load them, are read."""
    admin.autodiscover()
    return admin.site.check(app_configs)


@register(deploy=True)
def check_push(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    **_: object,
) -> list[CheckMessage]:
    """Alerts leave for Google with a credential that exists, and not for a stand-in."""
    found: list[CheckMessage] = []
    if settings.PUSH_TRANSPORT.endswith(TOYS):
        found.append(Error("PUSH_TRANSPORT does not reach any phone.", id="daily8.E001"))
    if urlsplit(settings.FCM_URL)[:2] != ("https", FCM_HOST):
        hint = "The emulator is for development: leave FCM_URL unset."
        found.append(Error("FCM_URL is not Google's.", hint=hint, id="daily8.E002"))
    if not Path(settings.FIREBASE_CREDENTIALS or "/nowhere").is_file():
        found.append(Error("FIREBASE_CREDENTIALS names no file.", id="daily8.E003"))
    return found


@register(deploy=True)
def check_web_push(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    **_: object,
) -> list[CheckMessage]:
    """Where Web Push is on, browsers' push services will know us and no stand-in is spoken to."""
    # With cryptography, 11 MB: not for every process.
    from notifications.addresses import is_loopback  # noqa: PLC0415
    from notifications.transports.webpush import load_vapid  # noqa: PLC0415
    from notifications.webpush.vapid import is_contact  # noqa: PLC0415

    found: list[CheckMessage] = []
    if any(map(is_loopback, settings.WEB_PUSH_HOSTS)):
        hint = "The stand-in push service is for development: name no loopback host."
        found.append(Error("WEB_PUSH_HOSTS names this machine.", hint=hint, id="daily8.E006"))
    try:
        is_on = load_vapid() is not None
    except ImproperlyConfigured as error:
        return [*found, Error(str(error), id="daily8.E007")]
    if is_on and not is_contact(settings.VAPID_SUBJECT):
        hint = "Name a real mailto: or https: address; Apple refuses any other."
        found.append(Error("VAPID_SUBJECT reaches nobody.", hint=hint, id="daily8.E008"))
    if is_on and settings.WEB_PUSH_TRANSPORT.endswith(TOYS):
        found.append(Error("WEB_PUSH_TRANSPORT does not reach any browser.", id="daily8.E009"))
    return found


@register(deploy=True)
def check_sign_in(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    **_: object,
) -> list[CheckMessage]:
    """Nobody signs in as somebody else: a token has to be signed by Google."""
    if "FIREBASE_AUTH_EMULATOR_HOST" not in os.environ:
        return []
    hint = "It makes firebase_admin believe any token. It is for tests."
    return [Error("FIREBASE_AUTH_EMULATOR_HOST is set.", hint=hint, id="daily8.E010")]


@register(deploy=True)
def check_web(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    **_: object,
) -> list[CheckMessage]:
    """Links in alerts are https, and no private server may be fetched."""
    found: list[CheckMessage] = []
    if not settings.SITE_URL.startswith("https://"):
        found.append(
            Error("SITE_URL is not https: phones would open it all the same.", id="daily8.E004")
        )
    if settings.OUTBOUND_ALLOW:
        found.append(Error("OUTBOUND_ALLOW opens private servers to feeds.", id="daily8.E005"))
    return found
