"""Many fetches side by side: one queue a host, in a thread of its own."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from queue import SimpleQueue
from time import monotonic, perf_counter, sleep

import pycurl

from articles.feeds.fetch import Answer, Fetched, FetchError, Limits, PutOff, Request, Transfer
from articles.outbound import Guard

LOOK_UP = 0.05  # seconds after which room that the caller made is seen, while others are on the way
NO_SOCKET_YET = 0.002  # a name is being resolved

Answers = SimpleQueue[tuple[Request, Answer, int] | None]


def fetch_all(
    queues: Sequence[Sequence[Request]], guard: Guard, gap: float = 0, limits: Limits = Limits()
) -> Iterator[tuple[Request, Answer, int]]:
    """Answers as they come, with the milliseconds that each took.

    One queue a host: its requests go one after the other, `gap` seconds apart; queues go side by
    side. The requests run in a thread of their own, so that the caller may work meanwhile; at most
    `limits.at_once` are on their way, or wait for the caller with a body.
    """
    answers: Answers = SimpleQueue()
    this = Round(queues, guard, gap, limits, answers)
    thread = threading.Thread(target=this.run, name="fetch", daemon=True)
    thread.start()
    try:
        while answer := answers.get():
            yield answer
            if isinstance(answer[1], Fetched):
                this.room.release()
    finally:
        this.is_over = True
        this.room.release()
        thread.join()


@dataclass(slots=True)
class Turn:
    """A host, whose next request goes out no earlier than `at`."""

    requests: Iterator[Request]
    request: Request
    begun: float = 0
    wait: timedelta | None = None
    """How long it wants to be left alone."""


class Round:
    """The requests of one `fetch_all`, on one curl multi handle."""

    def __init__(
        self,
        queues: Sequence[Sequence[Request]],
        guard: Guard,
        gap: float,
        limits: Limits,
        answers: Answers,
    ) -> None:
        self.guard, self.gap, self.limits, self.answers = guard, gap, limits, answers
        self.room = threading.Semaphore(limits.at_once)
        self.is_over = False
        self.multi = pycurl.CurlMulti()
        self.idle: list[Transfer] = []
        self.busy: dict[pycurl.Curl, tuple[Transfer, Turn]] = {}
        self.order = count()
        self.due: list[tuple[float, int, Turn]] = []
        for queue in queues:
            self.go_on(Turn(iter(queue), Request(url="")), 0)

    def run(self) -> None:
        try:
            while (self.due or self.busy) and not self.is_over:
                self.start()
                self.multi.perform()
                self.take_answers()
                self.rest()
        finally:
            self.answers.put(None)
            self.close()

    def go_on(self, turn: Turn, at: float) -> None:
        """To the next request of a host, if it has one."""
        for request in turn.requests:
            turn.request = request
            heappush(self.due, (at, next(self.order), turn))
            break

    def start(self) -> None:
        """As many requests as are due and have room; with nothing on its way, wait for room."""
        while self.due and self.due[0][0] <= monotonic() and self.room.acquire(not self.busy):
            if self.is_over:
                return
            _, _, turn = heappop(self.due)
            turn.begun = perf_counter()
            if turn.wait:
                self.answer(turn, PutOff(wait=turn.wait))
                continue
            transfer = self.idle.pop() if self.idle else Transfer(self.guard, self.limits)
            refused = transfer.begin(turn.request)
            if refused:
                self.idle.append(transfer)
                self.answer(turn, refused)
                continue
            self.busy[transfer.handle] = transfer, turn
            self.multi.add_handle(transfer.handle)

    def take_answers(self) -> None:
        _, done, failed = self.multi.info_read()
        ended = [(handle, pycurl.E_OK) for handle in done]
        for handle, code in ended + [(handle, code) for handle, code, _ in failed]:
            transfer, turn = self.busy[handle]
            self.multi.remove_handle(handle)
            answer = transfer.end(code)
            if answer is None:
                self.multi.add_handle(handle)
                continue
            del self.busy[handle]
            self.idle.append(transfer)
            self.answer(turn, answer)

    def answer(self, turn: Turn, answer: Answer) -> None:
        if isinstance(answer, FetchError):
            turn.wait = answer.retry_after
        self.answers.put((turn.request, answer, int((perf_counter() - turn.begun) * 1000)))
        if not isinstance(answer, Fetched):  # whose body the caller has yet to take
            self.room.release()
        self.go_on(turn, 0 if turn.wait else monotonic() + self.gap)

    def rest(self) -> None:
        """Until something arrives, or the next request is due."""
        until = max(0, self.due[0][0] - monotonic()) if self.due else LOOK_UP
        if self.busy:
            if self.multi.select(min(until or LOOK_UP, LOOK_UP)) < 0:
                sleep(NO_SOCKET_YET)
        elif until and self.due:
            sleep(min(until, LOOK_UP))

    def close(self) -> None:
        for handle, (transfer, _) in self.busy.items():
            self.multi.remove_handle(handle)
            self.idle.append(transfer)
        for transfer in self.idle:
            transfer.close()
        self.multi.close()
