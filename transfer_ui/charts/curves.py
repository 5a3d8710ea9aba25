"""Loss and accuracy against epoch: every strategy, mean and band; a hover reads them all, and so does the slider's epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_core.schedules import with_starts
from transfer_ui.charts import alt, base, line_ends
from transfer_ui.charts.encodings import epochs, frame_scale
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.lettering import at_the_ends
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import INK, MUTED, PAPER, colours, dashes
from transfer_ui.rows import OWN, SHORTS

PANELS = {
    "val_accuracy": "Validation accuracy",
    "val_loss": "Validation loss (nats)",
    "train_accuracy": "Training accuracy",
    "train_loss": "Training loss (nats)",
}
TITLES = {metric: title.removesuffix(" (nats)") for metric, title in PANELS.items()}
HEIGHT = 214  # pixels, of which the word above the plot takes some
MAX_POINTS = 101
MOMENT = "moment"
NO_ROWS = pd.DataFrame({"run": [""], "strategy": [""], "epoch": [0], "mean": [np.nan]})


def curve_rows(results: Mapping[str, RunResult], pinned: Mapping[str, RunResult], metric: str) -> pd.DataFrame:
    """One row per strategy, epoch and run: mean and band of a curve.

    Parameters
    ----------
    results : mapping of str to RunResult
        Strategy name -> run on show.
    pinned : mapping of str to RunResult
        The same for an earlier run to lay under it; may be empty.
    metric : str
        A key of `PANELS`.

    Returns
    -------
    DataFrame
        ``run``, ``strategy``, ``epoch``, ``mean``, ``low``, ``high``. Small types: every redraw sends them.
    """
    groups = {"this run": results, "pinned": pinned}
    drawn = [(run, name, result) for run, group in groups.items() for name, result in group.items()]
    epochs = [np.array(shown_epochs(result.n_epochs), np.int16) for _, _, result in drawn]
    bands = [
        np.stack(base.shown_band(result.history[metric][:, shown]))
        for (_, _, result), shown in zip(drawn, epochs, strict=True)
    ]
    starts, words = _moments(results)
    mean, low, high = np.hstack([*bands, np.full((3, len(starts)), np.nan)]).astype(np.float32)
    counts = [*map(len, epochs), *[1] * len(starts)]
    return pd.DataFrame(
        {
            "run": _repeated([*(run for run, _, _ in drawn), *[MOMENT] * len(starts)], counts),
            "strategy": _repeated([*(SHORTS[name] for _, name, _ in drawn), *words], counts),
            "epoch": np.concatenate([*epochs, np.array(starts, np.int16)]),
            "mean": mean,
            "low": low,
            "high": high,
        }
    )


def _repeated(words: Sequence[str], counts: Sequence[int]) -> pd.Categorical[str]:
    """Repeat each word as often as its count says."""
    categories = list(dict.fromkeys(words))
    codes = np.repeat(np.array([categories.index(word) for word in words], np.int8), counts)
    repeated: pd.Categorical[str] = pd.Categorical.from_codes(codes, pd.Index(categories))
    return repeated


def end_rows(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row per line: its name, and where that stands, by `line_ends.label_rows`.

    Parameters
    ----------
    rows : DataFrame
        Of `curve_rows`.
    metric : str

    Returns
    -------
    DataFrame
        ``strategy``, ``epoch``, and the columns of `line_ends.label_rows`.
    """
    current = _current(rows)
    names = rows["strategy"].to_numpy()[current]
    # An arm may be shorter than the others: a line ends where the next begins.
    last = np.append(names[1:] != names[:-1], True) if len(names) else current[:0]
    low, high = _domain(rows, metric)
    # A loss that is no number any more was too high: its name must not stand where the best losses are.
    ends = np.nan_to_num(rows["mean"].to_numpy()[current][last], nan=high if metric.endswith("loss") else low)
    epochs = rows["epoch"].to_numpy()[current][last]
    places = line_ends.label_rows(ends, low, high)
    return pd.DataFrame({"strategy": names[last], "epoch": epochs} | places)


