"""What a command has found, as a table to read, one JSON document, CSV or Parquet."""

from __future__ import annotations

import io
import json as json_module
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sojourn.show import files, i18n, tables

if TYPE_CHECKING:
    import polars as pl

SHOWN = 200
"""Rows shown on a terminal before the rest is left to --csv."""


def emit(
    rows: pl.DataFrame | Sequence[Mapping[str, Any]] | Mapping[str, Any],
    *,
    json: bool = False,
    csv: str | None = None,
    parquet: str | None = None,
    lang: str = "en",
    record: Mapping[str, Any] | None = None,
    title: str | None = None,
    table: object = None,
    headings: Mapping[str, str] | None = None,
) -> None:
    """Give the result out in each form asked for.

    rows: a polars frame, a list of mappings (`{"rows": [...]}` in JSON, with `record` first when
    given), or one mapping, which is the JSON document itself and may hold its own `rows`.
    table: what the terminal shows instead of the rows (a frame, a list, a rich renderable, text).
    headings: column names as shown, where they differ from those of `tables.HEADINGS`.
    With `json` or `csv="-"` nothing but that document goes to standard output.
    Raises InputError on a file that cannot be written, OSError on a full disk.
    """
    i18n.check(lang)
    if csv == "-" and json:
        from sojourn.inputs.errors import InputError

        raise InputError("--csv", "file", csv, "a file name when --json takes standard output")
    if csv or parquet:
        frame = _frame(rows)
        if csv:
            _write_csv(frame, csv)
        if parquet:
            buffer = io.BytesIO()
            frame.write_parquet(buffer)
            files.write_bytes(parquet, buffer.getvalue())
    if json:
        sys.stdout.write(document(rows, record) + "\n")
    elif csv != "-":
        show(rows if table is None else table, lang=lang, title=title, headings=headings)
    for path in (csv, parquet):
        if path and path != "-":
            sys.stderr.write(i18n.say("wrote", "écrit :", lang) + f" {path}\n")


def document(
    rows: pl.DataFrame | Sequence[Mapping[str, Any]] | Mapping[str, Any],
    record: Mapping[str, Any] | None = None,
) -> str:
    """The JSON text of a result: `{"record": ..., "rows": [...]}`, or the mapping itself.

    Not-a-number and infinity become null.
    """
    if isinstance(rows, Mapping):
        whole = {**({"record": record} if record is not None else {}), **rows}
        return _dumps(whole)
    head = "" if record is None else f'"record": {_dumps(record)}, '
    if isinstance(rows, Sequence):
        return f'{{{head}"rows": {_dumps(rows)}}}'
    return f'{{{head}"rows": {frame_json(rows)}}}'


def frame_json(frame: pl.DataFrame) -> str:
    """A frame as the JSON text of a list of rows; not-a-number and infinity become null."""
    import polars as pl
    import polars.selectors as cs

    if not frame.height:
        return "[]"
    if any(kind.is_float() for kind in frame.dtypes):
        frame = frame.with_columns(pl.when(cs.float().is_finite()).then(cs.float()))
    return frame.write_json()


def _dumps(value: object) -> str:
    return json_module.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """The value in JSON's own kinds: numpy scalars, dates, tuples and frames become plain."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "to_dicts"):
        return _plain(value.to_dicts())
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    return str(value)


def _frame(rows: pl.DataFrame | Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> pl.DataFrame:
    import polars as pl

    if isinstance(rows, pl.DataFrame):
        return rows
    if isinstance(rows, Mapping):
        return _frame(rows.get("rows", [rows]))
    flat = [{key: _cell(value) for key, value in row.items()} for row in rows]
    return pl.DataFrame(flat, infer_schema_length=None, strict=False)


def _cell(value: Any) -> Any:
    """A value that fits one cell of CSV: what has parts becomes its JSON text."""
    plain = _plain(value)
    return _dumps(plain) if isinstance(plain, list | dict) else plain


def _write_csv(frame: pl.DataFrame, target: str) -> None:
    text = frame.write_csv()
    if target == "-":
        sys.stdout.write(text)
    else:
        files.write_text(target, text)


def show(
    table: Any,
    *,
    lang: str = "en",
    title: str | None = None,
    headings: Mapping[str, str] | None = None,
) -> None:
    """Print a table to standard output, as wide as the terminal, or as wide as needed in a pipe."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    width = None if terminal else int(os.environ.get("COLUMNS", "0")) or 200
    console = Console(file=sys.stdout, width=width, soft_wrap=False, highlight=False)
    if isinstance(table, str) or hasattr(table, "__rich_console__"):
        console.print(table, markup=False)
        return
    limit = SHOWN if terminal else None
    console.print(tables.rich_table(table, lang=lang, title=title, headings=headings, limit=limit))
