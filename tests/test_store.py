import sqlite3
from contextlib import closing

import numpy as np
import pytest

from transfer_core import RunConfig
from transfer_core.studies.store import Store, StoreError, default_path, from_text, to_text
from transfer_core.studies.study import Cell, Reading, fingerprint
from transfer_core.studies.tasks import PixelRegression, Train, ZeroShot

CONFIG = RunConfig(n_seeds=2)
CELL = Cell({"place": 1}, CONFIG, ZeroShot())
VALUES = np.array([0.1, 1 / 3, np.nan, 5e-324, -np.inf])


def _same(readings, others):
    for one, other in zip(readings, others, strict=True):
        assert one.labels == other.labels
        assert one.values.keys() == other.values.keys()
        for name in one.values:
            np.testing.assert_array_equal(one.values[name], other.values[name])
            assert one.values[name].tobytes() == other.values[name].tobytes()


def test_floats_come_back_to_the_bit():
    readings = [Reading({"epoch": 3, "arm": "a", "late": True}, {"x": VALUES, "y": np.array([1.0])}), Reading({}, {})]
    _same(from_text(to_text(readings)), readings)


def test_what_was_put_is_there_for_the_next_process(tmp_path):
    store = Store(tmp_path / "deep" / "cells.sqlite")
    store.put(CELL, [Reading({}, {"x": VALUES})])
    other = Store(tmp_path / "deep" / "cells.sqlite")
    _same(other.get(CELL), [Reading({}, {"x": VALUES})])
    assert len(other) == 1


def test_what_was_not_put_is_not_there():
    assert Store(None).get(CELL) is None


def test_labels_do_not_make_another_cell_but_task_and_config_do():
    assert Cell({"place": 2}, CONFIG, ZeroShot()).key == CELL.key
    others = [
        Cell({}, CONFIG.but(seed=1), ZeroShot()),
        Cell({}, CONFIG, PixelRegression()),
        Cell({}, CONFIG, Train.of(CONFIG, "end_to_end")),
        Cell({}, CONFIG, Train.of(CONFIG, "end_to_end", head_scale=2.0)),
        Cell({}, CONFIG, Train.of(CONFIG.but(backbone_learning_rate=0.1), "end_to_end")),
    ]
    assert len({CELL.key, *(other.key for other in others)}) == 6


def test_other_code_makes_other_keys(monkeypatch):
    before = CELL.key
    monkeypatch.setattr("transfer_core.studies.study.fingerprint", lambda: "other")
    assert CELL.key != before
    assert fingerprint() == fingerprint()


def test_the_oldest_go_first():
    store = Store(None, max_cells=3)
    cells = [Cell({}, CONFIG.but(seed=seed), ZeroShot()) for seed in range(5)]
    for cell in cells:
        store.put(cell, [])
    assert [store.get(cell) is not None for cell in cells] == [False, False, True, True, True]


def test_putting_again_replaces():
    store = Store(None)
    for value in (0.1, 0.2):
        store.put(CELL, [Reading({}, {"x": np.array([value])})])
    assert len(store) == 1
    assert store.get(CELL)[0].values["x"].tolist() == [0.2]


@pytest.mark.parametrize("content", [b"this is not a database at all, but a long enough text" * 20, None])
def test_a_file_that_is_no_store_is_said_in_one_sentence(tmp_path, content):
    path = tmp_path / "store"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(StoreError, match=r"store must be an SQLite file that can be written, got .*store") as caught:
        Store(path)
    assert "\n" not in str(caught.value)
    if content is not None:
        assert path.read_bytes() == content


def test_somebody_elses_table_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other", isolation_level=None)) as database:
        database.execute("CREATE TABLE cells (colour TEXT)")
    with pytest.raises(StoreError, match="store must be an SQLite file"):
        Store(tmp_path / "other")


def test_a_database_that_is_gone_is_said_in_one_sentence():
    store = Store(None)
    store.close()
    with pytest.raises(StoreError, match="store must stay readable and writable"):
        store.put(CELL, [])


def test_two_processes_may_write_at_once(tmp_path):
    path = tmp_path / "cells.sqlite"
    ours, theirs = Store(path), Store(path)
    for seed in range(4):
        (ours if seed % 2 else theirs).put(Cell({}, CONFIG.but(seed=seed), ZeroShot()), [])
    assert len(ours) == len(theirs) == 4


def test_file_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("FREEZE_OR_FINE_TUNE_STORE", str(tmp_path / "mine"))
    assert default_path() == tmp_path / "mine"
    monkeypatch.delenv("FREEZE_OR_FINE_TUNE_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_path() == tmp_path / "freeze-or-fine-tune" / "cells.sqlite"


def test_rows_can_be_read_by_anyone(tmp_path):
    Store(tmp_path / "cells.sqlite").put(CELL, [Reading({}, {"x": np.array([0.5])})])
    with closing(sqlite3.connect(tmp_path / "cells.sqlite", isolation_level=None)) as database:
        ((cell, readings),) = database.execute("SELECT cell, readings FROM cells").fetchall()
    assert "RunConfig(" in cell
    assert "ZeroShot()" in cell
    assert readings == '[{"labels": {}, "values": {"x": [0.5]}}]'
