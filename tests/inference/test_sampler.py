"""Drawing many members at once gives the parameters of each one alone."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inference.sampler import Sampler
from sojourn.inputs import months, parameters
from sojourn.inputs.errors import InputError
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


def test_members_side_by_side_have_the_values_of_each_however_they_are_asked_for() -> None:
    sampler = Sampler(parameters.load().paths(SPAN))
    values = sampler.values(np.random.default_rng(5).random((len(sampler.names), 4)))
    several = sampler.together(values)
    apart = np.stack([sampler.member(row).value for row in values], axis=1)
    some, late = np.array([7, 0, 30]), np.array([0, 17, 35])
    assert several.shape == (4, len(SPAN))
    assert np.array_equal(several.value, apart)
    assert np.array_equal(several.of(some), apart[some])
    assert np.array_equal(several.of(some, late), apart[some][..., late])
    for at, name in enumerate(several.names):
        assert np.array_equal(several[name], apart[at])
    who = np.array([2, 0])
    assert np.array_equal(several.only(who).of(some), apart[some][:, who])
    with pytest.raises(InputError, match=r"rpd\.capacity"):
        several["rpd.capacitty"]
