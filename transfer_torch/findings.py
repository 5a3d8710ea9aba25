"""From trainings to an answer: rates chosen on validation, a table, verdicts, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, Verdict, verdict
from transfer_core.studies.summaries import at_their_best, has_learnt, intervals, points, scores
from transfer_core.wording import inside, join_words, verdict_evidence, verdict_sentence
from transfer_torch.arms import ARMS

KNOBS, ARM = ("head_rate", "backbone_rate"), ("arm", "size")
STYLES = {"test": "same style", "other": "other style"}
TITLES = {name: recipe.title for name, recipe in ARMS.items()}


class Findings(NamedTuple):
    """What was found.

    Attributes
    ----------
    best : DataFrame
        One row per arm, size and seed: the setting that is best on that seed's validation pictures.
    table : DataFrame
        One row per style, arm and size: ``mean``, ``low``, ``high`` and ``n``, the rates chosen most often, the
        accuracy on the training pictures, the loss on those of the validation, and the seconds of one training.
    """

    best: pd.DataFrame
    table: pd.DataFrame


def complete(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the arms and sizes at which every seed has every setting.

    Parameters
    ----------
    rows : DataFrame
        As for `summarise`.
    """
    n = rows["seed"].nunique()
    counts = rows.groupby(["arm", "size"])["seed"].transform("size")
    wanted = rows["arm"].map({name: len(recipe.grid) for name, recipe in ARMS.items()}) * n
    return rows[counts == wanted].reset_index(drop=True)


def summarise(rows: pd.DataFrame) -> Findings:
    """Choose the rates of each arm, size and seed, and average over the seeds.

    Parameters
    ----------
    rows : DataFrame
        One row per training, as `transfer_torch.grid.rows` gives them.
    """
    best = at_their_best(rows, KNOBS, ARM, "val_accuracy")
    about = best.groupby(list(ARM), sort=False)[["train_accuracy", "val_accuracy", "seconds", *KNOBS]].mean()
    tables = [
        intervals(best, ARM, f"{part}_accuracy").merge(about.reset_index(), on=list(ARM)).assign(style=style)
        for part, style in STYLES.items()
        if f"{part}_accuracy" in best
    ]
    return Findings(best, pd.concat(tables, ignore_index=True))


def verdicts(found: Findings, part: str = "test") -> dict[int, Verdict]:
    """Compare the arms at each size.

    Parameters
    ----------
    found : Findings
        Of at least two arms.
    part : {"test", "other"}
    """
    return {
        int(size): verdict(_by_arm(at_size, f"{part}_accuracy")) for (size,), at_size in points(found.best, ["size"])
    }


def _by_arm(best: pd.DataFrame, value: str) -> Mapping[str, Array]:
    return {str(arm): scores(group, value) for (arm,), group in points(best, ["arm"])}


def advice(found: Findings) -> str:
    """Say what to do with as many pictures as were measured at most.

    Returns
    -------
    str
        Of arms that cannot be told apart, the first in `transfer_torch.arms.ARMS`, which costs least.
    """
    of_sizes = verdicts(found)
    size = max(of_sizes)
    at = f"With {size} picture{'s' if size > 1 else ''} per class"
    one = of_sizes[size]
    if one.closest[1].n < MIN_SEEDS:
        return f"{at}, {MIN_SEEDS} seeds or more would allow advice."
    if not one.inconclusive:
        return f"{at}, {ARMS[one.leader].advice}."
    level = [name for name in ARMS if name in (one.leader, *one.tied)]
    others = join_words([inside(TITLES[name]) for name in level[1:]])
    return f"{at}, {ARMS[level[0]].advice}: {others} cost{'s' if len(level) == 2 else ''} more and may be no better."


def sentences(found: Findings) -> list[str]:
    """Word the verdict at each size and, where there is one, in the other style."""
    lines = []
    for part, style in STYLES.items():
        if f"{part}_accuracy" not in found.best or found.best["arm"].nunique() < 2:
            continue
        for size, one in verdicts(found, part).items():
            where = f"{size} per class" + (f", {style}" if part == "other" else "")
            lines.append(f"{where}: {verdict_sentence(one, TITLES)} {verdict_evidence(one, TITLES)}".rstrip())
    return lines


def doubts(found: Findings) -> list[str]:
    """Name the arms whose result says little: those that did not learn their training pictures."""
    return [
        f"{TITLES[arm]} did not learn its training pictures at {size} per class: more --epochs may change its place."
        for (arm, size), rows in points(found.best, ARM)
        if not has_learnt(rows)
    ]
