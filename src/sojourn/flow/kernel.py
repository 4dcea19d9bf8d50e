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
entries by group, stored once, and one number: the fraction still waiting, as a multiple of one
factor of the stage. So what touches everyone costs one pass over groups and one multiplication, and
only cohorts that are decided in their turn cost a pass over groups each.

Several runs go side by side: run m is the last index of every table here, so that the processor
works on some at once. Nothing of a run depends on its neighbours.

A stage is run on as few columns as its edges tell apart (`columns`): groups of people, or their sum
where nobody asks who somebody was. Where the law of the day of a claim decides, its outcome is
known when it is made, and columns of the first stage are outcomes as well.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

DECISION, EXIT, RECALL = 0, 1, 2
"""Kinds of edge: by decision (uses capacity), while waiting (hazard), by notice."""

OWN, SAME, REST = 0, 1, 2
"""Shares of an edge: of each column; the same for all, so that one number is stored; all whom the
edges of its stage and kind before it leave."""

TO, KIND, SHARE, JOINS, JOINING, FROM, COUNT, FLOW, INTO = range(9)
"""Columns of `edge` [E, 9]: stage that it leads to (-1: out of the system); kind; its shares; stage
that others enter with each person on the edge (or -1), and the row of `rate` that says how many;
first of the columns of its stage whose people take it, and how many columns; row of `flow`; first
column there that they enter."""

FIRST, STOP, MEMORY, POOL, WIDTH, ROOM, ENTERED, PART, HAZARD, LAG, NEWEST, MIN_AGE, AT_RANDOM = (
    range(13)
)
"""Columns of `stage` [S, 13]: its first edge and one past the last (edges are sorted by stage); 1:
it keeps cohorts, 0: a pool in which all have the same chance; row of its pool in `rate` (or -1);
columns that it is run on; where its entries begin in the work space; 1: people may enter it, 0: it
has those of the start alone; rows of `rate`: part of the pool it may use, hazard, lag, share
decided newest first, minimum age for that, share decided at random."""

RECALL_STAGE, WATCH, RUN_ON, PACE, START, STOP_AT = range(6)
"""Entries of `plan` [6]: stage that edges by notice leave (or -1); stage whose ages and waits by
month of entry are told; months that it is run on alone after the last; row of `rate` with the pace
of notices; month to go on from with the work space and results of an earlier call (0: from the
beginning), and month to stop before (0: run to the end)."""

TINY = 1e-9
"""A cohort with fewer persons than this is closed; notices that would reach fewer are not sent."""

DECIDED, EXITS, RECALLED, WORK = range(4)
"""Rows of `leaving`: those who leave by decision, while waiting, by notice; and work space."""

NUMBA: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""No array is made here (the caller gives the work space), so none needs counting of references."""

STEP = NUMBA | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Steps are called from `run` alone: a way in from Python would take a sixth of the compilation."""


@njit(**STEP)
def _sums(total, x, groups):
    """Sum of x over its first groups, for each run."""
    for m in range(total.size):
        total[m] = 0.0
    for g in range(groups):
        row = x[g]
        for m in range(total.size):
            total[m] += row[m]


@njit(**STEP)
def _clear(x, first, stop):
    """Set rows to zero."""
    for i in range(first, stop):
        row = x[i]
        for m in range(row.size):
            row[m] = 0.0


@njit(**STEP)
def _add(to, i, factor, x, k, groups):
    """Add `factor` times rows of x from k to those from i."""
    for g in range(groups):
        a, b = to[i + g], x[k + g]
        for m in range(factor.size):
            a[m] += factor[m] * b[m]


@njit(**STEP)
def _part(leaving, factor, now, groups):
    """Let a share of everyone go."""
    for g in range(groups):
        a, b = leaving[g], now[g]
        for m in range(factor.size):
            a[m] = factor[m] * b[m]
            b[m] -= a[m]


@njit(**STEP)
def _take_away(now, leaving, groups):
    """Take those leaving away; rounding may not leave less than none."""
    for g in range(groups):
        a, b = now[g], leaving[g]
        for m in range(a.size):
            left = a[m] - b[m]
            a[m] = left if left > 0.0 else 0.0


