"""What can be asked of measured gaps: conditions that test and word themselves.

Evidence is a tree: mappings by place (scenario, size, rate) and by key, with gaps as leaves. A condition is shown
if its opposite would hardly ever give such evidence: each has a p-value, also where it joins others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

from transfer_core.statistics import Gap
from transfer_core.wording import number_words, sign_words

LEVEL = 0.025
"""One side of 5 %: a condition about one gap is shown exactly where the 95 % interval lies beyond its margin."""

MARGIN = 0.01
"""A difference in accuracy of less than one point is not worth having."""


class Shown(NamedTuple):
    """How strongly evidence shows a condition.

    Attributes
    ----------
    p : float
        Probability of evidence at least as strong if the condition did not hold; 1 where nothing was measured.
    quantity : Quantity or None
        Whose gap decides: of several, the one that everything hangs on.
    gap : Gap or None
    """

    p: float
    quantity: Quantity | None = None
    gap: Gap | None = None


NOTHING = Shown(1.0)


class Condition(ABC):
    """Something that evidence shows or does not show."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What must be seen, as part of a sentence."""

    @abstractmethod
    def shown(self, evidence: Any) -> Shown:
        """Test it."""

    def holds(self, evidence: Any) -> bool:
        """Whether it is shown: too few seeds show nothing."""
        return self.shown(evidence).p <= LEVEL


@dataclass(frozen=True)
class Quantity:
    """A measured gap, and what it is called.

    Attributes
    ----------
    name : str
        "the lead of A over B".
    above, below : str
        What it means if the gap lies on one side of zero, with the word "clearly".
    key : str
        Where the evidence has it; empty if the evidence is the gap itself.
    unit : {"points", ""}
        Of a difference of shares, or of a plain number.
    matters : float
        The smallest size that matters, on either side of zero.
    """

    name: str
    above: str = ""
    below: str = ""
    key: str = ""
    unit: str = "points"
    matters: float = MARGIN

    def of(self, evidence: Any) -> Gap:
        """Take the gap out of the evidence."""
        gap: Gap = evidence[self.key] if self.key else evidence
        return gap

    def side(self, sign: int) -> str:
        """Say that it lies on one side of zero."""
        given = self.above if sign > 0 else self.below
        return given or f"{self.name} is clearly {'above' if sign > 0 else 'below'} zero"

    def amount(self, value: float) -> str:
        """Write a value of it.

        Examples
        --------
        >>> Quantity("the gap").amount(0.01), Quantity("the gap").amount(0.005), Quantity("it", unit="").amount(1.1)
        ('1 point', 'half a point', '1.1')
        """
        if self.unit != "points":
            return number_words(value, ".2g")
        if value == 0.005:
            return "half a point"
        return f"{number_words(100 * value, 'g')} point{'' if abs(value) == 0.01 else 's'}" if value else "zero"


def lead(ours: str, theirs: str, key: str = "", matters: float = MARGIN) -> Quantity:
    """Name the gap between two arms.

    Examples
    --------
    >>> lead("A", "B").below
    'A is clearly behind B'
    """
    over, under = (f"{ours} is {sign_words(sign, theirs)}" for sign in (1, -1))
    return Quantity(f"the lead of {ours} over {theirs}", over, under, key, matters=matters)


@dataclass(frozen=True)
class Beyond(Condition):
    """A gap lies on one side of a margin.

    Attributes
    ----------
    quantity : Quantity
    side : {1, -1}
        Above or below.
    margin : float
    """

    quantity: Quantity
    side: int
    margin: float = 0.0

    @property
    def words(self) -> str:
        """What must be seen."""
        if not self.margin:
            return self.quantity.side(self.side)
        where = "above" if self.side > 0 else "below"
        return f"the interval of {self.quantity.name} lies {where} {self.quantity.amount(self.margin)}"

    def shown(self, evidence: Any) -> Shown:
        """Test it."""
        gap = self.quantity.of(evidence)
        return Shown(gap.p_beyond(self.margin, self.side), self.quantity, gap)


def above(quantity: Quantity, margin: float = 0.0) -> Beyond:
    """Ask for a gap above a margin.

    Examples
    --------
    >>> above(lead("A", "B")).words, above(lead("A", "B"), -0.01).words
    ('A is clearly ahead of B', 'the interval of the lead of A over B lies above −1 point')
    """
    return Beyond(quantity, 1, margin)


def below(quantity: Quantity, margin: float = 0.0) -> Beyond:
    """Ask for a gap below a margin."""
    return Beyond(quantity, -1, margin)


@dataclass(frozen=True)
class Between(Condition):
    """A gap lies between two margins: it is equivalent to nothing, or to 1.

    References
    ----------
    Schuirmann (1987), "A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15.
    """

    quantity: Quantity
    low: float
    high: float

    @property
    def words(self) -> str:
        """What must be seen."""
        if self.low == -self.high:
            return f"the interval of {self.quantity.name} lies within {self.quantity.amount(self.high)} of zero"
        low, high = (self.quantity.amount(edge) for edge in (self.low, self.high))
        return f"the interval of {self.quantity.name} lies between {low} and {high}"

    def shown(self, evidence: Any) -> Shown:
        """Test both sides."""
        gap = self.quantity.of(evidence)
        return Shown(max(gap.p_beyond(self.low, 1), gap.p_beyond(self.high, -1)), self.quantity, gap)


def negligible(quantity: Quantity) -> Between:
    """Ask for a gap that is too small to matter.

    Examples
    --------
    >>> negligible(lead("A", "B")).words
    'the interval of the lead of A over B lies within 1 point of zero'
    """
    return Between(quantity, -quantity.matters, quantity.matters)


def within_factor(quantity: Quantity, factor: float) -> Between:
    """Ask for a ratio that is close to 1.

    Examples
    --------
    >>> within_factor(Quantity("the ratio", unit=""), 1.5).words
    'the interval of the ratio lies between 0.67 and 1.5'
    """
    return Between(quantity, 1 / factor, factor)
