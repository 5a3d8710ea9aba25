"""Print what choosing the best of several arms costs: ``python -m tools.selection_error [--repeats N]``.

Scores are drawn, so the truth is known. "Alone" judges each gap to the leader by its own 95 % interval, as if the
leader had been named beforehand; "together" is `transfer_core.statistics.verdict`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.statistics import Verdict, verdict

N_SEEDS, N_ARMS = (6, 10, 20), range(3, 9)
SCATTER = 0.015  # of an arm's accuracy within a seed, about that of the default comparison


class Said(NamedTuple):
    """What is said of one block of seeds.

    Attributes
    ----------
    wins : bool
        The leader is said to win.
    behind : bool
        At least one arm is said to be clearly behind.
    """

    wins: bool
    behind: bool


def blocks(n_seeds: int, n_arms: int, lead: float, repeats: int) -> Array:
    """Draw scores in which the first arm is better by a lead, ``(repeats, n_seeds, n_arms)``.

    Examples
    --------
    >>> blocks(10, 3, 0.01, 2).shape
    (2, 10, 3)
    """
    rng = np.random.default_rng([n_seeds, n_arms])
    scores = 0.85 + SCATTER * rng.standard_normal((repeats, n_seeds, n_arms))
    scores[..., 0] += lead
    return scores


def judged(block: Array) -> Verdict:
    """Compare the arms of a block."""
    return verdict({str(arm): block[:, arm] for arm in range(block.shape[1])})


def alone(found: Verdict) -> Said:
    """Judge each gap by its own interval."""
    signs = [gap.sign > 0 for gap in found.gaps.values()]
    return Said(all(signs), any(signs))


def together(found: Verdict) -> Said:
    """Judge all gaps as the pages do."""
    return Said(not found.inconclusive, len(found.tied) < len(found.gaps))


def error_rates(n_seeds: int, n_arms: int, repeats: int) -> tuple[Said, Said]:
    """Give the shares of blocks in which something is said although all arms are equal, alone and together."""
    found = [judged(block) for block in blocks(n_seeds, n_arms, 0.0, repeats)]
    return tuple(Said(*np.mean([judge(one) for one in found], axis=0)) for judge in (alone, together))  # type: ignore[return-value]


def stated_lead(n_seeds: int, n_arms: int, lead: float, repeats: int) -> tuple[float, float, float, float]:
    """Give, of blocks that name a winner: their share, its mean lead, the least lead stated, how often that holds."""
    winners = [one for one in map(judged, blocks(n_seeds, n_arms, lead, repeats)) if not one.inconclusive]
    least = [one.closest[1].interval.low for one in winners]
    holds = [one.leader == "0" and low <= lead for one, low in zip(winners, least, strict=True)]
    means = [one.closest[1].interval.mean for one in winners]
    return len(winners) / repeats, float(np.mean(means)), float(np.mean(least)), float(np.mean(holds))


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    parser = ArgumentParser(prog="python -m tools.selection_error", description=__doc__)
    parser.add_argument("--repeats", type=int, default=2000, help="blocks of seeds per line; default: 2000")
    repeats = parser.parse_args(arguments).repeats
    print("All arms are equal. Shares of comparisons that say otherwise:\n")
    print("| seeds | arms | a winner: alone | together | clearly behind: alone | together |")
    print("| --- | --- | --- | --- | --- | --- |")
    for n_seeds, n_arms in product(N_SEEDS, N_ARMS):
        before, after = error_rates(n_seeds, n_arms, repeats)
        shares = (before.wins, after.wins, before.behind, after.behind)
        print(f"| {n_seeds} | {n_arms} | {' | '.join(f'{share:.1%}' for share in shares)} |")
    print("\nOne arm is better. Of comparisons that name a winner:\n")
    print("| seeds | arms | true lead | share that names one | its mean lead | stated: at least | which is true |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for n_seeds, n_arms, lead in product(N_SEEDS[1:], (3, 8), (0.005, 0.01, 0.02)):
        share, mean, least, holds = stated_lead(n_seeds, n_arms, lead, repeats)
        print(
            f"| {n_seeds} | {n_arms} | {100 * lead:.1f} | {share:.1%} | {100 * mean:.1f} | {100 * least:.1f} | {holds:.1%} |"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
