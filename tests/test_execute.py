"""Cells done here, in processes, and on a Dask cluster; killed, and gone on with."""

import asyncio
import os
import runpy
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import process as of_python
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.app import ROOT
from tests.present import present
from transfer_core import RunConfig
from transfer_core.studies import execute as module
from transfer_core.studies import workers as of_this_machine
from transfer_core.studies.execute import OtherCode, execute, measure, rows, study_steps
from transfer_core.studies.fingerprint import fingerprint
from transfer_core.studies.store import Store
from transfer_core.studies.study import Cell, Reading
from transfer_core.studies.workers import processes
from transfer_ui.__main__ import main
from transfer_ui.command import executors

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
    counted, store = list[int](), Store(None)
    for number, one in enumerate(execute(_cells([3, 1, 2], counted), store), start=1):
        assert (one.place, one.n_done, one.stored, len(store)) == (number - 1, number, False, number)
    assert counted == [3, 1, 2]


def test_what_is_in_the_store_is_not_done_again():
    counted, store = list[int](), Store(None)
    list(execute(_cells([1, 2], counted), store))
    done = list(execute(_cells([0, 1, 2, 3], counted), store))
    assert counted == [1, 2, 0, 3]
    assert [(one.place, one.stored) for one in done] == [(1, True), (2, True), (0, False), (3, False)]
    assert [one.n_done for one in done] == [1, 2, 3, 4]


def test_cells_that_ask_for_the_same_are_done_once():
    counted: list[int] = []
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
    assert [len(present(step.results)()) for step in steps] == [1, 2, 3, 3]
    assert [step.fraction for step in steps] == pytest.approx([1 / 3, 2 / 3, 1, 1])


def test_steps_of_a_finished_study_are_one():
    store = Store(None)
    list(study_steps(_cells([1, 2], []), store))
    (only,) = study_steps(_cells([1, 2], []), store)
    assert only.fraction == 1
    assert len(present(only.results)()) == 2


def test_a_worker_with_other_code_is_refused():
    with pytest.raises(OtherCode, match="the workers must run the same code"):
        measure(_cells([1], [])[0], "0123456789abcdef")
    assert measure(_cells([1], [])[0], fingerprint())


def test_a_failing_cell_stops_the_study_and_keeps_the_others(monkeypatch):
    class Sequential(Executor):
        """An executor that runs at once, as far as `execute` can tell."""

        def submit(self, function, /, *arguments, **options):
            future: Future[Any] = Future()
            try:
                future.set_result(function(*arguments, **options))
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


