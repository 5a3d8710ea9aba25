"""Which old classes are lost, and when: one row per class, deeper for more points lost."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from transfer_core import RunResult
from transfer_ui.charts import alt, base
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.lost_images import in_order, lost_by_class
from transfer_ui.palette import INK

ROW_HEIGHT = 26
ROOM_FOR_NUMBERS = 64  # pixels on the right
LOST = {"light": ["#FBF3EC", "#9A3412"], "dark": ["#2B2420", "#FDBA74"]}
LEAST = 0.05  # of accuracy at the deep end of the scale: less is not made to look like much


def class_rows(result: RunResult, classes: Sequence[str]) -> pd.DataFrame:
    """One row per class and look, the class that has lost most first.

    Parameters
    ----------
    result : RunResult
        With `transfer_core.old_task.OldHead`.
    classes : sequence of str
        Names of the source's classes.

    Returns
    -------
    DataFrame
        ``label``, ``start`` and ``end`` (epochs), ``accuracy``, ``lost``, ``words`` (at the end alone).
    """
    series, loss = result.measured["source_class_accuracy"], lost_by_class(result)
    accuracy = series.values.mean(axis=1)
    looks = list(zip(series.epochs, series.epochs[1:], strict=False))
    return pd.DataFrame(
        [
            {
                "label": classes[index],
                "start": start,
                "end": end,
                "accuracy": accuracy[look, index],
                "lost": loss[look, index],
                "words": points_words(loss[look, index]) if look == len(looks) else "",
            }
            for index in in_order(result)
            for look, (start, end) in enumerate(looks, start=1)
        ]
    )


def points_words(loss: float) -> str:
    """Write a loss as what became of the accuracy.

    Examples
    --------
    >>> points_words(0.123), points_words(-0.002), points_words(0.0)
    ('−12.3', '+0.2', '0.0')
    """
    return f"{-100 * loss:+.1f}".replace("-", "−") if abs(loss) >= 0.0005 else "0.0"


@kept
def class_template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    end = base.framed(f"frame.n_epochs * width / max(width - {ROOM_FOR_NUMBERS}, 60)")
    x = (
        alt.X("start:Q")
        .scale(domain=[0, end], nice=False)
        .axis(values=base.epoch_ticks("n_epochs"), grid=False)
        .title("Epoch")
    )
    y = alt.Y("label:N").sort(None).axis(domain=False, ticks=False, labelFontSize=13).title("Old class")
    colour = alt.Color("lost:Q").scale(domain=[0, base.framed("frame.most")], range=LOST[mode], clamp=True).legend(None)
    rows = alt.Chart(base.NO_DATA)
    bars = rows.mark_bar(height={"band": 0.9}, x2Offset=base.OVERLAP).encode(
        x=x,
        x2="end:Q",
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("label:N", title="Old class"),
            alt.Tooltip("end:Q", title="After epoch"),
            alt.Tooltip("accuracy:Q", title="Still right", format=".1%"),
            alt.Tooltip("lost:Q", title="Lost", format=".1%"),
        ],
    )
    numbers = (
        rows.transform_filter("datum.words != ''")
        .mark_text(align="left", dx=8, fontSize=12, color=INK[mode], tooltip=None)
        .encode(x=alt.X("end:Q"), y=y, text="words:N")
    )
    return base.template(alt.layer(bars, numbers).properties(height=alt.Step(ROW_HEIGHT)), mode)


def draw(rows: pd.DataFrame, mode: str, place: base.Place, words: str) -> None:
    """Draw the classes of one arm.

    Parameters
    ----------
    rows : DataFrame
        Of `class_rows`.
    mode : {"light", "dark"}
    place : Place
    words : str
        What the picture shows.
    """
    base.show(
        class_template(mode),
        rows,
        alt=f"Accuracy of the old head lost by epoch, one row per old class. {words}",
        frame={"n_epochs": float(rows["end"].max()), "most": max(float(rows["lost"].max()), LEAST)},
        place=place,
    )
