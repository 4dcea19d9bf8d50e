"""Draw the pictures of the documents from a run: `make pictures`."""

from pathlib import Path

from sojourn.inference import ensemble
from sojourn.inputs.scenario import Scenario
from sojourn.show import blocks, cells, charts

HERE = Path(__file__).parent

scenario = Scenario.load("baseline")
result = ensemble.run(scenario, series=("rpd.pending", "rpd.wait_new"), members=200)
found = cells.of_result(result)
for name, file in (("rpd.pending", "pending"), ("rpd.wait_new", "wait")):
    by_date = found[cells.key(name)]
    block = blocks.of_series(name, by_date, {}, "en", params=scenario.parameters())
    (HERE / f"{file}.svg").write_text(charts.svg(block.charts[0], charts.LIGHT), encoding="utf-8")
