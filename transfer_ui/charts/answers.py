"""How sure several networks are of each class, for one image: a row per network, deeper for more."""

from __future__ import annotations

import pandas as pd

from transfer_ui.charts import alt, base
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import INK

ROW, MARGIN = 34, 44  # pixels
TURN = {"light": 0.8, "dark": 0.6}  # the share from which on words read better in the colour of the paper
SHADES = {"light": ["#F3F6F8", "#0072B2"], "dark": ["#161E26", "#56B4E9"]}


@kept
def template(mode: str, classes: tuple[str, ...], networks: tuple[str, ...]) -> Spec:
    """Make the table of probabilities."""
    x = alt.X("class:N").sort(classes).axis(labelAngle=0, domain=False, ticks=False, orient="top").title(None)
    y = alt.Y("network:N").sort(networks).axis(domain=False, ticks=False, labelLimit=120).title(None)
    cells = alt.Chart(base.NO_DATA).encode(x=x, y=y)
    shade = alt.Color("probability:Q").scale(domain=[0, 1], range=SHADES[mode]).legend(None)
    tooltip = [
        alt.Tooltip("network:N", title="Network"),
        alt.Tooltip("class:N", title="Class"),
        alt.Tooltip("probability:Q", title="Probability", format=".1%"),
    ]
    above, below = ("#FFFFFF", INK[mode]) if mode == "light" else ("#000000", INK[mode])
    ink = alt.condition(f"datum.probability > {TURN[mode]}", alt.value(above), alt.value(below))
    words = cells.transform_filter("datum.probability >= 0.05").mark_text(fontSize=11, tooltip=None)
    layers = [
        cells.mark_rect(cornerRadius=2).encode(color=shade, tooltip=tooltip),
        words.transform_calculate(words="format(100 * datum.probability, '.0f')").encode(text="words:N", color=ink),
    ]
    return base.template(alt.layer(*layers).properties(height=MARGIN + ROW * len(networks)), mode)


def show(rows: pd.DataFrame, mode: str, alt: str) -> None:
    """Draw the probabilities, in per cent.

    Parameters
    ----------
    rows : DataFrame
        ``network``, ``class``, ``probability``.
    mode : {"light", "dark"}
    alt : str
    """
    networks, classes = (tuple(dict.fromkeys(rows[name])) for name in ("network", "class"))
    base.show(template(mode, classes, networks), rows, alt=alt)
