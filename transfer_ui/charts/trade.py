"""New task against old task: one point per arm and rate, and the front that no other point beats on both."""

from __future__ import annotations

from transfer_ui.charts import alt, base
from transfer_ui.charts.followed import looks
from transfer_ui.charts.lettering import on_paper
from transfer_ui.charts.ready import Spec, kept
from transfer_ui.charts.trade_rows import Picture
from transfer_ui.charts.two_tasks import accuracy_axis, tooltips
from transfer_ui.palette import INK, MUTED

HEIGHT = 370


@kept
def trade_template(mode: str) -> Spec:
    """Make the chart.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    look = looks(mode, legend=True)
    x, x_low = (accuracy_axis(0, field, ".0%") for field in ("target", "target_low"))
    y, y_low = (accuracy_axis(1, field, ".0%") for field in ("source", "source_low"))
    rows = alt.Chart(base.NO_DATA)
    points = rows.transform_filter("datum.kind == 'point'")
    here = points.transform_filter("datum.here")
    before = rows.transform_filter("datum.kind == 'before'")
    nearest = alt.selection_point(name="nearest", nearest=True, on="pointermove", empty=False, clear="pointerout")

    line = before.mark_rule(strokeDash=[4, 3], color=MUTED[mode], tooltip=None).encode(y=y)
    # Away from the best runs, which stand on the right.
    said = {"text": "the pretrained network", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3}
    words = on_paper(before, said, mode, alt.value(MUTED[mode]), y=y, x=alt.value(0))
    front = (
        rows.transform_filter("datum.kind == 'front'")
        .mark_line(interpolate="step-before", clip=True, strokeWidth=9, opacity=0.16, color=INK[mode], tooltip=None)
        .encode(x=x, y=y, order="target:Q")
    )
    paths = points.mark_line(strokeWidth=1.4, opacity=0.75, clip=True, tooltip=None).encode(
        x=x, y=y, order="value:Q", color=look.colour, strokeDash=look.dash
    )
    seeds = (
        rows.transform_filter("datum.kind == 'seed'")
        .mark_point(filled=True, size=16, opacity=0.3, clip=True, tooltip=None)
        .encode(x=x, y=y, color=look.colour, shape=look.shape)
    )
    across = here.mark_rule(strokeWidth=1.8, clip=True, tooltip=None).encode(
        x=x_low, x2="target_high:Q", y=y, color=look.colour
    )
    along = here.mark_rule(strokeWidth=1.8, clip=True, tooltip=None).encode(
        x=x, y=y_low, y2="source_high:Q", color=look.colour
    )
    marks = (
        points.mark_point(filled=True, opacity=1, strokeWidth=1.5, clip=True)
        .encode(
            x=x,
            y=y,
            color=look.colour,
            shape=look.shape,
            size=alt.condition("datum.here", alt.value(190), alt.value(48)),
            stroke=alt.condition(nearest, alt.value(INK[mode]), alt.value("transparent")),
            tooltip=[alt.Tooltip("arm:N", title="Arm"), alt.Tooltip("what:N", title="With"), *tooltips()],
        )
        .add_params(nearest)
    )
    layers = (line, front, paths, seeds, *words, across, along, marks)
    return base.template(alt.layer(*layers).properties(height=HEIGHT), mode)


def draw(drawn: Picture, mode: str, place: base.Place, words: str = "Runs are under way.") -> None:
    """Draw the runs so far, in place of the previous picture."""
    base.show(
        trade_template(mode),
        drawn.rows,
        alt=f"Accuracy on the old task against accuracy on the new one, one point per arm and rate. {words}",
        frame=drawn.frame,
        place=place,
    )
