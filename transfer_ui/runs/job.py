"""A computation on the workbench: where it stands, and what came of it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Hashable, Iterator, Mapping
from concurrent.futures import Future
from time import monotonic
from typing import Any

import numpy as np

from transfer_core import Progress
from transfer_core.arrays import Array
from transfer_ui.runs.hands import Lost, MakeSteps, ThreadHand
from transfer_ui.runs.pipe import SLICE_SECONDS

MAX_LOSSES = 2
WAITING = Progress(0.0, "Waiting for its turn")


class TrainingLost(RuntimeError):
    """The process that trained a job has ended under it, more than once."""

    def __init__(self) -> None:
        super().__init__(
            "Training ended twice before it was finished, perhaps for lack of memory: try smaller settings."
        )


class Job:
    """A computation that is under way, resting or finished.

    Parameters
    ----------
    make_steps : callable
        Begins it.
    family : hashable, optional
        Jobs of one family have something expensive in common, such as a pretrained network: they go to the same hand.

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
        CPU time that hands have spent on it: on a busy machine, a short run stays a short one.
    asked, served : float
        When somebody began to wait for it, and when it had its latest slice; 0 before.
    used : float
        When a visitor asked for it last; 0 while it is only a guess.
    n_bytes : int
        Memory of its result.
    hand : ThreadHand or None
        Where it has begun.
    derived : dict of str to object
        What pages have made of its result.
    """

    def __init__(self, make_steps: MakeSteps, family: Hashable = None) -> None:
        self.family = family
        self.progress = WAITING
        self.result: Any = {}
        self.error: Exception | None = None
        self.waiting = 0
        self.seconds = self.asked = self.served = 0.0
        self.used = 0.0
        self.n_bytes = 0
        self.hand: ThreadHand | None = None
        self.derived: dict[str, Any] = {}
        self._make_steps = make_steps
        self._steps: Iterator[Progress] | None = None
        self._losses = 0
        self._shown: tuple[Progress, Any] = (WAITING, {})
        self._ended = threading.Event()
        self._news = threading.Condition()

    @classmethod
    def finished(cls, result: Any, derived: dict[str, Any]) -> Job:
        """Make a job of what is known already."""
        job = cls(_nothing)
        job.derived = derived
        job._end(result)
        return job

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        return self._ended.is_set()

    def wait(self, seconds: float, since: Progress | None = None) -> bool:
        """Wait until it has ended, at most this long; return whether it has.

        Parameters
        ----------
        seconds : float
        since : Progress, optional
            Return as soon as there is newer progress than this.
        """
        if since is None:
            return self._ended.wait(seconds)
        with self._news:
            self._news.wait_for(lambda: self.ended or self.progress is not since, seconds)
        return self.ended

    def advance(self, hand: ThreadHand) -> None:
        """Do a slice, in the thread of its hand; whatever goes wrong ends this job and no other.

        What is given up meanwhile, by `begin_again`, stays given up.

        Raises
        ------
        Lost
            If the process that trains it has ended. It may begin again once.
        """
        until = monotonic() + SLICE_SECONDS
        try:
            if self._steps is None:
                self._steps = hand.begin(self._make_steps)
            steps = self._steps
            while monotonic() < until:
                latest = next(steps, None)
                if self._steps is not steps:
                    break
                if latest is None:
                    self._end(self.progress.results() if self.progress.results else {})
                    break
                self.progress = latest
        except Lost:
            self._losses += 1
            if self._losses >= MAX_LOSSES:
                self._end({}, TrainingLost())
            raise
        except Exception as error:
            self._end({}, error)
        with self._news:
            self._news.notify_all()

    def _end(self, result: Any, error: Exception | None = None) -> None:
        self.result, self.error, self.n_bytes = result, error, n_bytes(result)
        # Release what the steps hold on to: only the results of an ended job are still needed.
        self.progress, self._steps, self._shown = Progress(1.0, self.progress.message), None, (WAITING, {})
        self._ended.set()

    def begin_again(self) -> Iterator[Progress] | None:
        """Give up what has been done, and return its steps; whoever waits for it later begins it anew."""
        steps = self._steps
        if not self.ended:
            self.hand, self._steps, self.progress, self._shown = None, None, WAITING, (WAITING, {})
        return steps

    def spare(self) -> None:
        """Count no loss: its process was ended on purpose."""
        self._losses = 0

    def show(self, picture: Future[Any]) -> None:
        """Give what there is to show so far, perhaps nothing, in the thread of its hand: never in the middle of a step."""
        try:
            of, results = self._shown
            if not self.ended and self.progress is not of:
                results = self.progress.results() if self.progress.results else {}
                # Many who wait for the same run draw the same picture.
                self._shown = (self.progress, results) if self.waiting > 1 else (WAITING, {})
            picture.set_result(self.result if self.ended else results)
        except Lost:
            picture.set_result({})
            raise
        except Exception as error:
            picture.set_exception(error)


def _nothing() -> Iterator[Progress]:
    return iter(())


def n_bytes(result: Any) -> int:
    """Memory of results; shared arrays are counted once, and the data of a scenario not at all.

    Examples
    --------
    >>> rates = np.zeros(10, np.float32)
    >>> n_bytes({"one": (rates, rates), "two": [rates.copy()]})
    80
    """
    return sum({id(array): array.nbytes for array in _arrays(result)}.values())


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
        # A configuration also holds its scenario, which is no field: everybody shares it.
        yield from _arrays([getattr(value, field.name) for field in dataclasses.fields(value)])
