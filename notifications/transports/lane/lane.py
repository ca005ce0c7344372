"""Many requests to one server, as fast as it takes them, each with one certain outcome.

Blocks, and needs neither threads nor an event loop: it is made for one worker process.
"""

import ssl
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from notifications.transports.lane.fields import Fields, TooLargeError
from notifications.transports.lane.outcomes import OK, Answered, Outcome, Refused
from notifications.transports.lane.pool import TICK, Link, Patience, Pool

MOST_REFUSALS: Final = 5  # of one request, before its user is told
UNAUTHORIZED: Final = 401

Key = TypeVar("Key")
Verdict = TypeVar("Verdict")


class Request(Generic[Key]):
    """What is to be sent, once: the lane keeps its notes on it.

    `fields` begin with `:method`, `:scheme`, `:authority` and `:path` (RFC 9113, section 8.3.1).
    Requests that share the same object cost next to nothing for it.
    """

    __slots__ = ("authorization", "body", "fields", "is_renewed", "key", "refusals", "written_at")

    def __init__(self, key: Key, fields: Fields, body: bytes) -> None:
        self.key, self.fields, self.body = key, fields, body
        self.authorization, self.written_at = "", 0.0
        self.refusals, self.is_renewed = 0, False


class Settled(Generic[Key, Verdict]):
    """Takes a request's place where its outcome is known without sending anything."""

    __slots__ = ("key", "verdict")

    def __init__(self, key: Key, verdict: Verdict) -> None:
        self.key, self.verdict = key, verdict


class NoCredentialError(Exception):
    """There is no authorization to be had; raised by an Authority."""


class Authority(Protocol):
    """Knows the value of the field `authorization`."""

    def value(self) -> str:
        """The value to use from now on; the same object while it is the same. May block, but not
        for long. Raises NoCredentialError.
        """
        ...

    def is_renewable(self, value: str, answer: Answered) -> bool:
        """Whether an answer 401 says that `value` is over, so that another try makes sense."""
        ...


class End:
    """Stands behind the last request."""


END: Final = End()


class Lane(Generic[Key, Verdict]):
    """Sends over at most `connections` connections; `http` means HTTP/2 without TLS and without
    asking first (RFC 9113, section 3.3).

    One send at a time. The number of connections that a rate needs is rate x latency / 100, since
    each carries 100 requests at a time.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int,
        authority: Authority | None = None,
        tls: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.authority = authority
        server = urlsplit(url)
        self.pool: Pool[Request[Key]] = Pool(server, connections, tls, patience or Patience())
        self.is_sending = False

    def send(
        self, requests: Iterable[Request[Key] | Settled[Key, Verdict] | None]
    ) -> Iterator[tuple[Key, Outcome | Verdict]]:
        """Every request's key with its outcome, once, in any order.

        `requests` is read as there is room. None in it means: no more for now, give outcomes
        first; with nothing under way it is simply read on. What is refused is sent again a few
        times; what may have arrived never is.
        """
        if self.is_sending:
            raise RuntimeError("a lane sends for one caller at a time")
        self.is_sending = True
        pool, sending = self.pool, Sending(self.pool, self.authority, requests)
        try:
            pool.wake()
            while sending.has_more or sending.waiting or pool.is_busy:
                sending.fill()
                yield from sending.take_settled()
                for request, outcome in pool.poll(TICK if sending.has_to_wait() else 0):
                    if outcome is OK or not sending.may_repeat(request, outcome):
                        yield request.key, outcome
                if pool.unreachable:
                    yield from sending.give_up(pool.unreachable)
        finally:
            self.is_sending = False
            pool.abandon()

    def close(self) -> None:
        self.pool.close()


class Sending(Generic[Key, Verdict]):
    """One call of `send`: what is still to come, what waits, what needs no sending."""

    def __init__(
        self,
        pool: Pool[Request[Key]],
        authority: Authority | None,
        requests: Iterable[Request[Key] | Settled[Key, Verdict] | None],
    ) -> None:
        self.pool, self.authority = pool, authority
        self.source = iter(requests)
        self.has_more = True
        self.waiting: deque[Request[Key]] = deque()
        """Taken from the source, and under way nowhere: nothing is connected, or it was refused."""
        self.settled: list[tuple[Key, Outcome | Verdict]] = []

    def fill(self) -> None:
        """Begin requests wherever there is room, until the source has no more for now."""
        for link in self.pool.links:
            if link.has_room():
                is_full = self.feed(link)
                link.flush()
                self.pool.watch(link)
                if not is_full:
                    return
        if not (self.waiting or self.pool.is_busy):
            # Whether to connect at all depends on whether there is anything to send.
            request = self.pull()
            if request is None:
                return
            self.waiting.append(request)
        if self.has_more or self.waiting:
            self.pool.open_more()

    def feed(self, link: Link[Request[Key]]) -> bool:
        """Begin requests on one connection; True where it has no room for another."""
        try:
            authorization = self.authority.value() if self.authority else ""
        except NoCredentialError as error:
            self.refuse(error)
            return False
        protocol, now = link.protocol, self.pool.now()
        start, streams, pull = protocol.start, protocol.streams, self.pull
        while len(streams) < protocol.limit:
            request = pull()
            if request is None:
                return False
            request.authorization, request.written_at = authorization, now
            try:
                start(request, request.fields, authorization, request.body)
            except TooLargeError as error:
                self.settled.append((request.key, Refused("fields too large", error)))
                return False
        return True

    def refuse(self, error: NoCredentialError) -> None:
        """All that waits, or else the next request: asking again for each would take its time."""
        if not self.waiting and (request := self.pull()):
            self.waiting.append(request)
        refused = Refused("no credential", error)
        self.settled += [(request.key, refused) for request in self.waiting]
        self.waiting.clear()

    def pull(self) -> Request[Key] | None:
        """The next request; None where there is none for now, or outcomes have to be given."""
        if self.waiting:
            return self.waiting.popleft()
        item = next(self.source, END)
        if isinstance(item, Request):
            return item
        if isinstance(item, Settled):
            self.settled.append((item.key, item.verdict))
        elif item is END:
            self.has_more = False
        return None

    def take_settled(self) -> list[tuple[Key, Outcome | Verdict]]:
        settled, self.settled = self.settled, []
        return settled

    def has_to_wait(self) -> bool:
        return self.pool.is_busy or bool(self.waiting)

    def may_repeat(self, request: Request[Key], outcome: Outcome) -> bool:
        """Whether it is worth another try, and safe; then it waits for one."""
        if isinstance(outcome, Refused):
            request.refusals += 1
            is_worth = request.refusals <= MOST_REFUSALS
        else:
            is_worth = (
                isinstance(outcome, Answered)
                and outcome.status == UNAUTHORIZED
                and self.authority is not None
                and not request.is_renewed
                and self.authority.is_renewable(request.authorization, outcome)
            )
            request.is_renewed = is_worth
        if is_worth:
            self.waiting.append(request)
        return is_worth

    def give_up(self, error: OSError) -> Iterator[tuple[Key, Outcome]]:
        """Nothing is connected: what waits has not been sent and need not wait on."""
        self.pool.unreachable = None
        while self.waiting:
            yield self.waiting.popleft().key, Refused("unreachable", error)
