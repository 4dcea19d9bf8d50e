"""The cohort kernel: arrays in, arrays out, one month after another. The only compiled file.

A month's step, stage by stage in the order of the stage table:

1. entries: arrivals from outside, flows of this month from earlier stages, and flows of last
   month from later stages (an appeal sent back);
2. exits while waiting (withdrawn, abandoned, left): one hazard for everyone in the stage;
3. recall: claims that a later law reaches leave by notice;
4. decisions, up to the capacity of the stage's pool, among those ready for a decision:
   newest first from a minimum age, then at random, then oldest first with all that is left;
5. those leaving are split over the stage's edges by shares of their group.

Within a stage all groups of an entry cohort have the same chance to leave, so a cohort is its
entries by group, stored once, and one number: the fraction still waiting.
"""

from __future__ import annotations

import numpy as np
from numba import njit

DECISION, EXIT, RECALL = 0, 1, 2
"""Kinds of edge: by decision (uses capacity), while waiting (hazard), by notice."""

TINY = 1e-9
"""A cohort with fewer persons than this is closed."""


@njit(cache=True, nogil=True)
def _total(x):
    a = 0.0
    b = 0.0
    c = 0.0
    d = 0.0
    n = x.shape[0]
    k = n - n % 4
    for i in range(0, k, 4):
        a += x[i]
        b += x[i + 1]
        c += x[i + 2]
        d += x[i + 3]
    for i in range(k, n):
        a += x[i]
    return (a + b) + (c + d)


