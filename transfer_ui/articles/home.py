"""What the start page alone draws: the two tasks as images, a card per strategy, three doors."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st

from transfer_core import RunConfig
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, mean_interval, verdict
from transfer_ui.charts import svg
from transfer_ui.controls import address
from transfer_ui.palette import MUTED, STRATEGY_STYLES
from transfer_ui.sentences import Results, cost_words, percent, test_scores
from transfer_ui.shell import frame
from transfer_ui.verdicts import THREE

CARDS = ("feature_extraction", "progressive_unfreezing", "end_to_end")
"""From the one that trains least to the one that trains most."""

DOORS = {
    ":material/lightbulb: I want to understand": (
        ("learn", "**Learn** the ideas"),
        ("inside", "**Look inside** the network"),
        ("unfreeze", "**Unfreeze** step by step"),
    ),
    ":material/school: I teach": (
        ("class_links", "**Ask** your class to predict"),
        ("forgetting", "**Show** what is forgotten"),
        ("claims", "**Check** the advice"),
    ),
    ":material/database: I have data": (
        ("decide", "**Decide** by number of images"),
        ("your_data", "**Bring** your own data"),
        ("export", "**Take** the code"),
    ),
}
"""A path for each kind of reader: title -> pages and what they are for."""

PIXEL, SPACE = 3, 3  # of a drawn image: units per pixel, and between two images


def show_tasks(samples: Mapping[str, tuple[str, list[str], Array]], mode: str) -> None:
    """Draw one image per class of the source and of the target, in one line."""
    first, *rest = (_strip(*samples[role], mode) for role in ("source", "target") if role in samples)
    arrow = f'<div style="font-size: 1.4rem; color: {MUTED[mode]}">→</div>'
    row = "display: flex; gap: .3rem 1rem; align-items: center"
    # The arrow stays with what it points at, also where that is on a line of its own.
    led_to = [f'<div style="{row}; min-width: 0">{arrow}{strip}</div>' for strip in rest]
    st.html(f'<div style="{row}; flex-wrap: wrap">{"".join([first, *led_to])}</div>')


def _strip(title: str, classes: list[str], images: Array, mode: str) -> str:
    """Draw images in a row as SVG, ink on paper in both themes."""
    height, width = images.shape[1:]
    across, up = PIXEL * width, PIXEL * height
    inked = []
    for place, image in enumerate(images):
        left = place * (across + SPACE)
        inked.append(f'<rect x="{left}" width="{across}" height="{up}" fill="#fff"/>')
        inked += [
            f'<rect x="{left + PIXEL * column}" y="{PIXEL * row}" width="{PIXEL}" height="{PIXEL}" '
            f'fill-opacity="{image[row, column]:.2f}"/>'
            for row, column in zip(*np.nonzero(image > 0.05), strict=True)
        ]
    span = len(images) * (across + SPACE) - SPACE
    drawn = svg.image(span, up, "".join(inked), f"{title}: {', '.join(classes)}", f"width: {span}px; max-width: 100%")
    return (
        f'<figure style="margin: 0">{drawn}'
        f'<figcaption style="font-size: .85rem; color: {MUTED[mode]}">{escape(title)}</figcaption></figure>'
    )


def domain(results: Results) -> tuple[float, float]:
    """Range of the bars of all cards, so that they can be compared: all intervals, with a little room."""
    edges = np.array([mean_interval(results[name].test_accuracy) for name in THREE], dtype=float)
    low, high = float(np.nanmin(edges)), float(np.nanmax(edges))
    room = max(0.01, 0.15 * (high - low))
    return max(0.0, low - room), min(1.0, high + room)


def marks(results: Results) -> dict[str, str]:
    """Mark the best of the three, or those that may be: nothing where there are too few seeds."""
    found = verdict({name: scores for name, scores in test_scores(results).items() if name in THREE})
    if found.closest[1].n < MIN_SEEDS:
        return {}
    if not found.inconclusive:
        return {found.leader: "best"}
    return dict.fromkeys((found.leader, *found.tied), "may be best")


def show_card(name: str, results: Results, mode: str) -> None:
    """Draw what a strategy reaches: a number to read from afar, its interval, and what it costs."""
    result = results[name]
    mean, low, high = mean_interval(result.test_accuracy)
    start, end = domain(results)
    mark, look = marks(results).get(name, ""), STRATEGY_STYLES[name]
    colour = look.dark if mode == "dark" else look.light

    def place(value: float) -> float:
        return 200 * (value - start) / (end - start)

    known = np.isfinite(low) and len(result.test_accuracy) >= MIN_SEEDS
    interval = f"95\u00a0% interval {100 * low:.1f} to {100 * high:.1f}" if known else "too few seeds for an interval"
    bar = (
        f'<line x1="{place(low):.1f}" x2="{place(high):.1f}" y1="7" y2="7" stroke="{colour}" stroke-width="4" '
        'stroke-linecap="round"/>'
        if known
        else ""
    )
    shapes = (
        f'<line x1="0" x2="200" y1="7" y2="7" stroke="{MUTED[mode]}" stroke-opacity=".35"/>{bar}'
        f'<circle cx="{place(mean):.1f}" cy="7" r="5" fill="{colour}"/>'
    )
    badge = f'<span style="color: {colour}; font-weight: 600; line-height: 1">★ {mark}</span>' if mark else ""
    st.html(
        '<div style="display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline">'
        f'<span style="font-size: 1.6rem; font-weight: 600; line-height: 1.1">{percent(mean)}</span>{badge}</div>'
        f'{svg.image(200, 14, shapes, interval, "width: 100%")}<small style="color: {MUTED[mode]}">{interval}</small>'
    )
    st.caption(cost_words(result, results["feature_extraction"]))


def show_doors(config: RunConfig) -> None:
    """Draw a path for each kind of reader."""
    for column, (title, pages) in zip(st.columns(len(DOORS), gap="small"), DOORS.items(), strict=True):
        with column, st.container(border=True, height="stretch", gap="xxsmall"):
            st.markdown(f"**{title}**")
            for file, label in pages:
                if file == "class_links" and address.of_class():
                    continue  # whoever came by such a link has no use for making one
                frame.link(file, config, label)
