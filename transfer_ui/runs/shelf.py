"""The jobs that are kept: resting, finished, and guesses that nobody has wanted yet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Hashable, Iterable, Iterator
from time import monotonic

from transfer_ui.runs.job import Job

MAX_RESTING = 1  # each may hold as much as the largest run needs
RECENT = 600  # seconds during which no guess takes the place of what a visitor has used


class Shelf:
    """Jobs by key, in the order in which they were last used.

    Parameters
    ----------
    max_jobs : int
    max_bytes : int
        Limits on what is kept.
    """

    def __init__(self, max_jobs: int, max_bytes: int) -> None:
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._max_jobs, self._max_bytes = max_jobs, max_bytes

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def __contains__(self, key: Hashable) -> bool:
        return key in self._jobs

    def get(self, key: Hashable) -> Job | None:
        """Find a job."""
        return self._jobs.get(key)

    def key_of(self, job: Job) -> Hashable:
        """Find the key of a job; ``None`` if it is not here."""
        return next((key for key, one in self._jobs.items() if one is job), None)

    def take(self, job: Job) -> None:
        """Take a job out."""
        self._jobs.pop(self.key_of(job), None)

    def put(self, key: Hashable, job: Job) -> list[Job]:
        """Keep a job that a visitor uses now; return those dropped for it.

        The guesses that nobody wanted go first, the oldest before the others, then the least recently used; of those
        that rest, all but a few.
        """
        self._jobs[key] = job
        self._jobs.move_to_end(key)
        idle = [one for one in self._jobs if one != key and not self._jobs[one].waiting]
        resting = [one for one in idle if not self._jobs[one].ended]
        dropped = self._drop(resting[: max(0, len(resting) - MAX_RESTING)])
        left = [one for one in idle if one in self._jobs]
        return dropped + self._make_room(sorted(left, key=lambda one: self._jobs[one].used > 0))

    def put_guess(self, key: Hashable, job: Job, beside: Container[Hashable]) -> bool:
        """Keep a finished guess if there is room; return whether there was.

        Only the guesses of other lists go for it, and what has not been used for a while.

        Parameters
        ----------
        key : hashable
        job : Job
        beside : container of hashable
            Guesses on the same list, which were likelier.
        """
        self._jobs[key] = job
        old = monotonic() - RECENT
        others = [(name, one) for name, one in self._jobs.items() if name != key and name not in beside]
        idle = [name for name, one in others if one.ended and not one.waiting]
        guesses = [name for name in idle if not self._jobs[name].used]
        self._make_room([*guesses, *(name for name in idle if 0 < self._jobs[name].used < old)])
        if self._is_full():
            del self._jobs[key]
        return key in self._jobs

    def _is_full(self) -> bool:
        total = sum(job.n_bytes for job in self._jobs.values())
        return len(self._jobs) > self._max_jobs or total > self._max_bytes

    def _make_room(self, keys: Iterable[Hashable]) -> list[Job]:
        dropped = []
        for key in keys:
            if not self._is_full():
                break
            dropped += self._drop([key])
        return dropped

    def _drop(self, keys: Iterable[Hashable]) -> list[Job]:
        return [self._jobs.pop(key) for key in keys if key in self._jobs]
