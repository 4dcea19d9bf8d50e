"""All members as Parquet partitions that polars or DuckDB reads in place."""

from __future__ import annotations

import io

from sojourn.inference.chunks import Folder, disk, write_atomic
from sojourn.inference.plan import Chunk, Plan
from sojourn.inference.result import long_samples

FOLDER = "members"


def write(plan: Plan, store: Folder) -> None:
    """One long-table Parquet file a chunk in `members/`; those already there are left.

    Files appear whole or not at all; those of a shorter run of the same inputs that no longer
    fit are removed. Raises InputError when the disk is full.
    """
    import polars as pl

    folder = store.path / FOLDER
    files = {chunk: folder / _name(plan, chunk) for chunk in plan.chunks()}
    with disk(store.path):
        folder.mkdir(exist_ok=True)
        for other in set(folder.glob("members-*")) - set(files.values()):
            other.unlink()
    for chunk, file in files.items():
        if file.exists():
            continue
        values = store.chunk_values(chunk)[: plan.shown]
        frame = long_samples(
            plan.scenario.name, plan.rows[: plan.shown], plan.periods, values, chunk.lo
        )
        buffer = io.BytesIO()
        frame.with_columns(pl.col("value").cast(pl.Float32)).write_parquet(buffer)
        with disk(store.path):
            write_atomic(file, buffer.getbuffer())


def _name(plan: Plan, chunk: Chunk) -> str:
    return f"members-{plan.hash[:12]}-{chunk.lo:08d}-{chunk.hi:08d}.parquet"
