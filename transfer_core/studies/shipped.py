"""What the default studies found, stored as data so that the pages have it at once.

Nothing in the files is typed by hand: ``python -m tools.build_studies`` computes them, and the tests
train a sample of the cells anew. Findings and table are one readable file, since every page that shows a verdict
needs them; all cells of all blocks are another one, compressed, that few need.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from transfer_core.studies.execute import Done, rows
from transfer_core.studies.store import from_text, to_text
from transfer_core.studies.study import Cell, Decisive, Finding, Label, Reading, Study, Summary

FOLDER = Path(__file__).parents[1] / "data" / "studies"
PAGES = FOLDER.with_name("page_studies")
"""What pages draw at the default settings: their ten seeds, not the twenty that a claim is judged by."""

Blocks = Mapping[int, Sequence[list[Reading]]]
"""First seed of a block -> readings of each cell."""


class Stored(NamedTuple):
    """All cells of a study.

    Attributes
    ----------
    places : list of dict
        Labels of each cell.
    blocks : dict of int to list of list of Reading
        First seed -> what was measured in each cell.
    """

    places: list[dict[str, Label]]
    blocks: dict[int, list[list[Reading]]]


class Shipped(NamedTuple):
    """What one study found when it was computed.

    Attributes
    ----------
    made : dict of str to str
        ``date``, ``versions``, ``machine`` and the ``command`` that made it.
    configs : list of str
        The configurations of the first block, as Python writes them.
    table : DataFrame
        Of the first block.
    findings : dict of int to dict of str to Finding
        First seed of each block -> claim -> what it found; the first block gives the verdict, the others repeat it.
    path : Path
        Of the cells.
    """

    made: dict[str, str]
    configs: list[str]
    table: pd.DataFrame
    findings: dict[int, dict[str, Finding]]
    path: Path

    @property
    def summary(self) -> Summary:
        """What the first block found."""
        return Summary(self.table, next(iter(self.findings.values())))

    @property
    def stored(self) -> Stored:
        """Its cells."""
        return _read_cells(self.path)

    @property
    def places(self) -> list[dict[str, Label]]:
        """Labels of each cell."""
        return self.stored.places

    @property
    def cells(self) -> list[list[Reading]]:
        """What was measured in each cell of the first block."""
        return self.stored.blocks[next(iter(self.findings))]

    def fits(self, cells: Sequence[Cell]) -> bool:
        """Whether the study still lays out the cells that were stored."""
        return [dict(cell.labels) for cell in cells] == self.places

    def done(self, cells: Sequence[Cell]) -> list[Done]:
        """Find those of the study's cells that were stored, by their labels.

        Parameters
        ----------
        cells : sequence of Cell
            Those that the study now lays out, on the configurations of the stored ones.
        """
        stored = {_place(labels): readings for labels, readings in zip(self.places, self.cells, strict=True)}
        found = [(place, stored.get(_place(cell.labels))) for place, cell in enumerate(cells)]
        return [Done(place, readings, 0, True) for place, readings in found if readings is not None]

    def rows(self, cells: Sequence[Cell], seed: int | None = None) -> pd.DataFrame:
        """Give one row per cell, reading and seed.

        Parameters
        ----------
        cells : sequence of Cell
            Those that the study lays out for the block.
        seed : int, optional
            First seed of the block; by default the first block.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            If the study now lays out other cells.
        """
        if not self.fits(cells):
            raise ValueError(f"stored cells must be those of the study, got {len(self.places)} others; build them anew")
        return _rows(cells, self.cells if seed is None else self.stored.blocks[seed])


def _place(labels: Mapping[str, Label]) -> frozenset[tuple[str, Label]]:
    return frozenset(labels.items())


def _rows(cells: Sequence[Cell], readings: Sequence[list[Reading]]) -> pd.DataFrame:
    return rows(cells, [Done(place, one, 0, True) for place, one in enumerate(readings)])


def write(study: Study, made: dict[str, str], blocks: Blocks, folder: Path = FOLDER, **changes: Any) -> Path:
    """Store what a study found.

    Parameters
    ----------
    study : Study
    made : dict of str to str
    blocks : mapping of int to sequence of list of Reading
        First seed -> one entry per cell; the first block gives the verdict.
    folder : Path
    **changes
        Fields of the configurations, if they are not those that the study starts with.

    Returns
    -------
    Path
        The file with the findings.
    """
    configs = {seed: study.default_configs(seed=seed, **changes) for seed in blocks}
    cells = {seed: study.cells(configs[seed]) for seed in blocks}
    found = {seed: study.summarise(_rows(cells[seed], readings)) for seed, readings in blocks.items()}
    first = next(iter(blocks))
    content: dict[str, Any] = {
        "made": made,
        "configs": list(dict.fromkeys(repr(config) for config in configs[first])),
        "findings": [
            {"seed": seed, "findings": {name: _as_data(finding) for name, finding in summary.findings.items()}}
            for seed, summary in found.items()
        ],
        "table": json.loads(found[first].table.to_json(orient="split", index=False, double_precision=10)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{study.name}.json"
    # One line per entry: a new computation gives a readable diff.
    lines = [f"{json.dumps(name)}: {_entry(value)}" for name, value in content.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    kept = {
        "places": [dict(cell.labels) for cell in cells[first]],
        "blocks": [
            {"seed": seed, "cells": [json.loads(to_text(one)) for one in readings]} for seed, readings in blocks.items()
        ],
    }
    # Without a time in it, the same cells are the same file.
    # Not `gzip.compress`, whose header differs between versions of Python: a file's bytes are compared.
    _cells_of(path).write_bytes(zlib.compress(json.dumps(kept).encode(), 9, wbits=zlib.MAX_WBITS | 16))
    _read_cells.cache_clear()
    return path


def read(name: str, folder: Path = FOLDER) -> Shipped | None:
    """Get what was stored of a study, or ``None`` if nothing was.

    Parameters
    ----------
    name : str
        Of the study.
    folder : Path

    Returns
    -------
    Shipped or None

    Examples
    --------
    >>> read("no_such_study") is None
    True
    """
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    table = pd.DataFrame(content["table"]["data"], columns=content["table"]["columns"])
    findings = {
        block["seed"]: {name: _as_finding(finding) for name, finding in block["findings"].items()}
        for block in content["findings"]
    }
    return Shipped(content["made"], content["configs"], table, findings, _cells_of(path))


def _cells_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.cells.json.gz")


@lru_cache(maxsize=2)
def _read_cells(path: Path) -> Stored:
    content = json.loads(gzip.decompress(path.read_bytes()))
    blocks = {block["seed"]: [from_text(json.dumps(one)) for one in block["cells"]] for block in content["blocks"]}
    return Stored(content["places"], blocks)


def _as_data(finding: Finding) -> dict[str, Any]:
    return {**finding._asdict(), "decisive": finding.decisive and finding.decisive._asdict()}


def _as_finding(data: dict[str, Any]) -> Finding:
    return Finding(**{**data, "decisive": data["decisive"] and Decisive(**data["decisive"])})


def _entry(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(one) for one in value) + "\n]"
    return json.dumps(value)
