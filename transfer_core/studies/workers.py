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
from typing import ParamSpec, TypeVar

# Windows waits for no more at once; elsewhere each takes three of the 1,024 files that a process may usually open.
MAX_PROCESSES = 61 if sys.platform == "win32" else 256

# A pool that nobody holds any more forgets what it was told when it was shut down.
_ENDED: list[ProcessPoolExecutor] = []

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
    others = set(multiprocessing.active_children())
    # Spawned, not forked: a fork copies the locks of BLAS threads in whatever state they are.
    executor = _Pool(n, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_with_parent)
    try:
        yield executor
        executor.shutdown()
    finally:
        # What waits is cancelled before the workers are killed: a cancelled cell cannot fail any more.
        executor.shutdown(wait=False, cancel_futures=True)
        _ENDED.append(executor)
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()


class _Pool(ProcessPoolExecutor):
    """A pool whose workers do not hear Ctrl-C: the process that started them decides what becomes of them."""

    def submit(self, function: Callable[Given, Got], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Got]:
        if sys.platform == "win32":  # no mask there; `_leave_with_parent` does what can be done
            return super().submit(function, *args, **kwargs)
        resource_tracker.ensure_running()  # later its start would undo the mask
        with _interrupts_put_off():
            before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            try:
                return super().submit(function, *args, **kwargs)  # starts a worker, which inherits the mask
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _interrupts_put_off() -> Iterator[None]:
    """Hear Ctrl-C when the block is through: a worker that was only half started would complain.

    A mask is not enough, because another thread of this process may take the signal.
    """
    if threading.current_thread() is not threading.main_thread():  # Python runs handlers in the main thread
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    for number in heard:
        signal.raise_signal(number)


def _leave_with_parent() -> None:
    """Watch the process that started this one: however it ends, this one ends too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="watch", daemon=True).start()
