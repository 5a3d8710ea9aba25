"""Conditions on conditions: several at once, one of several, and one at many places; each is one test.

Several at once are shown if the weakest of them is (Berger 1982); one of k is shown at k times its p-value
(Bonferroni); and "at u or more of k places" lies between the two (Benjamini and Heller 2008).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from transfer_core.studies.conditions import NOTHING, Condition, Shown


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


SIZE = Place("at", "size", "sizes")


@dataclass(frozen=True)
class Both(Condition):
    """All of several conditions."""

    conditions: tuple[Condition, ...]

    @property
    def words(self) -> str:
        """What must be seen."""
        *first, last = (
            f"either {condition.words}" if isinstance(condition, Either) else condition.words
            for condition in self.conditions
        )
        return f"{', '.join(first)}, and {last}"

    def shown(self, evidence: Any) -> Shown:
        """Test all: the weakest decides."""
        return partly([condition.shown(evidence) for condition in self.conditions], len(self.conditions))


def both(*conditions: Condition) -> Both:
    """Ask for several things at once."""
    return Both(conditions)


@dataclass(frozen=True)
class Either(Condition):
    """One of several conditions."""

    conditions: tuple[Condition, ...]

    @property
    def words(self) -> str:
        """What must be seen."""
        return ", or ".join(
            f"both {condition.words}" if isinstance(condition, Both) else condition.words
            for condition in self.conditions
        )

    def shown(self, evidence: Any) -> Shown:
        """Test all: the strongest decides, corrected for their number."""
        return partly([condition.shown(evidence) for condition in self.conditions], 1)


def either(*conditions: Condition) -> Either:
    """Ask for one of several things."""
    return Either(conditions)


def partly(tests: Sequence[Shown], number: int) -> Shown:
    """Join tests into one: that the condition holds in a number of cases or more.

    Parameters
    ----------
    tests : sequence of Shown
        One per case.
    number : int
        1 is some case, ``len(tests)`` is every case.

    Returns
    -------
    Shown
        With the p-value of the partial conjunction, and the gap of the case that it hangs on.

    References
    ----------
    Benjamini and Heller (2008), "Screening for partial conjunction hypotheses", Biometrics 64.

    Examples
    --------
    >>> tests = [Shown(0.01), Shown(0.04), Shown(0.2)]
    >>> [round(partly(tests, number).p, 2) for number in (1, 2, 3)]
    [0.03, 0.08, 0.2]
    """
    if not 1 <= number <= len(tests):
        return NOTHING
    hangs_on = sorted(tests, key=lambda test: test.p)[number - 1]
    return hangs_on._replace(p=min(1.0, (len(tests) - number + 1) * hangs_on.p))


@dataclass(frozen=True)
class At(Condition):
    """A condition at one named place; it does not hold if nothing was measured there."""

    key: str
    where: str
    condition: Condition

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"{self.where}, {self.condition.words}"

    def shown(self, evidence: Any) -> Shown:
        """Test it there."""
        return self.condition.shown(evidence[self.key]) if self.key in evidence else NOTHING


@dataclass(frozen=True)
class Times(Condition):
    """A condition at a number of places; it does not hold if nothing was measured.

    Attributes
    ----------
    place : Place
    condition : Condition
    number : {1, 2, "every", "most", "half"}
        At least that many; all; more than half; at least half.
    """

    place: Place
    condition: Condition
    number: Literal[1, 2, "every", "most", "half"]

    @property
    def words(self) -> str:
        """What must be seen."""
        before, one, many, which = self.place
        where = {
            "every": f"every {one}",
            "most": f"most {many}",
            "half": f"at least half of the {many}",
            1: f"some {one}",
            2: f"two or more {many}",
        }[self.number]
        return f"{before} {where}{which}, {self.condition.words}"

    def shown(self, evidence: Any) -> Shown:
        """Test it at all places together."""
        tests = [self.condition.shown(here) for here in evidence.values()]
        wanted = {"every": len(tests), "most": len(tests) // 2 + 1, "half": (len(tests) + 1) // 2}
        return partly(tests, self.number if isinstance(self.number, int) else wanted[self.number])


def count(condition: Condition, evidence: Mapping[Any, Any]) -> int:
    """Count the places at which a condition holds."""
    return sum(condition.holds(here) for here in evidence.values())


def every(place: Place, condition: Condition) -> Times:
    """Ask for it everywhere."""
    return Times(place, condition, "every")


def some(place: Place, condition: Condition) -> Times:
    """Ask for it somewhere."""
    return Times(place, condition, 1)
