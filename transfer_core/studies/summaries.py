"""From rows to tables with paired intervals: what the summaries of all studies are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.scenarios import title_of
from transfer_core.statistics import MIN_SEEDS, Gap, mean_interval, paired_gap

LEARNT = 0.9
"""Share of its training images that an arm must get right in the end to be judged."""


def points(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Go through the points of a grid in the order of the rows.

    Yields
    ------
    tuple of (tuple of values, DataFrame)
        The values of the columns `by`, and the rows that have them.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": list("bba"), "seed": [0, 1, 0]})
    >>> [(arm, len(group)) for (arm,), group in points(rows, ["arm"])]
    [('b', 2), ('a', 1)]
    """
    for point, group in rows.groupby(list(by), sort=False):
        yield tuple(point), group


def intervals(rows: pd.DataFrame, by: Sequence[str], value: str) -> pd.DataFrame:
    """Mean of a column over the seeds, with its interval.

    Parameters
    ----------
    rows : DataFrame
        One row per point and seed.
    by : sequence of str
        Columns that make a point.
    value : str
        Column to average.

    Returns
    -------
    DataFrame
        Columns `by`, ``mean``, ``low``, ``high``, ``n``; points in the order of the rows.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": list("aabb"), "seed": [0, 1, 0, 1], "accuracy": [0.5, 0.7, 0.8, 0.8]})
    >>> intervals(rows, ["arm"], "accuracy")["mean"].round(3).tolist()
    [0.6, 0.8]
    """
    table = []
    for point, group in points(rows, by):
        interval = mean_interval(group[value].to_numpy())
        table.append({**dict(zip(by, point, strict=True)), **interval._asdict(), "n": len(group)})
    return pd.DataFrame(table)


def scores(rows: pd.DataFrame, value: str, **where: object) -> np.ndarray:
    """Values of one point in the order of the seeds, so that two points can be paired.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": ["a", "a", "b"], "seed": [1, 0, 0], "accuracy": [0.7, 0.5, 0.9]})
    >>> scores(rows, "accuracy", arm="a").tolist()
    [0.5, 0.7]
    """
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    return rows.sort_values("seed")[value].to_numpy()


def gap_between(rows: pd.DataFrame, value: str, ours: Mapping[str, object], theirs: Mapping[str, object]) -> Gap:
    """Compare two points seed by seed.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": ["a", "b"], "seed": [0, 0], "accuracy": [0.7, 0.5]})
    >>> gap_between(rows, "accuracy", {"arm": "a"}, {"arm": "b"}).wins
    1
    """
    return paired_gap(scores(rows, value, **ours), scores(rows, value, **theirs))


def chosen(rows: pd.DataFrame, knobs: Sequence[str], by: Sequence[str], value: str = "val_score") -> pd.DataFrame:
    """Choose, for each arm and seed, the setting that is best on that seed's own validation images.

    Parameters
    ----------
    rows : DataFrame
    knobs : sequence of str
        Columns that were searched, such as the learning rate.
    by : sequence of str
        Columns that make an arm.
    value : str
        What to choose by, higher is better; ties go to the setting that comes first.

    Returns
    -------
    DataFrame
        Columns `by`, ``seed`` and `knobs`: one row per arm and seed.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": list("aaaa"), "seed": [0, 0, 1, 1], "rate": [0.1, 0.2, 0.1, 0.2]})
    >>> chosen(rows.assign(val_score=[0.5, 0.6, 0.9, 0.6]), ["rate"], ["arm"])["rate"].tolist()
    [0.2, 0.1]
    """
    # A run that broke down has no score worth choosing; the last bit, which depends on the versions, breaks no ties.
    scored = rows.assign(**{value: rows[value].fillna(-np.inf).round(9)}).reset_index(drop=True)
    best = scored.loc[scored.groupby([*by, "seed"], sort=False)[value].idxmax()]
    return best[[*by, "seed", *knobs]].reset_index(drop=True)


def at_their_best(
    rows: pd.DataFrame,
    knobs: Sequence[str],
    by: Sequence[str],
    value: str = "val_score",
    judged: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Keep, for each arm and seed, the setting that is best on that seed's own validation images.

    Parameters
    ----------
    rows : DataFrame
    knobs, by, value
        As in `chosen`.
    judged : DataFrame, optional
        Rows to choose by, such as those of the last epoch; by default all.

    Returns
    -------
    DataFrame
        The rows of the chosen settings. The columns of the knobs name the setting that is chosen most often for an arm,
        so that an arm stays one point of a table; ``{knob}_chosen`` has each seed's own.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": "a", "seed": [0, 0, 1, 1, 2, 2], "rate": 3 * [0.1, 0.2]})
    >>> best = at_their_best(rows.assign(val_score=[0.5, 0.6, 0.9, 0.6, 0.1, 0.2]), ["rate"], ["arm"])
    >>> best["rate"].tolist(), best["rate_chosen"].tolist()
    ([0.2, 0.2, 0.2], [0.2, 0.1, 0.2])
    """
    choices = chosen(rows if judged is None else judged, knobs, by, value)
    best = rows.merge(choices, on=[*by, "seed", *knobs])
    best = best.rename(columns={knob: f"{knob}_chosen" for knob in knobs})
    counts = choices.groupby([*by, *knobs], sort=False).size().reset_index(name="times")
    typical = counts.loc[counts.groupby(list(by), sort=False)["times"].idxmax()]
    return best.merge(typical[[*by, *knobs]], on=list(by))


def enough(rows: pd.DataFrame) -> bool:
    """Whether there are enough seeds to decide anything."""
    return int(rows["seed"].nunique()) >= MIN_SEEDS


def gap_of(differences: Array | pd.Series) -> Gap:
    """Turn differences that are already paired into a gap.

    Examples
    --------
    >>> gap_of(np.array([0.1, -0.2, 0.3])).wins
    2
    """
    return paired_gap(np.asarray(differences), np.zeros(len(differences)))


def by_title(gaps: Mapping[str, Gap]) -> dict[str, Gap]:
    """Name gaps by the titles of their scenarios.

    Examples
    --------
    >>> list(by_title({"digits_to_ink": gap_of(np.array([0.1]))}))
    ['Digits to much or little ink']
    """
    return {title_of(scenario): gap for scenario, gap in gaps.items()}


def by_place(*known: str) -> Callable[[pd.Series], pd.Series]:
    """Make a key that sorts names by their place in a list, and all others after them.

    Examples
    --------
    >>> by_place("b", "a")(pd.Series(["a", "z", "b"])).tolist()
    [1, 2, 0]
    """
    places = {name: place for place, name in enumerate(known)}
    return lambda names: names.map(lambda name: places.get(name, len(places)))


def has_learnt(rows: pd.DataFrame) -> bool:
    """Whether an arm has learnt its training images: one that has not says nothing about what it can learn.

    Examples
    --------
    >>> has_learnt(pd.DataFrame({"train_accuracy": [1.0, 0.95]})), has_learnt(pd.DataFrame({"train_accuracy": [0.5]}))
    (True, False)
    """
    return bool(rows["train_accuracy"].mean() >= LEARNT)