@njit(**STEP)
def _moved(moved, share, i, step, leaving, first, count):
    """How many in `count` columns take an edge whose shares begin at i (step 0: one for all)."""
    for m in range(moved.size):
        moved[m] = 0.0
    for g in range(count):
        own, people = share[i + step * g], leaving[first + g]
        for m in range(moved.size):
            moved[m] += own[m] * people[m]


@njit(**STEP)
def _send(entries, j, factor, share, i, step, leaving, first, count):
    """Add `factor` x share of those leaving to the entries from row j."""
    for g in range(count):
        to, own, people = entries[j + g], share[i + step * g], leaving[first + g]
        for m in range(factor.size):
            to[m] += factor[m] * own[m] * people[m]


@njit(**STEP)
def _leave(part, scale, inside, moment, here, months):
    """Let a share of everyone go: one factor for all cohorts; adds the months they waited."""
    for m in range(part.size):
        stay = 1.0 - part[m]
        months[m] += part[m] * (here * inside[m] - moment[m])
        inside[m] *= stay
        moment[m] *= stay
        scale[m] *= stay


@njit(**STEP)
def _count(ended, waiting, scale, size, first, stop):
    """One month more for each person still waiting in the cohorts `first` to `stop` - 1."""
    for c in range(first, stop):
        months, there, of = ended[c], waiting[c], size[c]
        for m in range(months.size):
            months[m] += scale[m] * there[m] * of[m]


@njit(**STEP)
def _mean_of_year(mean, entered):
    """Mean entries of the last twelve months, of each run."""
    n_months = entered.shape[0]
    first = n_months - 12 if n_months > 12 else 0
    for m in range(mean.size):
        mean[m] = 0.0
    for t in range(first, n_months):
        row = entered[t]
        for m in range(mean.size):
            mean[m] += row[m]
    for m in range(mean.size):
        mean[m] /= n_months - first


@njit(**STEP)
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


@njit(**STEP)
def _notice(
    number, months, leaving, pace, untold, late_told, reached, groups, reachable, waiting, scale,
    inside, moment, size, first, last, here, told, sent,
):  # fmt: skip
    """Send notices to a share `pace` of those not yet told.

    The share reached differs by group, so entries are to be rescaled: `late_told` keeps for how
    much, until somebody asks for the entries of the cohort.
    """
    _clear(leaving, 0, groups)
    for c in range(first, last + 1):
        some_told = False
        for m in range(pace.size):
            told[m] = pace[m] * untold[c, m]
            sent[m] = told[m] * scale[m] * waiting[c, m]
            if sent[m] * reachable[c, m] < TINY:
                told[m] = sent[m] = 0.0
            else:
                some_told = True
        if not some_told:
            continue
        for g in range(groups):
            part, out = reached[c * groups + g], leaving[g]
            for m in range(pace.size):
                out[m] += sent[m] * part[m]
        for m in range(pace.size):
            untold[c, m] -= told[m]
            late_told[c, m] += told[m]
            cut = told[m] * reachable[c, m]
            left = size[c, m] - cut
            left = left if left > 0.0 else 0.0
            cut = (size[c, m] - left) * scale[m] * waiting[c, m]
            size[c, m] = left
            number[m] += cut
            months[m] += cut * (here - c)
            inside[m] -= cut
            moment[m] -= cut * c


