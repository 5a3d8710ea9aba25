"""One knob as a widget, its state corrected when its range changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from transfer_core.wording import amount_words
from transfer_ui import nouns
from transfer_ui.controls import yours
from transfer_ui.controls.knob import Knob, Values
from transfer_ui.controls.knobs import fitted, values_of


def draw_knob(knob: Knob, options: Sequence[Any], values: Values, notices: list[str], *, disabled: bool = False) -> Any:
    """Draw one knob and give its value.

    Parameters
    ----------
    knob : Knob
    options : sequence
        What it may be set to, given the other knobs.
    values : dict
        All knobs, as far as known.
    notices : list of str
        One sentence is added if the value had to be corrected.
    disabled : bool, optional
        Draw it grey, and let nobody move it.
    """
    # In a session that has just begun, the value is the widget's default and not its state: if the browser still
    # holds a value, because the server forgot the session, the browser's value is the visitor's.
    is_new = knob.name not in st.session_state
    wanted = values[knob.name] if is_new else knob.from_widget(st.session_state[knob.name])
    if wanted not in options:
        fit, corrections = fitted(values | {knob.name: wanted})
        notices += [correction.sentence for correction in corrections if correction.name == knob.name]
        wanted = values_of(fit)[knob.name]
    bounds = st.session_state.setdefault("bounds", {})
    kept = not is_new and knob.from_widget(st.session_state[knob.name]) == wanted
    if not is_new and not (kept and bounds.get(knob.name) == options):
        st.session_state[knob.name] = knob.on_widget(wanted)
    bounds[knob.name] = options
    pair = yours.at(values["scenario"])
    look: dict[str, Any] = {
        "key": knob.name,
        "help": knob.help if knob.name == "scenario" else nouns.said(pair, knob.help),
        "disabled": disabled,
    }
    start = look | ({"value": knob.on_widget(wanted)} if is_new else {})
    if knob.name == "shift_amount":
        return _draw_shift(knob, options, values, start)
    if len(options) == 1:
        return options[0]
    label = knob.title(values["scenario"])
    if knob.kind == "choice":
        return st.selectbox(
            knob.label,
            options,
            format_func=short_title,
            index=list(options).index(wanted) if is_new else 0,
            **look,
        )
    if knob.kind == "switch":
        return st.toggle(label, **start)
    if len(options) > 200:
        return st.number_input(label, options[0], options[-1], **start)
    if isinstance(options, range):
        return st.slider(label, options[0], options[-1], step=options.step, **start)
    shown = options if None not in options else [knob.on_widget(option) for option in options]
    chosen = st.select_slider(label, shown, format_func=knob.text, **start)
    return knob.from_widget(chosen)


def short_title(scenario: str) -> str:
    """Name a scenario where there is little room: what stands in brackets is said with the answer.

    Examples
    --------
    >>> short_title("lesson")
    "The lesson's notebook"
    """
    return yours.at(scenario).title.partition(" (")[0]


def _draw_shift(knob: Knob, options: Sequence[Any], values: Values, start: dict[str, Any]) -> float:
    shift = yours.at(values["scenario"]).shift
    if shift is None:
        return 0.0
    amount: float = st.select_slider(
        knob.title(values["scenario"]),
        options,
        format_func=lambda value: amount_words(value, shift.unit),
        **start,
    )
    return amount
