"""A scenario is data: dated changes, a base, a content hash, a URL."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.inputs import months
from sojourn.inputs.errors import InputError
from sojourn.inputs.scenario import Scenario, names

HEAD = 'title = "T"\ntitle_fr = "T"\nreference = "R"\n'
CHANGE = '[[change]]\nparameter = "rpd.capacity"\nfrom = "2026-01"\nvalue = 70000\n'


def write(folder: Path, text: str, name: str = "s.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_shipped_scenario_loads_and_has_both_languages() -> None:
    for name in names():
        scenario = Scenario.load(name)
        assert scenario.title, name
        assert scenario.title_fr, name
        assert scenario.description, name
        assert scenario.description_fr, name
        scenario.parameters()


def test_a_change_holds_from_its_month(tmp_path: Path) -> None:
    table = Scenario.load(write(tmp_path, HEAD + CHANGE)).parameters()
    assert table.value("rpd.capacity", months.parse("2026-01")) == 70000
    assert table.value("rpd.capacity", months.parse("2040-01")) == 70000
    assert table.value("rpd.capacity", months.parse("2025-12")) != 70000


def test_the_order_in_which_changes_are_written_does_not_matter(tmp_path: Path) -> None:
    later = CHANGE.replace("2026", "2028").replace("70000", "90000")
    a = Scenario.load(write(tmp_path, HEAD + CHANGE + later, "a.toml"))
    b = Scenario.load(write(tmp_path, HEAD + later + CHANGE, "b.toml"))
    assert a.hash == b.hash


def test_the_hash_follows_changes_and_not_words(tmp_path: Path) -> None:
    a = Scenario.load(write(tmp_path, HEAD + CHANGE, "a.toml"))
    b = Scenario.load(write(tmp_path, HEAD.replace("T", "U") + CHANGE, "b.toml"))
    c = Scenario.load(write(tmp_path, HEAD + CHANGE.replace("70000", "70001"), "c.toml"))
    assert a.hash == b.hash != c.hash


def test_a_base_comes_first(tmp_path: Path) -> None:
    base = write(tmp_path, HEAD + CHANGE, "base.toml")
    own = HEAD + f'base = "{base}"\n' + CHANGE.replace("70000", "50000")
    table = Scenario.load(write(tmp_path, own)).parameters()
    assert table.value("rpd.capacity", months.parse("2027-01")) == 50000


def test_a_circle_of_bases_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    write(tmp_path, HEAD + f'base = "{path}"\n')
    with pytest.raises(InputError, match="circle"):
        Scenario.load(path)


@given(st.floats(0, 1e6), st.integers(months.parse("2020-01"), months.parse("2035-12")))
def test_a_scenario_survives_its_url(value: float, month: int) -> None:
    changed = Scenario.load("baseline").with_changes(
        [f"rpd.capacity={value:.12g}@{months.text(month)}"]
    )
    again = Scenario.from_query(changed.to_query())
    assert again.hash == changed.hash
    assert again.name == changed.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + CHANGE.replace("rpd.capacity", "rpd.capcity"), "did you mean 'rpd.capacity'"),
        (HEAD + CHANGE.replace("2026-01", "2026-1"), "YYYY-MM"),
        (HEAD + CHANGE.replace("2026-01", "1999-01"), "a month from 2015-01"),
        (HEAD + CHANGE.replace("70000", "-1"), "0 or more"),
        (HEAD + CHANGE.replace("70000", "nan"), "finite"),
        (HEAD + CHANGE.replace("70000", "1e300"), "below"),
        (HEAD + CHANGE.replace("70000", '"many"'), "finite number"),
        (HEAD + CHANGE.replace("70000", "true"), "finite number"),
        (HEAD + CHANGE.replace('from = "2026-01"\n', ""), "from"),
        (HEAD + CHANGE + "values = 3\n", "did you mean 'value'"),
        (HEAD + "titel = 'x'\n", "did you mean 'title'"),
        (HEAD + "change = 3\n", "[[change]]"),
        ("title = 'x'\n", "title_fr"),
        (HEAD + "base = 'baselin'\n", "did you mean 'baseline'"),
        ("= broken", "well-formed TOML"),
    ],
)
def test_a_wrong_scenario_is_refused_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load(write(tmp_path, text))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(HEAD.encode() + b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        Scenario.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        Scenario.load(tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["rpd.capacity", "rpd.capacity=3", "=3@2026-01", "x=1@2026-01"])
def test_a_wrong_set_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--set"):
        Scenario.load("baseline").with_changes([text])