@njit(**STEP)
def _in_turn(
    step, low, high, part, done, half, held, waiting, scale, inside, moment, size, entries, at,
    groups, here, leaving, number, months, late_told, reached,
):  # fmt: skip
    """Decide cohorts one after another, until `part` are done: from `low` up, or from `high` down.

    Run by run, because each is at a place of its own; in variables of its own, because tables might
    be written over. late_told [C, n] or [0, n]: notices to take off entries first.
    """
    for m in range(part.size):
        c, lowest, highest = low[m], low[m], high[m]
        if step < 0:
            c = highest
        wanted, so_far = part[m], done[m]
        if so_far >= wanted or c < lowest or c > highest:
            continue
        split, kept, factor = half[m], held[m], scale[m]
        gone, waited, left, left_moment = number[m], months[m], inside[m], moment[m]
        while so_far < wanted and lowest <= c <= highest:
            there = waiting[c, m]
            able = there - kept if c == split else there
            persons = factor * size[c, m]
            if able > 0.0 and persons > 0.0:
                take = (wanted - so_far) / persons
                if take > able:
                    take = able
                waiting[c, m] = there - take
                some = take * persons
                take *= factor
                row = at + c * groups
                if late_told.shape[0] > 0 and late_told[c, m] > 0.0:
                    _take_off(entries, row, late_told, reached, c, groups, m)
                for g in range(groups):
                    leaving[g, m] += take * entries[row + g, m]
                gone += some
                so_far += some
                waited += some * (here - c)
                left -= some
                left_moment -= some * c
            c += step
        done[m], number[m], months[m] = so_far, gone, waited
        inside[m], moment[m] = left, left_moment


@njit(**STEP)
def _take_off(entries, row, late_told, reached, c, groups, m):
    """Take those told since it was last asked for off a cohort's entries, of one run."""
    for g in range(groups):
        some = entries[row + g, m] - late_told[c, m] * reached[c * groups + g, m]
        entries[row + g, m] = some if some > 0.0 else 0.0
    late_told[c, m] = 0.0


@njit(**STEP)
def _at_random(
    part, late, half, held, waiting, scale, inside, moment, size, oldest, here, months
):  # fmt: skip
    """Let a share of all who are ready go: one factor for all, made good to the others."""
    for m in range(part.size):
        if part[m] == 0.0:
            continue
        stay = 1.0 - part[m]
        ready, ready_moment = inside[m], moment[m]
        all_go = stay < 1e-9
        if all_go:
            stay = 1.0
            for c in range(oldest[m], half[m] if half[m] <= here else here + 1):
                waiting[c, m] = 0.0
        for c in range(late, here + 1):
            if c < half[m] or c < oldest[m]:
                continue
            rest = held[m] if c == half[m] else waiting[c, m]
            some = rest * scale[m] * size[c, m]
            ready -= some
            ready_moment -= some * c
            if all_go:
                waiting[c, m] = rest
            else:
                waiting[c, m] += rest * part[m] / stay
        held[m] /= stay
        months[m] += part[m] * (here * ready - ready_moment)
        inside[m] -= part[m] * ready
        moment[m] -= part[m] * ready_moment
        scale[m] *= stay


@njit(**STEP)
def _decide(
    budget, there, lag, newest, min_age, at_random, waiting, scale, inside, moment, size, entries,
    at, groups, oldest, first, here, leaving, work, number, now, done, months, half, high, held,
    part, take, late_told, reached, steps,
):  # fmt: skip
    """Decisions in a stage with cohorts: how many, `done`, and the months they waited.

    Of a cohort those take part who are ready: all of the entries up to `half` - 1, of those in
    `half` all but a fraction `held`, none of later ones.
    """
    runs = done.size
    _clear(leaving, steps[0], groups)
    late = here + 1
    for m in range(runs):
        number[m] = 0.0
        half[m] = math.floor(here - lag[m]) + 1
        held[m] = 0.0
        if 0 <= half[m] <= here:
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
        steps[1], oldest, high, part, done, half, held, waiting, scale, inside, moment, size,
        entries, at, groups, here, leaving, number, months, late_told, reached,
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
                number[m] += part[m] * able
                chosen = True
    if chosen:
        # this part of everyone, less those decided already and those not ready
        for g in range(groups):
            left, everyone, decided = work[g], now[g], leaving[g]
            for m in range(runs):
                left[m] = everyone[m] - decided[m]
        for c in range(late, here + 1):
            for m in range(runs):
                take[m] = 0.0
                if c >= half[m]:
                    take[m] = -scale[m] * (held[m] if c == half[m] else waiting[c, m])
                    if late_told.shape[0] > 0 and late_told[c, m] > 0.0:
                        _take_off(entries, at + c * groups, late_told, reached, c, groups, m)
            _add(work, steps[0], take, entries, at + c * groups, groups)
        for g in range(groups):
            left, decided = work[g], leaving[g]
            for m in range(runs):
                decided[m] += part[m] * (left[m] if left[m] > 0.0 else 0.0)
        _at_random(
            part, late, half, held, waiting, scale, inside, moment, size, oldest, here, months
        )

    # oldest first with all that is left
    _in_turn(
        steps[2], oldest, high, budget, done, half, held, waiting, scale, inside, moment, size,
        entries, at, groups, here, leaving, number, months, late_told, reached,
    )  # fmt: skip


