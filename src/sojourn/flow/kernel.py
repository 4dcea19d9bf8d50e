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
entries by group, stored once, and one number: the fraction still waiting. So what touches everyone
costs one pass over groups and one over cohorts, and only cohorts that are decided in their turn
cost a pass over groups each.

A stage after which nothing differs between groups (`queue.widths`) is run on their sum, unless
groups are asked for: permanent residence, removal and what follows it do not ask who somebody was.
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
def _sum(x, i, n):
    """Sum of row i over the first n groups."""
    a = b = c = d = e = f = g = h = 0.0
    k = n - n % 8
    for j in range(0, k, 8):
        a += x[i, j]
        b += x[i, j + 1]
        c += x[i, j + 2]
        d += x[i, j + 3]
        e += x[i, j + 4]
        f += x[i, j + 5]
        g += x[i, j + 6]
        h += x[i, j + 7]
    for j in range(k, n):
        a += x[i, j]
    return ((a + e) + (b + f)) + ((c + g) + (d + h))


@njit(cache=True, nogil=True, error_model="numpy")
def _dot(x, i, y, k, n):
    """Sum of row i of x times row k of y over the first n groups."""
    a = b = c = d = e = f = g = h = 0.0
    m = n - n % 8
    for j in range(0, m, 8):
        a += x[i, j] * y[k, j]
        b += x[i, j + 1] * y[k, j + 1]
        c += x[i, j + 2] * y[k, j + 2]
        d += x[i, j + 3] * y[k, j + 3]
        e += x[i, j + 4] * y[k, j + 4]
        f += x[i, j + 5] * y[k, j + 5]
        g += x[i, j + 6] * y[k, j + 6]
        h += x[i, j + 7] * y[k, j + 7]
    for j in range(m, n):
        a += x[i, j] * y[k, j]
    return ((a + e) + (b + f)) + ((c + g) + (d + h))


@njit(cache=True, nogil=True, error_model="numpy")
def _add(to, i, factor, x, k, n):
    """Add `factor` times row k of x to row i over the first n groups."""
    for g in range(n):
        to[i, g] += factor * x[k, g]


@njit(cache=True, nogil=True, error_model="numpy")
def _take_away(now, i, x, k, n):
    """Take row k of x from row i over the first n groups; rounding may not leave less than none."""
    for g in range(n):
        left = now[i, g] - x[k, g]
        now[i, g] = left if left > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _send(entries, to, when, factor, share, i, leaving, r):
    """Add those of row r of `leaving` who take the edge to the entries of a stage and month."""
    for g in range(share.shape[1]):
        entries[to, when, g] += factor * share[i, g] * leaving[r, g]


@njit(cache=True, nogil=True, error_model="numpy")
def _leave(share, fraction, persons, s, first, stop, here):
    """Let a share of everyone in the cohorts `first` to `stop` - 1 go; the months they waited."""
    # slices, so that the compiler knows that no index is negative
    there, of = fraction[s, first:stop], persons[s, first:stop]
    since, n = here - first, stop - first
    p = q = u = v = 0.0
    m = n - n % 4
    for c in range(0, m, 4):
        p += there[c] * of[c] * (since - c)
        q += there[c + 1] * of[c + 1] * (since - c - 1)
        u += there[c + 2] * of[c + 2] * (since - c - 2)
        v += there[c + 3] * of[c + 3] * (since - c - 3)
    for c in range(m, n):
        p += there[c] * of[c] * (since - c)
    for c in range(n):
        there[c] *= 1.0 - share
    return share * ((p + u) + (q + v))


@njit(cache=True, nogil=True, error_model="numpy")
def _decide(take, fraction, persons, s, c):
    """Let a fraction `take` of the entries of cohort c go; how many they are."""
    fraction[s, c] -= take
    return take * persons[s, c]


