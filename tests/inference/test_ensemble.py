"""The ensemble: equal bytes whoever works, members that pair, a table that says what it is."""

from __future__ import annotations

import json
import shlex
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sojourn.inference import ensemble, member, workers
from sojourn.inference.chunks import Memory
from sojourn.inference.outputs import Row
from sojourn.inference.plan import Plan
from sojourn.inference.watch import Progress, Stopped, Watch
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario
from sojourn.inputs.series import LONG_COLUMNS, QUANTILES, SERIES
from sojourn.show.cli import main

BASE = Scenario("made_up", "A", "B", "", "", "none", "", ())
FEW = ("claims", "rpd.pending", "rpd.wait_finalised", "cost")
KEYS = ("mean", "quantile")


def digest(result: ensemble.Result) -> bytes:
    return result.summary.mean.tobytes() + result.summary.quantile.tobytes()


def run(**options: object) -> ensemble.Result:
    given = {"members": 40, "until": "2016-06", "series": FEW, **options}
    return ensemble.run(BASE, **given)  # type: ignore[arg-type]


def noise(plan: Plan) -> workers.Task:
    """A task without model: values from the member's number alone."""

    def task(lo: int, hi: int) -> NDArray[np.float32]:
        rows, periods, _ = plan.shape
        return np.stack(
            [np.random.default_rng(i).random((rows, periods)) for i in range(lo, hi)], axis=2
        ).astype(np.float32)

    return task


def test_one_worker_two_threads_and_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    one = run(members=300, workers=1)
    two = run(members=300, workers=2)
    kept = run(members=300, workers=2, out=tmp_path)
    processes = run(members=300, workers=2, processes=True)
    assert len({digest(result) for result in (one, two, kept, processes)}) == 1
    assert one.table().equals(processes.table())
    assert one.record == processes.record == kept.record


def test_a_member_does_not_depend_on_how_many_there_are() -> None:
    few, many = run(members=3), run(members=20)
    assert np.array_equal(few.sample("rpd.pending"), many.sample("rpd.pending")[:3])


def test_a_seed_changes_the_members_and_comes_back_the_same() -> None:
    assert digest(run(seed=1)) == digest(run(seed=1))
    assert digest(run(seed=1)) != digest(run(seed=2))


def test_the_months_shown_do_not_change_what_happens_in_them() -> None:
    whole, part = run(), run(start="2015-10", until="2016-03")
    assert np.array_equal(part.sample("claims"), whole.sample("claims")[:, 9:15])
    assert part.table()["date"].unique().sort().to_list()[0] == "2015-10"


def test_fast_members_are_those_of_the_run() -> None:
    fast = ensemble.members(BASE, "rpd.pending", members=8, until="2016-06")
    assert np.array_equal(fast, run(members=8).sample("rpd.pending").astype(np.float64))
    split = ensemble.members(BASE, "claims", members=2, until="2015-06", mode="airport")
    whole = ensemble.run(BASE, members=2, until="2015-06", series="claims", by="mode")
    assert np.array_equal(split, whole.sample("claims", mode="airport"))
    two = ensemble.members(BASE, "rpd.pending", members=40, until="2016-06", workers=2)
    assert np.array_equal(two[:8], fast)


def test_parts_add_up_to_the_total() -> None:
    found = ensemble.run(BASE, members=4, until="2016-06", series="claims,cost,rpd.pending",
                         by="mode,nationality,stage,payer")  # fmt: skip
    for name in ("claims", "rpd.pending", "cost"):
        rows = [r for r in found.rows if r.series == name]
        finest = max(len(r.cell) for r in rows)
        parts = [found.sample(r.series, **r.cell) for r in rows if len(r.cell) == finest]
        np.testing.assert_allclose(sum(parts), found.sample(name), rtol=1e-5)


def test_the_table_is_the_long_table_with_every_series_by_default() -> None:
    result = ensemble.run(BASE, members=ensemble.FEWEST, until="2015-12")
    table = result.table()
    assert tuple(table.columns) == LONG_COLUMNS
    assert set(table["series"]) == set(SERIES)
    modelled = table.filter(pl.col("output_type") != "observed")
    keys = [c for c in LONG_COLUMNS if c not in ("value", "unit")]
    assert not modelled.select(keys).is_duplicated().any()
    assert not table.select(keys).is_duplicated().any()
    payers = {r.payer for r in result.rows if r.series == "cost"}
    assert {"", "federal", "provincial", "municipal"} <= payers


