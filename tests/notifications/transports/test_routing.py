from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.models.identifier import make_id
from notifications.transports import get_transport
from notifications.transports.base import ACCEPTED, Message, Outcome, Result
from notifications.transports.memory import MemoryTransport
from notifications.transports.routing import MOST_HELD, RoutingTransport
from tests.notifications.transports.samples import NOTICE


def message(kind: str, number: int = 0) -> Message:
    return Message(
        notice=NOTICE,
        device=make_id().bytes,
        address_kind=kind,
        address=f"{kind}-{number}",
    )


@dataclass
class Wire:
    """Keeps up to `width` messages under way, as a transport may, and notes what it is told."""

    width: int = 3
    sent: list[str] = field(default_factory=list)
    streams: int = 0
    is_closed: bool = False
    was_abandoned: bool = False

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        self.streams += 1
        under_way: list[Message] = []
        try:
            for each in messages:
                if each:
                    under_way.append(each)
                    self.sent.append(each.address)
                while under_way and (each is None or len(under_way) > self.width):
                    yield under_way.pop(0), ACCEPTED
            while under_way:
                yield under_way.pop(0), ACCEPTED
        finally:
            self.was_abandoned = bool(under_way)

    def check(self, message: Message) -> Outcome:
        return Outcome(result=Result.GONE, code=message.address)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def fcm() -> Wire:
    return Wire()


@pytest.fixture
def web_push() -> Wire:
    return Wire()


@pytest.fixture
def router(fcm: Wire, web_push: Wire) -> RoutingTransport:
    return RoutingTransport(lambda: fcm, lambda: web_push)


def feed(messages: list[Message], window: int, told: set[Message]) -> Iterator[Message | None]:
    """A caller that lets `window` messages be without an outcome, and says None until one has."""
    asked_in_vain = 0
    for given_out, each in enumerate(messages):
        while given_out - len(told) >= window:
            asked_in_vain += 1
            assert asked_in_vain < 10_000, "a deadlock: no outcome comes"
            yield None
        yield each


@given(
    kinds=st.lists(st.sampled_from(["fcm_token", "fcm_fid", "web_push"]), max_size=60),
    window=st.integers(1, 12),
    width=st.integers(1, 8),
)
def test_every_message_has_one_outcome_whatever_the_order(
    kinds: list[str], window: int, width: int
) -> None:
    fcm, web_push = Wire(width), Wire(width)
    messages = [message(kind, number) for number, kind in enumerate(kinds)]
    told: set[Message] = set()
    outcomes = []

    for each, outcome in RoutingTransport(lambda: fcm, lambda: web_push).send(
        feed(messages, window, told)
    ):
        told.add(each)
        outcomes.append((each, outcome))

    assert Counter(each for each, _ in outcomes) == Counter(messages)
    assert Counter(web_push.sent) == Counter(m.address for m in messages if "web" in m.address)
    assert Counter(fcm.sent) == Counter(m.address for m in messages if "fcm" in m.address)


def test_a_window_full_of_web_pushes_does_not_wait_for_ever(router: RoutingTransport) -> None:
    told: set[Message] = set()
    messages = [message("web_push", number) for number in range(20)]

    for each, _ in router.send(feed(messages, window=4, told=told)):
        told.add(each)

    assert told == set(messages)


def test_web_pushes_wait_for_a_pause_and_fcm_goes_on_in_one_stream(
    router: RoutingTransport, fcm: Wire, web_push: Wire
) -> None:
    messages = [message("fcm_token", n) if n % 2 else message("web_push", n) for n in range(40)]

    outcomes = list(router.send(messages))

    assert len(outcomes) == 40
    assert (fcm.streams, web_push.streams) == (1, 1)


def test_what_is_held_is_bounded(router: RoutingTransport, web_push: Wire) -> None:
    seen: list[int] = []

    def endless() -> Iterator[Message]:
        for number in range(3 * MOST_HELD):
            seen.append(number)
            yield message("web_push", number)

    first, *_ = router.send(endless()).__next__()

    assert first.address == "web_push-0"
    assert len(seen) == MOST_HELD
    assert web_push.streams == 1


def test_a_pause_with_nothing_under_way_is_read_over(router: RoutingTransport) -> None:
    only = message("fcm_token")

    assert list(router.send([None, None, only, None])) == [(only, ACCEPTED)]
    assert list(router.send([None])) == []


def test_a_pause_without_web_pushes_is_passed_on(router: RoutingTransport, fcm: Wire) -> None:
    fcm.width = 100
    first, second = message("fcm_token", 1), message("fcm_token", 2)

    stream = router.send([first, None, second])

    assert next(stream) == (first, ACCEPTED)
    assert fcm.sent == ["fcm_token-1"]
    assert list(stream) == [(second, ACCEPTED)]
    assert fcm.streams == 1


def test_a_caller_that_goes_away_leaves_nothing_open(router: RoutingTransport, fcm: Wire) -> None:
    read: list[int] = []

    def source() -> Iterator[Message]:
        for number in range(100):
            read.append(number)
            yield message("fcm_token", number)

    stream = router.send(source())
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator, as every transport's send is

    assert fcm.was_abandoned
    assert len(read) < 10
    assert list(stream) == []


def test_a_transport_is_made_when_it_is_needed_and_closed_if_it_was() -> None:
    web_push = Wire()

    def make_fcm() -> Wire:
        raise AssertionError("nobody has a phone here")

    router = RoutingTransport(make_fcm, lambda: web_push)
    list(router.send([message("web_push"), None]))
    router.close()

    assert web_push.is_closed


def test_a_message_is_checked_by_its_own_transport(router: RoutingTransport) -> None:
    assert router.check(message("web_push")).code == "web_push-0"


def test_the_process_has_one_transport_for_both_kinds() -> None:
    list(get_transport().send([message("fcm_token"), message("web_push")]))

    kinds = {each.address_kind for each in MemoryTransport.outbox}
    assert kinds == {"fcm_token", "web_push"}
    assert get_transport() is get_transport()
