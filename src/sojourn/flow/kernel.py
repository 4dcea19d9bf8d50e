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

Several runs go side by side: run m is the last index of every table here, so that the processor
works on some at once. Nothing of a run depends on its neighbours.

A stage is run on as few groups as its edges tell apart (`stage[:, WIDTH]`): all at the first, on
nationality and right of appeal after it, on the sum of all where nobody asks who somebody was.
"""

from __future__ import annotations

import math

from numba import njit

DECISION, EXIT, RECALL = 0, 1, 2
"""Kinds of edge: by decision (uses capacity), while waiting (hazard), by notice."""

TO, KIND, EVEN, JOINS, JOINING = range(5)
"""Columns of `edge` [E, 5]: stage that it leads to (-1: out of the system); kind; 1 where the share
is the same for all groups, so that one number is stored; stage that others enter with each person
on the edge (or -1), and the row of `rate` that says how many."""

FIRST, STOP, MEMORY, BY_ENTRY, POOL, WIDTH, ROOM, PART, HAZARD, LAG, NEWEST, MIN_AGE, AT_RANDOM = (
    range(13)
)
"""Columns of `stage` [S, 13]: its first edge and one past the last (edges are sorted by stage); 1:
it keeps cohorts, 0: a pool in which all have the same chance; 1: outcomes by the shares of the
month of entry; row of its pool in `rate` (or -1); groups that it is run on, all, as many as `merge`
makes, or 1; where its entries begin in the work space; rows of `rate`: part of the pool it may use,
hazard, lag, share decided newest first, minimum age for that, share decided at random."""

RECALL_STAGE, WATCH, RUN_ON, PACE = range(4)
"""Entries of `plan` [4]: stage that edges by notice leave (or -1); stage whose ages and waits by
month of entry are told; months that it is run on alone after the last; row of `rate` with the pace
of notices."""

TINY = 1e-9
"""A cohort with fewer persons than this is closed."""

NUMBA = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""No array is made here (the caller gives the work space), so none needs counting of references."""


@njit(**NUMBA)
def _sums(total, x, groups):
    """Sum of x over its first groups, for each run."""
    for m in range(total.size):
        total[m] = 0.0
    for g in range(groups):
        row = x[g]
        for m in range(total.size):
            total[m] += row[m]


@njit(**NUMBA)
def _clear(x, first, stop):
    """Set rows to zero."""
    for i in range(first, stop):
        row = x[i]
        for m in range(row.size):
            row[m] = 0.0


@njit(**NUMBA)
def _add(to, i, factor, x, k, groups):
    """Add `factor` times rows of x from k to those from i."""
    for g in range(groups):
        a, b = to[i + g], x[k + g]
        for m in range(factor.size):
            a[m] += factor[m] * b[m]


@njit(**NUMBA)
def _part(leaving, factor, now, groups):
    """Let a share of everyone go."""
    for g in range(groups):
        a, b = leaving[g], now[g]
        for m in range(factor.size):
            a[m] = factor[m] * b[m]
            b[m] -= a[m]


@njit(**NUMBA)
def _take_away(now, leaving, groups):
    """Take those leaving away; rounding may not leave less than none."""
    for g in range(groups):
        a, b = now[g], leaving[g]
        for m in range(a.size):
            left = a[m] - b[m]
            a[m] = left if left > 0.0 else 0.0


@njit(**NUMBA)
def _moved(moved, share, i, step, leaving, number, groups):
    """How many of those leaving take an edge whose shares begin at i (step 0: one for all)."""
    if step == 0:
        own = share[i]
        for m in range(moved.size):
            moved[m] = own[m] * number[m]
        return
    for m in range(moved.size):
        moved[m] = 0.0
    for g in range(groups):
        own, people = share[i + g], leaving[g]
        for m in range(moved.size):
            moved[m] += own[m] * people[m]


@njit(**NUMBA)
def _send(entries, j, narrow, merge, factor, share, i, step, leaving, groups):
    """Add `factor` x share of those leaving to the entries from row j.

    narrow: the stage entered is run on merged groups.
    """
    for g in range(groups):
        to = entries[j + (merge[g] if narrow else g)]
        own, people = share[i + step * g], leaving[g]
        for m in range(factor.size):
            to[m] += factor[m] * own[m] * people[m]


