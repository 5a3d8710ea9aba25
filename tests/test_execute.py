"""Cells done here, in processes, and on a Dask cluster; killed, and gone on with."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.app import ROOT
from transfer_core import RunConfig
from transfer_core.studies import execute as module
from transfer_core.studies.execute import OtherCode, execute, measure, processes, rows, study_steps
from transfer_core.studies.store import Store
from transfer_core.studies.study import Cell, Reading, fingerprint

CONFIG = RunConfig(n_seeds=2)
PATIENCE = 120  # seconds


class Count:
    """A task that counts how often it is done."""

    def __init__(self, value, done):
        self.value, self.done = value, done

    def __repr__(self):
        return f"Count({self.value})"

    def measure(self, config):
        self.done.append(self.value)
        return [Reading({"half": half}, {"x": np.arange(config.n_seeds) + self.value + half}) for half in (0.0, 0.5)]


def _cells(values, done):
    return [Cell({"value": value}, CONFIG, Count(value, done)) for value in values]


def test_every_cell_is_done_once_and_kept_at_once():
    counted, store = [], Store(None)
    for number, one in enumerate(execute(_cells([3, 1, 2], counted), store), start=1):
        assert (one.place, one.n_done, one.stored, len(store)) == (number - 1, number, False, number)
    assert counted == [3, 1, 2]


def test_what_is_in_the_store_is_not_done_again():
    counted, store = [], Store(None)
    list(execute(_cells([1, 2], counted), store))
    done = list(execute(_cells([0, 1, 2, 3], counted), store))
    assert counted == [1, 2, 0, 3]
    assert [(one.place, one.stored) for one in done] == [(1, True), (2, True), (0, False), (3, False)]
    assert [one.n_done for one in done] == [1, 2, 3, 4]


def test_cells_that_ask_for_the_same_are_done_once():
    counted = []
    done = list(execute(_cells([5, 5, 6], counted), Store(None)))
    assert counted == [5, 6]
    assert sorted(one.place for one in done) == [0, 1, 2]


def test_rows_stand_in_the_order_of_the_cells_whatever_came_first():
    cells = _cells([7, 8], [])
    done = list(execute(cells, Store(None)))
    table = rows(cells, done[::-1])
    assert table.columns.tolist() == ["value", "half", "seed", "x"]
    assert table["value"].tolist() == [7] * 4 + [8] * 4
    assert table["seed"].tolist() == [0, 1] * 4
    assert table["x"].tolist() == [7, 8, 7.5, 8.5, 8, 9, 8.5, 9.5]
    assert rows(cells, []).empty


def test_steps_give_what_is_there_and_end_complete():
    steps = list(study_steps(_cells([1, 2, 3], []), Store(None)))
    assert [len(step.results()) for step in steps] == [1, 2, 3, 3]
    assert [step.fraction for step in steps] == pytest.approx([1 / 3, 2 / 3, 1, 1])


def test_steps_of_a_finished_study_are_one():
    store = Store(None)
    list(study_steps(_cells([1, 2], []), store))
    (only,) = study_steps(_cells([1, 2], []), store)
    assert only.fraction == 1
    assert len(only.results()) == 2


def test_a_worker_with_other_code_is_refused():
    with pytest.raises(OtherCode, match="the workers must run the same code"):
        measure(_cells([1], [])[0], "0123456789abcdef")
    assert measure(_cells([1], [])[0], fingerprint())


def test_a_failing_cell_stops_the_study_and_keeps_the_others(monkeypatch):
    class Sequential:
        """An executor that runs at once, as far as `execute` can tell."""

        def submit(self, function, *arguments):
            future = Future()
            try:
                future.set_result(function(*arguments))
            except ArithmeticError as error:
                future.set_exception(error)
            return future

    def fail(config):
        raise ArithmeticError("no")

    cells = _cells([1, 2], [])
    cells[1].task.measure = fail
    store = Store(None)
    with pytest.raises(ArithmeticError):
        list(execute(cells, store, Sequential()))
    assert len(store) <= 1
    monkeypatch.setattr(cells[1].task, "measure", lambda config: [])
    assert len(list(execute(cells, store))) == 2


def test_processes_give_the_same_bits_as_here(monkeypatch):
    # A test of a page leaves the page as the main module, and a spawned worker would run it.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    from transfer_core.studies.registry import STUDIES

    study = STUDIES["decision_map"]
    small = {"n_epochs": 3, "unfreeze_epoch": 1, "hidden_sizes": (8,), "pretrain_epochs": 1, "n_seeds": 2}
    cells = study.cells(study.default_configs("low_to_high", **small))
    here = rows(cells, list(execute(cells, Store(None))))
    with processes(2) as executor:
        there = rows(cells, list(execute(cells, Store(None), executor)))
    assert here.equals(there)
    assert module.measure.__module__ == "transfer_core.studies.execute"


def _command(folder, *options):
    return [
        *(sys.executable, "-m", "transfer_ui", "study", "decision_map", "--seeds", "2"),
        *("--scenario", "low_to_high", "--out", str(folder), "--store", str(folder / "cells.sqlite"), *options),
    ]


def _finished(folder: Path) -> dict[str, str]:
    """Key of every kept cell -> when it was finished."""
    if not (folder / "cells.sqlite").exists():
        return {}
    with closing(sqlite3.connect(f"file:{folder / 'cells.sqlite'}?mode=ro", uri=True)) as database:
        try:
            return dict(database.execute("SELECT key, finished FROM cells"))
        except sqlite3.OperationalError:  # not made yet
            return {}


def _wait_for_cells(folder: Path, n_cells: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(_finished(folder)) < n_cells:
        assert process.poll() is None, "the study ended before it could be disturbed"
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> bytes:
    """The table of a study that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    subprocess.run(_command(folder, "--processes", "1"), cwd=ROOT, check=True, capture_output=True)
    return (folder / "decision_map_low_to_high.csv").read_bytes()


