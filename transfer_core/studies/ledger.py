"""Where each claim stands: what one block of seeds found, whether the others repeat it, and what survives among all claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transfer_core.studies.family import RATE, benjamini_hochberg, holm
from transfer_core.studies.rules import INCONCLUSIVE, UNTESTED
from transfer_core.studies.study import Finding

OPEN = (INCONCLUSIVE, UNTESTED)


class Standing(NamedTuple):
    """Where a claim stands.

    Attributes
    ----------
    findings : tuple of Finding
        The first block's, then those of the blocks that repeat it.
    q : float
        p-value of the first block, adjusted for the number of claims by Benjamini and Hochberg.
    q_holm : float
        The same by Holm.
    """

    findings: tuple[Finding, ...]
    q: float
    q_holm: float

    @property
    def first(self) -> Finding:
        """What the first block found, with its figures."""
        return self.findings[0]

    @property
    def n_same(self) -> int:
        """Blocks with the verdict of the first, itself included."""
        return sum(finding.verdict == self.first.verdict for finding in self.findings)

    @property
    def repeats(self) -> bool:
        """Whether all blocks agree."""
        return self.n_same == len(self.findings)

    @property
    def survives(self) -> bool:
        """Whether the verdict is left when all claims are judged together."""
        return self.first.verdict in OPEN or self.q <= RATE

    @property
    def verdict(self) -> str:
        """What is shipped: one that does not repeat, or does not survive, is inconclusive."""
        return self.first.verdict if self.repeats and self.survives else INCONCLUSIVE

    @property
    def replication(self) -> str:
        """How often the verdict was found, in words; why it is none, if it is none.

        Examples
        --------
        >>> found = Finding("confirmed here", "", 0.01)
        >>> Standing((found, found, found), 0.02, 0.1).replication
        'same in 3 of 3 blocks'
        >>> Standing((found, found, Finding("inconclusive here", "")), 0.02, 0.1).replication
        'confirmed in 2 of 3 blocks, so inconclusive'
        """
        said, n = self.first.verdict.removesuffix(" here"), len(self.findings)
        if self.first.verdict == UNTESTED:
            return ""
        if not self.repeats and self.first.verdict in OPEN:
            others = ", ".join(
                dict.fromkeys(one.verdict.removesuffix(" here") for one in self.findings if one.verdict not in OPEN)
            )
            return f"inconclusive in {self.n_same} of {n} blocks, elsewhere {others}" if others else ""
        if not self.repeats:
            return f"{said} in {self.n_same} of {n} blocks, so inconclusive"
        if not self.survives:
            return f"{said} in {n} of {n} blocks, but not once all claims are judged together"
        return f"same in {n} of {n} blocks"


def standings(found: Mapping[str, Sequence[Finding]]) -> dict[str, Standing]:
    """Judge all claims together.

    Parameters
    ----------
    found : mapping of str to sequence of Finding
        By claim, one finding per block; the first block decides.

    Returns
    -------
    dict of str to Standing

    Examples
    --------
    >>> one = standings({"a": [Finding("confirmed here", "", 0.01)], "b": [Finding("refuted here", "", 0.04)]})
    >>> {name: (standing.verdict, round(standing.q, 3)) for name, standing in one.items()}
    {'a': ('confirmed here', 0.02), 'b': ('refuted here', 0.04)}
    """
    p = {name: findings[0].p for name, findings in found.items() if findings[0].verdict != UNTESTED}
    q, q_holm = benjamini_hochberg(p), holm(p)
    return {
        name: Standing(tuple(findings), q.get(name, 1.0), q_holm.get(name, 1.0)) for name, findings in found.items()
    }
