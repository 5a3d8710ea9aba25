"""How a browser reports the value of each kind of widget to the server."""

from __future__ import annotations

from typing import Any

from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState

FIELDS = {
    "slider": "double_array_value",
    "selectbox": "string_value",
    "checkbox": "bool_value",
    "number_input": "double_value",
    "button_group": "string_array_value",
    "text_input": "string_value",
    "button": "trigger_value",
}
"""Kinds of widgets on the pages -> the field that holds their value; pills are a group of buttons, a toggle is a checkbox."""


def key_of(identity: str) -> str:
    """Read the key that a page gave to a widget or a container.

    Examples
    --------
    >>> key_of("$$ID-1f3870be274f6c49b3e31a0c6728957f-n_epochs"), key_of("")
    ('n_epochs', '')
    """
    key = identity.split("-", 2)[2] if identity.count("-") > 1 else ""
    return "" if key == "None" else key


def report(kind: str, widget: Any, value: Any) -> WidgetState:
    """Report a value: a number, the text of a choice, a list of either; nothing for None."""
    state = WidgetState(id=widget.id)
    values = value if isinstance(value, list) else [value]
    if _chooses_words(kind, widget):
        state.string_array_value.SetInParent()  # an empty list is a value too: nothing is chosen
        state.string_array_value.data.extend(str(one) for one in values)
    elif kind == "slider":
        state.double_array_value.data.extend(float(one) for one in values)
    elif value is not None:
        setattr(state, FIELDS[kind], value)
    return state


def first_value(kind: str, widget: Any) -> Any:
    """Give the value that the server sets a widget to, or the one it begins with."""
    is_set = widget.set_value
    if kind == "slider" and _chooses_words(kind, widget):
        return list(widget.raw_value) if is_set else [widget.options[int(index)] for index in widget.default]
    if kind == "slider":
        return list(widget.value if is_set else widget.default)
    if kind == "button_group":
        return list(widget.raw_values) if is_set else [widget.options[index].content for index in widget.default]
    if kind == "checkbox":
        return widget.value if is_set else widget.default
    if kind == "selectbox" and not is_set:
        return widget.options[widget.default] if widget.HasField("default") else None
    name = "default" if not is_set else "raw_value" if kind == "selectbox" else "value"
    return getattr(widget, name) if widget.HasField(name) else None


def _chooses_words(kind: str, widget: Any) -> bool:
    return kind == "button_group" or (kind == "slider" and widget.type == Slider.SELECT_SLIDER)
