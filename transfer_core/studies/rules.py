"""Rules: objects that judge a claim by the evidence and put in words how they do so.

Prose and code are one object, so they cannot disagree. `Quantity`, `above` and the like ask about one gap;
`every` and `some` ask about it at many places; a `Rule` holds what confirms a claim, what refutes it, and what shows
that there is no difference that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from transfer_core.statistics import MIN_SEEDS, Gap
from transfer_core.studies.conditions import (
    LEVEL,
    MARGIN,
    NOTHING,
    Condition,
    Quantity,
    Shown,
    above,
    below,
    negligible,
)
from transfer_core.studies.quantifiers import Place, both, every, some

CONFIRMED = "confirmed here"
REFUTED = "refuted here"
SAME = "no difference here"
INCONCLUSIVE = "inconclusive here"
UNTESTED = "not tested here"
VERDICTS = (CONFIRMED, REFUTED, SAME, INCONCLUSIVE)
"""What a rule may say. `SAME` means none that matters; `UNTESTED`, that there is nothing for a rule to judge."""


class Judgement(NamedTuple):
    """What a rule says of the evidence.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    p : float
        Two-sided: how often evidence as strong as this would be seen if nothing were there, 0 to 1.
    decisive : Shown
        The figure that the verdict hangs on; of an inconclusive one, that which comes closest to a verdict.
    """

    verdict: str
    p: float
    decisive: Shown


@dataclass(frozen=True)
class Rule:
    """What settles a claim.

    Attributes
    ----------
    confirmed, refuted : Condition
        Anything else is inconclusive, as is anything from too few seeds.
    same : Condition or None
        What shows that there is no difference that matters, whichever side of zero it lies on: asked first.
    given : str
        What all of them presuppose.

    Examples
    --------
    >>> from transfer_core.studies.conditions import lead
    >>> rule = signed(lead("freezing", "fine-tuning"))
    >>> rule.refuted_if, rule.same_if
    ('freezing is clearly behind fine-tuning', 'the interval of the lead of freezing over fine-tuning lies within 1 point of zero')
    """

    confirmed: Condition
    refuted: Condition
    same: Condition | None = None
    given: str = ""

    @property
    def confirmed_if(self) -> str:
        """What confirms the claim, in words."""
        return self._in_words(self.confirmed)

    @property
    def refuted_if(self) -> str:
        """What refutes it."""
        return self._in_words(self.refuted)

    @property
    def same_if(self) -> str:
        """What shows that there is no difference that matters; empty if the claim itself says that there is none."""
        return self._in_words(self.same) if self.same else ""

    def _in_words(self, condition: Condition) -> str:
        return f"{self.given}{', ' * bool(self.given)}{condition.words}"

    def judge(self, evidence: Any) -> Judgement:
        """Give the verdict.

        Parameters
        ----------
        evidence : mapping or Gap
            As the conditions ask for it.

        Returns
        -------
        Judgement
        """
        if any(gap.n < MIN_SEEDS for gap in gaps_in(evidence)):
            return Judgement(INCONCLUSIVE, 1.0, NOTHING)
        asked = {SAME: self.same, CONFIRMED: self.confirmed, REFUTED: self.refuted}
        tests = {verdict: condition.shown(evidence) for verdict, condition in asked.items() if condition}
        closest = min(tests, key=lambda verdict: tests[verdict].p)
        verdict = next((verdict for verdict, test in tests.items() if test.p <= LEVEL), INCONCLUSIVE)
        decisive = tests[closest if verdict == INCONCLUSIVE else verdict]
        return Judgement(verdict, min(1.0, 2 * decisive.p), decisive)


def gaps_in(evidence: Any) -> Iterator[Gap]:
    """Walk through all gaps of the evidence."""
    if isinstance(evidence, Gap):
        yield evidence
    elif isinstance(evidence, Mapping):
        for part in evidence.values():
            yield from gaps_in(part)


def signed(quantity: Quantity, given: str = "") -> Rule:
    """Claim that a gap is positive."""
    return Rule(above(quantity), below(quantity), negligible(quantity), given)


def shared(place: Place, quantity: Quantity, given: str = "") -> Rule:
    """Claim that a gap is positive at every place; a gap that is negative at every place refutes it."""
    return Rule(every(place, above(quantity)), every(place, below(quantity)), every(place, negligible(quantity)), given)


def as_good(quantity: Quantity, margin: float = MARGIN, given: str = "") -> Rule:
    """Claim that one arm matches or beats another; being behind by more than the margin refutes it."""
    return Rule(above(quantity, -margin), below(quantity, -margin), given=given)


def best_of_all(place: Place, quantity: Quantity, given: str = "") -> Rule:
    """Claim that an arm is ahead of every rival; one rival that is ahead of it refutes it."""
    level = both(every(place, above(quantity, -quantity.matters)), some(place, negligible(quantity)))
    return Rule(every(place, above(quantity)), some(place, below(quantity)), level, given)


def beyond(quantity: Quantity, given: str = "") -> Rule:
    """Claim that a gap is large enough to matter; a gap below that refutes it, be it none or the other way."""
    return Rule(above(quantity, quantity.matters), below(quantity, quantity.matters), given=given)
