"""What a class predicted: a bar per answer, and what the run says of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from transfer_ui.charts import alt, base
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.palette import INK, MUTED

ROW, MARGIN = 26, 50  # pixels of a row, and of the axis
RIGHT = {"light": "#0072B2", "dark": "#56B4E9"}


def rows(counts: Mapping[str, int], answers: Mapping[str, str], right: Collection[str]) -> pd.DataFrame:
    """One row per answer, in the order in which they were offered.

    Examples
    --------
    >>> rows({"a": 3}, {"a": "Ours", "b": "Theirs"}, ["b"]).to_numpy().tolist()
    [['Ours', 3, 'no'], ['Theirs', 0, 'yes']]
    """
    table = [[said, counts.get(name, 0), "yes" if name in right else "no"] for name, said in answers.items()]
    return pd.DataFrame(table, columns=["answer", "readers", "right"])


@kept
def template(mode: str, answers: tuple[str, ...]) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    answers : tuple of str
        From top to bottom.
    """
    y = alt.Y("answer:N").sort(answers).axis(title=None, ticks=False, domain=False, labelLimit=220, labelPadding=8)
    most = base.framed("[0, max(4, frame.most)]")
    x = alt.X("readers:Q").scale(domain=most).axis(title="Predictions", format="d", tickMinStep=1, grid=False)
    colour = alt.Color("right:N").scale(domain=["yes", "no"], range=[RIGHT[mode], MUTED[mode]]).legend(None)
    every = alt.Chart(base.NO_DATA).encode(y=y)
    tooltip = [alt.Tooltip("answer:N", title=" "), alt.Tooltip("readers:Q", title="Predictions")]
    # The right answer is told by words too: it may have no bar at all.
    words = "(datum.readers > 0 ? datum.readers : '') + (datum.right == 'yes' ? '  \u2713 what the run says' : '')"
    layers = [
        every.mark_bar(cornerRadius=2, height=16).encode(x=x, color=colour, tooltip=tooltip),
        every.mark_text(align="left", dx=5, color=INK[mode], tooltip=None)
        .transform_calculate(words=words)
        .encode(x=x, text="words:N"),
    ]
    return base.template(alt.layer(*layers).properties(height=MARGIN + ROW * len(answers)), mode)


def show(counts: Mapping[str, int], answers: Mapping[str, str], right: Collection[str], mode: str) -> None:
    """Draw how many gave each answer, and mark those that the run bears out, if any are known."""
    table = rows(counts, answers, right)
    said = ", ".join(f"{answer} {counts[name]}" for name, answer in answers.items() if counts.get(name))
    known = ", ".join(answers[name] for name in answers if name in right)
    base.show(
        template(mode, tuple(answers.values())),
        table,
        alt=f"Predictions of the class: {said or 'none yet'}." + (f" The run says: {known}." if known else ""),
        frame={"most": float(table["readers"].max()) * 1.25},
    )