@njit(**STEP)
def _edges(
    s, t, here, edge, stage, rate, share, share_at, leaving, number, kinds, size, entries, flow,
    flows, moved, part,
):  # fmt: skip
    """Those leaving a stage, split over its edges; kinds [3]: 1 where anyone leaves that way."""
    runs = moved.size
    for e in range(stage[s, FIRST], stage[s, STOP]):
        kind = edge[e, KIND]
        if kinds[kind] == 0:
            continue
        first, count, row = edge[e, FROM], edge[e, COUNT], edge[e, FLOW]
        i, step = share_at[e], 1 if edge[e, SHARE] == OWN else 0
        out = leaving[kind]
        if edge[e, SHARE] == REST:
            for m in range(runs):
                moved[m] = number[kind, m]
            for f in range(stage[s, FIRST], e):
                other = edge[f, FLOW]
                if edge[f, KIND] == kind and (f == stage[s, FIRST] or edge[f - 1, FLOW] != other):
                    for m in range(runs):
                        moved[m] -= flow[other, t, m]
            for m in range(runs):
                moved[m] = moved[m] if moved[m] > 0.0 else 0.0
        elif step == 0 and count == stage[s, WIDTH]:
            for m in range(runs):
                moved[m] = share[i, m] * number[kind, m]
        else:
            _moved(moved, share, i, step, out, first, count)
        total = flow[row, t]
        for m in range(runs):
            total[m] += moved[m]
        if flows.shape[0] > 0:
            for g in range(count):
                for m in range(runs):
                    flows[row, t, g, m] += share[i + step * g, m] * out[first + g, m]
        for joins in range(2):
            to, when = edge[e, JOINS] if joins == 1 else edge[e, TO], here
            if to < 0:
                continue
            if to < s:
                when += 1
            width = stage[to, WIDTH]
            j = stage[to, ROOM] + when * width
            there, number_of = size[to, when], rate[edge[e, JOINING], t]
            for m in range(runs):
                part[m] = number_of[m] if joins == 1 else 1.0
                there[m] += part[m] * moved[m]
            if width == 1:
                only = entries[j]
                for m in range(runs):
                    only[m] += part[m] * moved[m]
            else:
                _send(entries, j + edge[e, INTO], part, share, i, step, out, first, count)


@njit(**STEP)
def _arrive(total, level, pattern, entering, link, first, stop, entries, at):
    """Claims of the month by column of the first stage: `entering` parts of each cell's claims."""
    for i in range(first, stop):
        part, each = entering[link[i, 0], link[i, 1]], level[link[i, 2]]
        number, to = pattern[link[i, 3]], entries[at + link[i, 4]]
        if number.size == 1:
            of_all = number[0]
            for m in range(total.size):
                some = part[m] * (each[m] * of_all)
                to[m] += some
                total[m] += some
        else:
            for m in range(total.size):
                some = part[m] * (each[m] * number[m])
                to[m] += some
                total[m] += some