def _current(rows: pd.DataFrame) -> Array:
    """Tell which rows are of the run on show."""
    return np.asarray(rows["run"] == "this run")


def _moments(results: Mapping[str, RunResult]) -> tuple[list[int], list[str]]:
    """When the visitor's own schedule changes, or else progressive unfreezing frees layers; the first moment is labelled."""
    shown = next((results[name] for name in (OWN, "progressive_unfreezing") if name in results), None)
    starts = [start for start, _ in with_starts(shown.schedule) if start] if shown else []
    word = "backbone freed" if len(starts) == 1 else "layers freed, one by one"
    if OWN in results:
        word = "your phases"
    return starts, [word if index == 0 else "" for index in range(len(starts))]


def frame(n_epochs: int, rows: pd.DataFrame, metric: str) -> dict[str, float]:
    """Numbers that the scales and axes of a metric need.

    Parameters
    ----------
    n_epochs : int
        Of the whole run, so that the axis stays while its curves grow.
    rows : DataFrame
    metric : str
    """
    low, high = _domain(rows, metric)
    return {"n_epochs": n_epochs, "last": last_epoch(rows), "y_low": low, "y_high": high}


def last_epoch(rows: pd.DataFrame) -> int:
    """Find the latest epoch of the run on show: one under way, or stopped, has not reached its last."""
    reached = rows["epoch"].to_numpy()[_current(rows)]
    return int(reached.max(initial=0))


def shown_epochs(n_epochs: int) -> list[int]:
    """Epochs that are drawn: all, or so many that a line looks the same.

    Examples
    --------
    >>> shown_epochs(3), len(shown_epochs(200))
    ([0, 1, 2, 3], 101)
    """
    return list(np.unique(np.linspace(0, n_epochs, MAX_POINTS).round().astype(int)).tolist())


def _domain(rows: pd.DataFrame, metric: str) -> tuple[float, float]:
    """Range that shows the differences: what the lines do in the second half of the run, and the best accuracy of all of it."""
    epochs, current = rows["epoch"].to_numpy(), _current(rows)
    mean = rows["mean"].to_numpy(float)
    late = mean[current & (epochs >= epochs.max(initial=0) / 2)]
    values = late[np.isfinite(late)]
    if not len(values):
        return 0.0, 1.0
    if metric.endswith("accuracy"):
        low, high = np.floor(20 * values.min()) / 20, np.ceil(20 * np.nanmax(mean[current])) / 20
        return max(0.0, float(low) - 0.05), min(1.0, float(high) + 0.05)
    return 0.0, float(np.clip(values.max() * 1.15, 0.05, 4.0))


