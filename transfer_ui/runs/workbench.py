"""What trains on this server, and the finished runs that everyone shares.

Small NumPy operations in several threads slow each other down, so training has one hand, or two in processes of their
own, whose slices go to the waiting jobs by `transfer_ui.runs.turns`. A job moves only while somebody waits for it:
whoever moves a slider stops waiting, and the job rests where it is until somebody wants it again. A job that has begun
stays with its hand. When nobody waits, one hand trains what somebody may want next. Nothing here knows
Streamlit; `transfer_ui.runs.cached` does the waiting.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any

from transfer_ui.runs.guesses import Guesses, Request
from transfer_ui.runs.hands import Lost, MakeSteps, ProcessHand, ThreadHand
from transfer_ui.runs.job import Job
from transfer_ui.runs.kept_weights import folder_for_hands
from transfer_ui.runs.shelf import Shelf
from transfer_ui.runs.turns import Turns

MAX_JOBS = 200
MAX_BYTES = 32 * 2**20  # of results alone; what pages make of them comes on top, about 60 kB each in a crowd
SECONDS_TO_CLOSE = 5


class Workbench:
    """Hands and their jobs.

    Parameters
    ----------
    n_processes : int, default 0
        Worker processes; 0 trains in a thread.
    max_jobs : int
    max_bytes : int
        Limits on what is kept; the least recently used goes first.

    Attributes
    ----------
    stopped : dict or None
        What its visitor stopped; ``None`` where there are many visitors, each with a session that keeps this.
    """

    stopped: dict[Hashable, Any] | None = None
    _patience: float | None = None  # seconds after which a hand looks again, though nobody called

    def __init__(self, n_processes: int = 0, *, max_jobs: int = MAX_JOBS, max_bytes: int = MAX_BYTES) -> None:
        if n_processes:
            folder_for_hands()  # before any hand asks: all share it; and it is removed after they have been closed
        self._begin([ProcessHand() for _ in range(n_processes)] or [ThreadHand()], max_jobs, max_bytes)
        if n_processes:
            atexit.register(self.close)

    def _begin(self, hands: Sequence[ThreadHand], max_jobs: int, max_bytes: int) -> None:
        self._shelf = Shelf(max_jobs, max_bytes)
        self._queue = Turns()
        self._waits: dict[Hashable, _Wait] = {}
        self._guesses = Guesses()
        self._changed = threading.Condition()
        self._closed = False
        self.hands = hands
        self._cold, self._not_ready = set(self.hands), set[ThreadHand]()
        self._threads = [
            threading.Thread(target=self._work, args=(hand,), name="workbench", daemon=True) for hand in self.hands
        ]
        for thread in self._threads:
            thread.start()

    def job(self, key: Hashable, make_steps: MakeSteps, family: Hashable = None) -> Job:
        """Find the job of this key, or create it."""
        with self._changed:
            job = self._shelf.get(key)
            if job is None or job.error:
                # What is being trained as a guess is what was wanted.
                job = self._guesses.take(key) or Job(make_steps, family)
            job.used = monotonic()
            self._let_go(*self._shelf.put(key, job))
            return job

    def has_finished(self, key: Hashable) -> bool:
        """Whether there is a result under this key, so that nobody has to wait for it."""
        with self._changed:
            job = self._shelf.get(key)
            return job is not None and job.ended and job.error is None

    @contextmanager
    def waiting_for(self, job: Job, visitor: Hashable = None) -> Iterator[None]:
        """Keep the job moving for the length of the block.

        Parameters
        ----------
        job : Job
        visitor : hashable, optional
            Who waits; a visitor who waits for something else from now on no longer waits for what was before.
        """
        with self._changed:
            wait = _Wait(job)
            if visitor is not None:
                if visitor in self._waits:
                    self._waits[visitor].end()
                self._waits[visitor] = wait
            self._queue.add(job)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                wait.end()
                if self._waits.get(visitor) is wait:
                    del self._waits[visitor]
                self._changed.notify_all()

    @property
    def n_waiting(self) -> int:
        """How many visitors wait, for whatever it is."""
        return sum(job.waiting for job in self._queue)

    def results_so_far(self, job: Job) -> Any:
        """Give what there is to show of a job; its hand answers between two slices, which may be long: nothing comes at once."""
        with self._changed:
            if job.ended or job.hand is None or self._closed or not job.progress.results:
                return job.result
            picture: Future[Any] = Future()
            job.hand.errands.append(partial(job.show, picture))
            self._changed.notify_all()
        return picture.result()

    def ahead(self, visitor: Hashable, find: Callable[[], Sequence[Request]]) -> None:
        """Train what a visitor may want next, while nobody waits; only where this leaves a core to others.

        It also gets the hands ready, which may take a while: whoever calls this has just seen a page.

        Parameters
        ----------
        visitor : hashable
        find : callable
            Gives the requests, the likeliest first; called when a hand has nothing else to do. They replace those of
            before.
        """
        with self._changed:
            self._not_ready, self._cold = self._cold, set()
            if len(self.hands) > 1:
                self._guesses.want(visitor, find)
            self._changed.notify_all()

    def close(self) -> None:
        """Give up all work and let the worker processes leave."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for hand in self.hands:
            hand.interrupt()
        for thread in self._threads:
            thread.join(SECONDS_TO_CLOSE)
        atexit.unregister(self.close)

    def _work(self, hand: ThreadHand) -> None:
        """Take turns, in the thread of a hand."""
        while (turn := self._next(hand)) is not None:
            try:
                turn()
            except Lost:
                self._begin_again(hand)
        hand.close()
        while hand.errands:  # nobody must wait for an answer that does not come
            with suppress(Lost):
                hand.errands.popleft()()

    def _next(self, hand: ThreadHand) -> Callable[[], object] | None:
        with self._changed:
            while not self._closed:
                turn = self._turn(hand)
                if turn:
                    return turn
                self._changed.wait(self._patience)
            return None

    def _turn(self, hand: ThreadHand) -> Callable[[], object] | None:
        """Find what a hand is to do next."""
        if hand.errands:
            return hand.errands.popleft()
        job = self._queue.next(hand, self.hands)
        if job:
            return self._slice_of(job, hand)
        if hand in self._not_ready:
            self._not_ready.discard(hand)
            return hand.start
        guess = self._guess()
        if guess and (guess.hand is hand or (guess.hand is None and self._queue.suits(hand, guess, self.hands))):
            return self._slice_of(guess, hand)
        return None

    def _slice_of(self, job: Job, hand: ThreadHand) -> Callable[[], None]:
        if job.hand is None:
            job.hand = hand
            hand.remember(job.family)
            self._changed.notify_all()  # another hand may now have less to do than this one
        return partial(self._advance, job, hand)

    def _advance(self, job: Job, hand: ThreadHand) -> None:
        with self._changed:
            if job.hand is not hand:  # it was given up since its turn was chosen
                return
        before = hand.worked
        try:
            job.advance(hand)
        finally:
            with self._changed:
                job.seconds += hand.worked - before
                self._changed.notify_all()

    def _guess(self) -> Job | None:
        """Find what to train while nobody waits."""
        if self._queue:
            return None
        finished = self._guesses.finished()
        if finished and (finished[1].error or not self._shelf.put_guess(*finished)):
            self._guesses.give_up()  # what is further down the list is less likely still
        superseded = self._guesses.superseded()
        if superseded:
            self._let_go(superseded)
        return self._guesses.next(self._shelf.__contains__)

    def _let_go(self, *dropped: Job) -> None:
        """Have the hands forget jobs; whoever still holds one begins it anew."""
        for job in dropped:
            hand = job.hand
            steps = job.begin_again()
            if hand and steps:
                hand.errands.append(partial(hand.let_go, steps))
        self._changed.notify_all()

    def _begin_again(self, hand: ThreadHand) -> None:
        """All that a process held is lost with it."""
        with self._changed:
            guess = [self._guesses.job] if self._guesses.job else []
            for job in [*self._shelf, *self._queue, *guess]:
                if job.hand is hand:
                    job.begin_again()


class _Wait:
    """A visitor who waits for a job, until it is over."""

    def __init__(self, job: Job) -> None:
        self._job: Job | None = job
        job.waiting += 1

    def end(self) -> None:
        if self._job:
            self._job.waiting -= 1
            self._job = None
