"""Ways to carry messages to devices, chosen by dotted path as EMAIL_BACKEND is."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.transports.base import Transport
from notifications.transports.routing import RoutingTransport


@cache
def get_transport() -> Transport:
    """The process's transport, made on first use in the worker that sends: it holds connections."""
    return RoutingTransport(
        make_fcm=import_string(settings.PUSH_TRANSPORT),
        make_web_push=import_string(settings.WEB_PUSH_TRANSPORT),
    )
