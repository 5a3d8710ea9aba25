"""A record: what was asked, what was found and what was said about it, as one value that any page or file can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, Interval, mean_interval

KINDS = ("comparison", "study", "measurement", "own data")
Cell = str | int | float | None
Facts = tuple[tuple[str, str], ...]
"""Pairs of a name and a value, for people."""


class Row(NamedTuple):
    """One rival of a comparison.

    Attributes
    ----------
    name, title : str
        For programs; for people.
    scores : ndarray of shape (n_seeds,)
        Test accuracies.
    curves : dict of str to ndarray of shape (n_seeds, n_epochs + 1)
        Loss or accuracy by epoch; empty for what is not trained.
    numbers : dict of str to float
        What else is known of it, such as ``multiply_adds``.
    """

    name: str
    title: str
    scores: Array
    curves: Mapping[str, Array] = {}
    numbers: Mapping[str, float] = {}

    @property
    def interval(self) -> Interval:
        """Mean over the seeds with its 95 % interval, which too few seeds do not have."""
        mean, low, high = mean_interval(self.scores)
        return Interval(mean, low, high) if len(self.scores) >= MIN_SEEDS else Interval(mean, np.nan, np.nan)


class Table(NamedTuple):
    """A table of words and numbers.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuple
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, eq=False)
class Record:
    """What was asked, found and said.

    Attributes
    ----------
    kind : {"comparison", "study", "measurement", "own data"}
    title, answer : str
        What it is about; the headline.
    evidence : tuple of str
        What is behind the headline, sentence by sentence.
    settings, data : tuple of (str, str)
        What was chosen, and what the data are, for people.
    made : mapping of str to str
        When and with what: of `transfer_takeaway.made.made_now`.
    asked : mapping
        What to compute it again from; for programs.
    rows : tuple of Row
        Of a comparison, or of an answer about data of one's own.
    tables : mapping of str to Table
        Title -> table, of a study or a measurement. A column ``verdict`` is what a later computation must repeat.
    """

    kind: str
    title: str
    answer: str
    evidence: tuple[str, ...]
    settings: Facts
    data: Facts
    made: Mapping[str, str]
    asked: Mapping[str, Any]
    rows: tuple[Row, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ranked(self) -> list[Row]:
        """Its rivals, the best first; one without a number comes last."""
        return sorted(self.rows, key=lambda row: -float(np.nan_to_num(row.scores.mean(), nan=-np.inf)))


def table_of(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Make a table of plain values; what is not a number becomes an empty cell.

    Examples
    --------
    >>> table_of(["arm", "mean"], [["a", np.float32(0.5)], ["b", np.nan]]).rows
    (('a', 0.5), ('b', None))
    """
    return Table(tuple(map(str, columns)), tuple(tuple(map(_plain, row)) for row in rows))


def _plain(value: object) -> Cell:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return None if value is None else str(value)