@njit(**NUMBA)
def _reach(reached, j, narrow, merge, factor, recall_share, k, share, i, step, leaving, groups):
    """Add those of the people sent by an edge whom a notice can reach."""
    for g in range(groups):
        to = reached[j + (merge[g] if narrow else g)]
        own, people = share[i + step * g], leaving[g]
        for m in range(to.size):
            to[m] += factor[m] * recall_share[m, k, g] * own[m] * people[m]


@njit(**NUMBA)
def _leave(part, scale, inside, moment, here, months):
    """Let a share of everyone go: one factor for all cohorts; adds the months they waited."""
    for m in range(part.size):
        stay = 1.0 - part[m]
        months[m] += part[m] * (here * inside[m] - moment[m])
        inside[m] *= stay
        moment[m] *= stay
        scale[m] *= stay


@njit(**NUMBA)
def _count(ended, waiting, scale, size, first, stop):
    """One month more for each person still waiting in the cohorts `first` to `stop` - 1."""
    for c in range(first, stop):
        months, there, of = ended[c], waiting[c], size[c]
        for m in range(months.size):
            months[m] += scale[m] * there[m] * of[m]


@njit(**NUMBA)
def _mean_of_year(mean, entered):
    """Mean entries of the last twelve months, of each run."""
    n_months = entered.shape[1]
    first = n_months - 12 if n_months > 12 else 0
    for m in range(mean.size):
        total = 0.0
        for t in range(first, n_months):
            total += entered[m, t]
        mean[m] = total / (n_months - first)


@njit(**NUMBA)
def _open(oldest, waiting, scale, inside, moment, size, here):
    """Open the cohort of the month and close the oldest that are empty; the first month of entry
    that any run has open."""
    lowest = here
    for m in range(oldest.size):
        c = oldest[m]
        if scale[m] < 1e-30:
            for i in range(c, here):
                waiting[i, m] *= scale[m]
            scale[m] = 1.0
        while c < here and scale[m] * waiting[c, m] * size[c, m] < TINY:
            some = scale[m] * waiting[c, m] * size[c, m]
            inside[m] -= some
            moment[m] -= some * c
            waiting[c, m] = 0.0
            c += 1
        if c == here:
            inside[m] = moment[m] = 0.0
            scale[m] = 1.0
        waiting[here, m] = 1.0 / scale[m]
        inside[m] += size[here, m]
        moment[m] += size[here, m] * here
        oldest[m] = c
        if c < lowest:
            lowest = c
    return lowest


@njit(**NUMBA)
def _notice(
    number, months, leaving, pace, untold, reached, stride, reachable, entries, at, groups, waiting,
    scale, inside, moment, size, first, last, here, told,
):  # fmt: skip
    """Send notices to a share `pace` of those not yet told.

    The share reached differs by group, so entries are rescaled.
    """
    _clear(leaving, 0, groups)
    for c in range(first, last + 1):
        some_told = False
        for m in range(pace.size):
            told[m] = 0.0
            if reachable[c, m] > 0.0 and untold[c, m] >= 1e-12:
                told[m] = pace[m] * untold[c, m]
                some_told = True
        if not some_told:
            continue
        for m in range(pace.size):
            untold[c, m] -= told[m]
        for g in range(groups):
            row, part, out = entries[at + c * groups + g], reached[c * stride + g], leaving[g]
            for m in range(pace.size):
                some = row[m] - told[m] * part[m]
                row[m] = some if some > 0.0 else 0.0
                out[m] += told[m] * scale[m] * waiting[c, m] * part[m]
        for m in range(pace.size):
            cut = told[m] * reachable[c, m]
            left = size[c, m] - cut
            left = left if left > 0.0 else 0.0
            cut = (size[c, m] - left) * scale[m] * waiting[c, m]
            size[c, m] = left
            number[m] += cut
            months[m] += cut * (here - c)
            inside[m] -= cut
            moment[m] -= cut * c


