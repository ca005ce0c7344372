"""The connections to one server, with their clocks: opened as needed, watched, given up."""

import logging
import random
import selectors
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import SplitResult

from notifications.transports.lane.connection import Connection
from notifications.transports.lane.outcomes import Lost, Outcome
from notifications.transports.lane.wire import PROTOCOL, Place, Wire, find_places

logger = logging.getLogger(__name__)

TICK: Final = 0.1  # seconds after which the clocks are looked at, whether anything came or not
ABSENCE: Final = 0.25  # seconds away from the sockets that are not held against the server
LATELY: Final = 0.05  # seconds: many rounds of the loop, and less than answers take to come
LEISURE: Final = 0.25  # of the time; below it another connection gained nothing that was measured


class Timed(Protocol):
    """What the pool has to know of a request."""

    written_at: float


Ticket = TypeVar("Ticket", bound=Timed)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds."""

    answer: float = 10
    """FCM's own documentation asks for at least that."""
    connect: float = 5
    silence: float = 3
    """Without a byte while requests are under way, before the server is asked for a sign."""
    sign: float = 3
    idle: float = 50
    """Unused for longer, a connection may have been forgotten by something on the way."""
    backoff: float = 2
    """At most, between two attempts to connect."""


class Link(Generic[Ticket]):
    """A connection on a socket, with its times."""

    def __init__(self, protocol: Connection[Ticket], wire: Wire, places: list[Place]) -> None:
        self.protocol, self.wire = protocol, wire
        self.places = places
        """Where the server may also be, should it not be found at the first place."""
        self.begun_at = self.heard_at = self.asked_at = 0.0
        self.given_through = self.sent_through = -1
        """The last stream that the wire has been given, and of which bytes may have left."""
        self.events = 0
        self.is_proven = False
        """It has carried an answer."""

    def has_room(self) -> bool:
        return not self.wire.unsent and self.protocol.room > 0

    def flush(self) -> None:
        """Send what the protocol has to say, as far as the socket takes it."""
        if not self.wire.is_open:
            return
        self.given_through = self.protocol.last_started
        if self.wire.send(self.protocol.take_output()):
            self.sent_through = self.given_through


