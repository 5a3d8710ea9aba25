"""The plane of new task against old task, with the path that the unfreeze epoch draws through it."""

from __future__ import annotations

import pandas as pd

from transfer_core import STRATEGIES
from transfer_core.wording import inside
from transfer_ui.charts import alt, base, beside
from transfer_ui.charts.filling import Filling, fill
from transfer_ui.charts.followed import looks
from transfer_ui.charts.plane_rows import UNFROZEN, Picture
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.two_tasks import AXES, UNSEEN, accuracy_axis, tooltips
from transfer_ui.palette import INK, MUTED

HEIGHT = 346
UNDER_WAY = "Training is under way."
NO_ROWS = pd.DataFrame({"role": [""]})


@kept
def plane_template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    look = looks(mode, legend=False)
    x, x_low = (accuracy_axis(0, field, ".1~%") for field in ("target", "target_low"))
    y, y_low, y_label = (accuracy_axis(1, field, ".1~%") for field in ("source", "source_low", "place"))
    rows = alt.Chart(base.NO_DATA)
    path = rows.transform_filter("datum.role == 'path'")
    runs = rows.transform_filter("datum.role == 'path' || datum.role == 'end_to_end'")
    nearest = alt.selection_point(name="nearest", nearest=True, on="pointermove", empty=False, clear="pointerout")

    joined = (
        rows.transform_filter("datum.role == 'joined'")
        .mark_line(strokeDash=[2, 4], color=MUTED[mode], clip=True, tooltip=None)
        .encode(x=x, y=y)
    )
    line = path.mark_line(strokeWidth=2.2, tooltip=None).encode(
        x=x, y=y, order="epoch:Q", color=alt.datum(STRATEGIES["progressive_unfreezing"].short)
    )
    crosses = [
        part.mark_rule(strokeWidth=width, opacity=opacity, clip=True, tooltip=None).encode(
            x=one_x, y=one_y, color=look.colour, **other_end
        )
        for part, width, opacity in (
            (runs.transform_filter("datum.label != '' && !datum.now"), 1.2, 0.45),
            (path.transform_filter("datum.now"), 1.2, 0.8),
            (path.transform_filter(nearest), 1.6, 0.9),
        )
        for one_x, one_y, other_end in ((x_low, y, {"x2": "target_high:Q"}), (x, y_low, {"y2": "source_high:Q"}))
    ]
    words = rows.transform_filter("datum.role == 'label'")
    labels = beside.name_layers(words, x, y_label, alt.value(INK[mode]), mode, outside=beside.ABOVE, name="label")
    outside = (
        rows.transform_filter("datum.role == 'outside'")
        .mark_text(align="left", baseline="bottom", dx=6, dy=-5, color=MUTED[mode], tooltip=None)
        .encode(x=alt.value(0), y=alt.value("height"), text="label:N")
    )
    marks = (
        runs.mark_point(filled=True, opacity=1, strokeWidth=2, clip=True)
        .encode(
            x=x,
            y=y,
            color=look.colour,
            shape=look.shape,
            size=alt.Size("weight:Q", scale=None),
            stroke=alt.condition("datum.now", alt.value(INK[mode]), alt.value("transparent")),
            tooltip=[alt.Tooltip("what:N", title="Backbone"), *tooltips()],
        )
        .add_params(nearest)
    )
    return base.template(alt.layer(joined, *crosses, line, outside, *labels, marks).properties(height=HEIGHT), mode)


def described(drawn: Picture) -> str:
    """Say where the ends of the path are, and where the visitor is, for whoever cannot see them."""
    rows = drawn.rows
    named = rows[rows["role"].isin(["path", UNFROZEN]) & ((rows["label"] != "") | rows["now"])]
    said = [
        f"{'you are here: ' if now else ''}{inside(what)}, new {new:.1%}, old {old:.1%}"
        for now, what, new, old in named[["now", "what", *AXES]].to_numpy()
    ]
    return f"{'; '.join(said)}."


def filled(drawn: Picture | None, words: str = UNDER_WAY) -> Filling:
    """Put together what is drawn of the runs so far; without any, the axes alone."""
    return fill(
        NO_ROWS if drawn is None else drawn.rows,
        alt=f"Accuracy on the old task against accuracy on the new one, by unfreeze epoch: {words}",
        frame=UNSEEN if drawn is None else drawn.frame,
    )
