"""What somebody may want next: one list per visitor, the likeliest first."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from transfer_ui.runs.hands import MakeSteps
from transfer_ui.runs.job import Job

MAX_VISITORS = 20
MAX_SECONDS = 10  # of training: whoever asks for more must wait anyway, and may stop it


class Request(NamedTuple):
    """A job that may be wanted.

    Attributes
    ----------
    key : hashable
    make_steps : callable
    family : hashable
    """

    key: Hashable
    make_steps: MakeSteps
    family: Hashable = None


class Guesses:
    """The lists, and the one guess under way.

    Attributes
    ----------
    job : Job or None
        The guess under way.
    """

    def __init__(self) -> None:
        self._wishes: OrderedDict[Hashable, Callable[[], Sequence[Request]] | list[Request]] = OrderedDict()
        self._visitor: Hashable = None
        self._key: Hashable = None
        self.job: Job | None = None

    def want(self, visitor: Hashable, find: Callable[[], Sequence[Request]]) -> None:
        """Replace the list of a visitor; nobody looks for what is in it until a hand has nothing to do."""
        self._wishes[visitor] = find
        self._wishes.move_to_end(visitor)
        while len(self._wishes) > MAX_VISITORS:
            self._wishes.popitem(last=False)

    def next(self, is_known: Callable[[Hashable], bool]) -> Job | None:
        """Find what to train; it is under way from now on, unless it was before."""
        if self.job:
            return self.job
        for visitor in reversed(list(self._wishes)):  # whoever moved last moves next
            for request in self._found(visitor):
                if not is_known(request.key):
                    self._visitor, self._key = visitor, request.key
                    self.job = Job(request.make_steps, request.family)
                    return self.job
            del self._wishes[visitor]
        return None

    def superseded(self) -> Job | None:
        """Give back the guess under way if its visitor no longer has it on the list, or if it takes too long."""
        if self.job is None:
            return None
        if self.job.seconds > MAX_SECONDS:
            self.give_up()
        elif any(request.key == self._key for request in self._found(self._visitor)):
            return None
        dropped, self.job = self.job, None
        return dropped

    def take(self, key: Hashable) -> Job | None:
        """Give the guess under way to a visitor who wants it."""
        if self.job is None or self._key != key:
            return None
        taken, self.job = self.job, None
        return taken

    def finished(self) -> tuple[Hashable, Job, set[Hashable]] | None:
        """Give back the guess if it has ended, with its key and all keys on the same list."""
        if self.job is None or not self.job.ended:
            return None
        job, self.job = self.job, None
        return self._key, job, {request.key for request in self._found(self._visitor)}

    def give_up(self) -> None:
        """Forget the list that the guess under way is on."""
        self._wishes.pop(self._visitor, None)

    def _found(self, visitor: Hashable) -> list[Request]:
        """Look for what is on a list, once."""
        found = self._wishes.get(visitor, [])
        if callable(found):
            try:
                found = list(found())
            except Exception:
                logging.getLogger(__name__).exception("Nothing is trained ahead of this visitor.")
                found = []
            self._wishes[visitor] = found
        return found
