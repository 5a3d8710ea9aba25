"""From rows to tables with paired intervals: what the summaries of all studies are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.scenarios import title_of
from transfer_core.statistics import MIN_SEEDS, Gap, mean_interval, paired_gap

MARGIN = 0.01
"""A difference in accuracy of less than one point is not worth having."""


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


def at_their_best(
    rows: pd.DataFrame, knobs: Sequence[str], by: Sequence[str], value: str = "val_accuracy"
) -> pd.DataFrame:
    """Keep, for each arm, the setting that is best on the validation images.

    Parameters
    ----------
    rows : DataFrame
    knobs : sequence of str
        Columns that were searched, such as the learning rate. One setting is chosen for all seeds.
    by : sequence of str
        Columns that make an arm.
    value : str
        What to choose by, higher is better; ties go to the setting that comes first.

    Returns
    -------
    DataFrame
        The rows of the chosen settings.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": list("aab"), "rate": [0.1, 0.2, 0.1], "val_accuracy": [0.5, 0.6, 0.4]})
    >>> at_their_best(rows, ["rate"], ["arm"])[["arm", "rate"]].values.tolist()
    [['a', 0.2], ['b', 0.1]]
    """
    # A run that broke down has no accuracy worth choosing.
    means = rows.fillna({value: -np.inf}).groupby([*by, *knobs], sort=False)[value].mean().reset_index()
    means[value] = means[value].round(9)  # or the last bit, which depends on the versions, would break ties
    best = means.loc[means.groupby(list(by), sort=False)[value].idxmax()]
    return rows.merge(best[[*by, *knobs]], on=[*by, *knobs])


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
