"""Rules: objects that judge a claim by the evidence and put in words how they do so.

Prose and code are one object, so they cannot disagree. `Quantity`, `above` and the like ask about one gap;
`every` and `some` ask about it at many places; a `Rule` holds what confirms a claim and what refutes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from transfer_core.statistics import MIN_SEEDS, Gap
from transfer_core.studies.conditions import Condition, Quantity, Useful, above, below
from transfer_core.studies.quantifiers import Place, every, some

CONFIRMED = "confirmed here"
REFUTED = "refuted here"
INCONCLUSIVE = "inconclusive"
UNTESTED = "not tested here"
VERDICTS = (CONFIRMED, REFUTED, INCONCLUSIVE)
"""What a rule may say. `UNTESTED` means that there is nothing for a rule to judge."""


@dataclass(frozen=True)
class Rule:
    """What settles a claim.

    Attributes
    ----------
    confirmed, refuted : Condition
        Never both at once. Anything else is inconclusive, as is anything from too few seeds.
    given : str
        What both presuppose.

    Examples
    --------
    >>> from transfer_core.studies.conditions import lead
    >>> from transfer_core.studies.quantifiers import PAIR
    >>> rule = general(PAIR, lead("freezing", "fine-tuning"))
    >>> rule.refuted_if
    'in some pair, freezing is clearly behind fine-tuning'
    """

    confirmed: Condition
    refuted: Condition
    given: str = ""

    @property
    def confirmed_if(self) -> str:
        """What confirms the claim, in words."""
        return f"{self.given}{', ' * bool(self.given)}{self.confirmed.words}"

    @property
    def refuted_if(self) -> str:
        """What refutes it."""
        return f"{self.given}{', ' * bool(self.given)}{self.refuted.words}"

    def judge(self, evidence: Any) -> str:
        """Give the verdict.

        Parameters
        ----------
        evidence : mapping or Gap
            As the conditions ask for it.

        Returns
        -------
        str
            One of `VERDICTS`.
        """
        if any(gap.n < MIN_SEEDS for gap in gaps_in(evidence)):
            return INCONCLUSIVE
        if self.confirmed.holds(evidence):
            return CONFIRMED
        return REFUTED if self.refuted.holds(evidence) else INCONCLUSIVE


def gaps_in(evidence: Any) -> Iterator[Gap]:
    """Walk through all gaps of the evidence."""
    if isinstance(evidence, Gap):
        yield evidence
    elif isinstance(evidence, Mapping):
        for part in evidence.values():
            yield from gaps_in(part)


def signed(quantity: Quantity, given: str = "") -> Rule:
    """Claim that a gap is positive."""
    return Rule(above(quantity), below(quantity), given)


def shared(place: Place, quantity: Quantity, given: str = "") -> Rule:
    """Claim that a gap is positive at every place; a gap that is negative at every place refutes it."""
    return Rule(every(place, above(quantity)), every(place, below(quantity)), given)


def general(place: Place, quantity: Quantity, given: str = "") -> Rule:
    """Claim that a gap is positive at every place; one clear counterexample refutes it."""
    return Rule(every(place, above(quantity)), some(place, below(quantity)), given)


def as_good(place: Place, quantity: Quantity, margin: float) -> Rule:
    """Claim that one arm matches or beats another at every place; one clear counterexample refutes it."""
    return Rule(every(place, above(quantity, -margin)), some(place, Useful(quantity, margin, -1)))
