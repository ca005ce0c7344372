"""What push services answer, and when one of them is left alone. Knows no network."""

import json
import re
import threading
import time
from datetime import timedelta
from http import HTTPStatus

from articles.feeds.headers import read_retry_after
from notifications.transports.base import ACCEPTED, Outcome, Result
from notifications.webpush.wire import Answer

SUCCESS = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}
DEAD = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}  # RFC 8030, section 7.3
REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
# How Apple, Google and Mozilla say that a subscription was made with another key than ours.
OTHER_KEY = ("vapidpkhashmismatch", "do not correspond to the credentials", "key mismatch")
# How they say that our token is bad whoever is addressed.
BAD_TOKEN = ("badjwttoken", "expiredjwttoken", "invalid jwt", '"errno":109')
REASON = re.compile(r"[A-Za-z]{1,40}")
BUSY_ANSWERS = 3  # in a row, after which a push service is left alone
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(seconds=60)


def read_outcome(answer: Answer) -> Outcome:
    """A push service's answer in the words that decide what happens next.

    What says nothing certain about the address, or about us, is tried again and then given up: a
    device is gone on 404, on 410 and where it subscribed to somebody else, and an alert stops only
    where our token or message is called bad. None slows all workers: a push service speaks for its
    own browsers, and `Rests` leaves it alone.
    """
    status, said = answer.status, answer.body.decode(errors="replace")
    if status in SUCCESS:
        return ACCEPTED
    code = read_reason(said) or f"HTTP_{status}"
    if status in DEAD:
        return Outcome(result=Result.GONE, code=code)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Outcome(result=Result.REJECTED, code=code)
    if status in REFUSED:
        words = said.lower().replace(" :", ":").replace(": ", ":")
        if any(each in words for each in OTHER_KEY):
            return Outcome(result=Result.GONE, code="VAPID_KEY_MISMATCH")
        if any(each in words for each in BAD_TOKEN):
            return Outcome(result=Result.FORBIDDEN, code=code)
    wish = read_retry_after(answer.retry_after)
    return Outcome(result=Result.RETRY, code=code, retry_after=wish)


def read_reason(said: str) -> str:
    """The one word in Apple's JSON; of the others the status says it."""
    try:
        reason = json.loads(said)["reason"]
    except (ValueError, KeyError, TypeError):
        return ""
    return reason if isinstance(reason, str) and REASON.fullmatch(reason) else ""


class Rests:
    """Push services that are left alone for a while, each by itself, in this process.

    A service may limit what one subscription receives (RFC 8030, section 8.4), and one that is
    flooded must not silence a whole browser: so it rests after several such answers in a row only.
    """

    def __init__(self) -> None:
        self.busy: dict[str, int] = {}
        self.ends: dict[str, float] = {}
        self.lock = threading.Lock()

    def note(self, origin: str, answer: Answer | None) -> None:
        """None where no answer came, which costs a thread as long as it waits."""
        with self.lock:
            if answer and answer.status in SUCCESS:
                self.busy.pop(origin, None)
            elif answer is None or answer.status in BUSY:
                self.busy[origin] = self.busy.get(origin, 0) + 1
                if self.busy[origin] >= BUSY_ANSWERS:
                    wish = read_retry_after(answer.retry_after if answer else "") or SHORTEST_REST
                    rest = min(max(wish, SHORTEST_REST), LONGEST_REST)
                    self.ends[origin] = time.monotonic() + rest.total_seconds()

    def left(self, origin: str) -> timedelta | None:
        with self.lock:
            seconds = self.ends.get(origin, 0) - time.monotonic()
            if seconds <= 0:
                self.ends.pop(origin, None)
                return None
            return timedelta(seconds=seconds)