@njit(**NUMBA)
def _in_turn(
    down, low, high, part, done, half, held, waiting, scale, inside, moment, size, entries, at,
    groups, here, before, epoch, by_entry, leaving, number, k_last, months,
):  # fmt: skip
    """Decide cohorts one after another, until `part` are done: from `high` down, or from `low` up.

    Run by run, because each is at a place of its own.
    """
    for m in range(part.size):
        c = high[m] if down else low[m]
        while done[m] < part[m] and low[m] <= c <= high[m]:
            able = waiting[c, m]
            if c == half[m]:
                able -= held[m]
            persons = scale[m] * size[c, m]
            if able > 0.0 and persons > 0.0:
                k = k_last
                if by_entry:
                    k = epoch[c - before] if c > before else epoch[0]
                take = (part[m] - done[m]) / persons
                if take > able:
                    take = able
                waiting[c, m] -= take
                some = take * persons
                take *= scale[m]
                row = at + c * groups
                for g in range(groups):
                    leaving[k, g, m] += take * entries[row + g, m]
                number[k, m] += some
                done[m] += some
                months[m] += some * (here - c)
                inside[m] -= some
                moment[m] -= some * c
            c += -1 if down else 1


@njit(**NUMBA)
def _at_random(
    m, part, late, half, held, waiting, scale, inside, moment, size, oldest, here, months
):  # fmt: skip
    """Let a share of all who are ready in run m go: one factor for all, made good to the others."""
    if part == 0.0:
        return
    stay = 1.0 - part
    ready, ready_moment = inside[m], moment[m]
    if stay < 1e-9:
        stay = 1.0
        for c in range(oldest, half if half <= here else here + 1):
            waiting[c, m] = 0.0
    for c in range(late, here + 1):
        if c < half:
            continue
        rest = held[m] if c == half else waiting[c, m]
        some = rest * scale[m] * size[c, m]
        ready -= some
        ready_moment -= some * c
        if stay == 1.0:
            waiting[c, m] = rest
        else:
            waiting[c, m] += rest * part / stay
    held[m] /= stay
    months[m] += part * (here * ready - ready_moment)
    inside[m] -= part * ready
    moment[m] -= part * ready_moment
    scale[m] *= stay


@njit(**NUMBA)
def _decide(
    budget, there, lag, newest, min_age, at_random, waiting, scale, inside, moment, size, entries,
    at, groups, oldest, first, here, before, epoch, by_entry, leaving, number, k_first, k_last, now, done, months,
    half, high, held, part, take,
):  # fmt: skip
    """Decisions in a stage with cohorts: how many, `done`, and the months they waited.

    Row k of `leaving` takes those decided to whom the shares of epoch k apply, its last row is work
    space. Of a cohort those take part who are ready: all of the entries up to `half` - 1, of those
    in `half` all but a fraction `held`, none of later ones.
    """
    runs = done.size
    for k in range(k_first, k_last + 1):
        _clear(leaving[k], 0, groups)
        for m in range(runs):
            number[k, m] = 0.0
    late = here + 1
    for m in range(runs):
        half[m] = math.floor(here - lag[m]) + 1
        held[m] = 0.0
        if half[m] <= here:
            held[m] = waiting[half[m], m] * (lag[m] - (here - half[m]))
        if half[m] < late:
            late = half[m]
        # newest first, from the minimum age
        high[m] = here - math.ceil(min_age[m])
        if high[m] > half[m]:
            high[m] = half[m]
        part[m] = budget[m] * newest[m]
        done[m] = 0.0
    if late < first:
        late = first
    _in_turn(
        True, oldest, high, part, done, half, held, waiting, scale, inside, moment, size, entries, at,
        groups, here, before, epoch, by_entry, leaving, number, k_last, months,
    )  # fmt: skip

    # at random among all who are ready; part: the chance of each
    chosen = False
    for m in range(runs):
        wanted = budget[m] * at_random[m]
        if wanted > budget[m] - done[m]:
            wanted = budget[m] - done[m]
        part[m] = 0.0
        high[m] = half[m] if half[m] < here else here
        if wanted > 0.0 and high[m] >= oldest[m]:
            able = there[m] - done[m]
            for c in range(late, here + 1):
                if c >= half[m]:
                    some = held[m] if c == half[m] else waiting[c, m]
                    able -= some * scale[m] * size[c, m]
            if able > 0.0:
                part[m] = wanted / able if wanted < able else 1.0
                done[m] += part[m] * able
                chosen = True
                if not by_entry:
                    number[k_last, m] += part[m] * able
    if chosen and not by_entry:
        # this part of everyone, less those decided already and those not ready
        work = leaving[leaving.shape[0] - 1]
        for g in range(groups):
            left, everyone, decided = work[g], now[g], leaving[k_last, g]
            for m in range(runs):
                left[m] = everyone[m] - decided[m]
        for c in range(late, here + 1):
            for m in range(runs):
                take[m] = 0.0
                if c >= half[m]:
                    take[m] = -scale[m] * (held[m] if c == half[m] else waiting[c, m])
            _add(work, 0, take, entries, at + c * groups, groups)
        for g in range(groups):
            left, decided = work[g], leaving[k_last, g]
            for m in range(runs):
                decided[m] += part[m] * (left[m] if left[m] > 0.0 else 0.0)
        for m in range(runs):
            _at_random(
                m, part[m], late if late > oldest[m] else oldest[m], half[m], held, waiting, scale,
                inside, moment, size, oldest[m], here, months,
            )  # fmt: skip
    elif chosen:
        for c in range(first, here + 1):
            k = epoch[c - before] if c > before else epoch[0]
            for m in range(runs):
                take[m] = 0.0
                if c <= half[m]:
                    take[m] = part[m] * (waiting[c, m] - (held[m] if c == half[m] else 0.0))
                waiting[c, m] -= take[m]
                take[m] *= scale[m]
                some = take[m] * size[c, m]
                number[k, m] += some
                months[m] += some * (here - c)
                inside[m] -= some
                moment[m] -= some * c
            _add(leaving[k], 0, take, entries, at + c * groups, groups)

    # oldest first with all that is left
    _in_turn(
        False, oldest, high, budget, done, half, held, waiting, scale, inside, moment, size, entries,
        at, groups, here, before, epoch, by_entry, leaving, number, k_last, months,
    )  # fmt: skip


