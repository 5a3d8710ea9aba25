"""A place on the map: a number of images per class, any there can be, and a shift; which one is open, and what is known there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunConfig
from transfer_core.arrays import Array
from transfer_core.splits import max_images_per_class
from transfer_core.studies.questions.decision_map import cell_scores, shifts, sizes
from transfer_core.wording import amount_words
from transfer_ui.charts.map_panel import You
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted
from transfer_ui.runs import baseline_scores, cached
from transfer_ui.sentences import count

ANY_NUMBER = "What stands below. Click a cell of the map, or type any number of images: one without a cell is computed on request."


class Place(NamedTuple):
    """Where on the map.

    Attributes
    ----------
    size : int
        Images per class; the largest means all there are.
    shift : float
    """

    size: int
    shift: float

    @property
    def labels(self) -> tuple[str, str]:
        """Name it as the axes of the map do, and the link."""
        return str(self.size), f"{self.shift:g}"


def mine(config: RunConfig) -> Place:
    """Find the place of the settings in the sidebar.

    Examples
    --------
    >>> mine(RunConfig(images_per_class=30, shift_amount=5.0))
    Place(size=30, shift=5.0)
    """
    return Place(config.images_per_class or max_images_per_class(config.pair), config.shift_amount)


def config_at(config: RunConfig, place: Place) -> RunConfig:
    """Change the settings to those of a place."""
    is_all = place.size == max_images_per_class(config.pair) and place.size not in sizes(config)
    return config.but(images_per_class=None if is_all else place.size, shift_amount=place.shift)


def is_on_map(config: RunConfig, place: Place) -> bool:
    """Whether the map has a cell for exactly this place.

    Examples
    --------
    >>> is_on_map(RunConfig(), Place(20, 30.0)), is_on_map(RunConfig(), Place(7, 30.0))
    (True, False)
    """
    return place.size in sizes(config) and place.shift in shifts(config)


def scores_at(rows: pd.DataFrame, place: Place) -> dict[str, Array]:
    """Strategy or baseline -> test accuracy of each seed in one cell; only what has finished."""
    if rows.empty:
        return {}
    return cell_scores(rows[(rows["images_per_class"] == place.size) & (rows["shift"] == place.shift)])


def computed(config: RunConfig) -> dict[str, Array]:
    """Compare all ways with these settings, as the compare page does; nothing if the visitor stops it."""
    compared = cached.comparison(config)
    if compared.stopped:
        return {}
    return {name: result.test_accuracy for name, result in compared.results.items()} | baseline_scores.measured(config)


def place_words(config: RunConfig) -> str:
    r"""Name a place for a headline.

    Examples
    --------
    >>> place_words(RunConfig(images_per_class=1)), place_words(RunConfig(shift_amount=30.0, images_per_class=None))
    ('For 1 image per class', 'With all images, shift 30°')
    """
    size = config.images_per_class
    images = f"For {count(size, 'image')} per class" if size else "With all images"
    return f"{images}{shift_words(config)}"


def shift_words(config: RunConfig) -> str:
    """Add a shift to the name of a place, as the axis of the map has it; nothing where there is none."""
    if config.pair.shift is None or not config.shift_amount:
        return ""
    unit = config.pair.shift.unit
    return f", shift {amount_words(config.shift_amount, unit if unit == '°' else '')}"


def you(config: RunConfig) -> You:
    """Mark the settings on the map, between its columns and rows if they are between them.

    Examples
    --------
    >>> you(RunConfig(images_per_class=1))
    You(left=0.08333333333333333, top=0.125)
    """
    place = mine(config)
    return You(
        _share(np.log(place.size), [np.log(size) for size in sizes(config)]), _share(place.shift, shifts(config))
    )


def _share(at: float, centres: Sequence[float]) -> float:
    """Where a value stands among the centres of equal bands, as a share of the axis; beyond the last, at the edge."""
    if len(centres) == 1:
        return 0.5
    band = float(np.interp(at, centres, range(len(centres))))
    beyond = 0.42 if at > centres[-1] else 0.0  # inside the frame, off the centre of the last band
    return (band + 0.5 + beyond) / len(centres)


def choose(config: RunConfig) -> Place:
    """Draw the controls that open a place, and give the one that is open: that of the settings until another is chosen."""
    largest, default = max_images_per_class(config.pair), mine(config)
    amounts = sorted({*shifts(config), default.shift})
    asked = _linked(largest, amounts) or default
    is_new = "open_place" not in st.session_state and "cell_size" not in st.session_state
    if not is_new and asked != st.session_state.get("open_place"):
        # A click, a link, other settings, or the browser's Back. What the browser still holds must win in a new session.
        st.session_state.cell_size, st.session_state.cell_shift = asked
    left, right = st.columns(2, vertical_alignment="bottom")
    first: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    if is_new:
        first = {"value": asked.size}, {"index": amounts.index(asked.shift)}
    size = left.number_input("Images per class", 1, largest, key="cell_size", help=ANY_NUMBER, **first[0])
    at, shift = asked.shift, config.pair.shift
    if shift is not None:
        unit = shift.unit
        at = right.selectbox(
            shift.title, amounts, key="cell_shift", format_func=lambda amount: amount_words(amount, unit), **first[1]
        )
    chosen = Place(int(size), float(at))
    st.session_state.open_place = chosen
    address.write_place("cell", None if chosen == default else ",".join(chosen.labels))
    return chosen


def _linked(largest: int, amounts: Sequence[float]) -> Place | None:
    """Read the place in the link; say it if there is no such place."""
    asked = st.query_params.get("cell")
    if asked is None:
        return None
    size, _, shift = asked.partition(",")
    known = {f"{amount:g}": amount for amount in amounts}
    if size.isascii() and size.isdigit() and len(size) < 6 and 1 <= int(size) <= largest and shift in known:
        return Place(int(size), known[shift])
    notice_box.say(
        f"cell in the link must be images per class from 1 to {largest}, a comma and a shift of "
        f"{', '.join(known)}, got {quoted(asked)}. It was left out."
    )
    address.write_place("cell", None)
    return None


def follow_click(picked: tuple[str, str] | None) -> None:
    """Put a newly clicked cell into the link, where the controls beside the map read it."""
    if picked and picked != st.session_state.get("picked_cell"):
        address.write_place("cell", ",".join(picked))
    st.session_state.picked_cell = picked
