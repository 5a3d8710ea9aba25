"""What a comparison trades: new task against old task, a path per strategy, with a dot where the slider's epoch stands."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from transfer_core import STRATEGIES, RunResult
from transfer_core.arrays import Array
from transfer_ui.charts import alt, base, beside, work
from transfer_ui.charts.encodings import frame_scale
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.on_the_way import kept_by_epoch
from transfer_ui.palette import MUTED, PAPER, colours

PRETRAINED = tuple(name for name, strategy in STRATEGIES.items() if strategy.pretrained)


def rows(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per pretrained strategy and look: validation accuracy on the new task, and what the old task keeps.

    Returns
    -------
    DataFrame
        ``strategy``, ``epoch``, ``until`` (the epoch of the next look), ``mean``, ``low``, ``high``, ``source``,
        ``source_low``, ``source_high``.
    """
    parts = []
    for name in PRETRAINED:
        result = results[name]
        epochs, kept = kept_by_epoch(result)
        columns: dict[str, Array] = {}
        for field, values in (("", result.history["val_accuracy"][:, list(epochs)]), ("source_", kept)):
            mean, low, high = base.shown_band(values)
            columns |= {field.rstrip("_") or "mean": mean, f"{field}low": low, f"{field}high": high}
        until = [*epochs[1:], epochs[-1] + 1]
        parts.append(pd.DataFrame({"strategy": STRATEGIES[name].short, "epoch": epochs, "until": until} | columns))
    return pd.concat(parts, ignore_index=True)


def ends(table: pd.DataFrame) -> pd.DataFrame:
    """One row per path: its name, and where that stands.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    """
    last = table.drop_duplicates("strategy", keep="last").reset_index(drop=True)
    low, high = (work.frame(table)[edge] for edge in ("low", "high"))
    source, begin, end = (last[field].to_numpy(float) for field in ("source", "source_low", "source_high"))
    places = beside.names_beside(
        last["strategy"].tolist(),
        source,
        last["mean"].to_numpy(float),
        low,
        high,
        span=(float(table["source_low"].min()), float(table["source_high"].max())),
        edges=(begin, end),
    )
    return last[["strategy"]].assign(**places)


def frame(table: pd.DataFrame) -> dict[str, float]:
    """Domains that show the differences, and where the old task started."""
    return {**work.frame(table), "before": float(table["source"].iloc[0])}


@kept
def template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    shorts = [STRATEGIES[name].short for name in PRETRAINED]
    colour = alt.Color("strategy:N").scale(domain=shorts, range=colours(list(PRETRAINED), mode)).legend(None)

    def x(field: str) -> alt.X:
        scale = alt.Scale(zero=False, nice=False, padding=28)
        return alt.X(f"{field}:Q", scale=scale).axis(format=".0%", tickCount=4, title="Old task, with its old head")

    def y(field: str) -> alt.Y:
        axis = alt.Y(f"{field}:Q", scale=frame_scale()).axis(format=".0%", tickCount=4)
        return axis.title("New task: validation accuracy")

    every = alt.Chart(base.NO_DATA)
    here = every.transform_filter("datum.epoch <= at && at < datum.until")
    path = every.mark_line(strokeWidth=1.5, strokeJoin="round", opacity=0.3, clip=True, tooltip=None)
    so_far = every.transform_filter("datum.epoch <= at").mark_line(
        strokeWidth=2, strokeJoin="round", clip=True, tooltip=None
    )
    place = {"x": x("source"), "y": y("mean"), "color": colour, "order": alt.Order("epoch:Q")}
    tooltip = [
        alt.Tooltip("strategy:N", title=" "),
        alt.Tooltip("epoch:Q", title="Epoch"),
        alt.Tooltip("mean:Q", title="New task", format=".1%"),
        alt.Tooltip("source:Q", title="Old task", format=".1%"),
    ]
    layers = [
        alt.Chart(alt.NamedData("frame"))
        .mark_rule(color=MUTED[mode], strokeDash=[4, 3], tooltip=None)
        .encode(x=x("before")),
        path.encode(**place),
        so_far.encode(**place),
        here.mark_rule(strokeWidth=2, clip=True, tooltip=None).encode(
            x=x("source"), y=y("low"), y2="high:Q", color=colour
        ),
        here.mark_rule(strokeWidth=2, clip=True, tooltip=None).encode(
            x=x("source_low"), x2="source_high:Q", y=y("mean"), color=colour
        ),
        *beside.name_layers(alt.Chart(alt.NamedData("ends")), x("edge"), y("label"), colour, mode),
        here.mark_point(filled=True, size=120, opacity=1, stroke=PAPER[mode], strokeWidth=1.5, clip=True).encode(
            x=x("source"), y=y("mean"), color=colour, tooltip=tooltip
        ),
    ]
    return base.follow_epoch(base.template(alt.layer(*layers).properties(height=work.HEIGHT), mode))


def show(table: pd.DataFrame, names: pd.DataFrame, mode: str) -> None:
    """Draw the paths.

    Parameters
    ----------
    table : DataFrame
        Of `rows`.
    names : DataFrame
        Of `ends`.
    mode : {"light", "dark"}
    """
    last = table.drop_duplicates("strategy", keep="last")
    said = [
        f"{strategy} {100 * mean:.1f} % at {100 * source:.1f} %"
        for strategy, mean, source in zip(last["strategy"], last["mean"], last["source"], strict=True)
    ]
    words = f"New task against accuracy on the old task, epoch by epoch; at the end: {'; '.join(said)}."
    base.show(template(mode), table, alt=words, frame=frame(table), ends=names)
