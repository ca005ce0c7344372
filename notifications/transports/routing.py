"""Each message by the transport of its address kind, over one stream of messages."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain

from notifications.addresses import WEB_PUSH
from notifications.transports.base import Message, Outcome, Transport

MOST_HELD = 500  # web pushes that wait for a pause in the stream; beyond that the pause is made


class RoutingTransport:
    """FCM is fed as the messages come; web pushes are held and sent when the stream pauses.

    A transport is made when the first message needs it: who has browsers only needs no Firebase.
    """

    def __init__(
        self, make_fcm: Callable[[], Transport], make_web_push: Callable[[], Transport]
    ) -> None:
        self.make_fcm = make_fcm
        self.make_web_push = make_web_push
        self.made: list[Transport] = []

    @cached_property
    def fcm(self) -> Transport:
        return self.remember(self.make_fcm())

    @cached_property
    def web_push(self) -> Transport:
        return self.remember(self.make_web_push())

    def remember(self, transport: Transport) -> Transport:
        self.made.append(transport)
        return transport

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        """None may mean that the caller waits for the outcome of a message that is held here. So
        with web pushes held it ends FCM's stream, whose outcomes then come out, and theirs follow.
        """
        source = iter(messages)
        held: list[Message] = []
        while True:
            stream = without_web_push(source, held)
            first = next(filter(None, stream), None)  # with nothing under way, None is read over
            if first:
                yield from self.fcm.send(chain((first,), stream))
            elif not held:
                return
            if held:
                yield from self.web_push.send(held)
                held.clear()

    def check(self, message: Message) -> Outcome:
        transport = self.web_push if message.address_kind == WEB_PUSH else self.fcm
        return transport.check(message)

    def close(self) -> None:
        for transport in self.made:
            transport.close()


def without_web_push(
    source: Iterator[Message | None], held: list[Message]
) -> Iterator[Message | None]:
    """The stream for FCM, until there are web pushes to be sent first or it is over."""
    for message in source:
        if message is None:
            if held:
                return
            yield None
        elif message.address_kind == WEB_PUSH:
            held.append(message)
            if len(held) >= MOST_HELD:
                return
        else:
            yield message
