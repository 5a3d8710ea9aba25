"""How often Python looks for objects that only refer to each other: seldom while pages are drawn, and in time for a visitor's data.

A round through all that Streamlit, pandas and the pages have loaded takes a tenth of a second, during which nobody is answered.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

ROUNDS = (10_000, 10, 2)
"""After more than so many objects made, less those freed, Python looks through the newest; after more than so many of these
rounds, through the newer ones too; after more than so many of those, through all, though not before there is a quarter more
than the last one left. In a crowd, visitors who have left and scripts that have ended fill 25 MB a minute until then."""
EVERY = 600.0
"""Seconds between two rounds while something is there that must not stay."""


def settle() -> None:
    """Have the rounds come seldom: with Python's own numbers they take a tenth of a busy server's time.

    Examples
    --------
    >>> settle()
    >>> gc.get_threshold()[0]
    10000
    """
    gc.set_threshold(*ROUNDS)


class Sweeper:
    """Looks through everything now and then, as long as there is something that must not stay.

    A session that has ended is such an object: its script and its state refer to each other.

    Parameters
    ----------
    is_needed : callable
        Whether there is still something.
    every : float
        Seconds.
    """

    def __init__(self, is_needed: Callable[[], bool], every: float = EVERY) -> None:
        self._is_needed, self._every = is_needed, every
        self._lock, self._runs = threading.Lock(), False

    def wake(self) -> None:
        """Begin, unless it is under way."""
        with self._lock:
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._sweep, name="sweep", daemon=True).start()

    def _sweep(self) -> None:
        while True:
            threading.Event().wait(self._every)
            gc.collect()
            with self._lock:
                if not self._is_needed():
                    self._runs = False
                    return
