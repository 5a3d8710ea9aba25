"""A map of winners, by number of images and by domain shift; and what the shift changes when every arm is at its best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import arm_of
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.statistics import Gap, paired_gap, pooled, verdict
from transfer_core.strategies import STRATEGIES
from transfer_core.studies import grids
from transfer_core.studies.conditions import Condition, Quantity, above, below, lead, negligible
from transfer_core.studies.quantifiers import At, Place, both, either
from transfer_core.studies.rules import Rule, best_of_all, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, points
from transfer_core.studies.tasks import CONTROLS, Train
from transfer_core.wording import comparative, inside, number_words, side_words

SIZES = (1, 2, 5, 10, 20, 50)
SHIFT_SHARES = (0.0, 1 / 6, 1 / 3, 2 / 3)
OPEN = "too close to call"
RIVALS = (*STRATEGIES, *BASELINES)
"""Whatever may win a cell of the map."""
SEARCHED = (*(name for name, strategy in STRATEGIES.items() if strategy.pretrained), "from_scratch")
"""Strategies that the claims are about."""


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


def map_grid(config: RunConfig) -> Iterator[Cell]:
    """Everything at every size and shift, at the rates of the knobs, small sizes first: they are quick."""
    for size in sizes(config):
        for shift in shifts(config):
            here = config.but(images_per_class=size, shift_amount=shift)
            tasks = {name: Train(arm_of(here, name)) for name in STRATEGIES} | {
                name: CONTROLS[name] for name in BASELINES
            }
            for name, task in tasks.items():
                yield Cell({"images_per_class": size, "shift": shift, "strategy": name, "rate": 0.0}, here, task)


def grid(config: RunConfig) -> Iterator[Cell]:
    """Lay out the map, and a search of the rates without a shift and at the largest."""
    yield from map_grid(config)
    amounts = shifts(config)
    for shift in sorted({amounts[0], amounts[-1]}):
        there = config.but(shift_amount=shift)
        for cell in grids.sizes_and_rates(there, SIZES, SEARCHED):
            size = cell.config.images_per_class or 0
            labels = {"images_per_class": size, "shift": shift}
            yield replace(cell, labels=labels | {name: cell.labels[name] for name in ("strategy", "rate")})


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
    measured = _by_strategy(cell.sort_values("seed"))
    found = {name: measured[name] for name in RIVALS if name in measured}
    return {name: values for name, values in found.items() if name in STRATEGIES or np.isfinite(values).all()}


def _by_strategy(rows: pd.DataFrame) -> dict[str, Array]:
    """Part the test accuracies by strategy, in the order of the rows: once, which a filter for each would not."""
    return {str(name): one.to_numpy() for name, one in rows.groupby("strategy", sort=False)["test_accuracy"]}


def winners(rows: pd.DataFrame, among: Sequence[str] = RIVALS) -> pd.DataFrame:
    """Find the winner of every cell of the map in which everything has finished.

    Parameters
    ----------
    rows : DataFrame
        Columns ``scenario``, ``images_per_class``, ``shift``, ``strategy``, ``rate``, ``seed``, ``test_accuracy``.
    among : sequence of str, default all
        Who may win.

    Returns
    -------
    DataFrame
        One row per cell: the leader and the runner-up, ``mean``, ``low``, ``high`` of the gap between them,
        ``wins`` of ``n``, the ``winner`` (or `OPEN`), and ``negative_transfer`` if from scratch is clearly
        ahead of every strategy that starts from the pretrained network.
    """
    table = []
    at_the_knobs = rows[rows["rate"] == 0]
    for (scenario, size, shift), cell in points(at_the_knobs, ["scenario", "images_per_class", "shift"]):
        if not set(RIVALS) <= set(cell["strategy"]):
            continue
        accuracy = cell_scores(cell)
        found = verdict({name: values for name, values in accuracy.items() if name in among})
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
                "negative_transfer": _OVERTAKEN.confirmed.holds(scratch_leads(accuracy)),
                **{f"accuracy_{name}": float(values.mean()) for name, values in accuracy.items()},
            }
        )
    return pd.DataFrame(table)


def summarise(rows: pd.DataFrame) -> Summary:
    """Draw the map, and compare both ends of the shift at the best rates."""
    table = winners(rows)
    amounts = sorted(table["shift"].unique())
    if len(amounts) < 2:
        return Summary(table, {name: claim.untested(NO_SHIFT) for name, claim in CLAIMS.items()})
    best = at_their_best(rows[rows["rate"] > 0], ["rate"], ["images_per_class", "shift", "strategy"])
    near, far = (best[best["shift"] == shift] for shift in (amounts[0], amounts[-1]))
    leads = {"near": _leads(near), "far": _leads(far)}
    ends = {end: pooled(list(by_size.values())) for end, by_size in leads.items()}
    return Summary(
        table,
        {
            "similar_freeze": CLAIMS["similar_freeze"].found(ends, f"{_ends_words(ends)}. {_won_words(table)}"),
            "dissimilar": _dissimilar(ends),
            "much_and_far": _much_and_far(leads["far"]),
            "negative_transfer": _negative_transfer(far, table),
        },
    )


def scratch_leads(accuracies: Mapping[str, Array]) -> dict[str, Gap]:
    """Get the lead of from scratch over each strategy that starts from the pretrained network.

    Parameters
    ----------
    accuracies : mapping of str to ndarray of shape (n_seeds,)
    """
    return {
        name: paired_gap(accuracies["from_scratch"], accuracies[name])
        for name, strategy in STRATEGIES.items()
        if strategy.pretrained
    }


def _leads(rows: pd.DataFrame) -> dict[int, Gap]:
    """End-to-end minus feature extraction, by images per class."""
    ours, theirs = {"strategy": "end_to_end"}, {"strategy": "feature_extraction"}
    return {
        int(size): gap_between(group, "test_accuracy", ours, theirs)
        for (size,), group in points(rows.sort_values("images_per_class"), ["images_per_class"])
    }


def _ends_words(ends: Mapping[str, Gap]) -> str:
    near, far = (side_words(ends[end], "feature extraction") for end in ("near", "far"))
    return f"On the mean over the sizes, end-to-end is {near} without a shift, and {far} at the largest"


def _won_words(table: pd.DataFrame) -> str:
    """Count the cells of the map."""
    decided = table[table["winner"] != OPEN]
    counts = decided["winner"].value_counts()
    shorts = {name: inside(strategy.short) for name, strategy in STRATEGIES.items()}
    shorts |= {name: inside(baseline.short) for name, baseline in BASELINES.items()}
    won = ", ".join(f"{shorts[str(name)]} {count}" for name, count in counts.items()) or "none"
    return f"Cells of the map won against all: {won}; too close to call {len(table) - len(decided)} of {len(table)}."


def _dissimilar(ends: Mapping[str, Gap]) -> Finding:
    growth = gap_of(np.subtract(ends["far"].differences, ends["near"].differences))
    words = side_words(growth, "without one", comparative("larger", "smaller"))
    return CLAIMS["dissimilar"].found(
        {**ends, "growth": growth}, f"{_ends_words(ends)}; with the shift the lead of end-to-end is {words}."
    )


def _much_and_far(by_size: Mapping[int, Gap]) -> Finding:
    least, most = min(by_size), max(by_size)
    said = f"At the largest shift and {most} images per class, end-to-end is {side_words(by_size[most], 'feature extraction')}"
    there = number_words(100 * by_size[least].interval.mean, "+.1f")
    return CLAIMS["much_and_far"].found(by_size[most], f"{said}; with {least} per class its lead is {there} points.")


def _negative_transfer(far: pd.DataFrame, table: pd.DataFrame) -> Finding:
    mean = far.groupby(["strategy", "seed"])[["test_accuracy"]].mean().reset_index()  # over the sizes
    found = scratch_leads(_by_strategy(mean))
    ordered = sorted(found.items(), key=lambda arm: arm[1].interval.mean)
    said = "; ".join(side_words(gap, inside(STRATEGIES[name].title)) for name, gap in ordered)
    return CLAIMS["negative_transfer"].found(
        found,
        f"At the largest shift, on the mean over the sizes, from scratch is {said}. At the rates of the knobs it is clearly "
        f"ahead of all of them in {int(table['negative_transfer'].sum())} of {len(table)} cells of the map.",
    )


NO_SHIFT = "This pair has no shift: nothing is farther away than the target itself."
_LEAD = lead("end-to-end", "feature extraction")
_GROWTH = Quantity(
    "what end-to-end gains on feature extraction with the shift",
    above="the lead of end-to-end over feature extraction is clearly larger than without one",
    below="the lead of end-to-end over feature extraction is clearly smaller than without one",
    key="growth",
)
_AT_BEST = "at the largest shift, on the mean over the sizes and each at its best rate"
_OVERTAKEN = best_of_all(
    Place("against", "strategy that uses the pretrained network", "strategies that use the pretrained network"),
    Quantity(
        "the lead of from scratch over a pretrained strategy",
        above="from scratch is clearly ahead",
        below="from scratch is clearly behind",
    ),
    _AT_BEST,
)


def _unshifted(condition: Condition) -> At:
    """Ask it where nothing is shifted."""
    return At("near", "without a shift", condition)


def _shifted(condition: Condition) -> At:
    """Ask it at the largest shift."""
    return At("far", "at the largest shift", condition)


_TURNED = "Rotated digits are still digits; photographs and X-rays are much further apart."

CLAIMS = MappingProxyType(
    {
        "similar_freeze": Claim(
            "Freeze where the target is similar to the source, here not shifted; fine-tune where it is different, here shifted most.",
            LESSON,
            Rule(
                both(_unshifted(below(_LEAD)), _shifted(above(_LEAD))),
                either(_unshifted(above(_LEAD)), _shifted(below(_LEAD))),
                both(_unshifted(negligible(_LEAD)), _shifted(negligible(_LEAD))),
                "on the mean over the sizes and each at its best rate",
            ),
            _TURNED,
        ),
        "dissimilar": Claim(
            "Feature extraction falls behind as the domains grow dissimilar.",
            LESSON,
            Rule(
                both(_shifted(above(_LEAD)), above(_GROWTH)),
                either(_shifted(below(_LEAD)), below(_GROWTH)),
                both(_shifted(above(_LEAD, -_LEAD.matters)), negligible(_GROWTH)),
                "on the mean over the sizes and each at its best rate",
            ),
            _TURNED,
        ),
        "much_and_far": Claim(
            "End-to-end learning is better with much data, here 500 images, and a target that differs from the source.",
            LESSON,
            signed(_LEAD, "at the largest shift and the largest size, each at its best rate"),
            "The lesson calls 10,000 images sufficient; the largest size here is a twentieth of that.",
        ),
        "negative_transfer": Claim(
            "Negative transfer at its strongest: far from the source, training from scratch beats every use of the pretrained network.",
            SOURCES["wang2019"],
            _OVERTAKEN,
            "One kind of shift, on digits, is one case; harm also depends on the method and on how many labels there are.",
        ),
    }
)

STUDY = Study(
    name="decision_map",
    title="Which strategy wins where?",
    question="Which strategy wins, by number of training images and by domain shift?",
    protocol="The map: every strategy, and every control that needs no training of a network, at every number of images per "
    "class and every shift of the target, at the rates of the knobs. The winner is the only one that may be the best, in a "
    "test over all of them that counts the choice of the leader; otherwise the cell is too close to call. Each cell is judged on its own at 95 %, so about one in "
    "twenty may be decided by luck. The claims are judged without a shift and at the largest, on the mean over the sizes, "
    "each strategy at the best of five rates on each seed's validation images, as many as there are for training.",
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

MAP = replace(
    STUDY,
    name="map",
    claims=MappingProxyType({}),
    grid=map_grid,
    summarise=lambda rows: Summary(winners(rows), {}),
)
"""The map alone, for the page that draws it for anybody's settings: the search would more than double its cells."""
