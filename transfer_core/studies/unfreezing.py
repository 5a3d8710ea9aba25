"""Progressive unfreezing and its rivals: the arms of several studies, and how each side is chosen per seed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from transfer_core.arms import Arm
from transfer_core.config import RunConfig
from transfer_core.studies.grids import at_rate
from transfer_core.studies.recipes import recipe
from transfer_core.studies.study import Cell
from transfer_core.studies.summaries import at_their_best, has_learnt, points
from transfer_core.studies.watch import Watch

RATES = (0.01, 0.03, 0.1, 0.3)
FROZEN, PLAIN, TWO_PHASES = "feature_extraction", "end_to_end", "progressive_unfreezing"
GRADUAL = "gradual unfreezing"
ONE_RATE = "one rate"

# Two forms of progressive unfreezing and two pure approaches: as many settings on either side.
OURS, PURE = "progressive", "pure"
SIDES = {TWO_PHASES: OURS, GRADUAL: OURS, FROZEN: PURE, PLAIN: PURE}


def rivals(config: RunConfig) -> Iterator[Cell]:
    """Both forms and both pure approaches at every rate, watched."""
    for rate in RATES:
        arms = {name: at_rate(config, name, rate) for name in (FROZEN, PLAIN, TWO_PHASES)}
        for name, arm in {**arms, GRADUAL: Arm(recipe(config, rate, gradual=True))}.items():
            yield Cell({"unfreezing": name, "rates": ONE_RATE, "rate": rate}, config, Watch(arm))


def sides(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose per seed, on its validation images, the better form at its best rate, and the better pure approach.

    Returns
    -------
    DataFrame
        One row per scenario, ``side`` and seed.
    """
    plain = rows[rows["rates"] == ONE_RATE]
    named = plain.assign(side=plain["unfreezing"].map(SIDES))
    return at_their_best(named, ["unfreezing", "rate"], ["scenario", "side"])


def have_learnt(rows: pd.DataFrame, by: list[str]) -> bool:
    """Whether each of several arms has learnt its training images."""
    return all(has_learnt(arm) for _, arm in points(rows, by))