@njit(cache=True, nogil=True)
def run(
    edge_from,
    edge_to,
    edge_kind,
    edge_slot,
    edge_joins,
    stage_edges,
    stage_memory,
    stage_by_entry,
    stage_pool,
    stage_arrivals,
    epoch,
    share,
    joining,
    pool_capacity,
    pool_part,
    hazard,
    lag,
    newest,
    newest_age,
    at_random,
    recall_share,
    recall_pace,
    arrivals,
    entries,
    size,
    waiting,
    stock,
    flow,
    left,
    waited,
    age,
    age_limits,
    cohort_left,
    cohort_waited,
):
    """Run all months. See `simulate.Rates` for the meaning and `docs/how-it-works.md` for equations.

    T months, S stages, E edges, G groups, P capacity pools, K epochs of shares, B months before the
    first, F flows kept, A arrival rows, L age limits. Persons throughout.

    edge_from, edge_to [E]: stage, -1 = out of the system; edge_kind [E]; edge_slot [E]: row of `flow`
    or -1; edge_joins [E]: stage that `joining` persons per person on the edge enter, or -1.
    stage_edges [S, 2]: first edge and one past the last (edges are sorted by stage).
    stage_memory [S]: 1 keeps cohorts, 0 is a pool in which all have the same chance;
    stage_by_entry [S]: 1 uses the shares of the month of entry; stage_pool [S]; stage_arrivals [S]:
    row of `arrivals` or -1. epoch [T]; share [K, E, G]; joining [E, T].
    pool_capacity [P, T]: decisions a month; pool_part [S, T]: part of it the stage may use.
    hazard, lag, newest, newest_age, at_random [S, T]; recall_share [K, G] by month of entry,
    recall_pace [T]; arrivals [A, T, G].
    In and out: entries [S, B+T, G] with the start cohorts in the first B months; size, waiting
    [S, B+T] work space (persons in the cohort, fraction still there).
    Out: stock [S, T, G] at month end; flow [F, T, G]; left, waited [S, T]: number leaving a stage and
    their months waited; age [S, L, T]: waiting less than age_limits [L] months at month end;
    cohort_left, cohort_waited [S, B+T]: the same as left, waited by month of entry.
    """
    n_stages, n_cohorts, n_groups = entries.shape
    n_months = epoch.shape[0]
    before = n_cohorts - n_months
    n_pools = pool_capacity.shape[0]
    n_limits = age_limits.shape[0]

    now = np.zeros((n_stages, n_groups))
    coming = np.zeros((n_stages, n_groups))
    later = np.zeros((n_stages, n_groups))
    leaving = np.zeros(n_groups)
    oldest = np.zeros(n_stages, np.int64)
    reach = np.ones(n_cohorts)
    ready = np.zeros(n_cohorts)
    decided = np.zeros(n_cohorts)
    spare = np.zeros(n_pools)

    for s in range(n_stages):
        for c in range(before):
            size[s, c] = _total(entries[s, c])
            waiting[s, c] = 1.0
            for g in range(n_groups):
                now[s, g] += entries[s, c, g]

    for t in range(n_months):
        here = before + t
        for p in range(n_pools):
            spare[p] = pool_capacity[p, t]

        for s in range(n_stages):
            lo = stage_edges[s, 0]
            hi = stage_edges[s, 1]
            # 1. entries; flows back from later stages were counted in the stock last month
            row = stage_arrivals[s]
            for g in range(n_groups):
                new = coming[s, g]
                if row >= 0:
                    new += arrivals[row, t, g]
                now[s, g] += new
                coming[s, g] = new + later[s, g]
                later[s, g] = 0.0
            keeps = stage_memory[s] == 1
            if keeps:
                for g in range(n_groups):
                    entries[s, here, g] = coming[s, g]
                    coming[s, g] = 0.0
                size[s, here] = _total(entries[s, here])
                waiting[s, here] = 1.0
                if size[s, here] < TINY:
                    waiting[s, here] = 0.0
                while oldest[s] < here and waiting[s, oldest[s]] == 0.0:
                    oldest[s] += 1
            else:
                for g in range(n_groups):
                    coming[s, g] = 0.0

            # 2. exits while waiting
            h = hazard[s, t]
            if h > 0.0:
                for g in range(n_groups):
                    leaving[g] = h * now[s, g]
                    now[s, g] -= leaving[g]
                _send(
                    s, t, lo, hi, 1, epoch[t], leaving, share, edge_to, edge_kind, edge_slot,
                    edge_joins, joining, coming, later, now, flow,
                )  # fmt: skip
                if keeps:
                    for c in range(oldest[s], here + 1):
                        n = h * waiting[s, c] * size[s, c]
                        waiting[s, c] *= 1.0 - h
                        left[s, t] += n
                        waited[s, t] += n * (here - c)
                        cohort_left[s, c] += n
                        cohort_waited[s, c] += n * (here - c)

            # 3. recall by notice: the share reached differs by group, so entries are rescaled
            pace = recall_pace[t]
            if pace > 0.0 and keeps and edge_kind[hi - 1] == RECALL:
                for g in range(n_groups):
                    leaving[g] = 0.0
                for c in range(max(oldest[s], before), here + 1):
                    k = epoch[c - before]
                    old = reach[c]
                    reach[c] = old * (1.0 - pace)
                    gone = 0.0
                    for g in range(n_groups):
                        q = recall_share[k, g]
                        if q > 0.0 and entries[s, c, g] > 0.0:
                            base = entries[s, c, g] / (1.0 - q * (1.0 - old))
                            cut = base * q * (old - reach[c])
                            entries[s, c, g] -= cut
                            leaving[g] += waiting[s, c] * cut
                            gone += waiting[s, c] * cut
                    if gone > 0.0:
                        size[s, c] = _total(entries[s, c])
                        left[s, t] += gone
                        waited[s, t] += gone * (here - c)
                        cohort_left[s, c] += gone
                        cohort_waited[s, c] += gone * (here - c)
                for g in range(n_groups):
                    now[s, g] -= leaving[g]
                _send(
                    s, t, lo, hi, 2, epoch[t], leaving, share, edge_to, edge_kind, edge_slot,
                    edge_joins, joining, coming, later, now, flow,
                )  # fmt: skip

            # 4. decisions
            pool = stage_pool[s]
            if pool >= 0:
                budget = min(spare[pool], pool_capacity[pool, t] * pool_part[s, t])
                if budget > 0.0 and not keeps:
                    total = _total(now[s])
                    if total > 0.0:
                        part = min(1.0, budget / total)
                        spare[pool] -= part * total
                        left[s, t] += part * total
                        for g in range(n_groups):
                            leaving[g] = part * now[s, g]
                            now[s, g] -= leaving[g]
                        _send(
                            s, t, lo, hi, 0, epoch[t], leaving, share, edge_to, edge_kind,
                            edge_slot, edge_joins, joining, coming, later, now, flow,
                        )  # fmt: skip
                elif budget > 0.0:
                    first = oldest[s]
                    last = -1
                    able = 0.0
                    wait = lag[s, t]
                    for c in range(first, here + 1):
                        r = here - c + 1.0 - wait
                        if r <= 0.0:
                            break
                        ready[c] = waiting[s, c] * size[s, c] * min(r, 1.0)
                        decided[c] = 0.0
                        able += ready[c]
                        last = c
                    if able <= budget:
                        for c in range(first, last + 1):
                            decided[c] = ready[c]
                        budget = able
                    elif last >= 0:
                        # newest first, from the minimum age
                        rest = budget
                        part = min(rest, budget * newest[s, t])
                        c = min(last, here - int(np.ceil(newest_age[s, t])))
                        while part > 0.0 and c >= first:
                            take = min(part, ready[c])
                            decided[c] += take
                            part -= take
                            rest -= take
                            able -= take
                            c -= 1
                        # at random among all who are ready
                        part = min(rest, budget * at_random[s, t])
                        if part > 0.0 and able > 0.0:
                            p = min(1.0, part / able)
                            for c in range(first, last + 1):
                                take = p * (ready[c] - decided[c])
                                decided[c] += take
                                rest -= take
                        # oldest first with all that is left
                        c = first
                        while rest > 0.0 and c <= last:
                            take = min(rest, ready[c] - decided[c])
                            decided[c] += take
                            rest -= take
                            c += 1
                        budget -= max(rest, 0.0)
                    else:
                        budget = 0.0
                    spare[pool] -= budget
                    for g in range(n_groups):
                        leaving[g] = 0.0
                    for c in range(first, last + 1):
                        if decided[c] <= 0.0:
                            continue
                        part = decided[c] / size[s, c]
                        waiting[s, c] -= part
                        if waiting[s, c] * size[s, c] < TINY:
                            part += waiting[s, c]
                            waiting[s, c] = 0.0
                        n = part * size[s, c]
                        left[s, t] += n
                        waited[s, t] += n * (here - c)
                        cohort_left[s, c] += n
                        cohort_waited[s, c] += n * (here - c)
                        if stage_by_entry[s] == 1:
                            for g in range(n_groups):
                                leaving[g] = part * entries[s, c, g]
                                now[s, g] = max(now[s, g] - leaving[g], 0.0)
                            _send(
                                s, t, lo, hi, 0, epoch[max(c - before, 0)], leaving, share,
                                edge_to, edge_kind, edge_slot, edge_joins, joining, coming,
                                later, now, flow,
                            )  # fmt: skip
                        else:
                            for g in range(n_groups):
                                leaving[g] += part * entries[s, c, g]
                    if stage_by_entry[s] == 0 and last >= 0:
                        for g in range(n_groups):
                            now[s, g] = max(now[s, g] - leaving[g], 0.0)
                        _send(
                            s, t, lo, hi, 0, epoch[t], leaving, share, edge_to, edge_kind,
                            edge_slot, edge_joins, joining, coming, later, now, flow,
                        )  # fmt: skip

        # month end: stock and ages
        for s in range(n_stages):
            for g in range(n_groups):
                stock[s, t, g] = now[s, g]
            if stage_memory[s] == 1 and n_limits > 0:
                back = _total(later[s])
                for i in range(n_limits):
                    n = back
                    for c in range(max(oldest[s], here + 1 - age_limits[i]), here + 1):
                        n += waiting[s, c] * size[s, c]
                    age[s, i, t] = n


@njit(cache=True, nogil=True)
def _send(
    s,
    t,
    lo,
    hi,
    kind,
    k,
    leaving,
    share,
    edge_to,
    edge_kind,
    edge_slot,
    edge_joins,
    joining,
    coming,
    later,
    now,
    flow,
):
    """5. Split those leaving over the edges of one kind and add them to the stages they enter."""
    n_groups = leaving.shape[0]
    for e in range(lo, hi):
        if edge_kind[e] != kind:
            continue
        to = edge_to[e]
        slot = edge_slot[e]
        if to > s:
            for g in range(n_groups):
                coming[to, g] += share[k, e, g] * leaving[g]
        elif to >= 0:
            for g in range(n_groups):
                n = share[k, e, g] * leaving[g]
                later[to, g] += n
                now[to, g] += n
        if slot >= 0:
            for g in range(n_groups):
                flow[slot, t, g] += share[k, e, g] * leaving[g]
        joins = edge_joins[e]
        if joins >= 0:
            f = joining[e, t]
            for g in range(n_groups):
                coming[joins, g] += f * share[k, e, g] * leaving[g]
