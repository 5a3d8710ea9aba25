"""Whose turn it is: short runs in the order in which they were asked for, long ones in what time that leaves.

What many wait for comes sooner: a class that follows its teacher is one run, and thirty people. Their waiting is added up,
and each of them may have a run as long as anybody else's.

Runs of one size in turns would all end last, and all hold their memory until then. How long a run takes is not known
beforehand: each begins as a short one, and falls behind those that came later each time it has had twice as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2
from time import monotonic

from transfer_ui.runs.hands import ThreadHand
from transfer_ui.runs.job import Job

SHORT = 4.0  # CPU seconds: a comparison at the default size takes less, pretraining included
EVERY = 5  # slices, of which one goes to a run that was passed over, however many wait for others
FIRST_HAND = "first hand"
"""Family of jobs that all go to one hand, because what they import takes as much memory as all the rest."""
FAR = 3  # jobs that wait for the hand that has a pretrained network, before another hand pretrains it again


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
        chosen = min(mine, key=lambda job: (_level(job), -job.waiting * (now - job.asked)))
        if self._n_slices % EVERY == 0:
            chosen = min(_passed_over(mine, chosen) or [chosen], key=lambda job: job.served)
        chosen.served = now
        return chosen

    def suits(self, hand: ThreadHand, job: Job, hands: Sequence[ThreadHand]) -> bool:
        """Whether a job may begin here: no other hand has the pretrained network that it needs, or all that have it are busy."""
        if job.family == FIRST_HAND:
            return hand is hands[0]
        if job.family is None or hand.knows(job.family):
            return True
        return all(self._n_bound_to(one) >= FAR for one in hands if one.knows(job.family))

    def _n_bound_to(self, hand: ThreadHand) -> int:
        """Jobs that have begun at a hand, or wait for it because of what it has."""
        return sum(job.hand is hand or (job.hand is None and hand.knows(job.family)) for job in self._jobs)


def _passed_over(jobs: Sequence[Job], chosen: Job) -> list[Job]:
    """List the long ones, and one short one: the first to ask before the chosen one did, or at all if that takes long."""
    long, short = [job for job in jobs if _level(job)], [job for job in jobs if not _level(job) and job is not chosen]
    before = [job for job in short if job.asked < chosen.asked or chosen.seconds >= SHORT]
    # One at a time: each that has begun holds its memory.
    return [*long, *sorted(before, key=lambda job: job.asked)[:1]]


def _level(job: Job) -> int:
    return level(job.seconds / job.waiting)
