"""Results of the default studies, computed once and shipped, so that a first visit need not wait.

``python -m tools.build_studies`` writes them; a test recomputes a sample of the cells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from transfer_core.studies.execute import Done, rows
from transfer_core.studies.store import from_text, to_text
from transfer_core.studies.study import Cell, Finding, Label, Reading, Study, Summary

FOLDER = Path(__file__).parents[1] / "data" / "studies"


class Shipped(NamedTuple):
    """What one study found when it was computed.

    Attributes
    ----------
    made : dict of str to str
        ``date``, ``versions`` and the ``command`` that made it.
    configs : list of str
        The configurations, as Python writes them.
    places : list of dict
        Labels of each cell.
    cells : list of list of Reading
        What was measured in each.
    summary : Summary
    """

    made: dict[str, str]
    configs: list[str]
    places: list[dict[str, Label]]
    cells: list[list[Reading]]
    summary: Summary

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

    def rows(self, cells: Sequence[Cell]) -> pd.DataFrame:
        """Give one row per cell, reading and seed.

        Parameters
        ----------
        cells : sequence of Cell
            Those that the study lays out.

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
        return rows(cells, [Done(place, readings, 0, True) for place, readings in enumerate(self.cells)])


def _place(labels: Mapping[str, Label]) -> frozenset[tuple[str, Label]]:
    return frozenset(labels.items())


def write(
    study: Study, made: dict[str, str], cells: Sequence[Cell], readings: list[list[Reading]], folder: Path = FOLDER
) -> Path:
    """Store what a study found.

    Parameters
    ----------
    study : Study
    made : dict of str to str
    cells : sequence of Cell
    readings : list of list of Reading
        One entry per cell.
    folder : Path

    Returns
    -------
    Path
        The file.
    """
    found = study.summarise(rows(cells, [Done(place, one, 0, True) for place, one in enumerate(readings)]))
    content: dict[str, Any] = {
        "made": made,
        "configs": list(dict.fromkeys(repr(config) for config in study.default_configs())),
        "findings": {name: finding._asdict() for name, finding in found.findings.items()},
        "table": json.loads(found.table.to_json(orient="split", index=False, double_precision=10)),
        "cells": [
            {"labels": dict(cell.labels), "readings": json.loads(to_text(one))}
            for cell, one in zip(cells, readings, strict=True)
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{study.name}.json"
    # One line per entry: a new computation gives a readable diff.
    lines = [f"{json.dumps(name)}: {_entry(value)}" for name, value in content.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
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
    findings = {name: Finding(**finding) for name, finding in content["findings"].items()}
    places = [one["labels"] for one in content["cells"]]
    cells = [from_text(json.dumps(one["readings"])) for one in content["cells"]]
    return Shipped(content["made"], content["configs"], places, cells, Summary(table, findings))


def _entry(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(one) for one in value) + "\n]"
    return json.dumps(value)
