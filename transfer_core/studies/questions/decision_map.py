"""A map of winners, by number of images and by shift of the domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType

import pandas as pd

from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS
from transfer_core.splits import max_images_per_class
from transfer_core.statistics import paired_gap, verdict
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.study import (
    CONFIRMED,
    INCONCLUSIVE,
    LESSON,
    REFUTED,
    Axis,
    Cell,
    Claim,
    Figure,
    Finding,
    Source,
    Study,
    Summary,
)
from transfer_core.studies.summaries import enough, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.wording import inside

SIZES = (1, 2, 5, 10, 20, 50)
SHIFT_SHARES = (0.0, 1 / 6, 1 / 3, 2 / 3)
OPEN = "too close to call"


def sizes(scenario: str) -> list[int]:
    """Images per class of the columns, as many as the scenario has."""
    return [size for size in SIZES if size <= max_images_per_class(scenario)]


def shifts(scenario: str) -> list[float]:
    """Amounts of shift of the rows, on the steps of the scenario's slider; 0 alone where it has none.

    Examples
    --------
    >>> shifts("mnist_to_digits"), shifts("low_to_high")
    ([0.0, 15.0, 30.0, 60.0], [0.0])
    """
    shift = SCENARIOS[scenario].shift
    if shift is None:
        return [0.0]
    return [round(round(share * shift.max_amount / shift.step) * shift.step, 6) for share in SHIFT_SHARES]


def grid(config: RunConfig) -> Iterator[Cell]:
    """Every strategy at every size and shift, small sizes first: they are quick."""
    for size in sizes(config.scenario):
        for shift in shifts(config.scenario):
            here = config.but(images_per_class=size, shift_amount=shift)
            for strategy in STRATEGIES:
                yield Cell(
                    {"images_per_class": size, "shift": shift, "strategy": strategy}, here, Train.of(here, strategy)
                )


def winners(rows: pd.DataFrame, among: Sequence[str] = tuple(STRATEGIES)) -> pd.DataFrame:
    """Find the winner of every cell whose strategies are all done.

    Parameters
    ----------
    rows : DataFrame
        Columns ``scenario``, ``images_per_class``, ``shift``, ``strategy``, ``seed``, ``test_accuracy``.
    among : sequence of str, default all
        Strategies that may win.

    Returns
    -------
    DataFrame
        One row a cell: the leader and the runner-up, ``mean``, ``low``, ``high`` of the gap between them,
        ``wins`` of ``n``, the ``winner`` (or `OPEN`), and ``negative_transfer`` where from scratch is clearly
        ahead of every strategy that starts from the pretrained network.
    """
    table = []
    for (scenario, size, shift), cell in points(rows, ["scenario", "images_per_class", "shift"]):
        if set(cell["strategy"]) != set(STRATEGIES):
            continue
        by_strategy = {name: scores(cell, "test_accuracy", strategy=name) for name in STRATEGIES}
        found = verdict({name: by_strategy[name] for name in among})
        runner_up, gap = next(iter(found.gaps.items()))
        scratch = [
            paired_gap(by_strategy["from_scratch"], by_strategy[name]).sign
            for name, strategy in STRATEGIES.items()
            if strategy.pretrained
        ]
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
                "negative_transfer": all(sign > 0 for sign in scratch),
                **{f"accuracy_{name}": float(values.mean()) for name, values in by_strategy.items()},
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
    similarity = INCONCLUSIVE
    if near < far and full_far == n_sizes and frozen_near > full_near:
        similarity = CONFIRMED
    elif near < far and (full_near >= n_sizes / 2 or full_far < full_near):
        similarity = REFUTED
    counts = decided["winner"].value_counts()
    won = ", ".join(f"{inside(STRATEGIES[str(name)].short)} {count}" for name, count in counts.items()) or "none"
    return Summary(
        table,
        {
            "similar_freeze": Finding(
                similarity,
                f"{frozen_words}. Cells won against all: {won}; too close to call {len(table) - len(decided)} of "
                f"{len(table)}.",
            ),
            "negative_transfer": _negative_transfer(table, near, far, enough(rows)),
        },
    )


def _negative_transfer(table: pd.DataFrame, near: float, far: float, enough_seeds: bool) -> Finding:
    """Judge at the largest shift, where the target is far from the source, and count everywhere."""
    there = table.loc[table["shift"] == far, "negative_transfer"]
    negative, everywhere = int(there.sum()), int(table["negative_transfer"].sum())
    ahead = "From scratch is clearly ahead of every strategy that starts from the pretrained network"
    of_all = f"{everywhere} of {len(table)} cells"
    if near == far:
        return Finding(INCONCLUSIVE, f"{ahead} in {of_all}, but there is no larger shift to judge by.")
    verdict = INCONCLUSIVE
    if negative and negative >= len(there) / 2:
        verdict = CONFIRMED
    elif enough_seeds and len(there) and not negative:
        verdict = REFUTED
    return Finding(verdict, f"{ahead} at {negative} of {len(there)} sizes at the largest shift, and in {of_all}.")


CLAIMS = MappingProxyType(
    {
        "similar_freeze": Claim(
            "Freeze where the target is similar to the source; fine-tune where it is different.",
            LESSON,
            confirmed_if="unshifted, feature extraction is clearly ahead of end-to-end at more sizes than behind, and at the "
            "largest shift end-to-end is clearly ahead at every size",
            refuted_if="unshifted, end-to-end is clearly ahead at half of the sizes or more, or at more than at the largest shift",
        ),
        "negative_transfer": Claim(
            "Pretraining can hurt: where source and target are far apart, transfer is negative and training from scratch wins.",
            Source("Wang et al.", 2019, "1811.09751"),
            confirmed_if="at the largest shift, at the rates of the knobs, from scratch is clearly ahead of every strategy that "
            "uses the pretrained network at half of the sizes or more",
            refuted_if="at the largest shift, at the rates of the knobs, it is so at no size",
        ),
    }
)

STUDY = Study(
    name="decision_map",
    title="Which strategy wins where?",
    question="Which strategy wins, by training images and by shift of the domain?",
    protocol="Every strategy in every cell of images per class and shift of the target, at the rates of the knobs. The winner "
    "is ahead of every other arm with an interval that does not hold zero; otherwise the cell is too close to call. Each "
    "cell is judged by itself at 95 %, so about one in twenty may be decided by luck.",
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
    scenarios=tuple(name for name, scenario in SCENARIOS.items() if scenario.source is not None),
)
