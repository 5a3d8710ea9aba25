import hashlib
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from transfer_core import RunConfig
from transfer_core.arms import NewHead, arm_of
from transfer_core.studies.fingerprint import fingerprint
from transfer_core.studies.store import Store, StoreError, default_path, from_text, to_text
from transfer_core.studies.study import Cell, Reading
from transfer_core.studies.tasks import PixelRegression, Train, ZeroShot
from transfer_ui.runs.places import workbench
from transfer_ui.runs.study_steps import study_store

VALUES = np.array([0.1, 1 / 3, np.nan, 5e-324, -np.inf])
CONFIG = RunConfig(n_seeds=len(VALUES))
CELL = Cell({"place": 1}, CONFIG, ZeroShot())


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
        Cell({}, CONFIG, Train(arm_of(CONFIG, "end_to_end"))),
        Cell({}, CONFIG, Train(arm_of(CONFIG, "end_to_end", head=NewHead(2.0)))),
        Cell({}, CONFIG, Train(arm_of(CONFIG.but(backbone_learning_rate=0.1), "end_to_end"))),
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
    for times in (1, 2):
        store.put(CELL, [Reading({}, {"x": times * VALUES})])
    assert len(store) == 1
    _same(store.get(CELL), [Reading({}, {"x": 2 * VALUES})])


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


def _text(readings='[{"labels": {}, "values": {"x": [1, 2, 3, 4, 5]}}]'):
    return f"{hashlib.sha256(readings.encode()).hexdigest()[:16]} {readings}"


@pytest.mark.parametrize(
    "row",
    [
        "",
        _text()[:-9],
        _text().replace("3", "4"),
        _text().encode() + b"\xff\xfe",
        7,
        _text("[{}]"),
        _text("[3]"),
        _text("{}x"),
        _text('[{"labels": [], "values": {}}]'),
        _text('[{"labels": {}, "values": {"x": [1, 2]}}]'),
        _text('[{"labels": {}, "values": {"x": "many"}}]'),
        _text('[{"labels": {}, "values": {"x": 1}}]'),
        _text('[{"labels": {}, "values": ["x"]}]'),
    ],
)
def test_a_row_that_cannot_be_read_is_missing_and_put_anew(tmp_path, row):
    path = tmp_path / "cells.sqlite"
    store, other = Store(path), Cell({}, CONFIG.but(seed=7), ZeroShot())
    for cell in (CELL, other):
        store.put(cell, [Reading({}, {"x": VALUES})])
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE cells SET readings = ? WHERE key = ?", (row, CELL.key))
    assert store.get(CELL) is None
    _same(store.get(other), [Reading({}, {"x": VALUES})])
    store.put(CELL, [Reading({}, {"x": VALUES})])
    _same(Store(path).get(CELL), [Reading({}, {"x": VALUES})])
    assert not store.trouble


def test_a_sound_row_of_that_shape_is_found(tmp_path):
    path = tmp_path / "cells.sqlite"
    store = Store(path)
    store.put(CELL, [])
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE cells SET readings = ?", (_text(),))
    _same(store.get(CELL), [Reading({}, {"x": np.arange(1.0, 6)})])


def test_a_column_of_a_later_version_does_not_matter(tmp_path):
    path = tmp_path / "cells.sqlite"
    Store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("ALTER TABLE cells ADD COLUMN colour TEXT DEFAULT 'red'")
    store = Store(path)
    store.put(CELL, [Reading({}, {"x": VALUES})])
    _same(Store(path).get(CELL), [Reading({}, {"x": VALUES})])
    assert not store.trouble


def _fill_disk(store, path):
    (n_pages,) = store._database.execute("PRAGMA page_count").fetchone()
    store._database.execute(f"PRAGMA max_page_count = {n_pages}")


def _overwrite_pages(store, path):
    store.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(range(256)) * ((len(content) - 4096) // 256))
    store._use(path)


def _close(store, path):
    store.close()


@pytest.mark.parametrize("fail", [_fill_disk, _overwrite_pages, _close])
def test_a_file_that_fails_is_left_alone_and_the_work_goes_on_in_memory(tmp_path, fail):
    path = tmp_path / "cells.sqlite"
    store = Store(path)
    store.put(CELL, [Reading({}, {"x": VALUES})])
    assert not store.trouble
    fail(store, path)
    large = [Reading({"step": step}, {"x": VALUES}) for step in range(100)]
    others = [Cell({}, CONFIG.but(seed=seed), ZeroShot()) for seed in (7, 8)]
    for other in others:
        store.put(other, large)
        _same(store.get(other), large)
    assert store.trouble.startswith(f"store must stay readable and writable, got {str(path)!r} (")
    assert "\n" not in store.trouble


def test_a_store_that_cannot_be_opened_is_in_memory_where_work_must_go_on(tmp_path):
    store = Store.or_memory(lambda: tmp_path)
    store.put(CELL, [Reading({}, {"x": VALUES})])
    _same(store.get(CELL), [Reading({}, {"x": VALUES})])
    assert "store must be an SQLite file that can be written" in store.trouble
    assert not Store.or_memory(lambda: tmp_path / "new").trouble


def test_no_home_folder_is_said_in_one_sentence(monkeypatch):
    for name in ("FREEZE_OR_FINE_TUNE_STORE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(StoreError, match="no home folder"):
        default_path()
    assert "no home folder" in Store.or_memory(default_path).trouble


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
    Store(tmp_path / "cells.sqlite").put(CELL, [Reading({}, {"x": np.full(5, 0.5)})])
    with closing(sqlite3.connect(tmp_path / "cells.sqlite", isolation_level=None)) as database:
        ((cell, readings),) = database.execute("SELECT cell, readings FROM cells").fetchall()
    assert "RunConfig(" in cell
    assert "ZeroShot()" in cell
    assert readings.partition(" ")[2] == '[{"labels": {}, "values": {"x": [0.5, 0.5, 0.5, 0.5, 0.5]}}]'


def _page():
    import streamlit as st

    from transfer_core.studies.registry import STUDIES
    from transfer_ui.runs import studies

    small = {"n_epochs": 1, "unfreeze_epoch": 1, "hidden_sizes": (4,), "pretrain_epochs": 1, "n_seeds": 2}
    study = STUDIES["decision_map"]
    st.text(len(studies.measure(study, study.default_configs("low_to_high", **small)).rows))


@pytest.mark.parametrize("works", [True, False])
def test_a_page_goes_on_without_its_store_and_says_so_in_one_line(tmp_path, monkeypatch, works):
    monkeypatch.setenv("FREEZE_OR_FINE_TUNE_STORE", str(tmp_path / "cells.sqlite" if works else tmp_path))
    study_store.cache_clear()
    workbench.clear()  # what the other case has left there was stored
    page = AppTest.from_function(_page, default_timeout=60).run()
    study_store.cache_clear()
    assert not page.exception
    assert page.text[0].value == "336"
    said = [caption.value for caption in page.caption]
    assert len(said) == (0 if works else 1)
    assert all("cannot store results on its disk" in line for line in said)
