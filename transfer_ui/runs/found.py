"""Results with what pages have made of them: every redraw asks for the same rows, tables and sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

T = TypeVar("T")


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

        Examples
        --------
        >>> found = Found()
        >>> found.once("sum", lambda: 2 + 2), found.once("sum", lambda: 0)
        (4, 4)
        """
        if name not in self.derived:
            self.derived[name] = make()
        return cast(T, self.derived[name])
