"""Firebase Cloud Messaging, HTTP v1: `FcmTransport` over our own HTTP/2, or `FcmAdminTransport`
over Google's code where that is wanted on the wire, or a proxy stands between.

firebase-admin gives both credentials and encodes their messages. Its own bulk call is the second
choice, since it starts a thread a message, sleeps through 429 and repeats what may have arrived.
"""

from notifications.transports.fcm.admin import FcmAdminTransport
from notifications.transports.fcm.sender import FcmTransport

__all__ = ["FcmAdminTransport", "FcmTransport"]
