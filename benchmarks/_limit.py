"""Hold a server to a share of a core, as a container's CPU quota does; needs no rights and no tools (Linux)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import perf_counter, sleep

from benchmarks._server import Server

PERIOD = 0.1  # seconds, as of a quota of the kernel
LOOK = 0.001
HOW = "stopped by signals whenever it has used its share of a tenth of a second"


@contextmanager
def limited(server: Server, share: float) -> Iterator[None]:
    """Give a server and its processes this share of one core: in each period, no more than its part of it.

    What was used too much is missing from the next periods; what was left over is lost.
    """
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(server, share, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(server: Server, share: float, done: threading.Event) -> None:
    debt = 0.0
    try:
        while not done.is_set():
            period_ends = perf_counter() + PERIOD
            begun = server.cpu_seconds()
            _signal(server, signal.SIGCONT)
            used = 0.0
            while perf_counter() < period_ends and debt + used < share * PERIOD:
                sleep(LOOK)
                used = server.cpu_seconds() - begun
            _signal(server, signal.SIGSTOP)
            sleep(max(0.0, period_ends - perf_counter()))
            debt = max(0.0, debt + server.cpu_seconds() - begun - share * PERIOD)
    finally:
        _signal(server, signal.SIGCONT)


def _signal(server: Server, what: signal.Signals) -> None:
    for process in server.processes():
        with suppress(ProcessLookupError):
            os.kill(process, what)