@kept
def curves_template(quantity: str, mode: str, names: tuple[str, ...] = tuple(STRATEGIES)) -> Spec:
    """Make the chart of accuracies, or that of losses.

    Parameters
    ----------
    quantity : {"accuracy", "loss"}
    mode : {"light", "dark"}
    names : tuple of str
        The arms that there will be.
    """
    shorts = [SHORTS[name] for name in names]
    colour = alt.Color("strategy:N").scale(domain=shorts, range=colours(list(names), mode)).legend(None)
    dash = alt.StrokeDash("strategy:N").scale(domain=shorts, range=dashes(list(names))).legend(None)
    number, axis_number = (".1%", ".0%") if quantity == "accuracy" else (".3f", "~g")
    x = epochs(line_ends.ROOM)
    hover = alt.selection_point(
        name="hover", fields=["epoch"], nearest=True, on="pointermove", empty=False, clear="pointerout"
    )

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q").scale(frame_scale("y_")).axis(format=axis_number, tickCount=5).title(None)

    rows = alt.Chart(base.NO_DATA)
    current = rows.transform_filter("datum.run == 'this run'")
    moment = rows.transform_filter("datum.run == 'moment'")

    band = current.mark_area(opacity=0.16, clip=True, tooltip=None).encode(x=x, y=y("low"), y2="high:Q", color=colour)
    rule = moment.mark_rule(strokeDash=[2, 2], color=MUTED[mode], tooltip=None).encode(x=x)
    # Above the plot, out of reach of the curves.
    word = moment.mark_text(
        align="left", baseline="bottom", dx=-2, dy=-3, color=MUTED[mode], fontSize=11, tooltip=None
    ).encode(x=x, y=alt.value(0), text="strategy:N")
    earlier = (
        rows.transform_filter("datum.run == 'pinned'")
        .mark_line(strokeWidth=1.4, opacity=0.8, clip=True, tooltip=None)
        .encode(x=x, y=y("mean"), color=colour, strokeDash=alt.value([1, 3]))
    )
    line = current.mark_line(strokeWidth=2.2, clip=True, tooltip=None).encode(
        x=x, y=y("mean"), color=colour, strokeDash=dash
    )
    labels = at_the_ends(alt.Chart(alt.NamedData("ends")), x, y("label"), "strategy", mode, colour)
    dots = (
        current.transform_filter(hover)
        .mark_point(filled=True, size=45, clip=True, tooltip=None)
        .encode(x=x, y=y("mean"), color=colour)
    )
    reader = (
        current.transform_pivot("strategy", value="mean", groupby=["epoch"])
        .mark_rule(color=INK[mode], strokeWidth=1)
        .encode(
            x=x,
            opacity=alt.condition(hover, alt.value(0.5), alt.value(0)),
            tooltip=[alt.Tooltip("epoch:Q", title="Epoch")]
            + [alt.Tooltip(f"{short}:Q", title=short, format=number) for short in shorts],
        )
        .add_params(hover)
    )
    stop = (
        alt.Chart(alt.NamedData("frame"))
        .transform_calculate(epoch="at")
        .transform_filter("datum.epoch < datum.last")
        .mark_rule(color=INK[mode], strokeWidth=1, tooltip=None)
        .encode(x=x)
    )
    stops = (
        current.transform_filter("datum.epoch == at")
        .mark_point(filled=True, size=55, opacity=1, clip=True, stroke=PAPER[mode], strokeWidth=1, tooltip=None)
        .encode(x=x, y=y("mean"), color=colour)
    )
    chart = alt.layer(band, rule, word, earlier, stop, line, *labels, stops, dots, reader)
    return base.follow_epoch(base.template(chart.properties(height=HEIGHT), mode))


class Chart:
    """One of the four charts in its place on the page: axes first, then curves, whenever there are new ones.

    Parameters
    ----------
    n_epochs : int
        Of the whole run.
    metric : str
        A key of `PANELS`.
    mode : {"light", "dark"}
    names : tuple of str
        The arms that there will be.
    """

    def __init__(self, n_epochs: int, metric: str, mode: str, names: tuple[str, ...] = tuple(STRATEGIES)) -> None:
        self._n_epochs, self._metric = n_epochs, metric
        # Beside the axis: above the plot it would take the height of the curves, under a choice that says the same.
        title = {"text": PANELS[metric], "orient": "left", "anchor": "middle", "fontSize": 12, "fontWeight": "normal"}
        self._template = curves_template(metric.rpartition("_")[2], mode, names) | {"title": title}
        self._place = base.Place()

    def filled(self, rows: pd.DataFrame | None, words: str = "") -> Filling:
        """Put together what is drawn.

        Parameters
        ----------
        rows : DataFrame or None
            Of `curve_rows`; ``None``: the axes alone.
        words : str, optional
            What the chart shows, in a sentence; not while it changes all the time.
        """
        ends = NO_ROWS if rows is None else end_rows(rows, self._metric)
        rows = NO_ROWS if rows is None else rows
        words = words or f"{PANELS[self._metric]}: training is under way."
        return fill(rows, ends=ends, alt=words, frame=frame(self._n_epochs, rows, self._metric))

    def draw(self, filling: Filling) -> None:
        """Draw curves, of `filled`, in place of the previous ones."""
        base.show_filled(self._template, filling, self._place)

    def draw_rows(self, rows: pd.DataFrame | None, words: str = "") -> None:
        """Draw curves of which nothing is kept; arguments as for `filled`."""
        self.draw(self.filled(rows, words))