@njit(**NUMBA)
def _edges(
    s, t, here, groups, edge, stage, merge, rate, share, share_at, leaving, number, k, k_first,
    k_last, noticed, size, entries, recall, reached, recall_share, flow, flows, moved, part,
):  # fmt: skip
    """Those leaving a stage, split over its edges; k: epoch of the month."""
    n_epochs, runs = share_at.shape[0], moved.size
    for e in range(stage[s, FIRST], stage[s, STOP]):
        kind = edge[e, KIND]
        low, high = k_first, k_last
        if kind == EXIT:
            low = high = n_epochs
        elif kind == RECALL:
            low, high = n_epochs + 1, n_epochs + 1 if noticed else -1
        step = 0 if edge[e, EVEN] == 1 or groups == 1 else 1
        for r in range(low, high + 1):
            some = False
            for m in range(runs):
                some |= number[r, m] != 0.0
            if not some:
                continue
            i = share_at[r if kind == DECISION else k, e]
            _moved(moved, share, i, step, leaving[r], number[r], groups)
            for m in range(runs):
                flow[e, m, t] += moved[m]
                if flows.shape[0] > 0:
                    for g in range(groups):
                        flows[e, m, t, g] += share[i + step * g, m] * leaving[r, g, m]
            for joins in range(2):
                to, when = edge[e, JOINS] if joins == 1 else edge[e, TO], here
                if to < 0:
                    continue
                if to < s:
                    when += 1
                width = stage[to, WIDTH]
                j = stage[to, ROOM] + when * width
                for m in range(runs):
                    part[m] = rate[edge[e, JOINING], m, t] if joins == 1 else 1.0
                    size[to, when, m] += part[m] * moved[m]
                    if width == 1:
                        entries[j, m] += part[m] * moved[m]
                if width > 1:
                    _send(
                        entries, j, width < groups, merge, part, share, i, step, leaving[r], groups
                    )
                if to == recall and to > s:
                    _reach(
                        reached, here * width, width < groups, merge, part, recall_share, k, share,
                        i, step, leaving[r], groups,
                    )  # fmt: skip


