"""A lever that moves goes on from what is known, and leaves the bytes of a run from the start."""

from __future__ import annotations

import pytest

from sojourn.flow import queue
from sojourn.inference import ensemble, member
from sojourn.inputs import months

LEVERS = [
    ("rpd.capacity=60000@2026-03",),
    ("rpd.capacity=60000@2026-03", "arrivals.inland.factor=1.4@2026-03"),
    ("law.stca=0@2027-01",),
    ("law.one_year_bar=0@2026-06", "rpd.capacity=90000@2026-03"),
    ("rpd.members=900@2026-05",),
    ("event.mexico_visa=0@2027-01",),
    ("us.protection_ended.VEN=0@2026-03", "us.removals=900000@2026-03"),
    ("arrivals.managed_intake=10000@2027-01",),
    ("rpd.notice_pace=0.9@2026-03",),
    ("stay.share.MEX=0.5@2027-01", "rpd.capacity=60000@2026-03"),
    ("rpd.capacity=60000@2026-05",),
    ("arrivals.inland.factor=1.4@2019-01",),
    ("rpd.capacity=60000@2026-03",),
]


@pytest.fixture
def forget(monkeypatch):
    """Forget what this process knows of earlier runs."""

    def empty() -> None:
        member._KEPT._kept.clear()
        member._LAW.clear()

    empty()
    yield empty
    empty()


def values(*changes: str) -> bytes:
    asked = ensemble.planned(
        "baseline", 20, until="2028-12", series=("rpd.pending", "rpd.wait_new", "claims", "cost"),
        changes=changes,
    )  # fmt: skip
    return member.Model(asked).values(3, 9).tobytes()


def test_one_lever_after_another_has_the_bytes_of_each_from_the_start(forget):
    one_after_another = [values(*changes) for changes in LEVERS]
    for changes, found in zip(LEVERS, one_after_another, strict=True):
        forget()
        assert values(*changes) == found, changes


def test_a_lever_moved_again_is_run_from_its_month_on_only(forget, monkeypatch):
    started = []
    original = queue.call

    def spied(several, made, **span):
        started.append(span.get("start", 0))
        original(several, made, **span)

    monkeypatch.setattr(queue, "call", spied)
    values("rpd.capacity=60000@2026-03")
    started.clear()
    values("rpd.capacity=70000@2026-03")
    # another lever of the same month has the same past
    values("rpd.capacity=70000@2026-03", "arrivals.inland.factor=1.4@2026-03")
    assert started == [months.parse("2026-03") - months.FIRST] * 2
