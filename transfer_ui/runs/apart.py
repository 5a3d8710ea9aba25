"""A computation apart: in a process that nothing else uses, and that ends with it. Nothing here knows Streamlit.

What a visitor brought must not stay in the caches of a process that goes on. So each computation has a process of its own,
with bounded memory, behind those that train for the pages. There is one at a time; whoever comes later waits in line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from transfer_core import Progress
from transfer_core.own_data.limits import Refused
from transfer_ui.runs.hands import Lost, MakeSteps, ProcessHand
from transfer_ui.runs.kept_weights import VARIABLE as WEIGHTS
from transfer_ui.runs.priority import APART, step_behind

MOST_MEMORY = 448 * 2**20
"""Bytes that the process may ask for, of which it touches three quarters at most: the server and its workers need the rest."""
LOOK = 0.25  # seconds between two looks of whoever waits in line
STORES = ("FREEZE_OR_FINE_TUNE_RESULTS", "FREEZE_OR_FINE_TUNE_STORE", WEIGHTS)
"""What names places on a disk."""
UNEXPECTED = "This cannot be measured, for an unforeseen reason ({}): please report it."
TOO_LARGE = "There is not enough memory for this on the server: bring fewer rows or columns."


class HandApart(ProcessHand):
    """A process for a visitor's own data, of which nothing may come to lie on a disk."""

    def environment(self) -> dict[str, str]:
        """Leave out the stores."""
        return {name: value for name, value in super().environment().items() if name not in STORES}


class Line:
    """Those who wait until the one before has finished."""

    def __init__(self) -> None:
        self._tickets: dict[object, Callable[[], object]] = {}  # in the order in which they came
        self._changed = threading.Condition()

    def join(self, ticket: object, call: Callable[[], object]) -> None:
        """Stand in line, and be called when it is one's turn."""
        with self._changed:
            self._tickets[ticket] = call

    def leave(self, ticket: object) -> None:
        """Let the next one have the turn."""
        with self._changed:
            self._tickets.pop(ticket, None)
            self._changed.notify_all()
            first = next(iter(self._tickets.values()), None)
        if first:
            first()

    def before(self, ticket: object) -> int:
        """Count those who come before; whoever stands in no line has everybody before them."""
        tickets = list(self._tickets)
        return tickets.index(ticket) if ticket in tickets else len(tickets)

    def has_turn(self, ticket: object) -> bool:
        """Whether it is this one's turn."""
        return ticket in self._tickets and not self.before(ticket)

    @contextmanager
    def turn(self, meanwhile: Callable[[int], object]) -> Iterator[None]:
        """Wait in line, and hold the turn for the length of the block.

        Parameters
        ----------
        meanwhile : callable
            Called again and again while there is a wait, with the number of those who come before.
        """
        ticket = object()
        self.join(ticket, int)
        try:
            while not self.has_turn(ticket):
                meanwhile(self.before(ticket))
                with self._changed:
                    self._changed.wait(LOOK)
            yield
        finally:
            self.leave(ticket)


class Seat:
    """The place of the one process that may stay after its work, in the hope of more from the same visitor."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rise: Callable[[], object] | None = None
        self._taken_by: object = None

    def take(self, who: object, rise: Callable[[], object] | None = None) -> None:
        """Sit down; whoever sat here before rises, which ends their process.

        Parameters
        ----------
        who : object
            Whoever sits here already stays.
        rise : callable, optional
            Ends the process. Without it, nobody sits here from now on.
        """
        with self._lock:
            before = self._rise if self._taken_by is not who else None
            self._taken_by, self._rise = who, rise
        if before:
            before()

    def leave(self, who: object) -> None:
        """Get up, if this is who sits here."""
        with self._lock:
            if self._taken_by is who:
                self._taken_by = self._rise = None


def waiting_words(before: int) -> str:
    """Say who comes first.

    Examples
    --------
    >>> waiting_words(1)
    'Waiting for 1 visitor before you'
    """
    return f"Waiting for {before} {'visitor' if before == 1 else 'visitors'} before you"


LINE, SEAT = Line(), Seat()
"""Those of this server: one computation on somebody's own data at a time, and one process at most that waits for more."""


class Apart:
    """A computation that has begun.

    Parameters
    ----------
    make_steps : callable
        Begins it; it must be possible to pickle it.

    Attributes
    ----------
    progress : Progress
        The latest; without results.
    results : Any
        The latest; ``None`` while there are none.
    error : Refused or None
        Why it ended early, in a sentence.
    """

    def __init__(self, make_steps: MakeSteps) -> None:
        self.progress = Progress(0.0, "Starting")
        self.results: Any = None
        self.error: Refused | None = None
        self._hand = HandApart()
        self._ended, self._stopped = threading.Event(), False
        self._thread = threading.Thread(target=self._work, args=(make_steps,), name="apart", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        return self._ended.is_set()

    @property
    def process_id(self) -> int | None:
        """Number of its process, while there is one."""
        return self._hand.process_id

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, at most this long; return whether it has."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """End its process, whatever it is doing."""
        self._stopped = True
        self._hand.interrupt()
        self._thread.join()

    def _work(self, make_steps: MakeSteps) -> None:
        try:
            for step in self._hand.begin(Bounded(make_steps)):
                if step.results is not None:
                    self.results = step.results()
                self.progress = Progress(step.fraction, step.message)
                if self._stopped:
                    break
        except Lost:
            self.error = Refused(TOO_LARGE)
        except Refused as refused:
            self.error = refused
        except Exception as error:  # before or after its steps, as where something cannot be sent
            self.error = Refused(UNEXPECTED.format(type(error).__name__))
        finally:
            self._hand.close()
            self._ended.set()


class Bounded:
    """Steps in a process that stays small and comes second; what goes wrong in them is said in one sentence.

    The words of an error may hold what a visitor wrote, which belongs into no log.

    Parameters
    ----------
    make_steps : callable
        Begins them.
    too_large : str
        What is said where memory does not suffice.
    """

    def __init__(self, make_steps: MakeSteps, too_large: str = TOO_LARGE) -> None:
        self._make_steps: MakeSteps | None = make_steps
        self._too_large = too_large

    def __call__(self) -> Iterator[Progress]:
        """Take the steps."""
        bound_memory()
        step_behind(APART)
        try:
            assert self._make_steps is not None
            steps, self._make_steps = self._make_steps(), None  # it holds data that the steps let go of
            yield from steps
        except Refused:
            raise
        except MemoryError:
            raise Refused(self._too_large) from None
        except Exception as error:
            raise Refused(UNEXPECTED.format(type(error).__name__)) from None


def bound_memory() -> None:
    """Let this process ask for so much memory and no more, where the system can say so."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