@njit(**NUMBA)
def _start(
    stage, merge, waiting_at_start, mix, now, people, size, waiting, scale, inside, moment, oldest,
    entries,
):  # fmt: skip
    """People who wait before the first month: their cohorts, by group."""
    runs, _, before = waiting_at_start.shape
    for s in range(stage.shape[0]):
        n, own = stage[s, WIDTH], s if mix.shape[1] > 1 else 0
        _clear(now[s], 0, now.shape[1])
        _clear(entries, stage[s, ROOM], stage[s, ROOM] + (before + 1) * n)
        _clear(size[s], 0, size.shape[1])
        for m in range(runs):
            oldest[s, m] = 0
            scale[s, m] = 1.0
            inside[s, m] = moment[s, m] = 0.0
            for c in range(before):
                persons = waiting_at_start[m, s, c]
                waiting[s, c, m] = 1.0
                at = stage[s, ROOM] + c * n
                if persons == 0.0:
                    continue
                for g in range(merge.size):
                    to = g if n == merge.size else (0 if n == 1 else merge[g])
                    entries[at + to, m] += persons * mix[m, own, g]
                for g in range(n):
                    size[s, c, m] += entries[at + g, m]
                    now[s, g, m] += entries[at + g, m]
                inside[s, m] += size[s, c, m]
                moment[s, m] += size[s, c, m] * c
        _sums(people[s], now[s], n)


