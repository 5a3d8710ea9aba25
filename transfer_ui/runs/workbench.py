"""One thread that does all the training on this server, and the finished runs that everyone shares.

Small NumPy operations in several threads slow each other down, so there is one worker. It gives the
next slice to the waiting job that has had the least time so far. A job moves only while somebody waits for it: whoever moves a slider
stops waiting, and the job rests where it is until somebody wants it again. Nothing here knows
Streamlit; `transfer_ui.runs.cached` does the waiting.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from transfer_core import Progress
from transfer_core.arrays import Array

SLICE_SECONDS = 0.05
MAX_JOBS = 200
MAX_RESTING = 1  # each may hold as much as the largest run needs
MAX_BYTES = 32 * 2**20


class Job:
    """A computation that is under way, resting or finished.

    Attributes
    ----------
    progress : Progress
        The latest, or the last.
    result : Any
        What its last step returned; complete once it has ended, empty before.
    error : Exception or None
        Why it ended early.
    waiting : int
        How many visitors wait for it.
    seconds : float
        Time the worker has spent on it, on the clock of the queue.
    """

    def __init__(self, steps: Iterator[Progress]) -> None:
        self._steps: Iterator[Progress] = steps
        self._step = threading.Lock()
        self._ended = threading.Event()
        self.progress = Progress(0.0, "Waiting for its turn")
        self.result: Any = {}
        self.error: Exception | None = None
        self.waiting = 0
        self.seconds = 0.0

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, at most this long; return whether it has."""
        return self._ended.wait(seconds)

    def advance(self) -> None:
        """Do one step; whatever goes wrong ends this job and no other."""
        with self._step:
            try:
                latest = next(self._steps, None)
                if latest is not None:
                    self.progress = latest
                    return
                self.result = self.progress.results() if self.progress.results else {}
            except Exception as error:
                self.error = error
            # Release what the steps hold on to: only the results of an ended job are still needed.
            self.progress, self._steps = Progress(1.0, self.progress.message), iter(())
            self._ended.set()

    def results_so_far(self) -> Any:
        """Give what there is to show so far, perhaps nothing; never in the middle of a step."""
        with self._step:
            return self.result or (self.progress.results() if self.progress.results else {})

    @property
    def n_bytes(self) -> int:
        """Memory of the finished results; shared arrays are counted once."""
        return sum({id(array): array.nbytes for array in _arrays(self.result)}.values())


def _arrays(value: Any) -> Iterator[Array]:
    """Find all arrays in nested results."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Mapping):
        yield from _arrays(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _arrays(part)
    elif dataclasses.is_dataclass(value):
        yield from _arrays(vars(value))


class Workbench:
    """The worker and its jobs.

    Parameters
    ----------
    max_jobs : int
    max_bytes : int
        Limits on what is kept; the least recently used goes first.
    """

    def __init__(self, max_jobs: int = MAX_JOBS, max_bytes: int = MAX_BYTES) -> None:
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._queue: list[Job] = []
        self._changed = threading.Condition()
        self._max_jobs, self._max_bytes = max_jobs, max_bytes
        threading.Thread(target=self._work, name="workbench", daemon=True).start()

    def job(self, key: Hashable, make_steps: Callable[[], Iterator[Progress]]) -> Job:
        """Find the job of this key, or create it."""
        with self._changed:
            if key not in self._jobs or self._jobs[key].error:
                self._jobs[key] = Job(make_steps())
            self._jobs.move_to_end(key)
            self._make_room(self._jobs[key])
            return self._jobs[key]

    @contextmanager
    def waiting_for(self, job: Job) -> Iterator[None]:
        """Keep the job moving for the length of the block."""
        with self._changed:
            job.waiting += 1
            if job not in self._queue:
                # A latecomer starts level with the others: being late gives it no right to catch up.
                job.seconds = max(job.seconds, min((other.seconds for other in self._queue), default=0.0))
                self._queue.append(job)
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                job.waiting -= 1

    def _make_room(self, wanted: Job) -> None:
        """Drop the least recently used: results over the limits, and all but a few resting jobs."""
        idle = [(key, job) for key, job in self._jobs.items() if job is not wanted and not job.waiting]
        resting = [key for key, job in idle if not job.ended]
        for key in resting[: max(0, len(resting) - MAX_RESTING)]:
            del self._jobs[key]
        total = sum(job.n_bytes for job in self._jobs.values())
        for key, job in idle:
            if len(self._jobs) <= self._max_jobs and total <= self._max_bytes:
                return
            if key in self._jobs:
                total -= job.n_bytes
                del self._jobs[key]

    def _next(self) -> Job:
        with self._changed:
            while True:
                self._queue = [job for job in self._queue if job.waiting and not job.ended]
                if self._queue:
                    return min(self._queue, key=lambda job: job.seconds)
                self._changed.wait()

    def _work(self) -> None:
        # Ten small networks fill one core; a second BLAS thread costs more than it brings.
        with threadpool_limits(limits=1, user_api="blas"):
            while True:
                job = self._next()
                started = monotonic()
                while monotonic() - started < SLICE_SECONDS and job.waiting and not job.ended:
                    job.advance()
                job.seconds += monotonic() - started
