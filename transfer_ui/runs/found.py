"""Results with what pages have made of them: every redraw asks for the same rows, tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import RLock
from typing import TypeVar, cast

T = TypeVar("T")
_LOCK = "lock of what is made"
MOST_OF_A_KIND = 8


@dataclass(frozen=True)
class Found:
    """Something to draw.

    Attributes
    ----------
    derived : dict of str to object
        What has been made of it, kept as long as it is.
    """

    derived: dict[str, object] = field(default_factory=dict, kw_only=True)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Give what was made under a name, or make it.

        Whoever asks for something of the same result meanwhile waits: when the run of a class ends, all of it draws at once.

        Examples
        --------
        >>> found = Found()
        >>> found.once("sum", lambda: 2 + 2), found.once("sum", lambda: 0)
        (4, 4)
        """
        if name not in self.derived:
            with cast(AbstractContextManager[object], self.derived.setdefault(_LOCK, RLock())):
                if name not in self.derived:
                    self.derived[name] = make()
        return cast(T, self.derived[name])

    def once_each(self, kind: str, of: Hashable, make: Callable[[], T]) -> T:
        """Give what was made of a kind for something, or make it; of each kind, the latest few are kept.

        Examples
        --------
        >>> found = Found()
        >>> [found.once_each("square", number, lambda: number**2) for number in range(10)][-1]
        81
        >>> list(found.derived["square"])
        [2, 3, 4, 5, 6, 7, 8, 9]
        """
        made = self.once(kind, dict[Hashable, T])
        with cast(AbstractContextManager[object], self.derived[_LOCK]):
            if of not in made:
                made[of] = make()
                while len(made) > MOST_OF_A_KIND:
                    del made[next(iter(made))]
            return made[of]
