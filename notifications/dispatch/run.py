"""What a worker holds while it sends."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings

from notifications.audience import Audience
from notifications.dispatch.aside import Aside
from notifications.dispatch.leave import Leave
from notifications.dispatch.pages import Pages
from notifications.models import Alert, Batch, Failure, Variant
from notifications.notices import make_notice, name_tags
from notifications.releasing import CANARY, READERS_PER_BATCH
from notifications.transports.base import Message, Notice
from notifications.verdict import Delivery

CHUNKS_IN_FLIGHT = (
    4  # while the slowest answers of one chunk are awaited, others keep the wire full
)
SAME_TIME = 1  # seconds in which a notice is not made anew, only to be kept a second less
CHUNK_SECONDS = 0.25  # of the rate: a longer chunk would make others wait

Cursor = tuple[int, UUID]


@dataclass
class Run:
    """One worker's hold on one batch. What it may, and what it reads with, it shares with the
    batches that the same turn comes to.
    """

    batch: Batch
    audience: Audience
    leave: Leave
    aside: Aside
    is_read: bool = False
    """Nobody of the batch is left to be read."""

    def __post_init__(self) -> None:
        self.cursor: Cursor = (self.batch.cursor_shard, self.batch.cursor_reader)
        self.midnights: dict[int, float] = {}
        """By quiet profile, in seconds of the epoch."""
        self.made: dict[str, Notice] = {}
        self.made_at = 0.0

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
    def page_size(self) -> int:
        """Readers whom one statement finds: no more than all workers together may tell in a second,
        since what readers do after it has begun is not seen.
        """
        return min(CANARY if self.is_canary else READERS_PER_BATCH, int(settings.PUSH_RATE))

    @cached_property
    def pages(self) -> Pages:
        return Pages(
            self.aside,
            self.audience,
            self.batch,
            chunk_size=self.chunk_size,
            page_size=self.page_size,
        )

    @cached_property
    def told_at(self) -> datetime:
        """The moment for which the alert was planned, or the end of the batch's quiet hours."""
        return max(self.audience.planned_at, self.batch.release_at)

    @cached_property
    def tag_names(self) -> list[str]:
        return name_tags(self.alert)

    @cached_property
    def mark(self) -> str:
        """The de-duplication id of the alert."""
        return self.alert.replaces()

    def notices(self, wishes: Sequence[list[str] | None], time_left: timedelta) -> list[Notice]:
        """For each reader's languages the notice to be shown; one object for each language, for
        chunks of the same second.
        """
        if time.monotonic() - self.made_at > SAME_TIME:
            self.made, self.made_at = {}, time.monotonic()
        if not self.alert.variants:
            return [self.notice(self.alert.own(), time_left)] * len(wishes)
        return [self.notice(self.alert.told_in(languages), time_left) for languages in wishes]

    def notice(self, variant: Variant, time_left: timedelta) -> Notice:
        if variant.language not in self.made:
            left = time_left - timedelta(seconds=SAME_TIME)
            self.made[variant.language] = make_notice(self.alert, variant, left, self.tag_names)
        return self.made[variant.language]


@dataclass
class Flight:
    """A chunk from its reading until all its outcomes are known and recorded."""

    run: Run
    cursor: Cursor
    """Where the batch stands once it is recorded."""
    messages: list[Message] = field(default_factory=list)
    held_back: dict[str, list[Cursor]] = field(default_factory=dict)
    """Readers who were not disturbed, with their shards, by reason."""
    deviceless: int = 0
    retried: list[Failure] = field(default_factory=list)
    unsent: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.waiting = 0
        self.tries = {failure.device_id: failure.tries for failure in self.retried}

    @property
    def is_one_update(self) -> bool:
        """Nothing is to be recorded but how many accepted it, and the cursor."""
        return not (self.unsent or self.retried or self.held_back or self.run.is_canary)

    def load(self, messages: list[Message]) -> None:
        """Take messages, whose ticket it is."""
        self.messages, self.waiting = messages, len(messages)

    def unload(self) -> int:
        """How many messages it had. They know it by their ticket, and would wait together for the
        garbage collection.
        """
        count = len(self.messages)
        self.messages = []
        return count
