"""What a real network was measured to do, as evidence for the claims of the ledger, and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core.statistics import Gap, paired_gap, pooled
from transfer_core.studies.questions import speed
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, scores
from transfer_core.wording import comparative, join_words, side_words

FROZEN, FULL, SCRATCH = "feature_extraction", "end_to_end", "from_scratch"
HEAD_FIRST, GRADUAL, TOP, RATES = "head_first", "stage_by_stage", "top_third", "discriminative"
FEW = 5  # pictures per class: what "few" means here, forty pictures in all
LARGER = comparative("larger", "smaller")


class Measured(NamedTuple):
    """What is judged.

    Attributes
    ----------
    best : DataFrame
        One row per arm, size and seed, at the rates that are best on its validation pictures.
    race : DataFrame
        One row per round: seconds and multiply-adds of feature extraction ``cached`` and ``uncached``, and of end-to-end.
    n_classes : int
    """

    best: pd.DataFrame
    race: pd.DataFrame
    n_classes: int

    @property
    def sizes(self) -> list[int]:
        """Pictures per class."""
        return sorted(int(size) for size in self.best["size"].unique())

    def among(self, *arms: str) -> Measured:
        """Keep the sizes at which all of some arms were measured."""
        at = {size: set(self.best.loc[self.best["size"] == size, "arm"]) for size in self.sizes}
        return self._replace(best=self.best[self.best["size"].isin([size for size in at if at[size] >= set(arms)])])

    def gap(self, ours: str, theirs: str, size: int, part: str = "test") -> Gap:
        """Lead of an arm over another at a size, seed by seed."""
        here = self.best[self.best["size"] == size]
        return gap_between(here, f"{part}_accuracy", {"arm": ours}, {"arm": theirs})

    def mean(self, ours: str, theirs: str, part: str = "test", most: int | None = None) -> Gap:
        """Lead of an arm over another on the mean over the sizes, or over those up to one."""
        sizes = [size for size in self.sizes if most is None or size <= most]
        return pooled([self.gap(ours, theirs, size, part) for size in sizes])


def by_size(measured: Measured) -> dict[int, Gap]:
    """Give the lead of end-to-end over feature extraction at each size."""
    return {size: measured.gap(FULL, FROZEN, size) for size in measured.sizes}


def by_size_words(measured: Measured, gaps: Mapping[int, Gap]) -> str:
    """Say it size by size."""
    said = [f"with {count_of(size)} per class {side_words(gap)}" for size, gap in gaps.items()]
    return f"end-to-end is, against feature extraction, {'; '.join(said)}"


def ends(measured: Measured) -> dict[str, Gap]:
    """Give the same lead at the smallest and at the largest size."""
    sizes = measured.sizes
    return {"smallest": measured.gap(FULL, FROZEN, sizes[0]), "largest": measured.gap(FULL, FROZEN, sizes[-1])}


def ends_words(measured: Measured, ends: Mapping[str, Gap]) -> str:
    """Say it at both ends."""
    first, last = measured.sizes[0], measured.sizes[-1]
    return (
        f"end-to-end is {side_words(ends['smallest'], 'feature extraction')} with {count_of(first)} per class, and "
        f"{side_words(ends['largest'])} with {last}"
    )


def few_and_growth(measured: Measured) -> dict[str, Gap]:
    """Give the lead with few pictures, and what the largest size adds to it."""
    few = measured.mean(FULL, FROZEN, most=FEW)
    last = measured.gap(FULL, FROZEN, measured.sizes[-1])
    return {"few": few, "growth": gap_of(np.subtract(last.differences, few.differences))}


def growth_words(measured: Measured, found: Mapping[str, Gap]) -> str:
    """Say the lead with few pictures, and how it grows."""
    return (
        f"with at most {count_of(FEW)} per class end-to-end is {side_words(found['few'], 'feature extraction')}; with "
        f"{measured.sizes[-1]} its lead is {side_words(found['growth'], 'with so few', comparative('larger', 'smaller'))}"
    )


def better_sides(measured: Measured) -> Gap:
    """Progressive against pure, the better form of either chosen on each seed's validation pictures, as in the lab."""
    sides = {HEAD_FIRST: "progressive", GRADUAL: "progressive", FROZEN: "pure", FULL: "pure"}
    rows = measured.best[measured.best["arm"].isin(list(sides))]
    chosen = at_their_best(rows.assign(side=rows["arm"].map(sides)), ["arm"], ["side", "size"], "val_accuracy")
    at_sizes = [chosen[chosen["size"] == size] for size in measured.sizes]
    return pooled(
        [
            paired_gap(*(scores(here, "test_accuracy", side=side) for side in ("progressive", "pure")))
            for here in at_sizes
        ]
    )


def in_and_out(ours: str, theirs: str) -> Callable[[Measured], dict[str, Gap]]:
    """Compare two arms in the style they were trained on and in the other, on the mean over the sizes."""
    return lambda measured: {
        "inside": measured.mean(ours, theirs),
        "outside": measured.mean(ours, theirs, "other"),
    }


def in_and_out_words(ours: str, theirs: str) -> Callable[[Measured, Mapping[str, Gap]], str]:
    """Say how two arms compare in both styles."""
    return lambda measured, found: (
        f"{ours} is {side_words(found['inside'], theirs)} in the style that it was trained on, and "
        f"{side_words(found['outside'])} in the other style, {over_sizes_words(measured)}"
    )


def drop(measured: Measured) -> Gap:
    """How much wider the gap from training to test pictures is end-to-end."""
    few = measured.best[measured.best["size"] <= 2 * FEW]
    apart = few.assign(apart=few["train_accuracy"] - few["test_accuracy"])
    at_sizes = [apart[apart["size"] == size] for size in sorted(few["size"].unique())]
    return pooled([gap_between(here, "apart", {"arm": FULL}, {"arm": FROZEN}) for here in at_sizes])


def extra(measured: Measured) -> dict[str, Gap]:
    """Give what end-to-end costs beyond feature extraction without a cache, as a share, on the clock and counted."""
    race = measured.race
    return {
        key: gap_of((race[f"{what}_end_to_end"] / race[f"{what}_uncached"] - 1).to_numpy())
        for key, what in speed.MEASURES.items()
    }


def extra_words(measured: Measured, found: Mapping[str, Gap]) -> str:
    """Say how much longer end-to-end takes."""
    race = measured.race
    cached = (race["seconds_end_to_end"] / race["seconds_cached"]).mean()
    return (
        f"for the same epochs end-to-end takes {1 + found['clock'].interval.mean:.1f} times as long as feature extraction "
        f"that caches nothing, and {1 + found['counted'].interval.mean:.1f} times the multiply-adds; with cached features, "
        f"it takes {cached:.0f} times as long"
    )


def count_of(size: int) -> str:
    """Count pictures."""
    return f"{size} picture{'' if size == 1 else 's'}"


def pixels_words(resolution: int) -> str:
    """Say how large the pictures are.

    Examples
    --------
    >>> pixels_words(64)
    '64 x 64 pixels'
    """
    return f"{resolution} x {resolution} pixels"


def over_sizes_words(measured: Measured, most: int | None = None) -> str:
    """Say over which sizes a mean is taken: over all, or over those up to one."""
    sizes = [size for size in measured.sizes if most is None or size <= most]
    if len(sizes) == 1:
        return f"with {count_of(sizes[0])} per class"
    return f"on the mean over {join_words([str(size) for size in sizes])} pictures per class"
