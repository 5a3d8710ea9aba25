"""One number per layer over the epochs or updates: a small chart per layer, a line per strategy with its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunResult
from transfer_core.wording import inside, sentence_case
from transfer_ui.charts import alt, base, key
from transfer_ui.charts.encodings import mean_tooltips
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import colours, dashes

HEIGHT = 250  # pixels, of which the title takes some
PER_ROW = 3
MOST = 100.0  # relative change that an axis reaches: weights that run away have no end
IS_POWER = (
    "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"  # of ten: those alone have words and a line
)
POWERS = f"{IS_POWER} ? format(datum.value, datum.value >= 1e4 || datum.value < 1e-3 ? '.0e' : '~g') : ''"


class Kind(NamedTuple):
    """What the lines show.

    Attributes
    ----------
    measure : str
        Name in `RunResult.measured`: ``(n_epochs, n_seeds, n_layers)``.
    title, form : str
        What the numbers are, and how one is written.
    log : bool
        Whether they span powers of ten.
    at_most_one : bool
        Whether 1 is where they begin and the most they can be; otherwise they begin at 0.
    when : str
        What is counted from left to right.
    """

    measure: str
    title: str
    form: str = ".0%"
    log: bool = False
    at_most_one: bool = False
    when: str = "Epoch"


DRIFT = Kind("drift", "Change of the weights, relative to their start")
SIMILARITY = Kind("similarity", "Similarity to the features at the start (CKA)", ".2f", at_most_one=True)
FIRST_GRADIENTS = Kind("first_gradients", "Norm of the gradient", ".2g", log=True, when="Updates so far")
GRADIENT = Kind("gradient", "Norm of the gradient", ".2g", log=True)


def layer_rows(results: Mapping[str, RunResult], kind: Kind, names: Sequence[str]) -> pd.DataFrame:
    """One row per layer, strategy and epoch or update looked at: mean and band over the seeds.

    Parameters
    ----------
    results : mapping of str to RunResult
    kind : Kind
    names : sequence of str
        Of its layers.

    Returns
    -------
    DataFrame
        ``layer``, ``strategy``, ``epoch``, ``mean``, ``low``, ``high``.
    """
    parts = []
    for strategy, result in results.items():
        series = result.measured[kind.measure]
        values = np.where(np.isfinite(series.values), series.values, np.nan)
        mean, low, high = (part.astype(np.float32) for part in base.shown_band(np.moveaxis(values, 1, 0)))
        parts += [
            pd.DataFrame(
                {
                    "layer": name,
                    "strategy": STRATEGIES[strategy].short,
                    "epoch": np.array(series.epochs, np.int16),
                    "mean": mean[:, index],
                    "low": low[:, index],
                    "high": high[:, index],
                }
            )
            for index, name in enumerate(names)
        ]
    return pd.concat(parts, ignore_index=True)


@kept
def template(mode: str, strategies: tuple[str, ...], kind: Kind) -> Spec:
    """Make the chart of one layer.

    Parameters
    ----------
    mode : {"light", "dark"}
    strategies : tuple of str
    kind : Kind
    """
    title, form, log = kind.title, kind.form, kind.log
    shown = [STRATEGIES[name].short for name in strategies]
    # On the page the key stands once, above all layers; a chart that fills the screen has its own.
    legend = alt.Legend(
        orient="bottom",
        title=None,
        columns=alt.ExprRef("width < 420 ? 2 : 3"),
        offset=0,
        symbolType="stroke",
        symbolSize=alt.ExprRef(f"{base.FULL_SCREEN} ? 200 : 0"),
        labelFontSize=alt.ExprRef(f"{base.FULL_SCREEN} ? 15 : 0"),
        symbolOpacity=1,
    )
    colour = alt.Color("strategy:N").scale(domain=shown, range=colours(list(strategies), mode)).legend(legend)
    dash = alt.StrokeDash("strategy:N").scale(domain=shown, range=dashes(list(strategies))).legend(legend)
    x = (
        alt.X("epoch:Q")
        .scale(domain=[0, base.framed("frame.last")], nice=False)
        .axis(grid=False, tickCount=4)
        .title(kind.when)
    )
    scale = alt.Scale(type="log") if log else alt.Scale(domain=[base.framed("frame.low"), base.framed("frame.high")])
    # Where all move by less than a per cent, whole ones would read 0 all along the axis.
    axis = alt.Axis(tickCount=4, format=".3~p" if form.endswith("%") else form)
    if log:
        shown_at_powers = {"condition": {"test": IS_POWER, "value": 1}, "value": 0}
        axis = alt.Axis(tickCount=4, labelExpr=POWERS, gridOpacity=shown_at_powers, tickOpacity=shown_at_powers)
    y = alt.Y("mean:Q").scale(scale).axis(axis).title(None)
    rows = alt.Chart(base.NO_DATA).transform_filter("isValid(datum.mean)" + (" && datum.mean > 0" if log else ""))
    near = alt.selection_point(
        name="near", nearest=True, on="pointermove", empty=False, fields=["epoch"], clear="pointerout"
    )
    tooltip = [
        alt.Tooltip("strategy:N", title="Strategy"),
        alt.Tooltip("epoch:Q", title=kind.when),
        *mean_tooltips(title, form),
    ]
    low = "max(datum.low, datum.mean / 20)" if log else "datum.low"
    layers = [
        rows.transform_calculate(floor=low)
        .mark_area(opacity=0.16, clip=True, tooltip=None)
        .encode(x=x, y=alt.Y("floor:Q").scale(scale), y2="high:Q", color=colour),
        rows.mark_line(strokeWidth=2.2, clip=True, tooltip=None).encode(x=x, y=y, color=colour, strokeDash=dash),
        rows.mark_point(filled=True, size=50, clip=True)
        .encode(x=x, y=y, color=colour, tooltip=tooltip, opacity=alt.condition(near, alt.value(1), alt.value(0)))
        .add_params(near),
    ]
    return base.template(alt.layer(*layers).properties(height=HEIGHT), mode)


def show(rows: pd.DataFrame, results: Mapping[str, RunResult], kind: Kind, mode: str) -> None:
    """Draw one chart per layer, side by side where there is room."""
    names = list(dict.fromkeys(rows["layer"]))
    last = int(rows["epoch"].max())
    lowest = float(rows["low"].min())
    key.show(tuple(results), mode)
    for start in range(0, len(names), PER_ROW):
        row = names[start : start + PER_ROW]
        for column, name in zip(st.columns(len(row), gap="medium"), row, strict=True):
            own = rows[rows["layer"] == name]
            high = _highest(own)
            ends = (max(0.0, lowest - 0.02), 1.0) if kind.at_most_one else (0.0, high if high > 0 else 1.0)
            with column:
                base.show(
                    template(mode, tuple(results), kind) | {"title": _title(name, kind)},
                    own,
                    alt=_alt(own, name, kind),
                    frame={"last": last, "low": ends[0], "high": ends[1]},
                )


def _ends(rows: pd.DataFrame) -> pd.Series[float]:
    """Take the last mean of each strategy; NaN of one that diverged."""
    return rows.groupby("strategy", sort=False)["mean"].agg(lambda means: means.iloc[-1])


def _highest(rows: pd.DataFrame) -> float:
    """Find how high an axis goes: what has diverged leaves it, and does not make lines of the others' curves."""
    ends = rows["strategy"].map(_ends(rows))
    highs = rows.loc[np.isfinite(ends), "high"]
    return min(MOST, float(highs.max())) if len(highs) else 0.0


def _title(layer: str, kind: Kind) -> dict[str, object]:
    """Name the layer; where the chart fills the screen, and the words around it are gone, also what the lines show."""
    said = f"{base.FULL_SCREEN} ? '{kind.title}' : ''"
    return {"text": sentence_case(layer), "subtitle": {"expr": said}, "limit": 1000}


def _alt(rows: pd.DataFrame, layer: str, kind: Kind) -> str:
    said = ", ".join(
        f"{strategy} {value:{kind.form}}" if np.isfinite(value) else f"{strategy} diverged"
        for strategy, value in _ends(rows).items()
    )
    return f"{kind.title}, {layer}, against the {inside(kind.when)}, one line per strategy. At the end: {said}."
