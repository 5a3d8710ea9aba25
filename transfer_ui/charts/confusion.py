"""Which class was taken for which: one table of counts per strategy, in which a click opens the images."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_ui import nouns
from transfer_ui.charts import alt, base
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import INK, MUTED, PAPER

PICK = "pick"
ROW, MARGIN = 24, 46  # pixels
RIGHT = {"light": ["#E7EEF3", "#7FA8C4"], "dark": ["#1B2A35", "#3F6E8C"]}
WRONG = {"light": ["#FBD9BF", "#C2410C"], "dark": ["#5A3A22", "#FF9A5C"]}
DEEP = 0.6  # share of the deepest colour from which words are written in paper


class Cell(NamedTuple):
    """A true class and an answer, by their names."""

    true: str
    answer: str


def rows_of(counts: Array, classes: Sequence[str]) -> pd.DataFrame:
    """One row per cell: ``true``, ``answer``, ``count``, and whether it is ``right``.

    Examples
    --------
    >>> rows_of(np.array([[5, 1], [0, 4]]), ["a", "b"])["count"].tolist()
    [5, 1, 0, 4]
    """
    n = len(classes)
    return pd.DataFrame(
        {
            "true": np.repeat(list(classes), n),
            "answer": np.tile(list(classes), n),
            "count": counts.ravel().astype(int),
            "right": np.eye(n, dtype=bool).ravel(),
        }
    )


def template(mode: str, classes: Sequence[str]) -> Spec:
    """Make the table for these classes, which may be somebody's own and are kept nowhere."""
    spec = deepcopy(_template(mode, len(classes)))
    for layer in spec["layer"]:
        for axis in {"x", "y"} & layer["encoding"].keys():
            layer["encoding"][axis]["sort"] = list(classes)
    return spec


@kept
def _template(mode: str, n_classes: int) -> Spec:
    """Make the table: right answers cool, wrong ones warm, deeper for more."""
    x = alt.X("answer:N").axis(labelAngle=0, domain=False, ticks=False, orient="top").title("Answer")
    y = alt.Y("true:N").axis(domain=False, ticks=False).title("True class")
    cells = alt.Chart(base.NO_DATA).encode(x=x, y=y)
    pick = alt.selection_point(PICK, fields=["true", "answer"], empty=False)
    edge = alt.condition(pick, alt.value(INK[mode]), alt.value(PAPER[mode]))
    tooltip = [
        alt.Tooltip("true:N", title="True class"),
        alt.Tooltip("answer:N", title="Answer"),
        alt.Tooltip("count:Q", title="Images"),
    ]

    def filled(condition: str, scale: list[str], top: str) -> alt.Chart:
        colour = alt.Color("count:Q").scale(range=scale, domain=[0, base.framed(top)]).legend(None)
        shown: alt.Chart = (
            cells.transform_filter(condition)
            .mark_rect(cornerRadius=2, strokeWidth=1.5, cursor="pointer")
            .encode(color=colour, stroke=edge, tooltip=tooltip)
        )
        return shown

    empty = cells.mark_rect(color=MUTED[mode], opacity=0.06).encode(tooltip=alt.value(None))
    # On the deepest cells the ink of the page would be hard to read.
    deep = base.framed(f"!datum.right && datum.count > {DEEP} * frame.most_wrong").expr
    words = (
        cells.transform_filter("datum.count > 0")
        .mark_text(fontSize=alt.ExprRef(f"{base.FULL_SCREEN} ? 15 : 11"), tooltip=None)
        .encode(text="count:Q", color=alt.condition(deep, alt.value(PAPER[mode]), alt.value(INK[mode])))
    )
    right = filled("datum.right", RIGHT[mode], "frame.most_right").add_params(pick)
    wrong = filled("!datum.right && datum.count > 0", WRONG[mode], "frame.most_wrong")
    chart = alt.layer(empty, right, wrong, words).resolve_scale(color="independent")
    return base.template(chart.properties(height=MARGIN + ROW * n_classes), mode)


def show(counts: Array, n: int, classes: Sequence[str], title: str, mode: str, key: str) -> Cell | None:
    """Draw the table and give the cell that was clicked; of the `n` images, a network that diverged answers only some."""
    off = counts - np.diag(np.diag(counts))
    true, answer = divmod(int(off.argmax()), len(classes))
    if off.any():
        worst = f"Most often {classes[true]} is taken for {classes[answer]}, {off.max()} times."
    else:
        worst = "No errors." if counts.any() else "It diverged, and answers nothing."
    picked = base.show_and_pick(
        template(mode, classes),
        rows_of(counts, classes),
        alt=f"Confusion matrix of {title}: {int(np.trace(counts))} of {n} {nouns.said_here('validation images')} right. {worst}",
        key=key,
        pick=PICK,
        frame={"most_right": max(1, int(np.diag(counts).max())), "most_wrong": max(1, int(off.max()))},
    )
    return Cell(str(picked["true"]), str(picked["answer"])) if picked else None