def test_published_values_stand_beside_the_modelled_ones() -> None:
    rows = run(until="2015-12").series("claims").filter(pl.col("output_type") == "observed")
    from sojourn.inputs import figures

    published = {f.start.isoformat()[:7]: f.value for f in figures.select("claims")}
    found = dict(zip(rows["date"], rows["value"], strict=True))
    assert len(found) == 12
    assert all(published[date] == value for date, value in found.items())
    by_mode = ensemble.run(BASE, members=2, until="2015-12", series="claims", by="mode")
    assert (by_mode.series("claims", mode="*")["output_type"] != "observed").all()


def test_a_year_of_a_stock_is_its_last_month_and_of_a_flow_the_sum() -> None:
    monthly = run(until="2016-12")
    yearly = monthly.over("year")
    months_of = monthly.sample("rpd.pending")
    assert np.array_equal(yearly.sample("rpd.pending"), months_of[:, [11, 23]])
    flow = monthly.sample("claims").astype(np.float64).reshape(-1, 2, 12).sum(axis=2)
    np.testing.assert_allclose(yearly.sample("claims"), flow, rtol=1e-6)


def test_fiscal_years_made_in_the_run_are_those_gathered_from_its_months() -> None:
    direct = run(fiscal=True, until="2017-03")
    gathered = run(until="2017-03").over("fiscal")
    assert direct.periods == gathered.periods
    assert digest(direct) == digest(gathered)