@pytest.mark.parametrize("n_processes", ["1", "2"])
def test_kill_9_loses_nothing_and_nothing_is_done_twice(tmp_path, undisturbed, n_processes):
    command = _command(tmp_path, "--processes", n_processes)
    with subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        _wait_for_cells(tmp_path, 4, running)
        os.killpg(running.pid, signal.SIGKILL)
    before = _finished(tmp_path)
    assert len(before) >= 4
    assert not (tmp_path / "decision_map_low_to_high.csv").exists()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = _finished(tmp_path)
    assert len(before) < len(after)
    assert before.items() <= after.items()
    assert (tmp_path / "decision_map_low_to_high.csv").read_bytes() == undisturbed


@contextmanager
def _dask_cluster(folder: Path):
    """Start a scheduler and two workers, as somebody would in three shells."""
    address_file = folder / "scheduler.json"
    quiet = {"cwd": ROOT, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "stderr": subprocess.DEVNULL}
    with ExitStack() as started:

        def start(program, *options):
            command = [sys.executable, "-m", "dask", program, "--scheduler-file", str(address_file), *options]
            process = started.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, **quiet))
            started.callback(process.kill)
            return process

        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        deadline = time.monotonic() + PATIENCE
        while not address_file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        workers = [start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
        from distributed import Client

        with Client(scheduler_file=str(address_file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
            address = client.scheduler.address
        yield address, workers


def test_dask_cluster_that_loses_a_worker_gives_the_same_bits(tmp_path, undisturbed):
    with _dask_cluster(tmp_path) as (address, workers):
        command = _command(tmp_path, "--dask", address)
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            _wait_for_cells(tmp_path, 2, running)
            workers[0].kill()
            assert running.wait(timeout=PATIENCE) == 0
        assert workers[1].poll() is None
    assert (tmp_path / "decision_map_low_to_high.csv").read_bytes() == undisturbed
