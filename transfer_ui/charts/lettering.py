"""Words in a chart that no line strikes through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transfer_ui.charts import alt, line_ends
from transfer_ui.palette import PAPER

HALO = 4  # pixels, half of them on either side of a letter's edge


def on_paper(
    words: alt.Chart, look: Mapping[str, Any], mode: str, colour: alt.Color | Mapping[str, Any], **places: Any
) -> list[alt.Chart]:
    """Write words twice: wide in paper, which hides the lines behind them, and then in their colour.

    Parameters
    ----------
    words : altair.Chart
        Their rows.
    look : mapping of str to Any
        Properties of the mark.
    mode : {"light", "dark"}
    colour : altair.Color, or mapping from ``altair.value``
    **places : Any
        What is written, and where.
    """
    paper = words.mark_text(**look, tooltip=None, stroke=PAPER[mode], strokeWidth=HALO, strokeJoin="round")
    return [paper.encode(**places), words.mark_text(**look, tooltip=None).encode(**places, color=colour)]


def at_the_ends(
    ends: alt.Chart, x: alt.X, y: alt.Y, name: str, mode: str, colour: alt.Color, dx: int = 7
) -> list[alt.Chart]:
    """Write the names of lines at their ends.

    Parameters
    ----------
    ends : altair.Chart
        Of rows with what `transfer_ui.charts.line_ends.label_rows` gives.
    x, y : altair.X, altair.Y
    name : str
        Field of the names.
    mode : {"light", "dark"}
    colour : altair.Color
    dx : int
        Pixels from the end of a line to its name.
    """
    look = {"align": "left", "dx": dx, "dy": line_ends.label_nudge()}
    return on_paper(ends, look, mode, colour, x=x, y=y, text=f"{name}:N")
