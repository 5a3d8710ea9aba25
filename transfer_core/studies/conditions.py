"""What can be asked of measured gaps: conditions that judge and word themselves.

Evidence is a tree: mappings by place (scenario, size, rate) and by key, with gaps and plain numbers as leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from transfer_core.statistics import MIN_SEEDS, Gap


class Condition(Protocol):
    """Something that evidence shows or does not show."""

    @property
    def words(self) -> str:
        """What must be seen, as part of a sentence."""
        ...

    def holds(self, evidence: Any) -> bool:
        """Whether it is seen."""
        ...


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
    """

    name: str
    above: str = ""
    below: str = ""
    key: str = ""
    unit: str = "points"

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
            return f"{value:.2g}"
        if value == 0.005:
            return "half a point"
        return f"{100 * value:g} point{'' if abs(value) == 0.01 else 's'}" if value else "zero"


def lead(ours: str, theirs: str, key: str = "") -> Quantity:
    """Name the gap between two arms.

    Examples
    --------
    >>> lead("A", "B").below
    'A is clearly behind B'
    """
    over, under = f"{ours} is clearly ahead of {theirs}", f"{ours} is clearly behind {theirs}"
    return Quantity(f"the lead of {ours} over {theirs}", over, under, key)


@dataclass(frozen=True)
class Beyond:
    """The whole interval of a gap lies on one side of a margin, or exactly that is not so.

    Attributes
    ----------
    quantity : Quantity
    sign : {1, -1}
        Above or below.
    margin : float
    negated : bool
    """

    quantity: Quantity
    sign: int
    margin: float = 0.0
    negated: bool = False

    @property
    def words(self) -> str:
        """What must be seen."""
        side, amount = self.quantity.side(self.sign), self.quantity.amount(self.margin)
        if self.margin:
            if self.negated:
                return f"the interval of {self.quantity.name} reaches {amount} or {'less' if self.sign > 0 else 'more'}"
            return f"the interval of {self.quantity.name} lies {'above' if self.sign > 0 else 'below'} {amount}"
        return side.replace("clearly", "not clearly", 1) if self.negated else side

    def holds(self, evidence: Any) -> bool:
        """Whether the interval shows it: too few seeds show nothing."""
        gap = self.quantity.of(evidence)
        _, low, high = gap.interval
        beyond = low > self.margin if self.sign > 0 else high < self.margin
        return (gap.n >= MIN_SEEDS and beyond) != self.negated


def above(quantity: Quantity, margin: float = 0.0) -> Beyond:
    """Ask for an interval above a margin.

    Examples
    --------
    >>> above(lead("A", "B")).words, above(lead("A", "B"), -0.01).words
    ('A is clearly ahead of B', 'the interval of the lead of A over B lies above -1 point')
    """
    return Beyond(quantity, 1, margin)


def below(quantity: Quantity, margin: float = 0.0) -> Beyond:
    """Ask for an interval below a margin."""
    return Beyond(quantity, -1, margin)


def not_below(quantity: Quantity, margin: float = 0.0) -> Beyond:
    """Ask for an interval that does not lie below a margin.

    Examples
    --------
    >>> not_below(lead("A", "B")).words, not_below(lead("A", "B"), 0.01).words
    ('A is not clearly behind B', 'the interval of the lead of A over B reaches 1 point or more')
    """
    return Beyond(quantity, -1, margin, negated=True)


@dataclass(frozen=True)
class Useful:
    """A gap lies clearly on one side of zero, and may be as large as a margin or larger."""

    quantity: Quantity
    margin: float
    sign: int = 1

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"{self.quantity.side(self.sign)}, with an interval that reaches {self.quantity.amount(self.margin)} or more"

    def holds(self, evidence: Any) -> bool:
        """Whether the interval shows it."""
        small = Beyond(self.quantity, -self.sign, self.sign * self.margin)
        return Beyond(self.quantity, self.sign).holds(evidence) and not small.holds(evidence)


@dataclass(frozen=True)
class Useless:
    """A gain that is surely below a margin and not clearly a gain at all."""

    quantity: Quantity
    margin: float

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"{below(self.quantity, self.margin).words}, and not above zero"

    def holds(self, evidence: Any) -> bool:
        """Whether the interval shows it."""
        return below(self.quantity, self.margin).holds(evidence) and not above(self.quantity).holds(evidence)


@dataclass(frozen=True)
class Ratio:
    """The whole interval of a ratio lies within a factor of 1, or outside it."""

    quantity: Quantity
    factor: float
    outside: bool = False

    @property
    def words(self) -> str:
        """What must be seen."""
        where = (
            f"below 1/{self.factor:g} or above {self.factor:g}"
            if self.outside
            else f"between 1/{self.factor:g} and {self.factor:g}"
        )
        return f"the interval of {self.quantity.name} lies {where}"

    def holds(self, evidence: Any) -> bool:
        """Whether the interval shows it."""
        low, high = 1 / self.factor, self.factor
        if self.outside:
            return below(self.quantity, low).holds(evidence) or above(self.quantity, high).holds(evidence)
        return above(self.quantity, low).holds(evidence) and below(self.quantity, high).holds(evidence)


@dataclass(frozen=True)
class Number:
    """A plain number of the evidence, such as a rate; infinity where there is none.

    Attributes
    ----------
    key, name : str
    exists : str
        How to say that there is one.
    """

    key: str
    name: str
    exists: str = ""


@dataclass(frozen=True)
class Lower:
    """One number is lower than another, or exactly that is not so."""

    ours: Number
    theirs: Number
    negated: bool = False

    @property
    def words(self) -> str:
        """What must be seen."""
        return f"{self.ours.name} is {'not ' * self.negated}lower than {self.theirs.name}"

    def holds(self, evidence: Any) -> bool:
        """Whether the numbers show it."""
        return bool(evidence) and (evidence[self.ours.key] < evidence[self.theirs.key]) != self.negated


@dataclass(frozen=True)
class Exists:
    """There is such a number."""

    number: Number

    @property
    def words(self) -> str:
        """What must be seen."""
        return self.number.exists

    def holds(self, evidence: Any) -> bool:
        """Whether there is one."""
        return bool(evidence) and evidence[self.number.key] < float("inf")
