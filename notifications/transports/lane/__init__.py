"""A client for HTTP/2 that does one thing: many small requests to one server, as fast as the
machine can, with certainty about each of them.

From the bottom: `frames` and `fields` know the layout of HTTP/2 and HPACK, `peer` what the other
side allows, `connection` is the protocol without a socket or a clock, `wire` is the socket, `pool`
the connections with their clocks, and `lane` feeds them.
"""

from notifications.transports.lane.lane import Authority, Lane, NoCredentialError, Request, Settled
from notifications.transports.lane.outcomes import OK, Answered, Lost, Refused
from notifications.transports.lane.pool import Patience

__all__ = [
    "OK",
    "Answered",
    "Authority",
    "Lane",
    "Lost",
    "NoCredentialError",
    "Patience",
    "Refused",
    "Request",
    "Settled",
]
