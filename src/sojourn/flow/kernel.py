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


# sums run in eight strands: fast on any processor, in an order that no compiler may change
@njit(cache=True, nogil=True, error_model="numpy")
def _total(x):
    a = b = c = d = e = f = g = h = 0.0
    n = x.shape[0]
    k = n - n % 8
    for i in range(0, k, 8):
        a += x[i]
        b += x[i + 1]
        c += x[i + 2]
        d += x[i + 3]
        e += x[i + 4]
        f += x[i + 5]
        g += x[i + 6]
        h += x[i + 7]
    for i in range(k, n):
        a += x[i]
    return ((a + e) + (b + f)) + ((c + g) + (d + h))


@njit(cache=True, nogil=True, error_model="numpy")
def _dot(x, y):
    a = b = c = d = e = f = g = h = 0.0
    n = x.shape[0]
    k = n - n % 8
    for i in range(0, k, 8):
        a += x[i] * y[i]
        b += x[i + 1] * y[i + 1]
        c += x[i + 2] * y[i + 2]
        d += x[i + 3] * y[i + 3]
        e += x[i + 4] * y[i + 4]
        f += x[i + 5] * y[i + 5]
        g += x[i + 6] * y[i + 6]
        h += x[i + 7] * y[i + 7]
    for i in range(k, n):
        a += x[i] * y[i]
    return ((a + e) + (b + f)) + ((c + g) + (d + h))


@njit(cache=True, nogil=True, error_model="numpy")
def _add(to, x):
    for g in range(to.shape[0]):
        to[g] += x[g]


@njit(cache=True, nogil=True, error_model="numpy")
def _recall(old, new, fraction, reached, entries, recalled):
    """Take from a cohort those whom the notice reaches now; returns how many are gone."""
    gone = 0.0
    for g in range(entries.shape[0]):
        q = reached[g]
        if q > 0.0 and entries[g] > 0.0:
            # of the entries the part 1 - q (1 - old) is left: the others had their notice before
            cut = entries[g] / (1.0 - q * (1.0 - old)) * q * (old - new)
            entries[g] -= cut
            recalled[g] += fraction * cut
            gone += fraction * cut
    return gone


