"""A bench for the data of one visitor: what it computes stays with them, in a process of theirs that lasts a while.

It waits and draws as the bench of everybody does, so that pages need not know on which they are. Nothing of it is shared:
its process knows no store, its results are kept with what was brought, and it ends with the visit. There is one such
process at most on a server: whoever comes next has it ended, and it is started anew when its visitor asks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol

from transfer_core import Progress
from transfer_ui.runs.apart import LINE, SEAT, Bounded, HandApart, waiting_words
from transfer_ui.runs.guesses import Request
from transfer_ui.runs.hands import Lost, MakeSteps, ThreadHand
from transfer_ui.runs.job import Job
from transfer_ui.runs.workbench import MAX_BYTES, MAX_JOBS, Workbench

IDLE = 120.0  # seconds without work after which the process leaves: its memory is worth more than the second it takes to start
PATIENCE = 5.0  # seconds between two looks at the clock
STARTING = "Starting a process for your data"
TOO_LARGE = "There is not enough memory for this on the server: choose fewer seeds or smaller layers, or bring fewer rows or columns."
"""What the process is not told: where others find results and weights."""


class Keeper(Protocol):
    """Whoever holds the data, and what is found in them."""

    @property
    def looks(self) -> Mapping[Hashable, Any]:
        """Results by key."""

    def keep_look(self, key: Hashable, results: Any, derived: dict[str, Any]) -> object:
        """Keep results."""

    def steps_to_hold(self) -> MakeSteps:
        """Say how a process comes to hold the data."""


class OwnHand(HandApart):
    """A process that holds the data of one visitor, and is bounded.

    Parameters
    ----------
    keeper : callable
        Gives who holds the data; ``None`` once they are gone.
    """

    def __init__(self, keeper: Callable[[], Keeper | None]) -> None:
        super().__init__()
        self._keeper = keeper

    def start(self) -> None:
        """Start the process, unless it is there, and have it hold the data."""
        if self._process is not None:
            return
        keeper = self._keeper()
        if keeper is None:
            raise Lost
        super().start()
        try:
            for _ in self._remote(Bounded(keeper.steps_to_hold())):
                pass
        except Exception:
            self.rest()
            raise

    def begin(self, make_steps: MakeSteps) -> Iterator[Progress]:
        """Begin a job, within bounds."""
        self.start()
        return self._remote(Bounded(make_steps, TOO_LARGE))


class OwnBench(Workbench):
    """The bench of one visitor.

    Parameters
    ----------
    keeper : callable
        Gives who holds the data; ``None`` once they are gone: this bench does not hold on to them.
    """

    _patience = PATIENCE

    def __init__(self, keeper: Callable[[], Keeper | None]) -> None:
        self._keeper = keeper
        self._standing, self._lock = 0, threading.Lock()
        self._used = monotonic()
        self.stopped: dict[Hashable, Any] = {}
        self._hand = OwnHand(keeper)
        self._begin([self._hand], MAX_JOBS, MAX_BYTES)

    def job(self, key: Hashable, make_steps: MakeSteps, family: Hashable = None) -> Job:
        """Find the job of this key among what was found, or create it."""
        found = self._found(key)
        return super().job(key, make_steps, family) if found is None else Job.finished(found.results, found.derived)

    def has_finished(self, key: Hashable) -> bool:
        """Whether there is a result under this key."""
        return self._found(key) is not None

    @contextmanager
    def waiting_for(self, job: Job, visitor: Hashable = None) -> Iterator[None]:
        """Stand in the line of the server for the length of the block, and keep the job moving when it is one's turn."""
        with self._lock:
            self._standing += 1
            if self._standing == 1:
                LINE.join(self, self._call)
        try:
            with super().waiting_for(job, visitor):
                yield
        finally:
            with self._lock:  # the next script of this visitor may stand in line already
                self._standing -= 1
                if not self._standing:
                    LINE.leave(self)

    def ahead(self, visitor: Hashable, find: Callable[[], Sequence[Request]]) -> None:
        """Train nothing ahead: the process is for what somebody waits for."""

    def cool_down(self) -> None:
        """End the process, from any thread; what it was computing begins anew if it is asked for again."""
        self._hand.end_process()
        with self._changed:
            self._hand.errands.append(self._begin_anew)  # by the thread that may be at work on a job
            self._changed.notify_all()

    def leave(self) -> None:
        """End with the visit; nobody waits for its thread."""
        SEAT.leave(self)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._hand.interrupt()

    def _found(self, key: Hashable) -> Any:
        keeper = self._keeper()
        return keeper.looks.get(key) if keeper else None

    def _call(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(self, hand: ThreadHand) -> None:
        try:
            super()._work(hand)
        finally:  # whatever ends it, others must not wait for it
            SEAT.leave(self)
            LINE.leave(self)

    def _begin_anew(self) -> None:
        with self._changed:
            for job in [*self._shelf, *self._queue]:
                job.begin_again()
                job.spare()
        self._hand.rest()

    def _turn(self, hand: ThreadHand) -> Callable[[], object] | None:
        if self._hand.errands or LINE.has_turn(self):
            return super()._turn(hand)
        wanted = [job for job in self._queue if job.waiting and not job.ended]
        if wanted:
            words = waiting_words(LINE.before(self))
            for job in wanted:
                if job.progress.message != words:
                    job.progress = job.progress._replace(message=words)
        elif self._hand.process_id and monotonic() - self._used > IDLE:
            for job in self._shelf:
                job.begin_again()
            return self._hand.rest
        return None

    def _advance(self, job: Job, hand: ThreadHand) -> None:
        SEAT.take(self, self.cool_down)
        if self._hand.process_id is None:
            job.progress = job.progress._replace(message=STARTING)
        try:
            super()._advance(job, hand)
        finally:
            self._used = monotonic()
        if job.ended:
            self._keep(job)

    def _keep(self, job: Job) -> None:
        """Put what was found where the visit keeps it, in place of the shelf; after an error, begin with a fresh process."""
        if job.error:
            self._hand.rest()
            self._begin_again(self._hand)
        elif (keeper := self._keeper()) and (key := self._shelf.key_of(job)) is not None:
            keeper.keep_look(key, job.result, job.derived)
        with self._changed:
            self._shelf.take(job)
