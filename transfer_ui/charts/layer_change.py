"""What the weights of each layer actually did, layers by epochs: ice blue means that not a single bit changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from transfer_core import RunConfig, RunResult
from transfer_ui.charts import alt, base
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.timeline import ROW_HEIGHT, layer_names
from transfer_ui.palette import FROZEN, TRAINED_RANGE

NAMES = 44  # pixels of the names of the layers, as in the style of the timeline above
CHANGES = (0.0005, 0.2)  # ends of the scale of colours
CHANGE_TICKS = (0.0005, 0.005, 0.05, 0.2)
STILL = "exactly 0"
LEGEND: dict[str, Any] = {"orient": "bottom"}
UNDER_WAY = "Training is under way."


def change_rows(result: RunResult) -> pd.DataFrame:
    """One row per epoch and layer: mean relative change of the weights over the seeds, the head first.

    Returns
    -------
    DataFrame
        ``layer``, ``start``, ``end`` (epochs), ``change`` (empty where it is exactly 0), ``when``.
    """
    # Where a rate was so high that no numbers are left, the change is as large as the scale goes.
    change = np.nan_to_num(result.layer_change, nan=1.0, posinf=1.0).mean(axis=0)
    n_epochs, n_layers = change.shape
    names = layer_names(n_layers)
    return pd.DataFrame(
        [
            {
                "layer": names[layer],
                "start": epoch,
                "end": epoch + 1,
                "change": np.nan if change[epoch, layer] == 0 else change[epoch, layer],
                "when": f"epoch {epoch + 1}",
            }
            for layer in reversed(range(n_layers))
            for epoch in range(n_epochs)
        ]
    )


@kept
def change_template(mode: str) -> Spec:
    """Make the grid of layers by epochs, with the scale of its colours.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    x = (
        alt.X("start:Q")
        .scale(domain=[0, base.framed("frame.n_epochs")], nice=False)
        .axis(values=base.epoch_ticks("n_epochs"), grid=False)
        .title("Epoch")
    )
    y = (
        alt.Y("layer:N")
        .sort(layer_names(9)[::-1])
        .axis(domain=False, ticks=False, labelFontSize=12, minExtent=NAMES, maxExtent=NAMES, labelPadding=4)
        .title(None)
    )
    change = (
        alt.Color("change:Q")
        .scale(type="log", domain=CHANGES, range=TRAINED_RANGE[mode], interpolate="rgb", clamp=True)
        .legend(**LEGEND, values=CHANGE_TICKS, format=".2~%", gradientLength=150, gradientThickness=10, offset=6)
        .title("Change in one epoch")
    )
    # A scale of its own, so that "exactly 0" stands beside the scale of the changes and not at its end.
    still = (
        alt.Fill("still:N")
        .scale(domain=[STILL], range=[FROZEN[mode]])
        .legend(**LEGEND, symbolType="square")
        .title(None)
    )
    tooltip = [
        alt.Tooltip("layer:N", title="Layer"),
        alt.Tooltip("when:N", title="When"),
        alt.Tooltip("change:Q", title="Change in one epoch", format=".2%"),
    ]
    bars = alt.Chart(base.NO_DATA).encode(x=x, x2="end:Q", y=y, tooltip=tooltip)
    bar = {"height": {"band": 0.86}, "x2Offset": base.OVERLAP}
    layers = [
        bars.transform_filter("!isValid(datum.change)")
        .transform_calculate(still=f"'{STILL}'")
        .mark_bar(**bar)  # type: ignore[arg-type]
        .encode(fill=still),
        bars.transform_filter("isValid(datum.change)").mark_bar(**bar).encode(color=change),  # type: ignore[arg-type]
    ]
    return base.template(alt.layer(*layers).properties(height=alt.Step(ROW_HEIGHT)), mode)


def filled(result: RunResult, *, complete: bool = True) -> Filling:
    """Put together how far each layer moved in each epoch; ice blue means not a single bit. The axis spans the whole run."""
    rows = change_rows(result)
    still = [str(name) for name, group in rows.groupby("layer") if group["change"].isna().all()]
    words = f"Never moved: {', '.join(still) or 'none'}." if complete else UNDER_WAY
    return _fill(rows, words, result.config)


def filled_with_nothing(config: RunConfig) -> Filling:
    """Put together the axes alone, until there is an epoch."""
    names = layer_names(len(config.layer_sizes) - 1)[::-1]
    rows = pd.DataFrame({"layer": names, "start": 0, "end": 0, "change": np.nan, "when": ""})
    return _fill(rows, UNDER_WAY, config)


def _fill(rows: pd.DataFrame, words: str, config: RunConfig) -> Filling:
    return fill(rows, alt=f"Change of each layer's weights per epoch. {words}", frame={"n_epochs": config.n_epochs})
