"""Two hundred damaged stores: a cell is found as it was or is missing, and the work goes on."""

import random
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from transfer_core import RunConfig
from transfer_core.studies.store import Store
from transfer_core.studies.study import Cell, Reading
from transfer_core.studies.tasks import ZeroShot

CONFIG = RunConfig(n_seeds=4)
CELLS = [Cell({}, CONFIG.but(seed=seed), ZeroShot()) for seed in range(8)]


def _readings(cell):
    values = np.random.default_rng(cell.config.seed).normal(size=(12, CONFIG.n_seeds))
    return [Reading({"epoch": epoch, "arm": "a"}, {"accuracy": row, "loss": -row}) for epoch, row in enumerate(values)]


def _overwrite(path, rng):
    """Write noise over a stretch of the file, anywhere."""
    content = bytearray(path.read_bytes())
    start, length = rng.randrange(len(content)), rng.choice([1, 2, 16, 512, 4096, 10_000])
    content[start : start + length] = rng.randbytes(min(length, len(content) - start))
    path.write_bytes(content)


def _cut_file(path, rng):
    path.write_bytes(path.read_bytes()[: rng.randrange(path.stat().st_size)])


def _add_noise(path, rng):
    path.with_name(f"{path.name}-wal").write_bytes(rng.randbytes(5000))


def _edit(path, statement, *values):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement, values)


def _change_a_row(path, rng):
    """Cut the text of some rows, change a letter of it, or put something else in its place."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for key, text in database.execute("SELECT key, readings FROM cells").fetchall():
            at = rng.randrange(len(text))
            other = [
                text,
                text[:at],
                f"{text[:at]}{rng.choice('0123456789[]{},xé')}{text[at + 1 :]}",
                rng.randbytes(at),
            ]
            row = rng.choice([*other, rng.random(), "[]", "{}", text.encode("utf-16")])
            database.execute("UPDATE cells SET readings = ? WHERE key = ?", (row, key))


def _change_the_table(path, rng):
    _edit(
        path,
        rng.choice(
            [
                "ALTER TABLE cells ADD COLUMN colour TEXT",
                "ALTER TABLE cells ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'",
                "ALTER TABLE cells RENAME TO others",
                "ALTER TABLE cells RENAME COLUMN cell TO what",
                "CREATE TRIGGER no BEFORE INSERT ON cells BEGIN SELECT RAISE(ABORT, 'no'); END",
                "DELETE FROM cells WHERE rowid % 2",
                "DROP TABLE cells",
            ]
        ),
    )


def _opened(path):
    return Store.or_memory(lambda: path)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "cells.sqlite"
    store = Store(path)
    for cell in CELLS:
        store.put(cell, _readings(cell))
    store.close()  # everything is in the one file now
    return path.read_bytes()


@pytest.mark.parametrize(
    ("damage", "n_stores"),
    [(_overwrite, 75), (_cut_file, 25), (_add_noise, 25), (_change_a_row, 50), (_change_the_table, 25)],
)
def test_a_damaged_store_gives_what_was_put_or_nothing_and_never_stops_the_work(sound, tmp_path, damage, n_stores):
    rng = random.Random(damage.__name__)
    for number in range(n_stores):
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(sound)
        damage(path, rng)
        store = _opened(path)
        before = store.get_all(CELLS)
        for cell in CELLS:
            store.put(cell, _readings(cell))
        after = store.get_all(CELLS)
        for cell, *both in zip(CELLS, before, after, strict=True):
            assert all(found is None or _same(found, _readings(cell)) for found in both)
        # An index may be damaged so that SQLite does not notice, and finds nothing; a row that is mended is found.
        assert damage is _overwrite or all(after)
        assert "\n" not in store.trouble
        store.close()


def _same(found, readings):
    return [one.labels for one in found] == [one.labels for one in readings] and all(
        one.values.keys() == other.values.keys()
        and all(one.values[name].tobytes() == other.values[name].tobytes() for name in other.values)
        for one, other in zip(found, readings, strict=True)
    )
