"""One run of the system: parameters, intake and shares by law in, flows and stocks out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sojourn.flow import batch as batch_of
from sojourn.flow import claim_parts, queue, stages
from sojourn.flow.arrivals import Intake
from sojourn.flow.batch import AGE_LIMITS, Batch, Rates
from sojourn.flow.claim_parts import Parts, Shares
from sojourn.flow.queue import Run
from sojourn.flow.rates import members_capacity, rates
from sojourn.flow.resume import Runner
from sojourn.flow.stages import Network
from sojourn.inputs.errors import InputError, nearest
from sojourn.inputs.parameters import Paths

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flows:
    """Result of one run, or of several side by side (`one` takes one out): totals by month.

    Shapes are of one run; several have an axis n before the months: `stock_total` [S, T] people in
    each stage at month end, `flow_total` [E, T] people on each edge, `left` and `waited` [S, T]:
    number leaving a stage and the months they waited, `age` [L, T]: waiting less than AGE_LIMITS at
    the RPD at month end, `wait_new` [T], `recallable` [T]: of the month's referrals those whom a
    notice can reach. One run tells groups too, on request: it is then made again.
    """

    months: NDArray[np.int64]
    network: Network
    batch: Batch
    at: int | slice
    stock_total: Floats
    flow_total: Floats
    left: Floats
    waited: Floats
    age: Floats
    rpd_entered: Floats
    wait_new: Floats
    recallable: Floats
    intake: Intake
    exogenous: dict[str, Floats] = field(repr=False)

    def one(self, i: int) -> Flows:
        """Run i of several."""
        totals = ("stock_total", "flow_total", "left", "waited", "age")
        rows = ("rpd_entered", "wait_new", "recallable")
        return replace(
            self, at=i, intake=self.intake.one(i),
            exogenous={name: x[i] for name, x in self.exogenous.items()},
            **{name: getattr(self, name)[:, i] for name in totals},
            **{name: getattr(self, name)[i] for name in rows},
        )  # fmt: skip

    def grouped(self, first: int, stop: int) -> list[Flows]:
        """Runs `first` to `stop` - 1 of several, each with its stocks and flows by group."""
        packed = batch_of.beside(
            [batch_of.of(self.network, self.batch.one(i), keep=True) for i in range(first, stop)]
        )
        made = queue.run_all(packed, keep=True)
        found = [self.one(i) for i in range(first, stop)]
        for i, one in enumerate(found):
            one.__dict__["detail"] = queue.run_out(made, i)
        return found

    @cached_property
    def rates(self) -> Rates:
        """What the kernel read, of one run."""
        assert isinstance(self.at, int), "rates are of one run: ask `one` first"
        return self.batch.one(self.at)

    @cached_property
    def detail(self) -> Run:
        """Stocks and flows by group: the same run with every group kept."""
        return queue.run(self.network, self.rates, keep=True)

    @property
    def stocks(self) -> Floats:
        """People in each stage at month end by group, [S, T, G]."""
        return self.detail.stocks

    @property
    def flows(self) -> Floats:
        """People on each edge by group, [E, T, G]."""
        return self.detail.flows

    def stock(self, stage: str) -> Floats:
        """People in the stage at month end by group, [T, G]."""
        return self.detail.stocks[self.network.stage(stage)]

    def flow(self, edge: str) -> Floats:
        """People who take the edge in the month by group, [T, G]."""
        return self.detail.flows[self.network.edge(edge)]

    def total_stock(self, stage: str) -> Floats:
        """People in the stage at month end, [T]."""
        return self.stock_total[self.network.stage(stage)]

    def total_flow(self, edge: str) -> Floats:
        """People who take the edge in the month, [T]."""
        return self.flow_total[self.network.edge(edge)]

    def total_left(self, stage: str) -> Floats:
        """People who leave the stage in the month by any edge, [T]."""
        first, last = self.network.stage_edges[self.network.stage(stage)]
        return self.flow_total[first:last].sum(axis=0)

    def total_entered(self, stage: str) -> Floats:
        """People who enter the stage in the month from others and from outside, [T]."""
        s, network = self.network.stage(stage), self.network
        total = np.zeros(self.stock_total.shape[1:])
        if stage == "eligibility":
            total += self.series("claims")
        for e in np.flatnonzero(network.edge_to == s):
            total += self.flow_total[e]
        for e in np.flatnonzero(network.edge_joins == s):
            total += self.batch.joining(int(e)).T[self.at] * self.flow_total[e]
        return total

    def entered(self, stage: str) -> Floats:
        """People who enter the stage in the month by group, [T, G]."""
        s, network = self.network.stage(stage), self.network
        total = np.zeros(self.stocks.shape[1:])
        if stage == "eligibility":
            total += self.rates.arrivals[0]
        for e in np.flatnonzero(network.edge_to == s):
            total += self.flows[e]
        for e in np.flatnonzero(network.edge_joins == s):
            total += self.rates.joining[e][:, None] * self.flows[e]
        return total

    def by_group(self, name: str) -> Floats:
        """A series of persons by group, [T, G]. Raises InputError for series without groups."""
        if name == "claims":
            return self.rates.arrivals[0]
        if name in _STOCKS:
            return _sum(self.stocks, [self.network.stage(s) for s in _STOCKS[name]])
        if name in _FLOWS:
            return _sum(self.flows, [self.network.edge(e) for e in _FLOWS[name]])
        raise InputError("series", "name", name, nearest(name, [*_STOCKS, *_FLOWS, "claims"]))

    def claims_of(self, modes: Sequence[int]) -> Floats:
        """Claims made by the modes, [T]."""
        first, *others = (self.claims_by_mode[mode] for mode in modes)
        return sum(others, first)

    @cached_property
    def claims_by_mode(self) -> list[Floats]:
        """Claims of each mode, [T]."""
        return [self.intake.of_mode(mode) for mode in range(self.intake.level.shape[-1])]

    def series(self, name: str) -> Floats:
        """A contract series that the flow knows, total by month [T]; not known yet = NaN.

        `rpd.wait_new` is the mean months to finalisation of the claims referred in each month. The
        RPD queue alone is run on for `rates.RUN_ON` months with the mean intake of the last twelve
        and the capacity and order of the last; a month's claims count as known when 98 % of them
        have left (the rest at the age they then have), else NaN.
        """
        if name in _STOCKS:
            return _sum(self.stock_total, [self.network.stage(s) for s in _STOCKS[name]])
        if name in _FLOWS:
            return _sum(self.flow_total, [self.network.edge(e) for e in _FLOWS[name]])
        if name == "claims":
            return self.claims_of(range(self.intake.level.shape[-1]))
        if name == "rpd.wait_new":
            return self.wait_new
        try:
            return self._totals[name]
        except KeyError:
            known = [*_STOCKS, *_FLOWS, *self._totals, "claims", "rpd.wait_new"]
            raise InputError("series", "name", name, nearest(name, known)) from None

    @cached_property
    def _totals(self) -> dict[str, Floats]:
        rpd = self.network.stage("rpd")
        left, pending = self.left[rpd], self.stock_total[rpd]
        under = dict(zip(AGE_LIMITS.tolist(), self.age, strict=True))
        failed = self.total_flow("removal.removed")
        return {
            "interceptions": self.intake.interceptions,
            "rpd.wait_finalised": _ratio(self.waited[rpd], left),
            "rpd.wait_projected": _ratio(12.0 * pending, self.exogenous["funded"]),
            "rpd.age_under_6": _ratio(under[6], pending),
            "rpd.age_under_12": _ratio(under[12], pending),
            "rpd.age_over_24": _ratio(np.maximum(pending - under[24], 0.0), pending),
            "rpd.age_over_36": _ratio(np.maximum(pending - under[36], 0.0), pending),
            "rpd.capacity": self.exogenous["rpd_capacity"],
            "removals": failed + self.exogenous["other_removals"],
        }


_STOCKS = {
    "eligibility.pending": ("eligibility",),
    "rpd.pending": ("rpd",),
    "rpd_legacy.pending": ("rpd_legacy",),
    "rad.pending": ("rad",),
    "court.pending": ("court",),
    "prra.pending": ("prra_ineligible", "prra_refused"),
    "removal.pending": ("removal",),
    "stayed.pending": ("stayed",),
    "pr.pending": ("pr", "pr_dependants"),
    "not_removed": ("without_status",),
}
"""Series that are stocks of stages."""

_REJECTED = tuple(f"rpd.rejected_{n}" for n in ("appealed", "court", "final", "stayed"))
_WITHDRAWN = ("rpd.withdrawn", "rpd.withdrawn_stayed")
_ALLOWED = ("rad.substituted", "rad.referred_back")
_FLOWS = {
    "referred": ("eligibility.referred",),
    "ineligible": ("eligibility.ineligible", "eligibility.returned", "rpd.notice"),
    "returned_to_us": ("eligibility.returned",),
    "directed_back": ("eligibility.directed_back",),
    "rpd.accepted": ("rpd.accepted",),
    "rpd.rejected": _REJECTED,
    "rpd.withdrawn": _WITHDRAWN,
    "rpd.finalised": ("rpd.accepted", *_REJECTED, *_WITHDRAWN),
    "rpd.noticed": ("rpd.notice",),
    "rad.filed": ("rpd.rejected_appealed",),
    "rad.allowed": _ALLOWED,
    "rad.finalised": (
        *_ALLOWED,
        *(f"rad.dismissed_{n}" for n in ("court", "final", "stayed")),
        "rad.closed",
    ),
    "removals.failed_claimants": ("removal.removed",),
    "pr.admitted": ("pr.admitted", "pr_dependants.admitted"),
}
"""Series that are sums of edges."""


def _sum(table: Floats, rows: list[int]) -> Floats:
    total = table[rows[0]]
    for row in rows[1:]:
        total = total + table[row]
    return total


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where there is nothing to divide by."""
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0.0)


