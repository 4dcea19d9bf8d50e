"""A grid is the runs of its cells, on common draws, wherever its chunks are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sojourn.inference import ensemble
from sojourn.inference.watch import Stopped
from sojourn.inputs.errors import InputError
from sojourn.inputs.series import LONG_COLUMNS
from sojourn.questions import grid as grids
from sojourn.questions import gridrun
from sojourn.show.cli import main

CAPACITY = {"parameter": "rpd.capacity", "from": "2016-01", "values": [10000, 15000, 20000]}
ORDER = {"parameter": "rpd.at_random", "from": "2015-06", "values": [0, 1]}
PENDING = {"series": "rpd.pending", "at": "2016-12"}
DOCUMENT: Mapping[str, Any] = {
    "scenarios": ["baseline"],
    "members": 4,
    "lever": [CAPACITY, ORDER],
    "measure": [
        PENDING,
        {"series": "rpd.wait_finalised", "at": "2016"},
        {"series": "cost", "at": "2015-16", "payer": "federal"},
    ],
}


def read(**changed: Any) -> grids.Grid:
    return grids.read({**DOCUMENT, **changed}, "grid.toml", "grid")


def test_cells_are_the_product_of_scenarios_and_lever_values() -> None:
    grid = read(scenarios=["baseline", "rpd-80000"])
    assert len(grid) == 2 * 3 * 2
    cells = [grid.cell(i) for i in range(len(grid))]
    assert len({(c.base, c.values) for c in cells}) == 12
    assert cells[1].values == (10000, 1)
    assert [c.text() for c in cells[3].scenario.changes] == [
        "rpd.capacity=15000@2016-01",
        "rpd.at_random=1@2015-06",
    ]


def test_a_cell_is_the_run_of_its_scenario() -> None:
    grid = read()
    found = gridrun.run(grid)
    for number in (0, 3):
        scenario = grid.cell(number).scenario
        alone = ensemble.run(scenario, members=4, until="2016-12",
                             series="rpd.pending,rpd.wait_finalised,cost")  # fmt: skip
        year, fiscal = alone.over("year"), alone.over("fiscal")
        expected = [
            alone.mean("rpd.pending")[-1],
            year.mean("rpd.wait_finalised")[-1],
            fiscal.mean("cost", payer="federal")[-1],
        ]
        made = [summary.mean[number] for summary in found.summaries]
        np.testing.assert_allclose(made, expected, rtol=1e-6)


def test_more_capacity_leaves_fewer_waiting_in_every_cell() -> None:
    pending = gridrun.run(read()).summaries[0].mean.reshape(3, 2)
    assert (np.diff(pending, axis=0) < 0).all()
    # the order of service moves ages and not numbers
    np.testing.assert_allclose(pending[:, 0], pending[:, 1], rtol=0.02)


def test_threads_processes_and_folders_give_the_same_table(tmp_path: Path) -> None:
    grid = read(lever=[CAPACITY])
    tables = [
        gridrun.run(grid, workers=1).table(),
        gridrun.run(grid, workers=2, out=tmp_path).table(),
        gridrun.run(grid, workers=2, processes=True).table(),
    ]
    assert all(table.equals(tables[0]) for table in tables)


def test_the_dataset_is_the_long_table_with_a_column_for_each_lever(tmp_path: Path) -> None:
    found = gridrun.run(read(), out=tmp_path)
    dataset = pl.scan_parquet(tmp_path / "dataset" / "*.parquet").collect()
    assert set(dataset.columns) == {*LONG_COLUMNS, "rpd.capacity", "rpd.at_random", "measure"}
    assert dataset.height == found.table().height == 6 * 3 * 8
    only = dataset.filter((pl.col("rpd.capacity") == 15000) & (pl.col("output_type") == "mean"))
    assert only.height == 2 * 3


def test_a_second_start_reuses_every_chunk_and_another_grid_is_refused(tmp_path: Path) -> None:
    gridrun.run(read(), out=tmp_path)
    assert gridrun.run(read(), out=tmp_path).reused == 6
    with pytest.raises(InputError, match="levers there is"):
        gridrun.run(read(lever=[{**CAPACITY, "values": [1, 2, 3]}, ORDER]), out=tmp_path)


def test_a_grid_that_was_stopped_goes_on(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        gridrun.run(read(), out=tmp_path, limit=0.0)
    assert gridrun.run(read(), out=tmp_path).table().equals(gridrun.run(read()).table())


def test_parameters_can_move_together() -> None:
    grid = read(lever=[{**ORDER, "parameter": ["rpd.at_random", "rad.at_random"], "name": "order"}])
    assert [c.parameter for c in grid.cell(1).scenario.changes] == [
        "rpd.at_random",
        "rad.at_random",
    ]
    assert "order" in gridrun.run(grid).table().columns


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"lever": [{**CAPACITY, "parameter": "rpd.capacit"}]}, r"rpd\.capacity"),
        ({"lever": [{**CAPACITY, "values": [-5]}]}, "rpd.capacity"),
        ({"lever": [{**CAPACITY, "values": []}]}, "values"),
        ({"lever": [{**CAPACITY, "values": ["many"]}]}, "values"),
        ({"lever": [{**CAPACITY, "values": [1, 1.0]}]}, "differ"),
        ({"lever": [{**CAPACITY, "from": "2016-14"}]}, "2016-14"),
        ({"lever": [CAPACITY, CAPACITY]}, "different names"),
        ({"lever": [{**CAPACITY, "form": "2016-01"}]}, "did you mean 'from'"),
        ({"lever": {"parameter": "x"}}, r"\[\[lever\]\]"),
        ({"measure": []}, "measure"),
        ({"measure": [{"series": "rpd.pendin", "at": "2016-12"}]}, r"rpd\.pending"),
        ({"measure": [{"series": "rpd.pending", "at": "2012-12"}]}, "2012-12"),
        ({"measure": [{"series": "rpd.pending", "at": "soon"}]}, "soon"),
        ({"measure": [{**PENDING, "mode": "sea"}]}, "mode"),
        ({"measure": [{"series": "without_status", "at": "2016-12"}], "quantiles": [0.5]}, "range"),
        ({"scenarios": []}, "scenarios"),
        ({"scenarios": ["basline"]}, "baseline"),
        ({"members": 0}, "members"),
        ({"seed": -1}, "seed"),
        ({"quantiles": [2]}, "quantiles"),
        ({"members": 10_000_000}, "runs"),
        ({"levers": []}, "did you mean 'lever'"),
    ],
)
def test_a_wrong_grid_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        read(**changed)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = ", b"x" * 300_000])
def test_a_file_that_is_no_grid_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "grid.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"grid\.toml"):
        grids.load(file)


def test_the_command_writes_a_dataset_and_a_map_of_each_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "small.toml", tmp_path / "out"
    file.write_text(
        """
        members = 2
        [[lever]]
        parameter = "rpd.capacity"
        from = "2015-06"
        values = [5000, 50000]
        [[measure]]
        series = "rpd.pending"
        at = "2015-12"
        """
    )
    assert main.call(["grid", str(file), "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["rpd.capacity"] for row in document["rows"]} == {5000, 50000}
    assert (out / "dataset" / "rpd.pending-2015-12.parquet").exists()
    drawn = (out / "rpd.pending-2015-12.svg").read_text()
    assert "<svg" in drawn
    assert "50,000" in drawn
    assert main.call(["grid", str(file), "--out", str(out), "--lang", "fr"]) == 0
    shown = capsys.readouterr()
    assert "Médiane" in shown.out
    assert "déjà finis" in shown.err


def test_the_grid_of_the_docs_is_a_grid() -> None:
    grid = grids.load(Path(__file__).parents[2] / "docs" / "grid.toml")
    assert len(grid) == 24