def test_a_series_is_asked_for_by_name_and_cell() -> None:
    result = run()
    frame = result.series("cost", payer="federal")
    assert set(frame["payer"]) == {"federal"}
    with pytest.raises(InputError, match=r"rpd\.pending"):
        result.series("rpd.pendin")
    with pytest.raises(InputError, match="payer=federal"):
        result.series("cost", payer="nobody")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"members": 0}, "members"),
        ({"seed": -1}, "seed"),
        ({"until": "2014-12"}, "until"),
        ({"until": "2016-13"}, "month"),
        ({"start": "2016-07"}, "from"),
        ({"series": ("rpd.pendin",)}, "rpd.pending"),
        ({"series": ()}, "series"),
        ({"by": ("mood",)}, "mode"),
        ({"by": ("mode",), "series": ("removals",)}, "they have none"),
        ({"quantiles": (1.5,)}, "quantiles"),
        ({"workers": 0}, "workers"),
        ({"keep": "all"}, "keep"),
        ({"keep": "members"}, "out"),
        ({"changes": ("rpd.capacit=1@2026-01",)}, "rpd.capacity"),
    ],
)
def test_wrong_input_is_refused_by_name(options: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        run(**options)


def test_progress_counts_up_to_all_members() -> None:
    seen: list[Progress] = []
    plan = ensemble.planned(BASE, 500, until="2015-03", series="claims")
    slow = noise(plan)

    def task(lo: int, hi: int) -> NDArray[np.float32]:
        time.sleep(0.02)
        return slow(lo, hi)

    ensemble.execute(plan, task=task, progress=seen.append, count=2)
    done = [p.done for p in seen]
    assert done == sorted(done)
    assert done[-1] == 500
    assert seen[-1].text().startswith("500 of 500 members")


def test_a_cancelled_run_leaves_a_folder_that_goes_on(tmp_path: Path) -> None:
    plan = ensemble.planned(BASE, 1500, until="2015-03", series="claims")
    made: list[int] = []
    stop = threading.Event()

    def task(lo: int, hi: int) -> NDArray[np.float32]:
        made.append(lo)
        if len(made) == 12:
            stop.set()
        return noise(plan)(lo, hi)

    with pytest.raises(Stopped, match="cancelled"):
        ensemble.execute(plan, task=task, out=tmp_path, count=2, stop=stop)
    finished = len(list(tmp_path.glob("chunks/*.chunk")))
    assert 0 < finished < 6
    made.clear()
    result = ensemble.execute(plan, task=lambda a, b: (made.append(a), noise(plan)(a, b))[1],
                              out=tmp_path, count=2)  # fmt: skip
    assert min(made) >= 0
    assert len(set(made)) <= (1500 - 256 * finished) / 16 + 1
    assert digest(result) == digest(ensemble.execute(plan, task=noise(plan)))


def test_a_time_limit_ends_the_run() -> None:
    plan = ensemble.planned(BASE, 100_000, until="2015-03", series="claims")

    def slow(lo: int, hi: int) -> NDArray[np.float32]:
        time.sleep(0.05)
        return np.zeros((*plan.shape[:2], hi - lo), np.float32)

    began = time.monotonic()
    with pytest.raises(Stopped, match=r"time limit of 0\.3 s"):
        ensemble.execute(plan, task=slow, limit=0.3)
    assert time.monotonic() - began < 3


def test_an_error_in_a_member_comes_out_and_ends_the_others() -> None:
    plan = ensemble.planned(BASE, 2000, until="2015-03", series="claims")

    def broken(lo: int, hi: int) -> NDArray[np.float32]:
        if lo == 512:
            raise InputError("member", "value", lo, "another")
        return noise(plan)(lo, hi)

    with pytest.raises(InputError, match="512"):
        ensemble.execute(plan, task=broken, count=2)


def test_chunks_may_end_in_any_order() -> None:
    plan = ensemble.planned(BASE, 1100, until="2015-03", series="claims")
    rows, periods, _ = plan.shape

    def uneven(lo: int, hi: int) -> NDArray[np.float32]:
        time.sleep(0.03 if lo < 256 else 0.0)
        return noise(plan)(lo, hi)

    store = Memory(plan)
    workers.threads(uneven, store, 4, Watch(1100))
    assert np.array_equal(store.values, noise(plan)(0, 1100))
    assert store.values.shape == (rows, periods, 1100)


def test_every_member_can_be_kept_and_read_in_place(tmp_path: Path) -> None:
    result = run(members=300, until="2015-06", out=tmp_path, keep="members")
    frame = pl.scan_parquet(tmp_path / "members" / "*.parquet").collect()
    assert set(frame["output_type"]) == {"sample"}
    one = frame.filter(
        (pl.col("series") == "rpd.pending") & (pl.col("date") == "2015-04")
        & (pl.col("output_type_id") == "299")
    )  # fmt: skip
    assert one["value"].to_list() == [result.sample("rpd.pending")[299, 3]]
    counts = frame.group_by("output_type_id").len()
    assert counts.height == 300
    assert counts["len"].n_unique() == 1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"by": ("mode",), "series": ("referred", "cost")},
        {"by": ("stage", "payer"), "series": ("cost",)},
        {"start": "2015-04", "fiscal": True, "until": "2017-03"},
        {"changes": ("rpd.capacity=50000@2016-01",), "quantiles": (0.1, 0.9), "seed": 5},
        {"series": None, "until": "2015-03", "members": ensemble.FEWEST},
    ],
)
def test_the_command_of_the_record_makes_the_result_again(
    options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"members": 3, "until": "2016-02", "series": FEW, **options}
    result = ensemble.run("baseline", **given)
    words = shlex.split(result.record["command"])
    assert words[:3] == ["sojourn", "run", "baseline"]
    assert main.call([*words[1:], "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rows"] == json.loads(result.table().write_json())
    # the command gathers years from a monthly run, whose hash is another
    same = {key: value for key, value in result.record.items() if key != "run_hash"}
    del document["record"]["run_hash"]
    assert document["record"] == json.loads(json.dumps(same))


def test_the_record_names_versions_hashes_and_seed() -> None:
    record = run(members=3).record
    for key in ("versions", "scenario_hash", "data_hash", "seed", "command"):
        assert record[key] not in (None, "", {})


def test_a_plain_run_has_a_plain_command() -> None:
    plan = ensemble.planned("baseline")
    known = ensemble.member.cells()
    expected = "sojourn run baseline --members 200 --seed 0"
    assert ensemble.record.command(plan, QUANTILES, known) == expected


def test_rows_are_totals_then_the_cells_asked_for() -> None:
    plan = ensemble.planned(BASE, 1, until="2015-01", series="referred,cost", by="mode")
    assert plan.rows[0] == Row("referred")
    assert {r.mode for r in plan.rows if r.series == "referred"} > {"", "airport"}
    assert Row("cost", payer="federal") in plan.rows


def test_threads_make_the_model_of_a_plan_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Slow(member.Model):
        def __init__(self, plan: Plan) -> None:
            made.append(plan.seed)
            time.sleep(0.05)

    monkeypatch.setattr(member, "Model", Slow)
    plan = ensemble.planned("baseline", members=20, seed=987_654, series="claims")
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(member.model, [plan] * 4))
    member._model.cache_clear()
    assert made == [987_654]
    assert len({id(one) for one in models}) == 1
