"""Ids that may be shown to the world, and the marks that let a client ask what has changed."""

import secrets
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.expressions import Func


def make_id() -> UUID:
    """A UUIDv7: 48 bits of milliseconds, then random ones, so that an index grows at its end.

    Source: RFC 9562, section 5.7. (uuid.uuid7 needs Python 3.14.)
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def first_id(at: datetime) -> UUID:
    """No id that was made at that time or later is smaller."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


class Shard(Func):
    """The last 16 bits of a UUID as a number, 0 to 65,535: a reader's place in an audience."""

    template = "(('x' || right((%(expressions)s)::text, 4))::bit(16)::int)"
    arity = 1


class CurrentTransaction(Func):
    """The number of the running transaction."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0


def changed_in_field(**options: Any) -> "models.BigIntegerField[int, int]":
    """The transaction that last wrote the row; a trigger keeps it on updates.

    A client that asks for rows with `cursor <= changed_in < pg_snapshot_xmin` misses nothing,
    however transactions overlap: unlike a clock, the snapshot knows which have not committed yet.
    """
    options = {"db_index": True} | options
    return models.BigIntegerField(db_default=CurrentTransaction(), editable=False, **options)


def came_through_field() -> "models.BigIntegerField[int | None, int | None]":
    """The merge of two tags that copied the row from one to the other; with it the copy goes."""
    return models.BigIntegerField(null=True, editable=False)
