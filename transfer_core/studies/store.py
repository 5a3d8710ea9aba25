"""Finished cells, kept in one SQLite file the moment they arrive.

Every write is its own transaction, so whatever ends the process, what was reported as done is
done. Values are written as JSON behind a checksum: text that anyone can read, and that gives a float back
to the bit. The store is a cache: what cannot be read counts as missing, and a failing file is left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from transfer_core.studies.study import Reading

MAX_CELLS = 20_000  # of about 2 kB each
SCHEMA = """
CREATE TABLE IF NOT EXISTS cells (
    key TEXT PRIMARY KEY,
    cell TEXT NOT NULL,
    readings TEXT NOT NULL,
    finished TEXT NOT NULL
)
"""


class Configured(Protocol):
    """What was asked, written down by its ``repr``."""

    @property
    def n_seeds(self) -> int:
        """Values of each reading."""
        ...


class Piece(Protocol):
    """A piece of work that names itself: a cell of a study, or of anything else that is measured."""

    @property
    def key(self) -> str:
        """Name of what is computed."""
        ...

    @property
    def config(self) -> Configured:
        """What it is computed for."""
        ...

    @property
    def task(self) -> object:
        """What is done, written down by its ``repr``."""
        ...


class StoreError(ValueError):
    """The file cannot be used as a store; the message says which and why."""


class Store:
    """Readings by cell.

    Parameters
    ----------
    path : Path or None
        File, created with its folders if missing; ``None`` keeps everything in memory.
    max_cells : int
        Limit on what is kept; the oldest are dropped first.

    Attributes
    ----------
    trouble : str
        Why the file could no longer be used; from then on everything is kept in memory. Empty while all is well.

    Raises
    ------
    StoreError
        If the file cannot be opened, or is not a store.

    Examples
    --------
    >>> from transfer_core import RunConfig
    >>> from transfer_core.studies.study import Cell
    >>> from transfer_core.studies.tasks import ZeroShot
    >>> store, cell = Store(None), Cell({}, RunConfig(n_seeds=2), ZeroShot())
    >>> store.get(cell) is None
    True
    >>> store.put(cell, cell.task.measure(cell.config))
    >>> [reading.values["test_accuracy"].shape for reading in store.get(cell)]
    [(2,)]
    """

    def __init__(self, path: Path | None, max_cells: int = MAX_CELLS) -> None:
        self.trouble = ""
        self._path, self._max_cells = str(path), max_cells
        self._one_at_a_time = threading.Lock()
        try:
            self._use(path)
        except (sqlite3.Error, OSError, ValueError) as error:
            raise StoreError(
                f"store must be an SQLite file that can be written, got {str(path)!r} ({error})"
            ) from error

    @classmethod
    def or_memory(cls, find_path: Callable[[], Path]) -> Store:
        """Open the file; if it cannot be used, keep everything in memory and say why.

        Parameters
        ----------
        find_path : callable
            Gives the path, or raises `StoreError`.
        """
        try:
            return cls(find_path())
        except StoreError as error:
            store = cls(None)
            store.trouble = str(error)
            return store

    def _use(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path or ":memory:", timeout=30, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, database.close)
        self._database = database
        # Text that is not UTF-8 is damaged, and its checksum shows it.
        database.text_factory = lambda text: text.decode(errors="replace")
        # Readers and the writer of another process do not wait for one another.
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute(SCHEMA)
        # Somebody else's table of that name is no store.
        database.execute("SELECT key, cell, readings, finished FROM cells LIMIT 0")

    def get(self, cell: Piece) -> list[Reading] | None:
        """Find what was measured, or ``None``."""
        return self.get_all([cell])[0]

    def get_all(self, cells: Iterable[Piece]) -> list[list[Reading] | None]:
        """Find what was measured in each cell, in order; ``None`` if nothing was, or if it cannot be read."""
        with self._one_at_a_time:
            return [self._find(cell) for cell in cells]

    def put(self, cell: Piece, readings: list[Reading]) -> None:
        """Keep what was measured; once it returns, the end of this process does not lose it, unless in `trouble`."""
        row = (cell.key, f"{cell.config!r} {cell.task!r}", _sealed(to_text(readings)), datetime.now(UTC).isoformat())
        with self._one_at_a_time:
            try:
                self._write(row)
            except sqlite3.Error as error:
                self._fall_back(error)
                self._write(row)

    def _find(self, cell: Piece) -> list[Reading] | None:
        try:
            row = self._database.execute("SELECT readings FROM cells WHERE key = ?", (cell.key,)).fetchone()
        except sqlite3.OperationalError as error:  # the next one would wait just as long
            self._fall_back(error)
            return None
        except sqlite3.DatabaseError:  # damaged here; other rows may be sound
            return None
        return None if row is None else _unsealed(row[0], cell.config.n_seeds)

    def _write(self, row: tuple[str, str, str, str]) -> None:
        # A later version may have more columns.
        self._database.execute("INSERT OR REPLACE INTO cells (key, cell, readings, finished) VALUES (?, ?, ?, ?)", row)
        self._database.execute(
            "DELETE FROM cells WHERE rowid <= (SELECT rowid FROM cells ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
            (self._max_cells,),
        )

    def _fall_back(self, error: sqlite3.Error) -> None:
        """Continue in memory: a failing cache must not stop the work."""
        self.trouble = f"store must stay readable and writable, got {self._path!r} ({error})"
        self.close()
        self._use(None)

    def __len__(self) -> int:
        with self._one_at_a_time:
            (count,) = self._database.execute("SELECT count(*) FROM cells").fetchone()
        return int(count)

    def close(self) -> None:
        """Release the file."""
        with suppress(sqlite3.Error):
            self._database.close()


def default_path() -> Path:
    """File that pages and the command line share: in the cache folder of whoever runs them.

    The environment variable ``FREEZE_OR_FINE_TUNE_STORE`` names another.

    Raises
    ------
    StoreError
        If whoever runs them has no home folder, and no variable names a place.
    """
    named = os.environ.get("FREEZE_OR_FINE_TUNE_STORE")
    if named:
        return Path(named)
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    except RuntimeError as error:
        raise StoreError("store must be named if there is no home folder, got none") from error
    return Path(cache) / "freeze-or-fine-tune" / "cells.sqlite"


def to_text(readings: list[Reading]) -> str:
    """Write readings as JSON.

    Examples
    --------
    >>> to_text([Reading({"epoch": 3}, {"accuracy": np.array([0.5])})])
    '[{"labels": {"epoch": 3}, "values": {"accuracy": [0.5]}}]'
    """
    return json.dumps(
        [
            {
                "labels": dict(labels),
                "values": {name: np.asarray(value, float).tolist() for name, value in values.items()},
            }
            for labels, values in readings
        ]
    )


def from_text(text: str) -> list[Reading]:
    """Read what `to_text` wrote."""
    return [
        Reading(entry["labels"], {name: np.array(value, float) for name, value in entry["values"].items()})
        for entry in json.loads(text)
    ]


def _sealed(text: str) -> str:
    return f"{_checksum(text)} {text}"


def _unsealed(row: object, n_seeds: int) -> list[Reading] | None:
    """Read a row; ``None`` if it is damaged, or not of the shape that rows have here."""
    checksum, _, text = str(row).partition(" ")
    if checksum != _checksum(text):
        return None
    try:
        readings = from_text(text)
        sound = all(
            isinstance(labels, dict) and all(value.shape == (n_seeds,) for value in values.values())
            for labels, values in readings
        )
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return readings if sound else None


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
