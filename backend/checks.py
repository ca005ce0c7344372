"""What `manage.py check --deploy` asks before a server may meet readers."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

FCM_HOST = "fcm.googleapis.com"
TOYS = ("console.ConsoleTransport", "memory.MemoryTransport")


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
def check_sign_in(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's signature
    **_: object,
) -> list[CheckMessage]:
    """Nobody signs in as somebody else: a token has to be signed by Google."""
    if "FIREBASE_AUTH_EMULATOR_HOST" not in os.environ:
        return []
    hint = "It makes firebase_admin believe any token. It is for tests."
    return [Error("FIREBASE_AUTH_EMULATOR_HOST is set.", hint=hint, id="daily8.E006")]


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