@njit(**NUMBA)
def run(
    edge, stage, plan, link, link_at, epoch, share_at, law_epoch, reach_row, age_limits,
    level, pattern, entering, share, rate, reach,
    stock, flow, left, waited, watched, recallable, stocks, flows, trace,
    entries, now, people, leaving, number, size, waiting, oldest, spare, reached, cohort, lane,
    whole, place, kinds, told, steps,
):  # fmt: skip
    """Run all months of n runs side by side; docs/how-it-works.md has the equations.

    E edges, S stages, W columns of the widest stage, T months, K epochs of shares, B months before
    the first, C = B + T + months run on + 1 cohorts, L age limits. Persons and months throughout.

    The same for all runs: edge [E, 9], stage [S, 13], plan [6]: see above; link [.., 5]: part (of
    O), row of `entering`, level, cell, and the column of the first stage that this part of the
    cell's claims enters, of law epoch k from link_at[k] [law epochs + 1] on; epoch [T] of shares;
    share_at [K, E]: row of `share` where the shares of an edge begin; law_epoch [T] of entering
    parts; reach_row [T]: row of `reach` or -1; age_limits [L], rising.
    Of each run: level [T, .., n] times pattern [T, cells, n or 1] claims arrive at the first stage;
    entering [law epochs, O, .., n]: the parts of a cell's claims; share [.., n]; rate [Q, T, n];
    reach [R, columns of the recall stage, n]: of the month's claims those whom a notice reaches, if
    it finds them there.
    Out: stock [S, T, n] at month end; flow [rows, T, n]; left, waited [S, T, n]: number leaving a
    stage and their months waited; watched [L + 3, T, n] of the watched stage: waiting less than
    each limit at month end, entries of the month, months ended in it over all of them, how many
    wait at the end of all; recallable [T, n]: of the entries of the recall stage those whom a
    notice can reach. By group, zero at first, or [0, ...] for none: stocks [S, T, G, n], flows
    [rows, T, G, n]; trace [S, B + T, T, n] or [0, ...]: fraction of each cohort waiting at month
    end.
    Work space, as `queue.begin` prepares it for the first month: entries [room for all stages, n],
    now [S, W, n], people, oldest [S, n], leaving [4, W, n], number [3, n], size, waiting [S, C, n],
    spare [Q, n], reached (as entries of the recall stage), cohort [5, C, n], lane [15, n], whole
    [3, S, n], place [2, n], kinds [3], told [2]; steps is (0, -1, 1): numbers of one type
    everywhere.
    """
    _, n_months, runs = rate.shape
    n_stages = now.shape[0]
    n_limits = age_limits.size
    before = size.shape[1] - n_months - plan[RUN_ON] - 1
    last = before + n_months - 1
    recall, watch = plan[RECALL_STAGE], plan[WATCH]
    told_of = stage[recall, WIDTH] if recall >= 0 else 0
    # of a cohort's entries those a notice reaches, the fraction of them not yet told; months ended;
    # in the first stage the fraction waiting before the decisions of the month; the fraction told
    # that is not yet taken off its entries
    reachable, untold, ended, undecided = cohort[0], cohort[1], cohort[2], cohort[3]
    late_told, nothing = cohort[4], cohort[4][:0]
    gone, months, there, done, moved = lane[0], lane[1], lane[2], lane[3], lane[4]
    part, take, held, hazard, pace = lane[5], lane[6], lane[7], lane[8], lane[9]
    budget, lag, newest, min_age, at_random = lane[10], lane[11], lane[12], lane[13], lane[14]
    half, high = place[0], place[1]
    # the fraction of a cohort still waiting is `waiting` times a factor of its stage, so what
    # touches everyone touches one number; people in cohorts, and the sum of their months of entry
    scale, inside, moment = whole[0], whole[1], whole[2]
    # first month whose claims a notice may reach
    telling = before + n_months
    for t in range(n_months - 1, -1, -1):
        if reach_row[t] >= 0:
            telling = before + t
    # after the last month the watched stage is run on alone, on totals only (no columns)
    for here in range(before + plan[START], before + n_months + plan[RUN_ON]):
        if plan[STOP_AT] > 0 and here == before + plan[STOP_AT]:
            return
        alone = here > last
        if alone:
            waits = False
            for m in range(runs):
                waits |= oldest[watch, m] <= last
            if not waits:
                break  # everyone who came before the end has left
        t = n_months - 1 if alone else here - before
        k = epoch[t]
        if not alone:
            # flows to later stages add to the entries of this month, flows back to the next
            for s in range(n_stages):
                if stage[s, ENTERED] == 1:
                    n, at = stage[s, WIDTH], stage[s, ROOM]
                    _clear(entries, at + (here + 1) * n, at + (here + 2) * n)
            if here >= telling:
                _clear(reached, here * told_of, (here + 1) * told_of)
            for e in range(flow.shape[0]):
                total = flow[e, t]
                for m in range(runs):
                    total[m] = 0.0
            for m in range(runs):
                recallable[t, m] = 0.0
        for s in range(n_stages):
            pool = stage[s, POOL]
            if pool >= 0:
                for m in range(runs):
                    spare[pool, m] = rate[pool, t, m]

        for s in range(watch if alone else 0, watch + 1 if alone else n_stages):
            n, at = stage[s, WIDTH], stage[s, ROOM]
            if alone:
                n = at = 0
            keeps = stage[s, MEMORY] == 1

            # 1. entries
            if alone:
                _mean_of_year(size[s, here], watched[n_limits])
            elif s == 0:
                law = law_epoch[t]
                _arrive(
                    size[s, here], level[t], pattern[t], entering[law], link, link_at[law],
                    link_at[law + 1], entries, at + here * n,
                )  # fmt: skip
                if recall == 0 and reach_row[t] >= 0:
                    for g in range(n):
                        for m in range(runs):
                            reached[here * n + g, m] = reach[reach_row[t], g, m]
            for m in range(runs):
                part[m] = 1.0
                gone[m] = months[m] = 0.0
                there[m] = people[s, m] + size[s, here, m]
                if s == watch and not alone:
                    watched[n_limits, t, m] = size[s, here, m]
            first = here
            if keeps:
                if s == recall and here >= telling:
                    for g in range(n):
                        for m in range(runs):
                            reachable[here, m] += reached[here * n + g, m]
                    if not alone:
                        for m in range(runs):
                            recallable[t, m] = reachable[here, m]
                            if reachable[here, m] > 0.0:
                                told[1] = here
                        if told[1] == here and told[0] > here:
                            told[0] = here
                first = _open(oldest[s], waiting[s], scale[s], inside[s], moment[s], size[s], here)
                anyone = False
                for m in range(runs):
                    if oldest[s, m] < here or size[s, here, m] > 0.0:
                        anyone = True
                    elif there[m] > 0.0:
                        # rounding left a trace of those who went
                        people[s, m] = there[m] = 0.0
                        for g in range(n):
                            now[s, g, m] = 0.0
                if not anyone:
                    # nobody came or was left: nothing is added, nothing leaves
                    if not alone:
                        for m in range(runs):
                            left[s, t, m] = waited[s, t, m] = stock[s, t, m] = 0.0
                    continue
            if stage[s, ENTERED] == 1:
                _add(now[s], steps[0], part, entries, at + here * n, n)

            # 2. exits while waiting
            kinds[EXIT] = 0
            for m in range(runs):
                hazard[m] = rate[stage[s, HAZARD], t, m]
                if hazard[m] > 0.0:
                    kinds[EXIT] = 1
                number[EXITS, m] = hazard[m] * there[m]
                there[m] -= number[EXITS, m]
                if keeps:
                    gone[m] += number[EXITS, m]
            if kinds[EXIT] == 1:
                _part(leaving[EXITS], hazard, now[s], n)
                if keeps:
                    _leave(hazard, scale[s], inside[s], moment[s], here, months)

            # 3. recall by notice
            kinds[RECALL] = 0
            if s == recall:
                for m in range(runs):
                    pace[m] = rate[plan[PACE], t, m]
                    if pace[m] > 0.0:
                        kinds[RECALL] = 1
                    number[RECALLED, m] = 0.0
            if kinds[RECALL] == 1:
                _notice(
                    number[RECALLED], months, leaving[RECALLED], pace, untold, late_told, reached,
                    n, reachable, waiting[s], scale[s], inside[s], moment[s], size[s],
                    first if first > told[0] else told[0], told[1], here, take, part,
                )  # fmt: skip
                _take_away(now[s], leaving[RECALLED], n)
                for m in range(runs):
                    gone[m] += number[RECALLED, m]
                    there[m] -= number[RECALLED, m]

            # 4. decisions
            pool = stage[s, POOL]
            kinds[DECISION] = 0
            if pool >= 0:
                kinds[DECISION] = 1
                for m in range(runs):
                    budget[m] = rate[pool, t, m] * rate[stage[s, PART], t, m]
                    if budget[m] > spare[pool, m]:
                        budget[m] = spare[pool, m]
                if keeps:
                    for m in range(runs):
                        lag[m] = rate[stage[s, LAG], t, m]
                        newest[m] = rate[stage[s, NEWEST], t, m]
                        min_age[m] = rate[stage[s, MIN_AGE], t, m]
                        at_random[m] = rate[stage[s, AT_RANDOM], t, m]
                    tells = s == 0 and recall > 0
                    owed = late_told if s == recall and not alone else nothing
                    if tells:
                        for c in range(first, here + 1):
                            if c >= before and reach_row[c - before] >= 0:
                                for m in range(runs):
                                    undecided[c, m] = scale[s, m] * waiting[s, c, m]
                    _decide(
                        budget, there, lag, newest, min_age, at_random, waiting[s], scale[s],
                        inside[s], moment[s], size[s], entries, at, n, oldest[s], first, here,
                        leaving[DECIDED], leaving[WORK], number[DECIDED], now[s], done, months,
                        half, high, held, part, take, owed, reached, steps,
                    )  # fmt: skip
                    _take_away(now[s], leaving[DECIDED], n)
                    if tells:
                        for c in range(first, here + 1):
                            if c >= before and reach_row[c - before] >= 0:
                                for m in range(runs):
                                    some = undecided[c, m] - scale[s, m] * waiting[s, c, m]
                                    if some < 0.0:
                                        some = 0.0
                                    take[m] = some
                                for g in range(told_of):
                                    own = reach[reach_row[c - before], g]
                                    to = reached[here * told_of + g]
                                    for m in range(runs):
                                        to[m] += take[m] * own[m]
                else:
                    for m in range(runs):
                        part[m] = budget[m] / there[m] if budget[m] < there[m] else 1.0
                        number[DECIDED, m] = done[m] = part[m] * there[m]
                    _part(leaving[DECIDED], part, now[s], n)
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
                s, t, here, edge, stage, rate, share, share_at[k], leaving, number, kinds, size,
                entries, flow, flows, moved, part,
            )  # fmt: skip
            _sums(people[s], now[s], n)
            for m in range(runs):
                left[s, t, m] = gone[m]
                waited[s, t, m] = months[m]
                stock[s, t, m] = people[s, m]
            if s == watch:
                _count(ended, waiting[s], scale[s], size[s], first, here + 1)

        if alone:
            continue
        # month end: those on their way back count, and ages are told
        for s in range(n_stages):
            n, groups = stage[s, WIDTH], stocks.shape[2]
            for m in range(runs):
                stock[s, t, m] += size[s, here + 1, m]
                if stocks.shape[0] > 0:
                    for g in range(n):
                        stocks[s, t, g % groups, m] += now[s, g, m]
                        if stage[s, ENTERED] == 1:
                            back = entries[stage[s, ROOM] + (here + 1) * n + g, m]
                            stocks[s, t, g % groups, m] += back
                if trace.shape[0] > 0 and stage[s, MEMORY] == 1:
                    for c in range(oldest[s, m], here + 1):
                        trace[s, c, t, m] = scale[s, m] * waiting[s, c, m]
        for m in range(runs):
            there[m] = size[watch, here + 1, m]
        c = here
        for i in range(n_limits):
            while c > here - age_limits[i] and c >= 0:
                for m in range(runs):
                    there[m] += scale[watch, m] * waiting[watch, c, m] * size[watch, c, m]
                c -= 1
            for m in range(runs):
                watched[i, t, m] = there[m]

    for t in range(n_months):
        c = before + t
        for m in range(runs):
            watched[n_limits + 1, t, m] = ended[c, m]
            watched[n_limits + 2, t, m] = scale[watch, m] * waiting[watch, c, m] * size[watch, c, m]