@njit(cache=True, nogil=True, error_model="numpy")
def _count(tally, fraction, persons, s, first, stop):
    """One month more for each person still waiting in the cohorts `first` to `stop` - 1."""
    there, of = fraction[s, first:stop], persons[s, first:stop]
    months, rest = tally[0, first:stop], tally[1, first:stop]
    for c in range(stop - first):
        rest[c] = there[c] * of[c]
        months[c] += rest[c]


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
    stage_slot,
    stage_arrivals,
    width,
    epoch,
    share_row,
    share,
    even,
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
    start,
    start_mix,
    entries,
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
    stage that edges by notice leave, or -1; stage_slot [S]: row of `stock` or -1; stage_arrivals
    [S]: row of `arrivals` or -1; width [S]: groups that the stage is run on, all G or 1.
    epoch [T]; share_row [K, E]: row of share [R, G]; even [R]: the share where it is the same for
    all groups, else -1; joining [E, T]; pool_capacity [P, T]: decisions a month; pool_part [S, T]:
    part of it the stage may use; hazard, lag, newest, newest_age, at_random [S, T]; recall_share
    [K, G] by month of entry, recall_pace [T]; arrivals [A, T, G]; start [S, B] waiting at the start
    by month of entry, start_mix [S, G] their split.
    Work space: entries [S, B+T+1, G], any content.
    Out: stock [FS, T, G] at month end and flow [FE, T, G] of the stages and edges kept;
    stock_total [S, T], flow_total [E, T] of all; left, waited [S, T]: number leaving a stage and
    their months waited; age [S, L, T]: waiting less than age_limits [L] (rising) at month end;
    tally [2, B+T], or [2, 0] for none, meant for one stage: by month of entry, months ended in it
    over all persons, and how many wait at the end;
    recallable [T]: of the month's entries those whom a notice can reach; trace [S, B+T, T], or
    [S, 0, 0] for none: fraction of each cohort still waiting at month end.
    """
    n_stages, n_cohorts, n_groups = entries.shape
    n_months = epoch.shape[0]
    n_epochs = share_row.shape[0]
    before = n_cohorts - 1 - n_months

    # people in each stage, by group and in total
    now = np.zeros((n_stages, n_groups))
    people = np.zeros(n_stages)
    # those leaving: by decision (a row for each epoch of shares), while waiting, by notice
    leaving = np.zeros((n_epochs + 3, n_groups))
    number = np.zeros(n_epochs + 2)
    exits = n_epochs
    recalled = n_epochs + 1
    ready = n_epochs + 2
    # cohorts: persons who entered, fraction of them still waiting, the first one not yet closed
    size = np.zeros((n_stages, n_cohorts))
    waiting = np.ones((n_stages, n_cohorts))
    oldest = np.zeros(n_stages, np.int64)
    spare = np.zeros(pool_capacity.shape[0])

    recalls = np.zeros(n_epochs, np.bool_)
    for k in range(n_epochs):
        recalls[k] = stage_recall >= 0 and _sum(recall_share, k, n_groups) > 0.0
    # of a cohort's entries those a notice reaches, and the fraction of them not yet told
    reached = np.empty((n_cohorts if np.any(recalls) else 0, n_groups))
    untold = np.ones(n_cohorts)
    recall_first, recall_last = n_cohorts, -1

    for s in range(n_stages):
        n = width[s]
        part = _sum(start_mix, s, n_groups)
        for c in range(before):
            size[s, c] = start[s, c] * part
            if size[s, c] == 0.0 and oldest[s] == c:
                oldest[s] += 1
                continue
            for g in range(n):
                entries[s, c, g] = size[s, c] if n == 1 else start[s, c] * start_mix[s, g]
                now[s, g] += entries[s, c, g]
        people[s] = _sum(now, s, n)
        for g in range(n):
            entries[s, before, g] = 0.0

    for t in range(n_months):
        here = before + t
        for p in range(spare.shape[0]):
            spare[p] = pool_capacity[p, t]

        # flows to later stages add to the entries of this month, flows back to those of the next
        for s in range(n_stages):
            for g in range(width[s]):
                entries[s, here + 1, g] = 0.0

        for s in range(n_stages):
            n = width[s]
            keeps = stage_memory[s] == 1
            came = entries[s]
            gone = 0.0
            months = 0.0

            # 1. entries
            row = stage_arrivals[s]
            if row >= 0:
                part = _sum(arrivals[row], t, n_groups)
                size[s, here] += part
                if n == n_groups:
                    _add(came, here, 1.0, arrivals[row], t, n)
                else:
                    came[here, 0] += part
            if size[s, here] > 0.0:
                _add(now, s, 1.0, came, here, n)
            there = people[s] + size[s, here]
            if there < TINY:
                oldest[s] = here
                continue
            first = here
            if keeps:
                if s == stage_recall and recalls[epoch[t]]:
                    for g in range(n):
                        reached[here, g] = recall_share[epoch[t], g] * came[here, g]
                    recallable[t] = _sum(reached, here, n)
                    recall_first, recall_last = min(recall_first, here), here
                first = oldest[s]
                while first < here and waiting[s, first] * size[s, first] < TINY:
                    first += 1
                oldest[s] = first

            # 2. exits while waiting
            h = hazard[s, t]
            if h > 0.0:
                for g in range(n):
                    leaving[exits, g] = h * now[s, g]
                    now[s, g] -= leaving[exits, g]
                number[exits] = h * there
                there -= number[exits]
                if keeps:
                    gone += number[exits]
                    months += _leave(h, waiting, size, s, first, here + 1, here)

            # 3. recall by notice: the share reached differs by group, so entries are rescaled
            pace = recall_pace[t]
            noticed = pace > 0.0 and stage_recall == s
            if noticed:
                number[recalled] = 0.0
                for g in range(n):
                    leaving[recalled, g] = 0.0
                for c in range(max(first, recall_first), recall_last + 1):
                    if not recalls[epoch[c - before]] or untold[c] < 1e-12:
                        continue
                    told = pace * untold[c]
                    untold[c] -= told
                    for g in range(n):
                        some = came[c, g] - told * reached[c, g]
                        came[c, g] = some if some > 0.0 else 0.0
                    _add(leaving, recalled, told * waiting[s, c], reached, c, n)
                    cut = told * recallable[c - before]
                    size[s, c] = max(size[s, c] - cut, 0.0)
                    cut *= waiting[s, c]
                    number[recalled] += cut
                    months += cut * (here - c)
                _take_away(now, s, leaving, recalled, n)
                gone += number[recalled]
                there -= number[recalled]

            # 4. decisions; those decided are kept by epoch of the shares that apply to them
            pool = stage_pool[s]
            k_first = epoch[t]
            k_last = k_first - 1
            budget = 0.0
            if pool >= 0:
                budget = min(spare[pool], pool_capacity[pool, t] * pool_part[s, t])
            if budget > 0.0 and not keeps:
                k_last = k_first
                part = budget / there if budget < there else 1.0
                for g in range(n):
                    leaving[k_first, g] = part * now[s, g]
                    now[s, g] -= leaving[k_first, g]
                number[k_first] = part * there
                spare[pool] -= number[k_first]
                gone += number[k_first]
            elif budget > 0.0:
                by_entry = stage_by_entry[s] == 1
                if by_entry:
                    k_first = epoch[max(first - before, 0)]
                k_last = epoch[t]
                for k in range(k_first, k_last + 1):
                    number[k] = 0.0
                    for g in range(n):
                        leaving[k, g] = 0.0
                # entries up to `half` - 1 are ready, of those in `half` a fraction `held` is not
                half = int(np.floor(here - lag[s, t])) + 1
                last = min(half, here)
                held = 0.0
                if half <= here:
                    held = waiting[s, half] * (lag[s, t] - (here - half))
                done = 0.0

                # newest first, from the minimum age
                part = budget * newest[s, t]
                c = min(last, here - int(np.ceil(newest_age[s, t])))
                while done < part and c >= first:
                    able = waiting[s, c] - (held if c == half else 0.0)
                    if able > 0.0 and size[s, c] > 0.0:
                        k = epoch[max(c - before, 0)] if by_entry else k_last
                        take = min((part - done) / size[s, c], able)
                        some = _decide(take, waiting, size, s, c)
                        _add(leaving, k, take, came, c, n)
                        number[k] += some
                        done += some
                        months += some * (here - c)
                    c -= 1

                # at random among all who are ready
                part = min(budget - done, budget * at_random[s, t])
                if part > 0.0 and last >= first:
                    able = there - done
                    for c in range(max(half, first), here + 1):
                        able -= (held if c == half else waiting[s, c]) * size[s, c]
                    chance = min(1.0, part / able) if able > 0.0 else 0.0
                    done += chance * able
                    if by_entry:
                        for c in range(first, last + 1):
                            k = epoch[max(c - before, 0)]
                            take = chance * (waiting[s, c] - (held if c == half else 0.0))
                            some = _decide(take, waiting, size, s, c)
                            _add(leaving, k, take, came, c, n)
                            number[k] += some
                            months += some * (here - c)
                    else:
                        # this part of everyone, less those decided already and those not ready
                        number[k_last] += chance * able
                        for g in range(n):
                            leaving[ready, g] = now[s, g] - leaving[k_last, g]
                        for c in range(max(half, first), here + 1):
                            _add(
                                leaving, ready, -(held if c == half else waiting[s, c]), came, c, n
                            )
                        for g in range(n):
                            some = leaving[ready, g]
                            leaving[k_last, g] += chance * (some if some > 0.0 else 0.0)
                        stop = min(half, here + 1)
                        months += _leave(chance, waiting, size, s, first, stop, here)
                        if half <= here:
                            take = chance * (waiting[s, half] - held)
                            some = _decide(take, waiting, size, s, half)
                            months += some * (here - half)

                # oldest first with all that is left
                c = first
                while done < budget and c <= last:
                    able = waiting[s, c] - (held if c == half else 0.0)
                    if able > 0.0 and size[s, c] > 0.0:
                        k = epoch[max(c - before, 0)] if by_entry else k_last
                        take = min((budget - done) / size[s, c], able)
                        some = _decide(take, waiting, size, s, c)
                        _add(leaving, k, take, came, c, n)
                        number[k] += some
                        done += some
                        months += some * (here - c)
                    c += 1
                spare[pool] -= done
                gone += done
                for k in range(k_first, k_last + 1):
                    _take_away(now, s, leaving, k, n)
            left[s, t] = gone
            waited[s, t] = months

            # 5. those leaving, over the edges
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
                slot = edge_slot[e]
                for r in range(r_first, r_last + 1):
                    if number[r] == 0.0:
                        continue
                    i = share_row[r if kind == DECISION else epoch[t], e]
                    moved = even[i] * number[r]
                    if moved < 0.0:  # the share differs between groups
                        moved = _dot(share, i, leaving, r, n)
                    flow_total[e, t] += moved
                    if slot >= 0:
                        for g in range(n):
                            flow[slot, t, g] += share[i, g] * leaving[r, g]
                    to = edge_to[e]
                    if to >= 0:
                        when = here if to > s else here + 1
                        size[to, when] += moved
                        if width[to] == 1:
                            entries[to, when, 0] += moved
                        else:
                            _send(entries, to, when, 1.0, share, i, leaving, r)
                    to = edge_joins[e]
                    if to >= 0:
                        part = joining[e, t]
                        size[to, here] += part * moved
                        if width[to] == 1:
                            entries[to, here, 0] += part * moved
                        else:
                            _send(entries, to, here, part, share, i, leaving, r)

        # month end: stocks (with those on their way back) and ages
        for s in range(n_stages):
            n = width[s]
            people[s] = _sum(now, s, n)
            returning = size[s, here + 1]
            stock_total[s, t] = people[s] + returning
            slot = stage_slot[s]
            if slot >= 0:
                for g in range(n):
                    stock[slot, t, g] = now[s, g] + entries[s, here + 1, g]
            if stage_memory[s] == 1:
                if trace.shape[2] > 0:
                    for c in range(oldest[s], here + 1):
                        trace[s, c, t] = waiting[s, c]
                if tally.shape[1] > 0:
                    _count(tally, waiting, size, s, oldest[s], here + 1)
                young = returning
                c = here
                for i in range(age_limits.shape[0]):
                    stop = max(here - age_limits[i], oldest[s] - 1)
                    while c > stop:
                        young += waiting[s, c] * size[s, c]
                        c -= 1
                    age[s, i, t] = young
