"""The stages a person passes and the edges between them, declared in data/stages.csv, edges.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.dimensions import Label
from sojourn.inputs.errors import InputError, nearest

KINDS = ("decision", "exit", "recall")
"""Kinds of edge in the kernel's order: by decision, while waiting, by notice of a later law."""

OUT = "out"


@dataclass(frozen=True)
class Stage:
    """One queue. `cohorts`: keeps months of entry; else all in it have the same chance to leave.

    `pool`: whose capacity it draws on ("" = none); `by_entry`: outcome by the law of the month of
    entry; `thin`: few figures are published, so every chart of it says that it is assumed.
    """

    name: str
    label: Label
    cohorts: bool
    pool: str
    by_entry: bool
    thin: bool


@dataclass(frozen=True)
class Edge:
    """One outcome of a stage: to a later stage in the same month, to an earlier one in the next.

    `joins`: stage that other persons enter in proportion (dependants abroad), "" = none.
    """

    name: str
    stage: str
    to: str
    kind: str
    joins: str
    label: Label


@dataclass(frozen=True, eq=False)
class Network:
    """All stages and edges with their index and the arrays that the kernel reads."""

    stages: tuple[Stage, ...]
    edges: tuple[Edge, ...]
    pools: tuple[str, ...]
    stage_index: Mapping[str, int]
    edge_index: Mapping[str, int]
    edge_from: NDArray[np.int64]
    edge_to: NDArray[np.int64]
    edge_kind: NDArray[np.int64]
    edge_joins: NDArray[np.int64]
    stage_edges: NDArray[np.int64]
    stage_memory: NDArray[np.int64]
    stage_by_entry: NDArray[np.int64]
    stage_pool: NDArray[np.int64]
    stage_recall: int

    def stage(self, name: str) -> int:
        """Index of a stage. Raises InputError with the nearest known name."""
        return _index(self.stage_index, "stage", name)

    def edge(self, name: str) -> int:
        """Index of an edge. Raises InputError with the nearest known name."""
        return _index(self.edge_index, "edge", name)


def _index(known: Mapping[str, int], field: str, name: str) -> int:
    try:
        return known[name]
    except KeyError:
        raise InputError("stages", field, name, nearest(name, known)) from None


def network(stages: tuple[Stage, ...], edges: tuple[Edge, ...]) -> Network:
    """Index and check a table of stages and edges.

    Raises InputError where an edge names an unknown stage or kind, stays in its stage, lets others
    join an earlier stage, or where two names are equal.
    """
    where = "data/edges.csv"
    stage_index = {stage.name: s for s, stage in enumerate(stages)}
    # the kernel walks the edges of a stage in one piece, recalls last
    edges = tuple(
        sorted(edges, key=lambda e: (_index(stage_index, "stage", e.stage), e.kind == "recall"))
    )
    edge_index = {edge.name: e for e, edge in enumerate(edges)}
    if len(stage_index) < len(stages) or len(edge_index) < len(edges):
        raise InputError(where, "name", "twice", "each name once")
    pools = tuple(dict.fromkeys(stage.pool for stage in stages if stage.pool))
    bounds = np.zeros((len(stages), 2), np.int64)
    for s, stage in enumerate(stages):
        own = [e for e, edge in enumerate(edges) if edge.stage == stage.name]
        bounds[s] = (own[0], own[-1] + 1) if own else (0, 0)
    for edge in edges:
        if edge.kind not in KINDS:
            raise InputError(where, f"kind of {edge.name}", edge.kind, " | ".join(KINDS))
        if edge.to == edge.stage:
            raise InputError(where, f"to of {edge.name}", edge.to, "another stage")
        if edge.joins and stage_index.get(edge.joins, -1) <= stage_index[edge.stage]:
            raise InputError(where, f"joins of {edge.name}", edge.joins, "a later stage")

    recall = sorted({stage_index[edge.stage] for edge in edges if edge.kind == "recall"})
    if len(recall) > 1 or any(not stages[s].cohorts for s in recall):
        raise InputError(
            where, "recall", len(recall), "edges by notice from one stage with cohorts"
        )

    if any(stage.by_entry for stage in stages[1:]):
        raise InputError("data/stages.csv", "shares_by", "entry", "entry for the first stage only")
    if recall and recall[0] > 0 and not stages[0].by_entry:
        raise InputError(
            "data/stages.csv", "shares_by", "exit",
            "entry for the first stage, since a notice looks at the month of the claim",
        )  # fmt: skip

    def to(name: str) -> int:
        return -1 if name in (OUT, "") else _index(stage_index, "to", name)

    return Network(
        stages,
        edges,
        pools,
        stage_index,
        edge_index,
        np.array([stage_index[edge.stage] for edge in edges], np.int64),
        np.array([to(edge.to) for edge in edges], np.int64),
        np.array([KINDS.index(edge.kind) for edge in edges], np.int64),
        np.array([to(edge.joins) for edge in edges], np.int64),
        bounds,
        np.array([int(stage.cohorts) for stage in stages], np.int64),
        np.array([int(stage.by_entry) for stage in stages], np.int64),
        np.array([pools.index(s.pool) if s.pool else -1 for s in stages], np.int64),
        recall[0] if recall else -1,
    )


def _rows(file: str) -> list[dict[str, str]]:
    text = resources.files("sojourn").joinpath("data", file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


@lru_cache(maxsize=1)
def load() -> Network:
    """The shipped network of stages and edges."""
    stages = tuple(
        Stage(
            row["stage"],
            Label(row["label_en"], row["label_fr"]),
            row["memory"] == "queue",
            row["pool"],
            row["shares_by"] == "entry",
            row["thin"] == "1",
        )
        for row in _rows("stages.csv")
    )
    edges = tuple(
        Edge(
            row["edge"],
            row["stage"],
            row["to"],
            row["kind"],
            row["joins"],
            Label(row["label_en"], row["label_fr"]),
        )
        for row in _rows("edges.csv")
    )
    return network(stages, edges)
