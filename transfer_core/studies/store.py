"""Finished cells, kept in one SQLite file the moment they arrive.

Every write is a transaction of its own, so whatever ends the process, what was reported as done is
done. Values are written as JSON: text that anyone can read, and that gives a float back to the bit.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from transfer_core.studies.study import Cell, Reading

MAX_CELLS = 20_000  # of about 2 kB each
SCHEMA = """
CREATE TABLE IF NOT EXISTS cells (
    key TEXT PRIMARY KEY,
    cell TEXT NOT NULL,
    readings TEXT NOT NULL,
    finished TEXT NOT NULL
)
"""


class StoreError(ValueError):
    """The file cannot be used as a store; the message says which and why."""


class Store:
    """Readings by cell.

    Parameters
    ----------
    path : Path or None
        File, made with its folders where it is missing; ``None`` keeps everything in memory.
    max_cells : int
        Limit on what is kept; the oldest go first.

    Raises
    ------
    StoreError
        If the file cannot be opened, or is not a store.

    Examples
    --------
    >>> from transfer_core import RunConfig
    >>> from transfer_core.studies.tasks import ZeroShot
    >>> store, cell = Store(None), Cell({}, RunConfig(n_seeds=2), ZeroShot())
    >>> store.get(cell) is None
    True
    >>> store.put(cell, cell.task.measure(cell.config))
    >>> [reading.values["test_accuracy"].shape for reading in store.get(cell)]
    [(2,)]
    """

    def __init__(self, path: Path | None, max_cells: int = MAX_CELLS) -> None:
        self._path, self._max_cells = str(path), max_cells
        self._one_at_a_time = threading.Lock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                path or ":memory:", timeout=30, isolation_level=None, check_same_thread=False
            )
            # Readers and the writer of another process do not wait for one another.
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(SCHEMA)
            # Somebody else's table of that name is no store.
            self._database.execute("SELECT key, cell, readings, finished FROM cells LIMIT 0")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"store must be an SQLite file that can be written, got {str(path)!r} ({error})"
            ) from error

    def get(self, cell: Cell) -> list[Reading] | None:
        """Find what was measured, or ``None``."""
        return self.get_all([cell])[0]

    def get_all(self, cells: Iterable[Cell]) -> list[list[Reading] | None]:
        """Find what was measured in each cell, in order; ``None`` where nothing was."""
        found = []
        with self._at_work():
            for cell in cells:
                row = self._database.execute("SELECT readings FROM cells WHERE key = ?", (cell.key,)).fetchone()
                found.append(None if row is None else from_text(row[0]))
        return found

    def put(self, cell: Cell, readings: list[Reading]) -> None:
        """Keep what was measured; once it returns, the end of this process does not lose it."""
        row = (cell.key, f"{cell.config!r} {cell.task!r}", to_text(readings), datetime.now(UTC).isoformat())
        with self._at_work():
            self._database.execute("INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?)", row)
            self._database.execute(
                "DELETE FROM cells WHERE rowid <= (SELECT rowid FROM cells ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
                (self._max_cells,),
            )

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._one_at_a_time:
            try:
                yield
            except sqlite3.Error as error:
                raise StoreError(f"store must stay readable and writable, got {self._path!r} ({error})") from error

    def __len__(self) -> int:
        with self._one_at_a_time:
            (count,) = self._database.execute("SELECT count(*) FROM cells").fetchone()
        return int(count)

    def close(self) -> None:
        """Let go of the file."""
        with self._one_at_a_time:
            self._database.close()


def default_path() -> Path:
    """File that pages and the command line share: in the cache folder of whoever runs them.

    The environment variable ``FREEZE_OR_FINE_TUNE_STORE`` names another.
    """
    named = os.environ.get("FREEZE_OR_FINE_TUNE_STORE")
    if named:
        return Path(named)
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
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
        Reading(entry["labels"], {name: np.array(value) for name, value in entry["values"].items()})
        for entry in json.loads(text)
    ]
