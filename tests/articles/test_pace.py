import time
from datetime import timedelta

import pytest

from articles import pace
from articles.pace import Pace


def test_a_host_is_asked_by_one_worker_at_a_time() -> None:
    first, second = Pace(gap=0), Pace(gap=0)

    assert first.take(["a.example", "b.example", "a.example"]) == {"a.example", "b.example"}
    assert second.take(["b.example", "c.example"]) == {"c.example"}
    first.let_go()
    assert second.take(["b.example"]) == {"b.example"}
    second.let_go()


def test_after_a_request_the_host_has_its_pause() -> None:
    first = Pace(gap=60)
    first.take(["paused.example"])
    first.let_go()

    assert Pace(gap=0).take(["paused.example"]) == set()


def test_a_host_that_wants_to_be_left_alone_is() -> None:
    first = Pace(gap=0)
    first.take(["tired.example"])
    first.leave_alone("tired.example", timedelta(minutes=5))
    first.let_go()

    assert Pace(gap=0).take(["tired.example"]) == set()


def test_a_worker_lets_go_of_nothing_that_is_not_its_own() -> None:
    late, other = Pace(gap=0), Pace(gap=0)
    late.take(["late.example"])
    late.leave_alone("late.example", timedelta(minutes=5))
    late.held.add("late.example")
    late.let_go()

    assert other.take(["late.example"]) == set()


def test_a_host_is_held_as_long_as_its_worker_lives_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "HELD", timedelta(seconds=1))
    living, dead, other = Pace(gap=0), Pace(gap=0), Pace(gap=0)
    living.take(["living.example"])
    dead.take(["dead.example"])
    dead.done.set()  # as kill -9 ends the thread that prolongs

    time.sleep(1.5)

    assert other.take(["living.example", "dead.example"]) == {"dead.example"}
    living.let_go()
    assert other.take(["living.example"]) == {"living.example"}
    other.let_go()
