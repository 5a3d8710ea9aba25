"""One knob swept: target and source accuracy with their bands, compared with the strategies that do not have the knob."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_ui.charts import alt, base, line_ends
from transfer_ui.charts.encodings import frame_scale, mean_tooltips
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.lettering import at_the_ends
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.strip import shown_interval
from transfer_ui.palette import INK, colours

PANELS = {"val_accuracy": "New task: validation accuracy", "source_accuracy": "Old task: source accuracy"}
UNDER_WAY = "the sweep is under way."
NO_ROWS = pd.DataFrame({"role": [""]})
HEIGHT = 254  # pixels, of which the word over the plot takes some


def _scores(result: RunResult) -> dict[str, Array]:
    return {"val_accuracy": result.val_accuracy, "source_accuracy": result.source_accuracy_after}


def sweep_table(
    swept: Mapping[str, RunResult], references: Mapping[str, RunResult], *, chosen: int, last: int
) -> pd.DataFrame:
    """One row per value: mean and band of both accuracies; and two rows per reference, its level.

    Parameters
    ----------
    swept : mapping of str to RunResult
        Value of the knob as text -> run; perhaps not all of them yet.
    references : mapping of str to RunResult
        Strategy name -> run that the knob does not touch.
    chosen, last : int
        The present value of the knob, and its highest.

    Returns
    -------
    DataFrame
    """
    rows = [_row(result, int(text), result.strategy, "swept", chosen) for text, result in swept.items()]
    rows += [_row(result, value, name, "reference") for name, result in references.items() for value in (0, last)]
    return pd.DataFrame(rows)


def sweep_rows(
    swept: Mapping[str, RunResult], references: Mapping[str, RunResult], *, chosen: int, last: int
) -> pd.DataFrame:
    """`sweep_table`, with the places of the labels at the ends of the lines."""
    table = sweep_table(swept, references, chosen=chosen, last=last)
    ends = table.groupby("strategy")["value"].transform("max") == table["value"]
    for metric in PANELS:
        places = line_ends.label_rows(table.loc[ends, metric].to_numpy(), *_domain(table, metric))
        table.loc[ends, [f"{metric}_{name}" for name in places]] = np.column_stack(list(places.values()))
    return table


def _row(result: RunResult, value: int, strategy: str, role: str, chosen: int | None = None) -> dict[str, object]:
    row: dict[str, object] = {"value": value, "strategy": STRATEGIES[strategy].short, "role": role}
    row["now"] = value == chosen
    for metric, scores in _scores(result).items():
        mean, low, high = shown_interval(scores)
        row |= {metric: mean, f"{metric}_low": low, f"{metric}_high": high}
    return row


def _domain(table: pd.DataFrame, metric: str) -> tuple[float, float]:
    """Range of the lines and their bands, with some room."""
    values = table[[metric, f"{metric}_low", f"{metric}_high"]].to_numpy(float)
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    room = max(0.08 * (high - low), 0.002)
    return low - room, high + room


@kept
def sweep_template(metric: str, mode: str, knob_title: str) -> Spec:
    """Make the chart of one accuracy.

    Parameters
    ----------
    metric : str
        A key of `PANELS`.
    mode : {"light", "dark"}
    knob_title : str
    """
    names = ["progressive_unfreezing", "feature_extraction", "end_to_end"]
    domain = [STRATEGIES[name].short for name in names]
    colour = alt.Color("strategy:N").scale(domain=domain, range=colours(names, mode)).legend(None)
    dash = alt.StrokeDash("role:N").scale(domain=["swept", "reference"], range=[[1, 0], [6, 3]]).legend(None)
    x = (
        alt.X("value:Q")
        .scale(domain=[0, base.framed("frame.last")], nice=False)
        .axis(values=base.epoch_ticks("last"), grid=False)
        .title(knob_title)
    )

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q").scale(frame_scale()).axis(format=".1~%", tickCount=5).title(None)

    rows = alt.Chart(base.NO_DATA)
    swept = rows.transform_filter("datum.role == 'swept'")
    now = swept.transform_filter("datum.now")
    nearest = alt.selection_point(name="nearest", nearest=True, on="pointermove", empty=False, clear="pointerout")

    band = swept.mark_area(opacity=0.16, tooltip=None).encode(
        x=x, y=y(f"{metric}_low"), y2=f"{metric}_high:Q", color=colour
    )
    lines = rows.mark_line(strokeWidth=2.2, tooltip=None).encode(x=x, y=y(metric), color=colour, strokeDash=dash)
    rule = now.mark_rule(color=INK[mode], strokeDash=[2, 2], tooltip=None).encode(x=x)
    word = now.mark_text(text="now", dy=-3, baseline="bottom", color=INK[mode], tooltip=None).encode(
        x=x, y=alt.value(0)
    )
    points = (
        swept.mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=y(metric),
            color=colour,
            size=alt.condition(nearest, alt.value(110), alt.value(45)),
            tooltip=[
                alt.Tooltip("value:Q", title=knob_title),
                *mean_tooltips(PANELS[metric], mean=metric, ends=(f"{metric}_low", f"{metric}_high")),
            ],
        )
        .add_params(nearest)
    )
    ends = rows.transform_filter(f"isValid(datum.{metric}_label)").transform_calculate(
        **{name: f"datum.{metric}_{name}" for name in ("nudge_low", "nudge_high")}
    )
    labels = at_the_ends(ends, x, y(f"{metric}_label"), "strategy", mode, colour)
    title = alt.TitleParams(PANELS[metric], offset=22)
    # The points come last: the nearest of them is what the pointer reads, and no label is in its way.
    return base.template(
        alt.layer(band, lines, rule, word, *labels, points).properties(title=title, height=HEIGHT), mode
    )


class Charts:
    """The sweep in its places on the page, one chart per accuracy; redrawn whenever there are new points.

    Parameters
    ----------
    places : mapping of str to Place
        Key of `PANELS` -> where it is drawn.
    chosen, last : int
        The present value of the knob, and its highest.
    knob_title : str
    mode : {"light", "dark"}
    """

    def __init__(self, places: Mapping[str, base.Place], *, chosen: int, last: int, knob_title: str, mode: str) -> None:
        self._places, self._chosen, self._last = places, chosen, last
        self._title, self._mode = knob_title, mode

    def draw_nothing(self) -> None:
        """Draw the axes until there is a point."""
        self.draw({metric: self._fill(metric, NO_ROWS, (0.0, 1.0), UNDER_WAY) for metric in self._places})

    def filled(
        self, swept: Mapping[str, RunResult], references: Mapping[str, RunResult], *, complete: bool = True
    ) -> dict[str, Filling]:
        """Put together what is drawn of the points so far, by accuracy; arguments as for `sweep_rows`."""
        rows = sweep_rows(swept, references, chosen=self._chosen, last=self._last)
        found = {}
        for metric in self._places:
            best = rows[rows["role"] == "swept"].sort_values(metric).iloc[-1]
            words = f"highest, {best[metric]:.1%}, at {best['value']}." if complete else UNDER_WAY
            found[metric] = self._fill(metric, rows, _domain(rows, metric), words)
        return found

    def draw(self, filled: Mapping[str, Filling]) -> None:
        """Draw in place of the previous points."""
        for metric, filling in filled.items():
            base.show_filled(sweep_template(metric, self._mode, self._title), filling, self._places[metric])

    def _fill(self, metric: str, rows: pd.DataFrame, domain: tuple[float, float], words: str) -> Filling:
        return fill(
            rows,
            alt=f"{PANELS[metric]} for {self._title.lower()} up to {self._last}: {words}",
            frame={"last": self._last, "low": domain[0], "high": domain[1]},
        )
