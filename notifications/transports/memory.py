"""Keeps messages in a list: for tests of what is sent rather than how."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from notifications.transports.base import ACCEPTED, Message, Outcome


class MemoryTransport:
    """`outbox` is shared by all instances, as that of Django's mail; `answers` play a provider."""

    outbox: ClassVar[list[Message]] = []
    answers: ClassVar[dict[str, Outcome]] = {}

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        for message in filter(None, messages):
            outcome = self.answers.get(message.address, ACCEPTED)
            if outcome is ACCEPTED:
                self.outbox.append(message)
            yield message, outcome

    def check(self, message: Message) -> Outcome:
        return self.answers.get(message.address, ACCEPTED)

    def close(self) -> None:
        self.outbox.clear()
        self.answers.clear()
