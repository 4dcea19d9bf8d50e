"""The public face is small, complete and light to import."""

import subprocess
import sys

import sojourn

HEAVY = ("numba", "polars", "altair", "scipy", "fastapi", "dask", "emcee", "vl_convert", "jinja2")


def test_every_public_name_exists() -> None:
    for name in sojourn.__all__:
        assert getattr(sojourn, name) is not None, name


def test_import_pulls_nothing_heavy() -> None:
    code = (
        "import sys, sojourn, sojourn.show.cli.main; "
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(sojourn, "rum")
