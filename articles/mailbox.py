"""Bodies on their way from the web server to a worker, in Redis, since a task carries ids alone.

A flush loses what is on the way; polling brings it later.
"""

from typing import cast
from uuid import uuid4

from articles.pace import connect

KEPT = 600  # seconds


def put(body: bytes, content_type: str) -> str:
    """A key for `take`."""
    key = f"mailbox:{uuid4().hex}"
    connect().hset(key, mapping={"body": body, "content_type": content_type})
    connect().expire(key, KEPT)
    return key


def take(key: str) -> tuple[bytes, str] | None:
    """The body and its content type; None where they are gone. Kept for a task that is repeated."""
    body, content_type = cast("list[bytes | None]", connect().hmget(key, "body", "content_type"))
    return None if body is None or content_type is None else (body, content_type.decode())
