"""Runs that differ from a month on go on from what is kept of each other, to the byte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.flow import arrivals, claim_parts, profiles, queue, rates, resume, stages
from sojourn.flow.batch import Batch
from sojourn.inputs import months, parameters
from sojourn.inputs.parameters import Parameters

SPAN = months.span(months.FIRST, months.parse("2029-12"))
CHANGE = months.parse("2026-05")
AT = CHANGE - months.FIRST


def batch(table: Parameters | None = None) -> tuple[Batch, resume.Parts]:
    """Three members of different draws, and what their months before AT are made of."""
    paths = (table or parameters.load()).paths(SPAN)
    drawn = [paths.at(np.full(len(paths.names), u)).value for u in (0.2, 0.5, 0.8)]
    several = replace(paths, value=np.stack(drawn, axis=1))
    law = claim_parts.of(profiles.shares(several, profiles.plan(paths)))
    made = rates.rates(stages.load(), several, arrivals.intake(several), law)
    return made, (several.value[:, :, :AT], *law.before(AT))


def moved(name: str, value: float, month: int = CHANGE) -> tuple[Batch, resume.Parts]:
    return batch(parameters.load().changed(name, month, value))


def run(memory: resume.Memory, made: tuple[Batch, resume.Parts], key: str = "members") -> bytes:
    """The stocks that a run makes."""
    several, made_of = made
    with memory.runner(key, AT, made_of) as runner:
        return runner(several).stock_total.tobytes()


def calls(monkeypatch) -> list[int]:
    """Months from which the kernel was called."""
    found: list[int] = []
    original = queue.call

    def spied(several, made, *, start=0, stop=0, function=None):
        found.append(start)
        original(several, made, start=start, stop=stop, function=function)

    monkeypatch.setattr(queue, "call", spied)
    return found


LEVERS = [
    ("rpd.capacity", 120_000.0), ("rpd.at_random", 0.0), ("law.stca", 0.0), ("us.removals", 9e5),
    ("rpd.newest_first", 0.9), ("pr.levels", 90_000.0), ("rpd.notice_pace", 0.9),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), LEVERS)
def test_a_run_that_goes_on_has_the_bytes_of_a_whole_one(monkeypatch, name, value):
    memory = resume.Memory(4)
    run(memory, moved("rpd.capacity", 60_000.0))
    again, made_of = moved(name, value)
    whole = queue.run_all(again)
    started = calls(monkeypatch)
    with memory.runner("members", AT, made_of) as runner:
        for mine, other in zip(runner(again), whole, strict=True):
            assert mine.tobytes() == other.tobytes()
        for known, own in zip(runner.start, (again.given.waiting, again.given.mix), strict=True):
            assert known.tobytes() == own.tobytes()
    assert started == [AT]


def test_results_that_are_still_read_are_not_written_over():
    memory = resume.Memory(4)
    (one, made_of), (other, _) = (moved("rpd.capacity", x) for x in (60_000.0, 120_000.0))
    run(memory, (one, made_of))
    asked = ("members", AT, made_of)
    with memory.runner(*asked) as first, memory.runner(*asked) as second:
        mine, theirs = first(one), second(other)
        assert mine.stock_total.tobytes() == queue.run_all(one).stock_total.tobytes()
        assert theirs.stock_total.tobytes() == queue.run_all(other).stock_total.tobytes()


def test_what_other_batches_left_in_the_work_space_does_not_matter():
    memory = resume.Memory(4)
    one, made_of = moved("rpd.capacity", 60_000.0)
    run(memory, (one, made_of))
    for table in queue.work(one)[:-1]:
        table.fill(np.nan if table.dtype == float else 7)
    assert run(memory, (one, made_of)) == queue.run_all(one).stock_total.tobytes()


@pytest.mark.parametrize("name", ["rpd.capacity", "stay.share.HTI", "arrivals.inland.factor",
                                  "start.rpd", "eligibility.lag"])  # fmt: skip
def test_a_run_whose_past_differs_begins_at_the_beginning(monkeypatch, name):
    memory = resume.Memory(4)
    run(memory, batch())
    value = 0.5 * parameters.load().value(name, CHANGE) + 0.1
    other = moved(name, value, months.FIRST)
    started = calls(monkeypatch)
    made = run(memory, other)
    assert started == [0, AT]
    assert made == queue.run_all(other[0]).stock_total.tobytes()


def test_no_more_batches_are_kept_than_asked_for():
    memory = resume.Memory(2)
    one = batch()
    for key in "abc":
        run(memory, one, key)
    assert len(memory._kept) == 2