def test_no_more_processes_are_allowed_than_python_can_wait_for_on_windows(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert runpy.run_path(str(of_this_machine.__file__))["MAX_PROCESSES"] == of_python._MAX_WINDOWS_WORKERS


def _command(folder, *options):
    return [
        *(sys.executable, "-m", "transfer_ui", "study", "rate_map", "--seeds", "2"),
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


def _wait_for_cells(folder: Path, n_cells: int, process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(_finished(folder)) < n_cells:
        assert process.poll() is None, "the study ended before it could be disturbed"
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of a study that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    subprocess.run(_command(folder, "--processes", "1"), cwd=ROOT, check=True, capture_output=True)
    return (folder / "rate_map_low_to_high.csv").read_bytes()


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
    assert not (tmp_path / "rate_map_low_to_high.csv").exists()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = _finished(tmp_path)
    assert len(before) < len(after)
    assert before.items() <= after.items()
    assert (tmp_path / "rate_map_low_to_high.csv").read_bytes() == undisturbed


@contextmanager
def _dask_cluster(folder: Path, scheduler_code: Path = ROOT, workers_code: Sequence[Path] = (ROOT, ROOT)):
    """Start a scheduler and workers, as somebody would in several shells; each finds our code in a folder, or not."""
    address_file = folder / "scheduler.json"
    with ExitStack() as started:

        def start(program, code, *options):
            command = [sys.executable, "-m", "dask", program, "--scheduler-file", str(address_file), *options]
            quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            environment = os.environ | {"PYTHONPATH": str(code)}
            process = started.enter_context(subprocess.Popen(command, cwd=folder, env=environment, **quiet))
            started.callback(process.kill)
            return process

        start("scheduler", scheduler_code, "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        deadline = time.monotonic() + PATIENCE
        while not address_file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        workers = [start("worker", code, "--nthreads", "1", "--no-nanny", "--no-dashboard") for code in workers_code]
        from distributed import Client

        with Client(scheduler_file=str(address_file), set_as_default=False) as client:
            if workers:
                client.wait_for_workers(len(workers), timeout=PATIENCE)
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
    assert (tmp_path / "rate_map_low_to_high.csv").read_bytes() == undisturbed


def test_dask_cluster_that_loses_all_its_workers_is_one_sentence_and_what_is_finished_is_kept(tmp_path):
    with _dask_cluster(tmp_path, workers_code=[ROOT]) as (address, workers):
        command = _command(tmp_path, "--dask", address)
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as running:
            _wait_for_cells(tmp_path, 2, running)
            workers[0].kill()
            _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1
    assert said.splitlines()[-1] == (
        f"A worker gave up: the cluster at {address} lost its workers or its scheduler. "
        "Finished cells are kept; the same command resumes from there."
    )
    assert "Traceback" not in said


class _Client:
    """A client whose cluster takes what it is asked for, and whose thread may have come to a stop."""

    def __init__(self, *, runs: bool, error: Exception | None = None):
        self.loop, self._runs, self._error = self, runs, error

    def submit(self, function, *arguments, **options):
        async def asked():
            if self._error:
                raise self._error
            return function(*arguments, **options)

        return asked() if self._runs else None

    def add_callback(self, function, *arguments):
        if self._runs:
            asyncio.run(function(*arguments))


def test_what_a_cluster_is_asked_for_ends_even_if_it_is_lost_on_its_way():
    assert executors.Cluster(_Client(runs=True)).submit(max, [3, 5], default=0).result(timeout=0) == 5
    lost = executors.Cluster(_Client(runs=True, error=CancelledError("unknown")))
    with pytest.raises(CancelledError, match="unknown"):
        lost.submit(len, "").result(timeout=0)


def test_a_cluster_that_is_given_up_ends_what_it_has_not_finished_and_nothing_else():
    cluster = executors.Cluster(_Client(runs=False))
    finished, cancelled, waiting = (cluster.submit(len, "") for _ in range(3))
    finished.set_result(7)
    cancelled.cancel()
    cluster.give_up()
    assert finished.result(timeout=0) == 7
    assert cancelled.cancelled()
    with pytest.raises(CancelledError):
        waiting.result(timeout=0)


def _other_code(folder: Path) -> Path:
    """Copy the core, with one function that computes something else."""
    shutil.copytree(ROOT / "transfer_core", folder / "transfer_core", ignore=shutil.ignore_patterns("__pycache__"))
    network = folder / "transfer_core" / "network.py"
    network.write_text(network.read_text(encoding="utf-8").replace("return", "return 2 *", 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("scheduler", "workers", "sentence"),
    [
        ("ours", [], "--dask must be a cluster with workers, got '{}' without one.\n"),
        ("none", ["ours"], "--dask must be a cluster whose scheduler and workers can import transfer_core, got '{}' ("),
        ("ours", ["none"], "--dask must be a cluster whose scheduler and workers can import transfer_core, got '{}' ("),
        ("ours", ["other"], "--dask must be a cluster with the same code, data and versions as here, got '{}' with "),
    ],
    ids=["no workers", "scheduler without code", "worker without code", "worker with other code"],
)
def test_dask_cluster_that_could_never_do_a_cell_is_refused_at_once(
    tmp_path, capfd, monkeypatch, scheduler, workers, sentence
):
    monkeypatch.setattr(executors, "PATIENCE", 5)
    (tmp_path / "none").mkdir()
    codes = {"ours": ROOT, "none": tmp_path / "none", "other": tmp_path / "other"}
    if "other" in workers:
        _other_code(codes["other"])
    with (
        _dask_cluster(tmp_path, codes[scheduler], [codes[name] for name in workers]) as (address, _),
        pytest.raises(SystemExit) as left,
    ):
        main(_command(tmp_path, "--dask", address)[3:])
    assert left.value.code == 2
    said = capfd.readouterr()
    assert said.err.startswith(sentence.format(address))
    assert said.err.count("\n") == 1
    assert not said.out
