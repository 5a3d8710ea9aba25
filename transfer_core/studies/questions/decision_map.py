"""A map of winners, by number of images and by domain shift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import arm_of
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.statistics import Gap, paired_gap, verdict
from transfer_core.strategies import STRATEGIES
from transfer_core.studies import grids
from transfer_core.studies.conditions import Condition, Quantity, above, below
from transfer_core.studies.quantifiers import SIZE, At, MoreOften, Place, Times, both, either, every
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Study, Summary, Task, has_source
from transfer_core.studies.summaries import points, scores
from transfer_core.studies.tasks import PixelNeighbour, PixelRegression, Train, ZeroShot
from transfer_core.wording import inside

SIZES = (1, 2, 5, 10, 20, 50)
SHIFT_SHARES = (0.0, 1 / 6, 1 / 3, 2 / 3)
OPEN = "too close to call"
RIVALS = (*STRATEGIES, *BASELINES)
"""What competes in a cell."""
_MEASURED_BY: Mapping[str, Task] = MappingProxyType(
    {"zero_shot": ZeroShot(), "nearest_neighbour": PixelNeighbour(), "logistic_regression": PixelRegression()}
)


def sizes(config: RunConfig) -> list[int]:
    """Images per class of the columns, as many as the scenario has."""
    return grids.sizes(config, SIZES)


def shifts(config: RunConfig) -> list[float]:
    """Amounts of shift of the rows, on the steps of the scenario's slider; only 0 if it has none.

    Examples
    --------
    >>> shifts(RunConfig()), shifts(RunConfig(scenario="low_to_high"))
    ([0.0, 15.0, 30.0, 60.0], [0.0])
    """
    shift = config.pair.shift
    if shift is None:
        return [0.0]
    return [round(round(share * shift.max_amount / shift.step) * shift.step, 6) for share in SHIFT_SHARES]


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every baseline and strategy at every size and shift, small sizes first: they are quick."""
    for size in sizes(config):
        for shift in shifts(config):
            here = config.but(images_per_class=size, shift_amount=shift)
            for name in BASELINES:
                yield Cell({"images_per_class": size, "shift": shift, "strategy": name}, here, _MEASURED_BY[name])
            for strategy in STRATEGIES:
                yield Cell(
                    {"images_per_class": size, "shift": shift, "strategy": strategy},
                    here,
                    Train(arm_of(here, strategy)),
                )


def cell_scores(cell: pd.DataFrame) -> dict[str, Array]:
    """Get the test accuracies of one cell, by rival; what has no number there does not compete.

    Parameters
    ----------
    cell : DataFrame
        Rows of one size and shift.

    Returns
    -------
    dict of str to ndarray of shape (n_seeds,)
        Strategies first, baselines after them; only those that have finished.
    """
    measured = set(cell["strategy"])
    found = {name: scores(cell, "test_accuracy", strategy=name) for name in RIVALS if name in measured}
    return {name: values for name, values in found.items() if name in STRATEGIES or np.isfinite(values).all()}


def winners(rows: pd.DataFrame, among: Sequence[str] = RIVALS) -> pd.DataFrame:
    """Find the winner of every cell whose rivals have all finished.

    Parameters
    ----------
    rows : DataFrame
        Columns ``scenario``, ``images_per_class``, ``shift``, ``strategy``, ``seed``, ``test_accuracy``.
    among : sequence of str, default all
        Strategies and baselines that may win.

    Returns
    -------
    DataFrame
        One row per cell: the leader and the runner-up, ``mean``, ``low``, ``high`` of the gap between them,
        ``wins`` of ``n``, the ``winner`` (or `OPEN`), and ``negative_transfer`` if from scratch is clearly
        ahead of every strategy that starts from the pretrained network.
    """
    table = []
    wanted = {*STRATEGIES, *rows["strategy"]}
    for (scenario, size, shift), cell in points(rows, ["scenario", "images_per_class", "shift"]):
        if set(cell["strategy"]) != wanted:
            continue
        by_rival = cell_scores(cell)
        found = verdict({name: values for name, values in by_rival.items() if name in among})
        runner_up, gap = found.closest
        table.append(
            {
                "scenario": scenario,
                "images_per_class": int(size),
                "shift": float(shift),
                "winner": OPEN if found.inconclusive else found.leader,
                "leader": found.leader,
                "runner_up": runner_up,
                **gap.interval._asdict(),
                "wins": gap.wins,
                "n": gap.n,
                "negative_transfer": _OVERTAKEN.holds(scratch_leads(cell)),
                **{f"accuracy_{name}": float(values.mean()) for name, values in by_rival.items()},
            }
        )
    return pd.DataFrame(table)