class Pool(Generic[Ticket]):
    """At most `most` connections; one more is opened when those there are have no room, unless we
    are too busy with them to wait for answers: then it would have to wait for us.
    """

    def __init__(
        self, server: SplitResult, most: int, tls: ssl.SSLContext | None, patience: Patience
    ) -> None:
        self.host = server.hostname or ""
        self.port = server.port or (443 if server.scheme == "https" else 80)
        self.most, self.patience = most, patience
        self.tls = (tls or ssl.create_default_context()) if server.scheme == "https" else None
        if self.tls:
            self.tls.set_alpn_protocols([PROTOCOL])
        self.selector = selectors.DefaultSelector()
        self.links: list[Link[Ticket]] = []
        self.failures = 0
        self.not_before = 0.0
        self.unreachable: OSError | None = None
        self.left_at = time.monotonic()
        self.leisure = 1.0
        """The share of the time that was lately spent waiting."""
        self.excused = 0.0
        self.done: list[tuple[Ticket, Outcome]] = []

    def now(self) -> float:
        """The pool's clock stands still while its user is away: no deadline passes meanwhile."""
        return time.monotonic() - self.excused

    @property
    def is_busy(self) -> bool:
        return any(link.protocol.streams for link in self.links)

    def wake(self) -> None:
        """After a pause: let go of connections that have ended or were unused for too long."""
        self.left_at = time.monotonic()
        self.unreachable = None
        for _ in self.poll(0):
            pass  # nothing is under way
        for link in [*self.links]:
            if self.now() - link.heard_at > self.patience.idle:
                self.drop(link, "idle")

    def open_more(self) -> None:
        """Begin one more connection, unless one is beginning, or it is too early to try again."""
        alive = [link for link in self.links if not link.protocol.is_draining]
        is_opening = any(not link.protocol.is_ready for link in alive)
        if is_opening or len(alive) >= self.most or self.now() < self.not_before:
            return
        if alive and self.leisure < LEISURE:
            return
        try:
            places = find_places(self.host, self.port)
        except OSError as error:
            self.go_on([], error)
        else:
            self.open(places)

    def open(self, places: list[Place]) -> None:
        """Begin a connection to the first place that does not refuse at once."""
        place, *others = places
        try:
            wire = Wire(place, self.tls, self.host)
        except OSError as error:
            self.go_on(others, error)
            return
        link = Link(Connection[Ticket](), wire, others)
        link.begun_at = link.heard_at = self.now()
        link.events = selectors.EVENT_WRITE
        self.selector.register(link.wire, link.events, link)
        self.links.append(link)

    def go_on(self, places: list[Place], error: OSError) -> None:
        """No connection came about: try the server's next place, or later again."""
        if places:
            self.open(places)
            return
        self.note_failure(error)
        if not self.links:
            self.unreachable = error

    def poll(self, longest: float = TICK) -> Iterator[list[tuple[Ticket, Outcome]]]:
        """Wait for something to happen; the requests that have an outcome now, connection by
        connection, so that each can be given new ones before the next is read.

        All that had arrived is read before any clock is looked at.
        """
        left_at, begun_at = self.left_at, time.monotonic()
        away = begun_at - left_at
        if away > ABSENCE:
            self.excused += away
        ready = self.selector.select(longest)
        self.left_at = time.monotonic()
        self.note_leisure(self.left_at - begun_at, self.left_at - left_at)
        now = self.now()
        for key, _ in ready:
            self.serve(key.data, now)
            yield self.take_done()
        for link in [*self.links]:
            self.check(link, now)
        yield self.take_done()

    def note_leisure(self, waited: float, of: float) -> None:
        """How long we waited, of the seconds since the last wait was over."""
        if of > 0:
            self.leisure += (waited / of - self.leisure) * min(1, of / LATELY)

    def take_done(self) -> list[tuple[Ticket, Outcome]]:
        done, self.done = self.done, []
        return done

    def serve(self, link: Link[Ticket], now: float) -> None:
        """Read, understand, answer."""
        if not link.wire.is_open:
            try:
                link.wire.advance()
            except OSError as error:
                self.fail(link, error)
                return
        if link.wire.is_open:
            received = link.wire.receive()
            if received:
                link.heard_at = now
                done = link.protocol.receive(received)
                if done:
                    link.is_proven, self.failures = True, 0
                    self.done += done
            link.flush()
        self.watch(link)

    def watch(self, link: Link[Ticket]) -> None:
        """Ask the system for what can happen next."""
        events = selectors.EVENT_READ
        if link.wire.wants_to_send:
            events |= selectors.EVENT_WRITE
        if events != link.events:
            link.events = events
            self.selector.modify(link.wire, events, link)

    def check(self, link: Link[Ticket], now: float) -> None:
        """Give up what has ended or waited for too long."""
        protocol, patience = link.protocol, self.patience
        if link not in self.links:
            return
        if protocol.error or link.wire.is_ended:
            error = ConnectionError(str(protocol.error or "connection closed"))
            if not protocol.is_ready:
                self.fail(link, error)
            else:
                self.drop(link, str(error))
                if not link.is_proven:
                    self.note_failure(error)
        elif not protocol.is_ready:
            if now - link.begun_at > patience.connect:
                self.fail(link, TimeoutError("no connection in time"))
        elif protocol.streams:
            self.check_streams(link, now)
        elif protocol.is_draining:
            self.drop(link, "server leaves")

    def check_streams(self, link: Link[Ticket], now: float) -> None:
        protocol, patience = link.protocol, self.patience
        oldest = next(iter(protocol.streams.values()))
        if now - oldest.written_at > patience.answer:
            late = [
                id_
                for id_, each in protocol.streams.items()
                if now - each.written_at > patience.answer
            ]
            self.done += [
                (protocol.cancel(stream_id), Lost("no answer in time")) for stream_id in late
            ]
            link.flush()
        is_asked = link.asked_at > link.heard_at
        if is_asked and now - link.asked_at > patience.sign:
            self.drop(link, "no sign of life")
        elif not is_asked and now - link.heard_at > patience.silence:
            link.asked_at = now
            protocol.ping()
            link.flush()
            self.watch(link)

    def fail(self, link: Link[Ticket], error: OSError) -> None:
        self.drop(link, str(error))
        self.go_on(link.places, error)

    def note_failure(self, error: OSError) -> None:
        logger.warning("no good connection to %s: %s", self.host, error)
        self.failures += 1
        longest = min(self.patience.backoff, 0.05 * 2 ** min(self.failures, 10))
        self.not_before = self.now() + longest * random.uniform(0.5, 1)  # noqa: S311 - no secret

    def drop(self, link: Link[Ticket], reason: str) -> None:
        """Close a connection. What it leaves open is lost, or refused where it never left."""
        self.links.remove(link)
        self.selector.unregister(link.wire)
        link.wire.close()
        ended = link.protocol.end(reason, link.sent_through)
        if ended:
            facts = {"host": self.host, "reason": reason, "requests": len(ended)}
            logger.warning("connection lost", extra=facts)
            self.done += ended

    def abandon(self) -> None:
        """Close the connections on which something is under way that nobody waits for any more."""
        for link in [*self.links]:
            if link.protocol.streams:
                self.drop(link, "abandoned")

    def close(self) -> None:
        for link in [*self.links]:
            link.protocol.say_goodbye()
            link.flush()
            self.drop(link, "closed")
        self.selector.close()
