"""What a worker holds while it sends."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings

from notifications.audience import Audience
from notifications.models import Alert, Batch, Failure, Variant
from notifications.notices import make_notice, name_tags
from notifications.transports.base import Message, Notice, Transport
from notifications.verdict import Delivery

CHUNKS_IN_FLIGHT = (
    4  # while the slowest answers of one chunk are awaited, others keep the wire full
)
CHUNK_SECONDS = 0.25  # of the rate: a longer chunk would make others wait
CANARY = 200  # messages by which an alert is proved before all others are sent it

Cursor = tuple[int, UUID]


@dataclass
class Flight:
    """A chunk from its reading until all its outcomes are known and recorded."""

    messages: list[Message]
    cursor: Cursor
    """Where the batch stands once it is recorded."""
    held_back: dict[str, list[Cursor]] = field(default_factory=dict)
    """Readers who were not disturbed, with their shards, by reason."""
    deviceless: int = 0
    retried: list[Failure] = field(default_factory=list)
    accepted: int = 0
    unsent: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.waiting = len(self.messages)
        self.tries = {failure.device_id: failure.tries for failure in self.retried}

    def notices(self) -> set[Notice]:
        return {message.notice for message in self.messages}


@dataclass
class Run:
    """One worker's hold on one batch."""

    batch: Batch
    audience: Audience
    token: int
    transport: Transport
    may_go_on: bool = True
    is_read: bool = False
    """Nobody of the batch is left to be read."""

    def __post_init__(self) -> None:
        self.cursor: Cursor = (self.batch.cursor_shard, self.batch.cursor_reader)

    @property
    def alert(self) -> Alert:
        return self.batch.alert

    @property
    def is_canary(self) -> bool:
        return self.batch.is_canary and self.alert.proved_at is None

    @property
    def is_retrying(self) -> bool:
        return self.batch.state == Batch.State.RETRYING

    @cached_property
    def in_flight(self) -> int:
        """The most messages under way: what a kill may repeat. Retries and canaries go alone."""
        return 0 if self.is_retrying or self.is_canary else settings.PUSH_IN_FLIGHT

    @cached_property
    def chunk_size(self) -> int:
        if self.is_canary:
            return min(CANARY, settings.PUSH_IN_FLIGHT)
        paced = max(10, int(settings.PUSH_RATE * CHUNK_SECONDS))
        return min(max(1, settings.PUSH_IN_FLIGHT // CHUNKS_IN_FLIGHT), paced)

    @cached_property
    def tag_names(self) -> list[str]:
        return name_tags(self.alert)

    @cached_property
    def mark(self) -> str:
        """The de-duplication id of the alert."""
        return self.alert.replaces()

    def notice(self, variant: Variant, time_left: timedelta) -> Notice:
        return make_notice(self.alert, variant, time_left, self.tag_names)

    def notices(self, wishes: Iterable[list[str]], time_left: timedelta) -> list[Notice]:
        """For each reader's languages the notice to be shown; one object for each language."""
        made: dict[str, Notice] = {}
        if not self.alert.variants:
            return [self.notice(self.alert.own(), time_left)] * len(list(wishes))
        chosen = [self.alert.told_in(languages) for languages in wishes]
        for variant in chosen:
            if variant.language not in made:
                made[variant.language] = self.notice(variant, time_left)
        return [made[variant.language] for variant in chosen]