def summarise(rows: pd.DataFrame) -> Summary:
    """Count what wins where."""
    table = winners(rows)
    decided = table[table["winner"] != OPEN]
    gaps = {
        (size, shift): paired_gap(
            scores(cell, "test_accuracy", strategy="end_to_end"),
            scores(cell, "test_accuracy", strategy="feature_extraction"),
        )
        for (size, shift), cell in points(rows, ["images_per_class", "shift"])
    }
    near, far = min(shift for _, shift in gaps), max(shift for _, shift in gaps)
    frozen_near = sum(gap.sign < 0 for (_, shift), gap in gaps.items() if shift == near)
    full_near = sum(gap.sign > 0 for (_, shift), gap in gaps.items() if shift == near)
    full_far = sum(gap.sign > 0 for (_, shift), gap in gaps.items() if shift == far)
    n_sizes = len({size for size, _ in gaps})
    frozen_words = (
        f"Unshifted, feature extraction is clearly ahead of end-to-end at {frozen_near} of {n_sizes} sizes and behind at "
        f"{full_near}"
    )
    if near < far:
        frozen_words += f"; at the largest shift it is behind at {full_far}"
    ends = {
        end: {size: gap for (size, shift), gap in gaps.items() if shift == amount}
        for end, amount in (("near", near), ("far", far))
    }
    counts = decided["winner"].value_counts()
    won = (
        ", ".join(
            f"{inside((STRATEGIES[str(name)] if name in STRATEGIES else BASELINES[str(name)]).short)} {count}"
            for name, count in counts.items()
        )
        or "none"
    )
    return Summary(
        table,
        {
            "similar_freeze": CLAIMS["similar_freeze"].found(
                ends if near < far else {},
                f"{frozen_words}. Cells won against all: {won}; too close to call {len(table) - len(decided)} of "
                f"{len(table)}.",
            ),
            "negative_transfer": CLAIMS["negative_transfer"].found(
                {
                    size: scratch_leads(cell)
                    for (size, shift), cell in points(rows, ["images_per_class", "shift"])
                    if shift == far
                }
                if near < far
                else {},
                _negative_words(table, near, far),
            ),
        },
    )


def scratch_leads(cell: pd.DataFrame) -> dict[str, Gap]:
    """Get the lead of from scratch over each strategy that starts from the pretrained network."""
    scratch = scores(cell, "test_accuracy", strategy="from_scratch")
    return {
        name: paired_gap(scratch, scores(cell, "test_accuracy", strategy=name))
        for name, strategy in STRATEGIES.items()
        if strategy.pretrained
    }


def _negative_words(table: pd.DataFrame, near: float, far: float) -> str:
    """Count at the largest shift, where the target is far from the source, and everywhere."""
    there = table.loc[table["shift"] == far, "negative_transfer"]
    negative, everywhere = int(there.sum()), int(table["negative_transfer"].sum())
    ahead = "From scratch is clearly ahead of every strategy that starts from the pretrained network"
    of_all = f"{everywhere} of {len(table)} cells"
    if near == far:
        return f"{ahead} in {of_all}, but there is no larger shift to judge by."
    return f"{ahead} at {negative} of {len(there)} sizes at the largest shift, and in {of_all}."


_LEAD = Quantity(
    "the lead of end-to-end over feature extraction",
    above="end-to-end is clearly ahead of feature extraction",
    below="feature extraction is clearly ahead of end-to-end",
)
_OVERTAKEN = every(
    Place("against", "strategy that uses the pretrained network", "strategies that use the pretrained network"),
    above(Quantity("the lead of from scratch", above="from scratch is clearly ahead")),
)


def _unshifted(condition: Condition) -> At:
    """Ask it where nothing is shifted."""
    return At("near", "unshifted", condition)


def _shifted(condition: Condition) -> At:
    """Ask it at the largest shift."""
    return At("far", "at the largest shift", condition)


CLAIMS = MappingProxyType(
    {
        "similar_freeze": Claim(
            "Freeze where the target is similar to the source; fine-tune where it is different.",
            LESSON,
            Rule(
                both(
                    MoreOften(SIZE, _unshifted(below(_LEAD)), _unshifted(above(_LEAD))),
                    _shifted(every(SIZE, above(_LEAD))),
                ),
                either(
                    _unshifted(Times(SIZE, above(_LEAD), "half")),
                    MoreOften(SIZE, _unshifted(above(_LEAD)), _shifted(above(_LEAD))),
                ),
            ),
        ),
        "negative_transfer": Claim(
            "Pretraining can hurt: where source and target are far apart, transfer is negative and training from scratch wins.",
            SOURCES["wang2019"],
            Rule(
                Times(SIZE, _OVERTAKEN, "half"),
                Times(SIZE, _OVERTAKEN, "no"),
                "at the largest shift, at the rates of the knobs",
            ),
        ),
    }
)

STUDY = Study(
    name="decision_map",
    title="Which strategy wins where?",
    question="Which strategy wins, by number of training images and by domain shift?",
    protocol="Every strategy runs in every cell of images per class and shift of the target, at the rates of the knobs, beside "
    "zero-shot, nearest neighbour and logistic regression. The winner is the only one that may be the best, in a test over "
    "all of them that counts the choice of the leader; otherwise the cell is too close to call. Each cell is judged on its "
    "own at 95 %, so about one in twenty may be decided by luck.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "map",
        Axis("images_per_class", "Training images per class", "ordinal"),
        Axis("shift", "Shift of the target", "ordinal"),
        series="winner",
        cell="Ahead of the runner-up",
        mark="negative_transfer",
        mark_title="from scratch beats every use of the pretrained network",
    ),
    swept=("images_per_class", "shift_amount"),
    order=2,
    suits=has_source,
)
