"""Whose turn it is: short runs in the order in which they were asked for, long ones in what time that leaves.

What many wait for comes sooner: a class that follows its teacher is one run, and thirty people. Their waiting is added up,
and each of them may have a run as long as anybody else's.

Runs of one size in turns would all end last, and all hold their memory until then. How long a run takes is not known
beforehand: each begins as a short one, and falls behind those that came later each time it has had twice as long.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from math import log2
from time import monotonic

from transfer_ui.runs.hands import Shares, ThreadHand, shared_in
from transfer_ui.runs.job import Job

SHORT = 4.0  # CPU seconds: a comparison at the default size takes less, pretraining included
EVERY = 5  # slices, of which one goes to a long run, however many short ones wait
FIRST_HAND = "first hand"
"""Family of jobs that all go to one hand, because what they import takes as much memory as all the rest."""
FAR = 3  # jobs that wait for the hand that has what they need, before another hand computes it again
NEAR = 2  # the same where the other hand need not: the job itself, and one more


def level(seconds: float) -> int:
    """Say how far a job has fallen behind, by the CPU seconds that it has had for each visitor who waits for it.

    Examples
    --------
    >>> [level(seconds) for seconds in (0.0, 3.9, 4.0, 7.9, 8.0, 100.0)]
    [0, 0, 1, 1, 2, 5]
    """
    return 0 if seconds < SHORT else 1 + int(log2(seconds / SHORT))


class Turns:
    """The jobs that somebody waits for."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._n_slices = 0

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, job: Job) -> None:
        """Let a job wait, behind those that are there."""
        if job not in self._jobs:
            job.asked = monotonic()
            self._jobs.append(job)

    def next(self, hand: ThreadHand, hands: Sequence[ThreadHand]) -> Job | None:
        """Choose what a hand does next; ``None`` if nothing is for it."""
        self._jobs = [job for job in self._jobs if job.waiting and not job.ended]
        mine = [job for job in self._jobs if job.hand is hand or (job.hand is None and self.suits(hand, job, hands))]
        if not mine:
            return None
        self._n_slices += 1
        now = monotonic()
        long = [job for job in mine if _level(job)]
        if long and self._n_slices % EVERY == 0:
            chosen = min(long, key=lambda job: job.served)
        else:
            chosen = min(mine, key=lambda job: (_level(job), -job.waiting * (now - job.asked)))
        chosen.served = now
        return chosen

    def suits(self, hand: ThreadHand, job: Job, hands: Sequence[ThreadHand]) -> bool:
        """Whether a job may begin here: no other hand has what it needs, or all that have it are busy."""
        if job.family == FIRST_HAND:
            return hand is hands[0]
        for shared in shared_in(job.family):
            if hand.knows(shared):
                return True
            if any(one.knows(shared) and self._n_bound_to(one) < _far(job.family, shared) for one in hands):
                return False
        return True

    def _n_bound_to(self, hand: ThreadHand) -> int:
        """Jobs that have begun at a hand, or wait for it because of what it has."""
        return sum(job.hand is hand or (job.hand is None and _has_for(hand, job)) for job in self._jobs)


def _far(family: Hashable, shared: Hashable) -> int:
    """Say how many jobs may wait for a hand that has something, before another hand does without."""
    is_bonus = isinstance(family, Shares) and shared == family.weights and not family.needs_weights
    return NEAR if is_bonus else FAR


def _level(job: Job) -> int:
    return level(job.seconds / job.waiting)


def _has_for(hand: ThreadHand, job: Job) -> bool:
    return any(hand.knows(shared) for shared in shared_in(job.family))
