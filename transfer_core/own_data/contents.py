"""What a file holds, whatever its format, and what was found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from transfer_core.arrays import Array

MAX_NAME = 60


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be in the data.

    Attributes
    ----------
    what : str
        Kind of the finding, such as ``"duplicates"``.
    where : str
        Rows, columns, classes or files.
    words : str
        One sentence: what, where, and what is done about it or must be done.
    """

    what: str
    where: str
    words: str


@dataclass(frozen=True, eq=False)
class Contents:
    """Images, or a table of numbers and words.

    Attributes
    ----------
    name : str
        Of the file.
    values : float32 ndarray of shape (n, height, width) or (n, d)
        Images as shares of white, 0 to 1, or rows; NaN where a number is missing.
    columns : tuple of str
        Names of the d columns; empty for images.
    words : mapping of str to tuple of str
        Columns that are no numbers, such as the folder of an image; "" where a word is missing.
    findings : tuple of Finding
        From reading it.
    places : tuple of str
        Names of the rows; without any, they are counted from 1.
    has_names : bool
        Whether the columns have names in the file.
    """

    name: str
    values: Array
    columns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    places: tuple[str, ...] = ()
    has_names: bool = True

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_image(self) -> bool:
        """Whether these are images."""
        return self.values.ndim == 3

    @cached_property
    def label_columns(self) -> tuple[str, ...]:
        """Columns that may hold labels: those of words, and those of few whole numbers; the likeliest first."""
        whole = [name for index, name in enumerate(self.columns) if _is_class(self.values[:, index])]
        names = [*self.words, *(name for name in whole if name not in self.words)]
        return tuple(sorted(names, key=lambda name: _LIKELY.get(name.strip().lower(), len(_LIKELY))))

    def column(self, name: str) -> tuple[str, ...]:
        """Every entry of a column as text; "" where there is none."""
        return self.words[name] if name in self.words else as_text(self.values[:, self.columns.index(name)])

    def place(self, row: int) -> str:
        """Name a row as its owner would."""
        return self.places[row] if self.places else f"row {row + 1}"

    def take(self, rows: Array) -> Contents:
        """Keep some of the rows."""
        return Contents(
            self.name,
            self.values[rows],
            self.columns,
            {name: tuple(column[row] for row in rows) for name, column in self.words.items()},
            self.findings,
            tuple(self.place(row) for row in rows),
            self.has_names,
        )


_LIKELY = {"label": 0, "labels": 0, "class": 1, "target": 2, "y": 3, "species": 4, "category": 4, "folder": 4}


def _is_class(numbers: Array) -> bool:
    known = numbers[np.isfinite(numbers)]
    if not len(known) or (known % 1).any():
        return False
    n_different = len(np.unique(known))
    return n_different <= 50 and n_different < max(3, len(known))


def as_text(numbers: Array) -> tuple[str, ...]:
    """Write numbers as labels, whole ones with all their digits.

    Examples
    --------
    >>> as_text(np.array([1234567.0, 0.5, np.nan]))
    ('1234567', '0.5', '')
    """
    return tuple(
        "" if np.isnan(number) else f"{number:.0f}" if number.is_integer() else f"{number:g}"
        for number in numbers.tolist()
    )


def plain(text: object) -> str:
    r"""Make a name fit to show: without invisible characters, and of bounded length.

    Examples
    --------
    >>> plain("  cat\u202e\n"), len(plain(1000 * "x"))
    ('cat', 60)
    """
    shown = "".join(character if character.isprintable() else " " for character in str(text)[: 4 * MAX_NAME])
    shown = " ".join(shown.split())
    return shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1]}…"


def listed(places: Mapping[int, str] | list[str] | tuple[str, ...], most: int = 3) -> str:
    """Name a few places and count the others.

    Examples
    --------
    >>> listed(["row 3", "row 7", "row 8", "row 9", "row 11"])
    'row 3, row 7, row 8 and 2 more'
    """
    names = list(places.values()) if isinstance(places, Mapping) else list(places)
    if len(names) <= most:
        return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def counted(n: int, thing: str, things: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "class", "classes")
    ('1 row', '2,000 classes')
    """
    return f"{n:,} {thing if n == 1 else things or f'{thing}s'}"
