"""What a browser holds of a page: the elements where they stand, the widgets and their values.

The server sends *deltas*, each with a path in the tree of containers. As in the browser, a new element replaces what
stood at its path, a container keeps what it holds, and what a finished run has not sent again disappears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState


@dataclass
class Node:
    """An element, or a container of others.

    Attributes
    ----------
    run : str
        The run of the script that sent it last.
    hash : str
        Of the message that brought the element.
    element : Element or None
    key : str
        Of the container, if it has one.
    children : dict of int to Node
    """

    run: str = ""
    hash: str = ""
    element: Element | None = None
    key: str = ""
    children: dict[int, Node] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        """Give this node and all below it, from the top of the page to its end."""
        yield self
        for index in sorted(self.children):
            yield from self.children[index].walk()

    def forget_others(self, run: str) -> None:
        """Drop what this run has not sent."""
        self.children = {index: node for index, node in self.children.items() if node.run == run}
        for node in self.children.values():
            node.forget_others(run)


class Picture:
    """The page on screen.

    Attributes
    ----------
    values : dict of str to WidgetState
        Value of every widget by its id, as the browser reports them all at each move.
    """

    def __init__(self) -> None:
        self._root = Node()
        self.values: dict[str, WidgetState] = {}

    def clear(self) -> None:
        """Forget the page: another one begins."""
        self._root = Node()
        self.values = {}

    def put(self, path: list[int], delta: Delta, message_hash: str, run: str) -> bool:
        """Apply a delta; return whether it brings anything that did not stand there."""
        parent = self._root
        for index in path[:-1]:
            parent = parent.children.setdefault(index, Node())
            parent.run = run
        old = parent.children.get(path[-1], Node())
        if delta.WhichOneof("type") == "add_block":
            children = old.children if old.element is None else {}
            parent.children[path[-1]] = Node(run, key=key_of(delta.add_block.id), children=children)
            return False
        if delta.WhichOneof("type") == "new_element":
            parent.children[path[-1]] = Node(run, message_hash, delta.new_element)
            self._note_value(delta.new_element)
        return old.hash != message_hash

    def finish(self, run: str) -> None:
        """Drop what a finished run has not sent, and the values of widgets that are gone."""
        self._root.forget_others(run)
        here = {widget.id for widget in self._widgets()}
        self.values = {name: value for name, value in self.values.items() if name in here}

    def elements(self, kind: str, inside: str = "") -> list[Any]:
        """Give the contents of all elements of a kind, on the page or inside the container with this key."""
        found = []
        for node in self._root.walk():
            if not inside:
                found += [node]
            elif node.key == inside:
                found += list(node.walk())
        return [
            getattr(node.element, kind) for node in found if node.element and node.element.WhichOneof("type") == kind
        ]

    def _widgets(self) -> Iterator[Any]:
        for node in self._root.walk():
            kind = node.element.WhichOneof("type") if node.element else None
            if node.element and kind in WRITERS:
                yield getattr(node.element, kind)

    @property
    def keys(self) -> list[str]:
        """Keys of all widgets on the page."""
        return [key for key in (key_of(widget.id) for widget in self._widgets()) if key]

    def widget(self, key: str) -> Any:
        """Find a widget by its key."""
        return next(widget for widget in self._widgets() if key_of(widget.id) == key)

    def set_value(self, key: str, value: Any) -> None:
        """Move a widget, or press a button, whose value is True."""
        widget = self.widget(key)
        state = WidgetState(id=widget.id)
        WRITERS[_kind(widget)](widget, state, value)
        self.values[widget.id] = state

    def release_buttons(self) -> None:
        """Forget which button was pressed, once the server has been told."""
        self.values = {name: value for name, value in self.values.items() if not value.HasField("trigger_value")}

    def _note_value(self, element: Element) -> None:
        """Take the value a widget begins with, or the one that the server gives it."""
        kind = element.WhichOneof("type")
        if kind not in WRITERS or kind == "button":
            return
        widget = getattr(element, kind)
        if widget.set_value or widget.id not in self.values:
            state = WidgetState(id=widget.id)
            value = _given(widget) if widget.set_value else _default(widget)
            if value is not None:
                WRITERS[kind](widget, state, value)
            self.values[widget.id] = state


def key_of(identity: str) -> str:
    """Read the key that a page gave to a widget or a container.

    Examples
    --------
    >>> key_of("$$ID-1f3870be274f6c49b3e31a0c6728957f-n_epochs"), key_of("")
    ('n_epochs', '')
    """
    key = identity.split("-", 2)[2] if identity.count("-") > 1 else ""
    return "" if key == "None" else key


def shows_data(element: Element) -> bool:
    """Whether a chart draws more than its axes, which a table of one row, empty but for its names, makes."""
    chart = element.vega_lite_chart
    data = [chart.data.data] if chart.HasField("data") else []
    data += [one.data.data for one in chart.datasets if one.name != "frame"]
    return any(pa.ipc.open_stream(stream).read_all().num_rows > 1 for stream in data if stream)


def _kind(widget: Any) -> str:
    return {
        "Slider": "slider",
        "Selectbox": "selectbox",
        "Checkbox": "checkbox",
        "NumberInput": "number_input",
        "ButtonGroup": "button_group",
        "TextInput": "text_input",
        "Button": "button",
    }[widget.DESCRIPTOR.name]


def _default(widget: Any) -> Any:
    kind = _kind(widget)
    if kind == "slider":
        of_words = widget.type == Slider.SELECT_SLIDER
        return [widget.options[int(index)] for index in widget.default] if of_words else list(widget.default)
    if kind == "selectbox":
        return widget.options[widget.default] if widget.HasField("default") else None
    if kind == "button_group":
        return [widget.options[index].content for index in widget.default]
    return widget.default if kind == "checkbox" or widget.HasField("default") else None


def _given(widget: Any) -> Any:
    kind = _kind(widget)
    if kind == "slider":
        return list(widget.raw_value if widget.type == Slider.SELECT_SLIDER else widget.value)
    if kind == "button_group":
        return list(widget.raw_values)
    if kind == "selectbox":
        return widget.raw_value if widget.HasField("raw_value") else None
    return widget.value if kind == "checkbox" or widget.HasField("value") else None


def _write_slider(widget: Slider, state: WidgetState, value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    if widget.type == Slider.SELECT_SLIDER:
        state.string_array_value.data.extend(str(one) for one in values)
    else:
        state.double_array_value.data.extend(float(one) for one in values)


def _write_group(widget: Any, state: WidgetState, value: Any) -> None:
    # An empty list is a value too: nothing is chosen.
    state.string_array_value.SetInParent()
    state.string_array_value.data.extend(value if isinstance(value, list) else [value])


def _writer(name: str) -> Callable[[Any, WidgetState, Any], None]:
    return lambda widget, state, value: setattr(state, name, value)


WRITERS: dict[str | None, Callable[[Any, WidgetState, Any], None]] = {
    "slider": _write_slider,
    "selectbox": _writer("string_value"),
    "checkbox": _writer("bool_value"),
    "number_input": _writer("double_value"),
    "button_group": _write_group,
    "text_input": _writer("string_value"),
    "button": _writer("trigger_value"),
}
