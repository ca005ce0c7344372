"""Prints messages: for a laptop without Firebase."""

import sys
from collections.abc import Iterable, Iterator

from notifications.transports.base import ACCEPTED, Message, Outcome


class ConsoleTransport:
    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        for message in filter(None, messages):
            notice = message.notice
            sys.stdout.write(f"push to {message.device_id}: {notice.title} - {notice.link}\n")
            yield message, ACCEPTED

    def check(self, message: Message) -> Outcome:  # noqa: ARG002 - the protocol's signature
        return ACCEPTED

    def close(self) -> None:
        sys.stdout.flush()
