"""The arms that charts of the old task draw: the pretrained strategies, and end-to-end held to its start (L2-SP)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transfer_core import STRATEGIES
from transfer_ui.charts import alt
from transfer_ui.palette import colours, dashes

HELD = "l2_sp"
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
FOLLOWED = (*(name for name, strategy in STRATEGIES.items() if strategy.pretrained), HELD)
LEGEND_COLUMNS = {"expr": "width < 560 ? 2 : 4"}


def short(name: str) -> str:
    """Name an arm on a chart.

    Examples
    --------
    >>> short("end_to_end"), short("l2_sp")
    ('End-to-end', 'L2-SP')
    """
    return STRATEGIES[name].short if name in STRATEGIES else "L2-SP"


class Looks(NamedTuple):
    """How a chart tells the arms apart: by colour, and without it.

    Attributes
    ----------
    colour : altair.Color
    dash : altair.StrokeDash
    shape : altair.Shape
    """

    colour: alt.Color
    dash: alt.StrokeDash
    shape: alt.Shape


def looks(mode: str, *, legend: bool, names: Sequence[str] = FOLLOWED) -> Looks:
    """Encode the column ``arm``, with one legend of colours and shapes below the chart, or none.

    Parameters
    ----------
    mode : {"light", "dark"}
    legend : bool
    names : sequence of str
    """
    domain = [short(name) for name in names]
    # The symbols have no edge: that of a line's colour would be dashed as the line is, and fray them.
    key = (
        alt.Legend(
            orient="bottom", columns=LEGEND_COLUMNS, title=None, symbolOpacity=1, symbolSize=90, symbolStrokeWidth=0
        )
        if legend
        else None
    )
    return Looks(
        alt.Color("arm:N").scale(domain=domain, range=colours(list(names), mode)).legend(key),
        alt.StrokeDash("arm:N").scale(domain=domain, range=dashes(list(names))).legend(None),
        alt.Shape("arm:N").scale(domain=domain, range=list(SHAPES[: len(names)])).legend(key),
    )
