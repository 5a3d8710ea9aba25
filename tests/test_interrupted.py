"""A study whose parent is killed, or that meets Ctrl-C: real processes, which all leave."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.app import ROOT

PATIENCE = 120  # seconds to begin
PROMPT = 5  # seconds to leave; two are enough where nothing else is going on


def _living(group: int) -> list[int]:
    """Processes of a group that have not ended, whether somebody has asked for their status or not."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if int(its_group) == group and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def _n_cells(store: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, isolation_level=None)) as database:
            return int(database.execute("SELECT count(*) FROM cells").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def _wait_until(true, process=None, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not true():
        assert process is None or process.poll() is None, "it ended before it could be disturbed"
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def _study(folder, n_processes):
    """Start a study that takes a minute, in a group of its own, as a shell does."""
    command = [
        *(sys.executable, "-m", "transfer_ui", "study", "crossover", "--processes", n_processes),
        *("--out", str(folder), "--store", str(folder / "cells.sqlite")),
    ]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # tests in the background would hand on their deafness
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **streams) as running:
        signal.signal(signal.SIGINT, before)
        try:
            yield running
        finally:
            if _living(running.pid):
                os.killpg(running.pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_leave_when_their_parent_alone_is_killed(tmp_path, how):
    with _study(tmp_path, "2") as running:
        _wait_until(lambda: _n_cells(tmp_path / "cells.sqlite") >= 2, running)
        assert len(_living(running.pid)) >= 3
        running.send_signal(how)
        running.wait(PATIENCE)
        _wait_until(lambda: not _living(running.pid), seconds=PROMPT)
    assert _n_cells(tmp_path / "cells.sqlite") >= 2


@pytest.mark.parametrize("n_processes", ["1", "2"])
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_a_study_promptly_and_keeps_what_is_finished(tmp_path, n_processes, times):
    with _study(tmp_path, n_processes) as running:
        _wait_until(lambda: _n_cells(tmp_path / "cells.sqlite") >= 2, running)
        for _ in range(times):
            os.killpg(running.pid, signal.SIGINT)  # a terminal sends it to all of them
        _, said = running.communicate(timeout=PROMPT)
        _wait_until(lambda: not _living(running.pid), seconds=PROMPT)
    assert running.returncode == 130
    assert "Traceback" not in said
    if times == 1:
        assert said.endswith("\nStopped. Finished cells are kept; the same command resumes from there.\n")
    assert _n_cells(tmp_path / "cells.sqlite") >= 2


def test_ctrl_c_while_workers_start_is_one_sentence_too(tmp_path):
    with _study(tmp_path, "2") as running:
        _wait_until(lambda: len(_living(running.pid)) >= 4, running)  # they, and what tidies up after them
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=PROMPT)
        _wait_until(lambda: not _living(running.pid), seconds=PROMPT)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert said.endswith("\nStopped. Finished cells are kept; the same command resumes from there.\n")
