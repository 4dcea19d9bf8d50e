"""Drawing many members at once gives the parameters of each one alone."""

from __future__ import annotations

import numpy as np

from sojourn.inference.sampler import Sampler
from sojourn.inputs import months, parameters
from sojourn.inputs.parameters import read

LINES = [
    "name,from,value,low,high,unit,kind,source_id,note",
    "a.exact,2015-01,3,,,persons,law,x,",
    "a.exact,2017-01,5,,,persons,law,x,",
    "b.wide,2015-01,2,1,4,persons,assumed,x,",
    "b.wide,2016-06,3,,,persons,assumed,x,",
    "b.wide,2016-09,3,3,6,persons,assumed,x,",
    "c.wide,2015-01,0.5,0.2,0.5,share,assumed,x,",
]
SPAN = months.span(months.FIRST, months.FIRST + 35)


def test_members_drawn_together_have_the_bytes_of_paths_at() -> None:
    for paths in (read(LINES, "test").paths(SPAN), parameters.load().paths(SPAN)):
        sampler = Sampler(paths)
        u = np.random.default_rng(3).random((len(sampler.names), 4))
        values = sampler.values(u)
        for member in range(4):
            alone = np.full(len(paths.names), 0.5)
            alone[[paths.index[name] for name in sampler.names]] = u[:, member]
            expected = paths.at(alone)
            assert sampler.member(values[member]).value.tobytes() == expected.value.tobytes()


def test_only_what_is_uncertain_is_drawn() -> None:
    assert Sampler(read(LINES, "test").paths(SPAN)).names == ("b.wide", "c.wide")