@njit(cache=True, nogil=True, error_model="numpy")
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
    stage_recall,
    stage_back,
    stage_slot,
    stage_arrivals,
    epoch,
    share_row,
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
    stock_total,
    flow_total,
    left,
    waited,
    age,
    age_limits,
    tally,
    recallable,
    trace,
):
    """Run all months: see `rates.Rates` for the meaning, docs/how-it-works.md for the equations.

    T months, S stages, E edges, G groups, P capacity pools, K epochs of shares, B months before the
    first, FS stocks and FE flows kept, A arrival rows, L age limits. Persons throughout.

    edge_from, edge_to [E]: stage, -1 = out of the system; edge_kind [E]; edge_slot [E]: row of
    `flow` or -1; edge_joins [E]: stage that `joining` persons per person on the edge enter, or -1.
    stage_edges [S, 2]: first edge and one past the last (edges are sorted by stage).
    stage_memory [S]: 1 keeps cohorts, 0 is a pool in which all have the same chance;
    stage_by_entry [S]: 1 uses the shares of the month of entry; stage_pool [S]; stage_recall: the
    stage that edges by notice leave, or -1; stage_back [S]: 1 where later stages send back;
    stage_slot [S]: row of `stock` or -1; stage_arrivals [S]: row of `arrivals` or -1.
    epoch [T]; share_row [K, E]: row of share [R, G]; joining [E, T]; pool_capacity [P, T]:
    decisions a month; pool_part
    [S, T]: part of it the stage may use; hazard, lag, newest, newest_age, at_random [S, T];
    recall_share [K, G] by month of entry, recall_pace [T]; arrivals [A, T, G].
    In and out: entries [S, B+T, G] with the start cohorts in the first B months; size, waiting
    [S, B+T] work space (persons in the cohort, fraction still there).
    Out: stock [FS, T, G] at month end and flow [FE, T, G] of the stages and edges kept;
    stock_total [S, T], flow_total [E, T] of all; left, waited [S, T]: number leaving a stage and
    their months waited; age [S, L, T]: waiting less than age_limits [L] (rising) at month end;
    tally [2, B+T], or [2, 0] for none: left and waited by month of entry, over all stages;
    recallable [T]: of the month's entries those whom a notice can reach; trace [S, B+T, T], or
    [S, 0, 0] for none: fraction of each cohort still waiting at month end.
    """
    n_stages, n_cohorts, n_groups = entries.shape
    n_months = epoch.shape[0]
    before = n_cohorts - n_months
    n_pools = pool_capacity.shape[0]
    n_limits = age_limits.shape[0]

    now = np.zeros((n_stages, n_groups))
    coming = np.zeros((n_stages, n_groups))
    later = np.zeros((n_stages, n_groups))
    # those leaving: by decision (a row for each epoch of shares), while waiting, by notice
    n_epochs = share_row.shape[0]
    leaving = np.zeros((n_epochs + 2, n_groups))
    number = np.zeros(n_epochs + 2)
    exits = n_epochs
    recalled = n_epochs + 1
    oldest = np.zeros(n_stages, np.int64)
    reach = np.ones(n_cohorts)
    spare = np.zeros(n_pools)
    recalls = np.zeros(recall_share.shape[0], np.bool_)
    for k in range(recall_share.shape[0]):
        recalls[k] = _total(recall_share[k]) > 0.0
    # a share that is the same for all groups needs no sum over groups
    even = np.empty(share.shape[0])
    for i in range(share.shape[0]):
        even[i] = share[i, 0]
        for g in range(n_groups):
            if share[i, g] != share[i, 0]:
                even[i] = -1.0
    tallied = tally.shape[1] > 0
    traced = trace.shape[2] > 0

    for s in range(n_stages):
        for c in range(before):
            size[s, c] = _total(entries[s, c])
            waiting[s, c] = 1.0
            _add(now[s], entries[s, c])

    for t in range(n_months):
        here = before + t
        for p in range(n_pools):
            spare[p] = pool_capacity[p, t]

        for s in range(n_stages):
            keeps = stage_memory[s] == 1
            fraction = waiting[s]
            persons = size[s]
            gone = 0.0
            months = 0.0
            # 1. entries; flows back from later stages were counted in the stock last month
            row = stage_arrivals[s]
            if row >= 0:
                for g in range(n_groups):
                    coming[s, g] += arrivals[row, t, g]
            if not keeps:
                for g in range(n_groups):
                    now[s, g] += coming[s, g]
                    coming[s, g] = 0.0
                    later[s, g] = 0.0
            else:
                for g in range(n_groups):
                    new = coming[s, g]
                    coming[s, g] = 0.0
                    now[s, g] += new
                    entries[s, here, g] = new + later[s, g]
                    later[s, g] = 0.0
                persons[here] = _total(entries[s, here])
                fraction[here] = 1.0
                if s == stage_recall and recalls[epoch[t]]:
                    recallable[t] = _dot(recall_share[epoch[t]], entries[s, here])
                while oldest[s] < here and fraction[oldest[s]] * persons[oldest[s]] < TINY:
                    oldest[s] += 1
            first = oldest[s]

            # 2. exits while waiting
            h = hazard[s, t]
            if h > 0.0:
                for g in range(n_groups):
                    n = h * now[s, g]
                    leaving[exits, g] = n
                    now[s, g] -= n
                if keeps:
                    for c in range(first, here + 1):
                        n = h * fraction[c] * persons[c]
                        fraction[c] *= 1.0 - h
                        gone += n
                        months += n * (here - c)
                        if tallied:
                            tally[0, c] += n
                            tally[1, c] += n * (here - c)

            # 3. recall by notice: the share reached differs by group, so entries are rescaled
            pace = recall_pace[t]
            noticed = pace > 0.0 and stage_recall == s
            if noticed:
                leaving[recalled] = 0.0
                for c in range(max(first, before), here + 1):
                    k = epoch[c - before]
                    old = reach[c]
                    if not recalls[k] or old < 1e-12:
                        continue
                    reach[c] = old * (1.0 - pace)
                    cut = _recall(
                        old,
                        reach[c],
                        fraction[c],
                        recall_share[k],
                        entries[s, c],
                        leaving[recalled],
                    )
                    persons[c] = _total(entries[s, c])
                    gone += cut
                    months += cut * (here - c)
                    if tallied:
                        tally[0, c] += cut
                        tally[1, c] += cut * (here - c)
                for g in range(n_groups):
                    now[s, g] = max(now[s, g] - leaving[recalled, g], 0.0)

            # 4. decisions; those decided are kept by epoch of the shares that apply to them
            pool = stage_pool[s]
            k_first = epoch[t]
            k_last = k_first - 1
            budget = 0.0
            if pool >= 0:
                budget = min(spare[pool], pool_capacity[pool, t] * pool_part[s, t])
            if budget > 0.0 and not keeps:
                k_last = k_first
                total = _total(now[s])
                part = min(1.0, budget / total) if total > 0.0 else 0.0
                for g in range(n_groups):
                    n = part * now[s, g]
                    leaving[k_first, g] = n
                    now[s, g] -= n
                spare[pool] -= part * total
                gone += part * total
            elif budget > 0.0:
                by_entry = stage_by_entry[s] == 1
                if by_entry:
                    k_first = epoch[max(first - before, 0)]
                k_last = epoch[t]
                for k in range(k_first, k_last + 1):
                    for g in range(n_groups):
                        leaving[k, g] = 0.0
                # entries up to `half` - 1 are ready, of those in `half` a fraction `held` is not
                half = int(np.floor(here - lag[s, t])) + 1
                last = min(half, here)
                held = 0.0
                if half <= here:
                    held = fraction[half] * (lag[s, t] - (here - half))
                rest = budget

                # newest first, from the minimum age
                part = min(rest, budget * newest[s, t])
                c = min(last, here - int(np.ceil(newest_age[s, t])))
                while part > 0.0 and c >= first:
                    able = fraction[c] - (held if c == half else 0.0)
                    if able > 0.0 and persons[c] > 0.0:
                        take = min(part / persons[c], able)
                        n = take * persons[c]
                        part -= n
                        rest -= n
                        gone += n
                        months += n * (here - c)
                        fraction[c] -= take
                        k = epoch[max(c - before, 0)] if by_entry else k_last
                        for g in range(n_groups):
                            leaving[k, g] += take * entries[s, c, g]
                        if tallied:
                            tally[0, c] += n
                            tally[1, c] += n * (here - c)
                    c -= 1

                # at random among all who are ready
                part = min(rest, budget * at_random[s, t])
                if part > 0.0 and last >= first:
                    able = _total(now[s]) - (budget - rest)
                    for c in range(half, here + 1):
                        able -= (held if c == half else fraction[c]) * persons[c]
                    chance = min(1.0, part / able) if able > 0.0 else 0.0
                    rest -= chance * able
                    gone += chance * able
                    if not by_entry:
                        # this part of everyone, less those decided already and those not ready
                        for g in range(n_groups):
                            leaving[k_last, g] += chance * (now[s, g] - leaving[k_last, g])
                        for c in range(half, here + 1):
                            take = chance * (held if c == half else fraction[c])
                            if take > 0.0:
                                for g in range(n_groups):
                                    leaving[k_last, g] -= take * entries[s, c, g]
                    for c in range(first, last + 1):
                        take = chance * (fraction[c] - (held if c == half else 0.0))
                        fraction[c] -= take
                        n = take * persons[c]
                        months += n * (here - c)
                        if by_entry:
                            k = epoch[max(c - before, 0)]
                            for g in range(n_groups):
                                leaving[k, g] += take * entries[s, c, g]
                        if tallied:
                            tally[0, c] += n
                            tally[1, c] += n * (here - c)

                # oldest first with all that is left
                c = first
                while rest > 0.0 and c <= last:
                    able = fraction[c] - (held if c == half else 0.0)
                    if able > 0.0 and persons[c] > 0.0:
                        take = min(rest / persons[c], able)
                        n = take * persons[c]
                        rest -= n
                        gone += n
                        months += n * (here - c)
                        fraction[c] -= take
                        k = epoch[max(c - before, 0)] if by_entry else k_last
                        for g in range(n_groups):
                            leaving[k, g] += take * entries[s, c, g]
                        if tallied:
                            tally[0, c] += n
                            tally[1, c] += n * (here - c)
                    c += 1
                spare[pool] -= budget - max(rest, 0.0)
                for k in range(k_first, k_last + 1):
                    for g in range(n_groups):
                        # rounding may neither create people nor leave fewer than none
                        n = min(max(leaving[k, g], 0.0), now[s, g])
                        leaving[k, g] = n
                        now[s, g] -= n
            left[s, t] = gone
            waited[s, t] = months

            # 5. those leaving, over the edges
            for r in range(k_first, k_last + 1):
                number[r] = _total(leaving[r])
            if h > 0.0:
                number[exits] = _total(leaving[exits])
            if noticed:
                number[recalled] = _total(leaving[recalled])
            for e in range(stage_edges[s, 0], stage_edges[s, 1]):
                kind = edge_kind[e]
                if kind == DECISION:
                    r_first = k_first
                    r_last = k_last
                elif kind == EXIT and h > 0.0:
                    r_first = exits
                    r_last = exits
                elif kind == RECALL and noticed:
                    r_first = recalled
                    r_last = recalled
                else:
                    continue
                to = edge_to[e]
                slot = edge_slot[e]
                joins = edge_joins[e]
                for r in range(r_first, r_last + 1):
                    if number[r] == 0.0:
                        continue
                    i = share_row[r if kind == DECISION else epoch[t], e]
                    if even[i] >= 0.0:
                        flow_total[e, t] += even[i] * number[r]
                    else:
                        flow_total[e, t] += _dot(share[i], leaving[r])
                    if to > s:
                        for g in range(n_groups):
                            coming[to, g] += share[i, g] * leaving[r, g]
                    elif to >= 0:
                        for g in range(n_groups):
                            n = share[i, g] * leaving[r, g]
                            later[to, g] += n
                            now[to, g] += n
                    if slot >= 0:
                        for g in range(n_groups):
                            flow[slot, t, g] += share[i, g] * leaving[r, g]
                    if joins >= 0:
                        f = joining[e, t]
                        for g in range(n_groups):
                            coming[joins, g] += f * (share[i, g] * leaving[r, g])

        # month end: stocks and ages
        for s in range(n_stages):
            stock_total[s, t] = _total(now[s])
            slot = stage_slot[s]
            if slot >= 0:
                for g in range(n_groups):
                    stock[slot, t, g] = now[s, g]
            if stage_memory[s] == 1 and traced:
                for c in range(oldest[s], here + 1):
                    trace[s, c, t] = waiting[s, c]
            if stage_memory[s] == 1 and n_limits > 0:
                n = _total(later[s]) if stage_back[s] else 0.0
                c = here
                for i in range(n_limits):
                    stop = max(here - age_limits[i], oldest[s] - 1)
                    while c > stop:
                        n += waiting[s, c] * size[s, c]
                        c -= 1
                    age[s, i, t] = n
