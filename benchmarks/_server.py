"""A server to measure: how it is started, what it has cost so far, and how it is held to a share of a core (Linux)."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import clock_gettime, perf_counter

import benchmarks
from tests.app import ROOT

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that is starting or running.

    Attributes
    ----------
    address : str
    process_id : int
    started : float
        When, on the clock of `time.perf_counter`.
    """

    address: str
    process_id: int
    started: float

    def cpu_seconds(self) -> float:
        """CPU seconds of the process and all processes it has started, since it was started itself."""
        return sum(_cpu_seconds(process) for process in self.processes())

    def own_cpu_seconds(self) -> float:
        """CPU seconds of the process alone."""
        return _cpu_seconds(self.process_id)

    def megabytes(self) -> list[float]:
        """Memory that is not swapped out, of the server and of each process it has started."""
        return [_resident(process) for process in self.processes()]

    def processes(self) -> list[int]:
        """Give the process and all that it has started, directly or not, and that still run."""
        found = [self.process_id]
        for parent in found:
            with suppress(OSError):
                for thread in Path(f"/proc/{parent}/task").iterdir():
                    children = (thread / "children").read_text(encoding="ascii").split()
                    # For an instant, a process about to start another is there twice, with the same memory.
                    found += [int(child) for child in children if _command(child) != _command(parent)]
        return found


@contextmanager
def start_server(*command: str) -> Iterator[Server]:
    """Start a server, by default as the README says, with an empty store; stop it afterwards. It may not answer yet.

    Parameters
    ----------
    *command : str
        What Python is to run, with a place for the port at its end; Streamlit and the app if left out.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = command or ("-m", "streamlit", "run", "streamlit_app.py")
    options = ["--server.address=127.0.0.1", "--server.headless=true", f"--server.port={port}"]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("STREAMLIT_") and name not in benchmarks.SET_HERE
    }
    started = perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, *command, *options],
            cwd=ROOT,
            env=environment | {"FREEZE_OR_FINE_TUNE_STORE": f"{folder}/cells.sqlite"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            yield Server(f"http://127.0.0.1:{port}", process.pid, started)
        finally:
            process.terminate()


def _cpu_seconds(process: int) -> float:
    """CPU seconds of a process, to the nanosecond, and of its children that have ended, to a tick."""
    with suppress(OSError):
        # The clock of another process: Linux builds its number from that of the process.
        own = clock_gettime(~process << 3 | 2)
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return own + (int(fields[13]) + int(fields[14])) / TICKS
    return 0.0


def _command(process: int | str) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def _resident(process: int) -> float:
    with suppress(OSError):
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
        return int(found.group(1)) / 1024 if found else 0.0
    return 0.0
