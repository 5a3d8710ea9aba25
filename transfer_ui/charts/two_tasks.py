"""New task against old task: the two axes, what a point reads when hovered over, and the frame before there is any."""

from __future__ import annotations

from transfer_ui.charts import alt
from transfer_ui.charts.encodings import frame_scale, mean_tooltips

AXES = ("target", "source")
TITLES = ("New task: validation accuracy", "Old task: accuracy with the old head")
UNSEEN = {f"{axis}_{end}": value for axis in AXES for end, value in (("low", 0.0), ("high", 1.0))}
"""The frame before there is anything to show."""


def accuracy_axis(which: int, field: str, form: str) -> alt.X | alt.Y:
    """Encode one of the two accuracies, on the range of the frame.

    Parameters
    ----------
    which : int
        Place in `AXES`.
    field : str
    form : str
        Of the ticks.
    """
    ticks = alt.Axis(format=form, tickCount=5)
    scale = frame_scale(f"{AXES[which]}_", zero=False)
    return (alt.X, alt.Y)[which](f"{field}:Q", scale=scale, axis=ticks, title=TITLES[which])


def tooltips() -> list[alt.Tooltip]:
    """Read both accuracies with their intervals."""
    target, source = (
        mean_tooltips(title, mean=axis, ends=(f"{axis}_low", f"{axis}_high"), again=axis == AXES[1])
        for title, axis in zip(("New task", "Old task"), AXES, strict=True)
    )
    return [*target, *source]
