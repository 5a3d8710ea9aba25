"""The three things that people call forgetting, side by side: what each arm has lost, in points of old accuracy."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_ui.charts import alt, base
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.followed import FOLLOWED, looks, short
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.strip import shown_interval
from transfer_ui.palette import INK

HEIGHT = 300
MEANINGS = {
    "fit": "Old head|no longer fits",
    "features": "Features|are lost",
    "labels": "Answers|overwritten",
}
"""Each under the name of what is lost; a line of the axis ends at a bar."""


def lost(result: RunResult, meaning: str) -> Array:
    """Accuracy on the old task that is gone, in one of three senses, ``(n_seeds,)``.

    Parameters
    ----------
    result : RunResult
        With the measures of `transfer_core.old_task`.
    meaning : str
        A key of `MEANINGS`: for the old head, for a head trained anew, or for the head in use now.
    """
    measured = {name: series.values for name, series in result.measured.items()}
    before, after = {
        "fit": (measured["source_accuracy"][0], measured["source_accuracy"][-1]),
        "features": (measured["source_reprobed"][0], measured["source_reprobed"][-1]),
        "labels": (measured["source_accuracy"][0], measured["source_named"][-1]),
    }[meaning]
    loss: Array = before - after
    return loss


def meaning_rows(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per meaning and arm, with the interval."""
    rows = []
    for meaning, words in MEANINGS.items():
        for name, result in results.items():
            mean, low, high = shown_interval(lost(result, meaning))
            rows.append({"meaning": words, "arm": short(name), "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows)


@kept
def meaning_template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    look = looks(mode, legend=True)
    y = (
        alt.Y("meaning:N")
        .scale(domain=list(MEANINGS.values()), paddingInner=0.3)
        .axis(labelExpr="split(datum.label, '|')", domain=False, ticks=False, labelFontSize=13, labelLineHeight=16)
        .title(None)
    )
    beside = alt.YOffset("arm:N").scale(domain=[short(name) for name in FOLLOWED])

    def x(field: str) -> alt.X:
        points = alt.Axis(labelExpr="replace(format(100 * datum.value, '.0f'), '-', '−')", tickCount=6)
        return (
            alt.X(f"{field}:Q")
            .scale(zero=True, nice=False, padding=14)
            .axis(points)
            .title("Points of accuracy on the old task that are lost")
        )

    rows = alt.Chart(base.NO_DATA)
    zero = rows.transform_aggregate(n="count()").mark_rule(color=INK[mode], strokeDash=[2, 2], tooltip=None)
    bars = rows.mark_bar(opacity=0.22, tooltip=None).encode(x=x("mean"), y=y, yOffset=beside, color=look.colour)
    rules = rows.mark_rule(strokeWidth=2.5, tooltip=None).encode(
        x=x("low"), x2="high:Q", y=y, yOffset=beside, color=look.colour
    )
    dots = rows.mark_point(filled=True, size=80, opacity=1).encode(
        x=x("mean"),
        y=y,
        yOffset=beside,
        color=look.colour,
        shape=look.shape,
        tooltip=[
            alt.Tooltip("arm:N", title="Arm"),
            *mean_tooltips("Lost"),
        ],
    )
    layers = (zero.encode(x=alt.datum(0)), bars, rules, dots)
    return base.template(alt.layer(*layers).properties(height=HEIGHT), mode)


def draw(rows: pd.DataFrame, mode: str, place: base.Place, words: str = "Runs are under way.") -> None:
    """Draw the arms so far, in place of the previous picture."""
    base.show(
        meaning_template(mode),
        rows,
        alt=f"Points of old accuracy lost, in three senses of forgetting, by arm. {words}",
        place=place,
    )