_WHOLE = Runner()


def simulate(paths: Paths, intake: Intake, shares: Shares) -> Flows:
    """Run the system over the months of `paths`. No random draw; same inputs, same bytes.

    Raises InputError where the months of `paths`, `intake` and `shares` differ, where a claim is
    negative or not finite, or where shares by law do not add to 1.
    """
    law = claim_parts.of(shares)
    only = replace(paths, value=paths.value[:, None])
    return together(only, intake.several(), law).one(0)


def together(
    paths: Paths,
    intake: Intake,
    law: Parts,
    runner: Runner = _WHOLE,
) -> Flows:
    """Several runs side by side: paths [P, n, T], intake and parts of claims by law of n runs that
    are alike.

    Each run is the same, to the byte, as alone. runner: may go on from what is known. Raises
    InputError as `simulate`.
    """
    network = stages.load()
    intake.check()
    batch = rates(network, paths, intake, law, runner.start)
    out = runner(batch)
    capacity = members_capacity(paths)
    other = paths["removal.capacity"] * (1.0 - paths["removal.failed_share"]) / 12.0
    # the kernel has runs last, everything from here on has months last
    return Flows(
        paths.months, network, batch, slice(None), out.stock_total.swapaxes(1, 2),
        out.flow_total.swapaxes(1, 2), out.left.swapaxes(1, 2), out.waited.swapaxes(1, 2),
        out.age.swapaxes(1, 2), out.tally[0].T, queue.wait_new(out.tally).T, out.recallable.T,
        intake,
        {
            "funded": np.maximum(paths["rpd.funded_capacity"], capacity),
            "rpd_capacity": capacity,
            "other_removals": other,
        },
    )  # fmt: skip
