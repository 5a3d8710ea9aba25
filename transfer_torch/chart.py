"""The result as one picture in one file. Draws with Altair alone: the house's own charts belong to the app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import pandas as pd

from transfer_core.strategies import Look
from transfer_torch.arms import ARMS

WIDTH, HEIGHT = 480, 340


def chart(table: pd.DataFrame, title: str, subtitle: Sequence[str]) -> alt.TopLevelMixin:
    """Draw accuracy against pictures per class, one panel per style.

    Parameters
    ----------
    table : DataFrame
        Of `transfer_torch.findings.Findings`.
    title : str
    subtitle : sequence of str
        Lines under it.
    """
    drawn = table.assign(title=[ARMS[arm].title for arm in table["arm"]])
    present = [name for name in ARMS if name in set(table["arm"])]
    titles, looks = [ARMS[name].title for name in present], [ARMS[name].look for name in present]
    sizes = sorted(table["size"].unique().tolist())
    panels = [
        _panel(rows, titles, looks, sizes).properties(title=f"Tested in the {style}", width=WIDTH, height=HEIGHT)
        for style, rows in drawn.groupby("style", sort=False)
    ]
    words = alt.TitleParams(title, subtitle=list(subtitle), anchor="start", fontSize=18, offset=16)
    return alt.hconcat(*panels).properties(title=words)


def _panel(
    rows: pd.DataFrame, titles: list[str], looks: list[Look], sizes: list[int]
) -> alt.LayerChart | alt.FacetChart:
    colour = alt.Color("title:N").scale(domain=titles, range=[look.light for look in looks]).title("Arm")
    dash = alt.StrokeDash("title:N").scale(domain=titles, range=[list(look.dash) for look in looks]).title("Arm")
    x = (
        alt.X("size:Q")
        .scale(type="log", nice=False)
        .axis(values=sizes, format="d")
        .title("Training pictures per class")
    )
    y = alt.Y("mean:Q").axis(format=".0%").scale(zero=False).title("Test accuracy, mean and 95 % interval")
    tips = [
        alt.Tooltip("title:N", title="Arm"),
        alt.Tooltip("size:Q", title="Pictures per class"),
        alt.Tooltip("mean:Q", title="Accuracy", format=".1%"),
        alt.Tooltip("low:Q", title="Interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
        alt.Tooltip("n:Q", title="Seeds"),
    ]
    base = alt.Chart(rows).encode(x=x, color=colour)
    bars = base.mark_rule(opacity=0.5).encode(alt.Y("low:Q").scale(zero=False), alt.Y2("high:Q"))
    lines = base.mark_line().encode(y, dash)
    dots = base.mark_point(filled=True, size=60).encode(y, tooltip=tips)
    return alt.layer(bars, lines, dots)


def write(drawn: alt.TopLevelMixin, path: Path) -> None:
    """Write it as one file that needs nothing else, not even a network connection."""
    drawn.save(path, format="html", inline=True)
