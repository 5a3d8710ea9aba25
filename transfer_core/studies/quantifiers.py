"""Conditions on conditions: several at once, one of several, and one at many places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from transfer_core.studies.conditions import Condition


class Place(NamedTuple):
    """Where a condition is asked for repeatedly.

    Attributes
    ----------
    before, one, many : str
        "in", "pair", "pairs".
    which : str
        " with changed images", if not all are meant.
    """

    before: str
    one: str
    many: str
    which: str = ""


SCENARIO = Place("in", "scenario", "scenarios")
PAIR = Place("in", "pair", "pairs")
SIZE = Place("at", "size", "sizes")


@dataclass(frozen=True)
class Both:
    """All of several conditions."""

    conditions: tuple[Condition, ...]

    @property
    def words(self) -> str:
        """What must be seen."""
        *first, last = (condition.words for condition in self.conditions)
        return f"{', '.join(first)}, and {last}"

    def holds(self, evidence: Any) -> bool:
        """Whether all of it is seen."""
        return all(condition.holds(evidence) for condition in self.conditions)


def both(*conditions: Condition) -> Both:
    """Ask for several things at once."""
    return Both(conditions)


@dataclass(frozen=True)
class Where:
    """One condition, and another that must hold where it does."""

    given: Condition
    condition: Condition

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"where {self.given.words}, {self.condition.words}"

    def holds(self, evidence: Any) -> bool:
        """Whether both are seen."""
        return self.given.holds(evidence) and self.condition.holds(evidence)


@dataclass(frozen=True)
class Either:
    """One of several conditions."""

    conditions: tuple[Condition, ...]

    @property
    def words(self) -> str:
        """What must be seen."""
        return ", or ".join(condition.words for condition in self.conditions)

    def holds(self, evidence: Any) -> bool:
        """Whether one of them is seen."""
        return any(condition.holds(evidence) for condition in self.conditions)


def either(*conditions: Condition) -> Either:
    """Ask for one of several things."""
    return Either(conditions)


@dataclass(frozen=True)
class At:
    """A condition at one named place; it does not hold if nothing was measured there."""

    key: str
    where: str
    condition: Condition

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"{self.where}, {self.condition.words}"

    def holds(self, evidence: Any) -> bool:
        """Whether it is seen there."""
        return self.key in evidence and self.condition.holds(evidence[self.key])


@dataclass(frozen=True)
class Times:
    """A condition at a number of places; it does not hold if nothing was measured.

    Attributes
    ----------
    place : Place
    condition : Condition
    number : {1, 2, "every", "most", "half", "no"}
        At least that many; all; more than half; at least half; none.
    """

    place: Place
    condition: Condition
    number: Literal[1, 2, "every", "most", "half", "no"]

    @property
    def words(self) -> str:
        """What must be seen."""
        before, one, many, which = self.place
        if self.number == "no":
            comma = "," * isinstance(self.condition, Times)
            return f"there is no {one}{which} {before} which{comma} {self.condition.words}"
        where = {
            "every": f"every {one}",
            "most": f"most {many}",
            "half": f"at least half of the {many}",
            1: f"some {one}",
            2: f"at least two {many}",
        }[self.number]
        return f"{before} {where}{which}, {self.condition.words}"

    def holds(self, evidence: Any) -> bool:
        """Whether it is seen often enough."""
        n, n_places = count(self.condition, evidence), len(evidence)
        if not n_places:
            return False
        shown = {"every": n == n_places, "no": n == 0, "most": 2 * n > n_places, "half": 2 * n >= n_places}
        return n >= self.number if isinstance(self.number, int) else shown[self.number]


def count(condition: Condition, evidence: Mapping[Any, Any]) -> int:
    """Count the places at which a condition holds."""
    return sum(condition.holds(here) for here in evidence.values())


def every(place: Place, condition: Condition) -> Times:
    """Ask for it everywhere."""
    return Times(place, condition, "every")


def some(place: Place, condition: Condition) -> Times:
    """Ask for it somewhere."""
    return Times(place, condition, 1)


@dataclass(frozen=True)
class MoreOften:
    """One thing at more places than another."""

    place: Place
    more: At
    less: At

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"there are more {self.place.many} at which, {self.more.words} than at which, {self.less.words}"

    def holds(self, evidence: Any) -> bool:
        """Whether the first is seen more often."""
        more, less = (count(at.condition, evidence.get(at.key, {})) for at in (self.more, self.less))
        return more > less