@njit(**NUMBA)
def run(
    edge, stage, plan, merge, cell, epoch, share_at, age_limits,
    claims, entering, share, rate, recall_share, waiting_at_start, mix,
    stock, flow, left, waited, watched, recallable, stocks, flows, trace,
    entries, now, people, leaving, number, size, waiting, oldest, spare, reached, cohort, lane,
    place, whole,
):  # fmt: skip
    """Run all months of n runs side by side; docs/how-it-works.md has the equations.

    E edges, S stages, G groups, T months, K epochs of shares, B months before the first, C = B + T
    + months run on + 1 cohorts, L age limits. Persons and months throughout.

    The same for all runs: edge [E, 5], stage [S, 13], plan [4]: see above; merge [G]: group of a
    narrower stage that each group belongs to; cell [G]: column of `claims` of each group; epoch
    [T]; share_at [K, E]: row of `share` where the shares of an edge begin; age_limits [L], rising.
    Of each run: claims [n, T, cells] arrive at the first stage; entering [n, K, G]: share of the
    claims of its cell that a group has; share [.., n]; rate [Q, n, T]; recall_share [n, K, G]:
    share reached by notice of those who enter the recall stage, by month of entry (claims sent back
    to it are not reached); waiting_at_start [n, S, B] by month of entry; mix [n, S or 1, G]: their
    split over groups.
    Out, zero at first: stock [S, n, T] at month end; flow [E, n, T]; left, waited [S, n, T]: number
    leaving a stage and their months waited; watched [L + 3, n, T] of the watched stage: waiting
    less than each limit at month end, entries of the month, months ended in it over all of them,
    how many wait at the end of all; recallable [n, T]: of the entries of the recall stage those
    whom a notice can reach; by group, or [0, ...] for none: stocks [S, n, T, G], flows [E, n, T,
    G]; trace [S, n, B + T, T] or [0, ...]: fraction of each cohort still waiting at month end.
    Work space, any content: entries [room for all stages, n], now [S, G, n], people, oldest [S, n],
    leaving [K + 3, G, n], number [K + 2, n], size, waiting [S, C, n], spare [Q, n], reached (as
    entries of the recall stage), cohort [3, C, n], lane [15, n], place [2, n],
    whole [3, S, n].
    """
    runs, n_months, _ = claims.shape
    n_stages, n_groups, _ = now.shape
    n_epochs = share_at.shape[0]
    n_limits = age_limits.size
    before = waiting_at_start.shape[2]
    last = before + n_months - 1
    recall_stage, watch = plan[RECALL_STAGE], plan[WATCH]
    # those leaving: by decision (a row for each epoch of shares), while waiting, by notice, work
    exits, recalled = n_epochs, n_epochs + 1
    # of a cohort's entries those a notice reaches, the fraction of them not yet told; months ended
    reachable, untold, ended = cohort[0], cohort[1], cohort[2]
    gone, months, there, done, moved = lane[0], lane[1], lane[2], lane[3], lane[4]
    part, take, held, hazard, pace = lane[5], lane[6], lane[7], lane[8], lane[9]
    budget, lag, newest, min_age, at_random = lane[10], lane[11], lane[12], lane[13], lane[14]
    half, high = place[0], place[1]
    # the fraction of a cohort still waiting is `waiting` times a factor of its stage, so what
    # touches everyone touches one number; people in cohorts, and the sum of their months of entry
    scale, inside, moment = whole[0], whole[1], whole[2]

    _start(
        stage, merge, waiting_at_start, mix, now, people, size, waiting, scale, inside, moment,
        oldest, entries,
    )  # fmt: skip
    _clear(reachable, 0, reachable.shape[0])
    _clear(ended, 0, ended.shape[0])
    for c in range(untold.shape[0]):
        for m in range(runs):
            untold[c, m] = 1.0
    recall_first = size.shape[1]

    # after the last month the watched stage is run on alone, on totals only (no groups)
    for here in range(before, before + n_months + plan[RUN_ON]):
        alone = here > last
        if alone:
            waits = False
            for m in range(runs):
                waits |= oldest[watch, m] <= last
            if not waits:
                break  # everyone who came before the end has left
        t = n_months - 1 if alone else here - before
        k = epoch[t]
        recall = -1
        if not alone:
            if recall_stage >= 0:
                for m in range(runs):
                    for g in range(n_groups):
                        if recall_share[m, k, g] > 0.0:
                            recall = recall_stage
            if recall >= 0:
                n = stage[recall, WIDTH]
                _clear(reached, here * n, (here + 1) * n)
                if here < recall_first:
                    recall_first = here
            # flows to later stages add to the entries of this month, flows back to the next
            for s in range(n_stages):
                n = stage[s, WIDTH]
                _clear(entries, stage[s, ROOM] + (here + 1) * n, stage[s, ROOM] + (here + 2) * n)
        for p in range(n_stages):
            pool = stage[p, POOL]
            if pool >= 0:
                for m in range(runs):
                    spare[pool, m] = rate[pool, m, t]

        for s in range(watch if alone else 0, watch + 1 if alone else n_stages):
            n, at = stage[s, WIDTH], stage[s, ROOM]
            if alone:
                n = at = 0
            keeps = stage[s, MEMORY] == 1

            # 1. entries
            if s == 0 and not alone:
                for m in range(runs):
                    for g in range(n_groups):
                        i = g if n == n_groups else 0
                        some = claims[m, t, cell[g]] * entering[m, k, g]
                        size[s, here, m] += some
                        entries[at + here * n + i, m] += some
                        if recall == 0:
                            reached[here * n + i, m] += recall_share[m, k, g] * some
            if alone:
                _mean_of_year(size[s, here], watched[n_limits])
            for m in range(runs):
                part[m] = 1.0
                gone[m] = months[m] = 0.0
                there[m] = people[s, m] + size[s, here, m]
                if s == watch and not alone:
                    watched[n_limits, m, t] = size[s, here, m]
            _add(now[s], 0, part, entries, at + here * n, n)
            first = here
            if keeps:
                if s == recall:
                    for g in range(n):
                        for m in range(runs):
                            reachable[here, m] += reached[here * n + g, m]
                    for m in range(runs):
                        recallable[m, t] = reachable[here, m]
                first = _open(
                    oldest[s], waiting[s], scale[s], inside[s], moment[s], size[s], here
                )

            # 2. exits while waiting
            exiting = False
            for m in range(runs):
                hazard[m] = rate[stage[s, HAZARD], m, t]
                exiting |= hazard[m] > 0.0
                number[exits, m] = hazard[m] * there[m]
                there[m] -= number[exits, m]
                if keeps:
                    gone[m] += number[exits, m]
            if exiting:
                _part(leaving[exits], hazard, now[s], n)
                if keeps:
                    _leave(hazard, scale[s], inside[s], moment[s], here, months)

            # 3. recall by notice
            noticed = False
            if s == recall_stage:
                for m in range(runs):
                    pace[m] = rate[plan[PACE], m, t]
                    noticed |= pace[m] > 0.0
                    number[recalled, m] = 0.0
            if noticed:
                _notice(
                    number[recalled], months, leaving[recalled], pace, untold, reached, n,
                    reachable, entries, at, n, waiting[s], scale[s], inside[s], moment[s], size[s],
                    first if first > recall_first else recall_first, here if here < last else last,
                    here, take,
                )  # fmt: skip
                _take_away(now[s], leaving[recalled], n)
                for m in range(runs):
                    gone[m] += number[recalled, m]
                    there[m] -= number[recalled, m]

            # 4. decisions; those decided are kept by epoch of the shares that apply to them
            pool = stage[s, POOL]
            k_first, k_last = k + 1, k
            if pool >= 0:
                k_first = k
                for m in range(runs):
                    budget[m] = rate[pool, m, t] * rate[stage[s, PART], m, t]
                    if budget[m] > spare[pool, m]:
                        budget[m] = spare[pool, m]
                if keeps:
                    by_entry = stage[s, BY_ENTRY] == 1 and not alone
                    if by_entry:
                        k_first = epoch[first - before] if first > before else epoch[0]
                    for m in range(runs):
                        lag[m] = rate[stage[s, LAG], m, t]
                        newest[m] = rate[stage[s, NEWEST], m, t]
                        min_age[m] = rate[stage[s, MIN_AGE], m, t]
                        at_random[m] = rate[stage[s, AT_RANDOM], m, t]
                    _decide(
                        budget, there, lag, newest, min_age, at_random, waiting[s], scale[s],
                        inside[s], moment[s], size[s], entries, at, n, oldest[s], first, here, before, epoch, by_entry, leaving,
                        number, k_first, k_last, now[s], done, months, half, high, held, part, take,
                    )  # fmt: skip
                    for r in range(k_first, k_last + 1):
                        _take_away(now[s], leaving[r], n)
                else:
                    for m in range(runs):
                        part[m] = budget[m] / there[m] if budget[m] < there[m] else 1.0
                        number[k, m] = done[m] = part[m] * there[m]
                    _part(leaving[k], part, now[s], n)
                for m in range(runs):
                    spare[pool, m] -= done[m]
                    gone[m] += done[m]
                    there[m] -= done[m]
            if alone:
                for m in range(runs):
                    people[s, m] = there[m]
                _count(ended, waiting[s], scale[s], size[s], first, last + 1)
                continue

            # 5. those leaving, over the edges
            _edges(
                s, t, here, n, edge, stage, merge, rate, share, share_at, leaving, number, k,
                k_first, k_last, noticed, size, entries, recall, reached, recall_share, flow, flows,
                moved, part,
            )  # fmt: skip
            _sums(people[s], now[s], n)
            for m in range(runs):
                left[s, m, t] = gone[m]
                waited[s, m, t] = months[m]
                stock[s, m, t] = people[s, m]
            if s == watch:
                _count(ended, waiting[s], scale[s], size[s], first, here + 1)

        if alone:
            continue
        # month end: those on their way back count, and ages are told
        for s in range(n_stages):
            for m in range(runs):
                stock[s, m, t] += size[s, here + 1, m]
                if stocks.shape[0] > 0:
                    n = stage[s, WIDTH]
                    for g in range(n):
                        back = entries[stage[s, ROOM] + (here + 1) * n + g, m]
                        stocks[s, m, t, g] = now[s, g, m] + back
                if trace.shape[0] > 0 and stage[s, MEMORY] == 1:
                    for c in range(oldest[s, m], here + 1):
                        trace[s, m, c, t] = scale[s, m] * waiting[s, c, m]
        for m in range(runs):
            there[m] = size[watch, here + 1, m]
        c = here
        for i in range(n_limits):
            while c > here - age_limits[i] and c >= 0:
                for m in range(runs):
                    there[m] += scale[watch, m] * waiting[watch, c, m] * size[watch, c, m]
                c -= 1
            for m in range(runs):
                watched[i, m, t] = there[m]

    for t in range(n_months):
        c = before + t
        for m in range(runs):
            watched[n_limits + 1, m, t] = ended[c, m]
            watched[n_limits + 2, m, t] = scale[watch, m] * waiting[watch, c, m] * size[watch, c, m]
