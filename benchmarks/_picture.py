"""What a browser holds of a page: the elements where they stand, and the values of the widgets.

The server sends *deltas*, each with a path in the tree of containers. As in the browser, a new element replaces what
stood at its path, a container keeps what it holds, and what a finished run has not sent again disappears.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks._widgets import FIELDS, first_value, key_of, report


@dataclass
class Node:
    """An element, or a container of others.

    Attributes
    ----------
    run : str
        The run of the script that sent it last.
    kind : str
        Of the element; empty for a container.
    content : Any
        The element, without its shell.
    hash : str
        Of the message that brought the element.
    children : dict of int to Node
    """

    run: str = ""
    kind: str = ""
    content: Any = None
    hash: str = ""
    children: dict[int, Node] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        """Give this node and all below it, from the top of the page to its end."""
        yield self
        for index in sorted(self.children):
            yield from self.children[index].walk()

    def keep_only(self, run: str) -> None:
        """Drop what this run has not sent."""
        self.children = {index: node for index, node in self.children.items() if node.run == run}
        for node in self.children.values():
            node.keep_only(run)


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

    def put(self, path: Sequence[int], delta: Delta, message_hash: str, run: str) -> bool:
        """Apply a delta; return whether it brings an element that did not stand there."""
        parent = self._root
        for index in path[:-1]:
            parent = parent.children.setdefault(index, Node())
            parent.run = run
        old = parent.children.get(path[-1], Node())
        if delta.WhichOneof("type") == "add_block":
            parent.children[path[-1]] = Node(run, children=old.children)
            return False
        if delta.WhichOneof("type") == "new_element":
            kind = str(delta.new_element.WhichOneof("type"))
            content = getattr(delta.new_element, kind)
            parent.children[path[-1]] = Node(run, kind, content, message_hash)
            # A button has no value until it is pressed; the server's wish overrides what the visitor chose.
            if kind in FIELDS and kind != "button" and (content.set_value or content.id not in self.values):
                self.values[content.id] = report(kind, content, first_value(kind, content))
        return old.hash != message_hash

    def finish(self, run: str) -> None:
        """Drop what a finished run has not sent, and the values of widgets that are gone."""
        self._root.keep_only(run)
        here = {node.content.id for node in self._widgets()}
        self.values = {name: value for name, value in self.values.items() if name in here}

    def contents(self, kind: str) -> list[Any]:
        """Give all elements of a kind, from the top of the page to its end."""
        return [node.content for node in self._root.walk() if node.kind == kind]

    @property
    def keys(self) -> list[str]:
        """Keys of all widgets on the page, as far as they have one."""
        return [key for key in (key_of(node.content.id) for node in self._widgets()) if key]

    def set_value(self, key: str, value: Any) -> None:
        """Move a widget, or press a button, whose value is then True."""
        found = [node for node in self._widgets() if key_of(node.content.id) == key]
        if not found:
            raise LookupError(f"there is no {key} among the widgets: {', '.join(self.keys)}")
        self.values[found[0].content.id] = report(found[0].kind, found[0].content, value)

    def release_buttons(self) -> None:
        """Forget which button was pressed, once the server has been told."""
        self.values = {name: value for name, value in self.values.items() if not value.HasField("trigger_value")}

    def _widgets(self) -> Iterator[Node]:
        return (node for node in self._root.walk() if node.kind in FIELDS)


def shows_data(chart: Any) -> bool:
    """Whether a chart draws more than its axes, for which a table of one row without figures is enough."""
    data = [chart.data.data] if chart.HasField("data") else []
    data += [one.data.data for one in chart.datasets if one.name != "frame"]
    return any(pa.ipc.open_stream(stream).read_all().num_rows > 1 for stream in data if stream)
