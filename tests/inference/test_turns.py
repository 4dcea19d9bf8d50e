"""Who is due first goes next; nobody is forgotten."""

from __future__ import annotations

import threading
import time

import pytest

from sojourn.inference.turns import Turns


def queued(turns: Turns, dues: list[float]) -> list[float]:
    """The order in which those who came while the place was taken got it."""
    order: list[float] = []

    def work(due: float) -> None:
        with turns.turn(due):
            order.append(due)

    threads = []
    with turns.turn(0.0):
        for due in dues:
            threads.append(threading.Thread(target=work, args=(due,)))
            threads[-1].start()
            while len(turns._waiting) < len(threads):
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    return order


def test_who_is_due_first_goes_next_whoever_came_first():
    # a long run came, then two short ones that are due before it, then one due after it
    assert queued(Turns(1), [9.0, 1.0, 2.0, 12.0]) == [1.0, 2.0, 9.0, 12.0]


def test_those_due_together_go_as_they_came():
    turns = Turns(1)
    assert queued(turns, [5.0] * 4) == [5.0] * 4
    assert turns._waiting == []


def test_no_more_than_there_are_places_at_once():
    turns, busy, most = Turns(2), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal busy, most
        for _ in range(50):
            with turns.turn(time.monotonic()):
                with lock:
                    busy += 1
                    most = max(most, busy)
                time.sleep(0.0002)
                with lock:
                    busy -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 2


def test_a_place_comes_back_after_an_error():
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError), turns.turn(0.0):
        1 / 0  # noqa: B018
    with turns.turn(0.0):
        pass
