"""Worker processes of this machine, which never outlive the process that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

# Windows waits for no more at once; elsewhere each takes three of the 1,024 files that a process may usually open.
MAX_PROCESSES = 61 if sys.platform == "win32" else 256

Given = ParamSpec("Given")
Got = TypeVar("Got")


@contextmanager
def processes(n: int) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes; when the block is left early, what they are doing is given up at once.

    Parameters
    ----------
    n : int

    Yields
    ------
    ProcessPoolExecutor
    """
    # Spawned, not forked: a fork copies the locks of BLAS threads in whatever state they are.
    context = multiprocessing.get_context("spawn")
    # Nothing is ever sent: the pipe ends when this process closes its end, or ends itself, however it does.
    watched, held = context.Pipe(duplex=False)
    executor = _Deaf(n, mp_context=context, initializer=_watch, initargs=(watched,))
    try:
        yield executor
        executor.shutdown(cancel_futures=True)
    finally:
        # What waits is cancelled before the workers leave: a cancelled cell cannot fail any more.
        executor.shutdown(wait=False, cancel_futures=True)
        held.close()
        watched.close()


class _Deaf(ProcessPoolExecutor):
    """A pool whose workers do not hear Ctrl-C: the process that started them decides what becomes of them."""

    def submit(self, function: Callable[Given, Got], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Got]:
        if sys.platform == "win32":  # there `_watch` is all that can be done
            return super().submit(function, *args, **kwargs)
        resource_tracker.ensure_running()  # it would unblock the signal once it has started
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            return super().submit(function, *args, **kwargs)  # starts a worker, which inherits the mask
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch(watched: Connection) -> None:
    """Leave as soon as the process that started this one is gone, or asks for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def leave() -> None:
        watched.poll(None)
        os._exit(1)

    threading.Thread(target=leave, name="watch", daemon=True).start()
