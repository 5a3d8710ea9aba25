"""What is asked of the data: which column holds the labels, and what was learnt before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from transfer_core.own_data.answering import LARGEST_SIDE, Before, Question
from transfer_core.own_data.contents import Contents, counted
from transfer_core.own_data.images import SIDES
from transfer_core.own_data.limits import LIMITS
from transfer_core.own_data.pairing import MNIST_SIDE
from transfer_ui.articles.your_data import bringing
from transfer_ui.controls import sidebar
from transfer_ui.runs import own
from transfer_ui.shell import plain

BEFORE: dict[Before, str] = {
    "nothing": "Nothing",
    "embeddings": "A model (embeddings)",
    "digits": "MNIST digits",
    "classes": "Some of the classes",
    "column": "Some rows, by a column",
    "file": "Another file",
}

MISSING: dict[Before, str] = {
    "classes": "Choose the classes that were learnt before",
    "column": "Choose the values that were learnt before",
    "file": "Bring the file that was learnt before",
}


def draw(data: own.Brought) -> Question | str:
    """Draw the choices in the sidebar.

    Returns
    -------
    Question or str
        In words, what is still to be chosen.
    """
    contents, before = data.contents, data.asked
    assert before is not None
    with st.sidebar:
        plain.show(contents.name, _size(contents, before.label), key="name")
        title = "Bring your own data" if data.example else "Forget these data"
        sidebar.button(
            title,
            bringing.forget,
            key="forget",
            icon=":material/restart_alt:" if data.example else ":material/delete:",
            width="stretch",
        )
        label = _select("Labels", contents.label_columns, before.label, f"own_label_{data.number}")
        learnt: Before = _select(
            "Learnt before",
            _possible(contents),
            before.before,
            f"own_before_{data.number}",
            format_func=BEFORE.__getitem__,
            help="What the backbone was trained on. These are your labels to spend; that is what came before them.",
        )
        side = _draw_side(contents, learnt, before.side, f"own_side_{data.number}")
        column, source_label = "", ""
        source: tuple[str, ...] = ()
        if learnt == "column":
            column = _select("Column", _parting(contents, label), before.column, f"own_column_{data.number}")
            source = _several(
                "Its values that were learnt before",
                _values(contents, column),
                before.source,
                f"own_values_{data.number}",
            )
        elif learnt == "classes":
            source = _several(
                "Classes that were learnt before", _values(contents, label), before.source, f"own_values_{data.number}"
            )
        elif learnt == "file":
            bringing.draw_source(data)
            if data.source is not None:
                plain.show(data.source.name, _size(data.source, before.source_label), key="source_name")
                source_label = _select(
                    "Its labels", data.source.label_columns, before.source_label, f"own_source_label_{data.number}"
                )
    question = Question(label, learnt, side, column, source, source_label)
    if not {"column": source, "classes": source, "file": data.source}.get(learnt, True):
        return f"{MISSING[learnt]}, and the answer appears here."
    data.asked = question
    return question


def _select(label: str, options: Sequence[Any], first: Any, key: str, **look: Any) -> Any:
    """Draw a choice that begins where it was left."""
    index = list(options).index(first) if first in options else 0
    return st.selectbox(label, options, index=index, key=key, **look)


def _several(label: str, options: Sequence[str], first: Sequence[str], key: str) -> tuple[str, ...]:
    chosen = st.multiselect(label, options, [one for one in first if one in options], key=key)
    return tuple(chosen)


def _draw_side(contents: Contents, learnt: str, first: int, key: str) -> int:
    if not contents.is_image:
        return 0
    if learnt == "digits":
        st.caption(f"Images are reduced to {MNIST_SIDE} × {MNIST_SIDE}, as the lab's network takes them.")
        return MNIST_SIDE
    largest = min(contents.values.shape[1:])
    sides = [side for side in SIDES if side <= largest] or [largest]
    if len(sides) == 1:
        return sides[0]
    start = first if first in sides else max(side for side in sides if side <= max(LARGEST_SIDE, sides[0]))
    chosen: int = st.select_slider(
        "Images are reduced to",
        sides,
        start,
        key=key,
        format_func=lambda side: f"{side} × {side}",
        help="Grey, by averaging areas. Smaller images need fewer labels and less time.",
    )
    return chosen


def _possible(contents: Contents) -> list[Before]:
    small = contents.is_image and min(contents.values.shape[1:]) < MNIST_SIDE
    impossible: set[Before] = {"embeddings"} if contents.is_image else {"digits"}
    impossible |= {"digits"} if small else set()
    impossible |= set() if len(contents.label_columns) > 1 else {"column"}
    return [one for one in BEFORE if one not in impossible]


def _parting(contents: Contents, label: str) -> list[str]:
    return [name for name in contents.label_columns if name != label]


def _values(contents: Contents, column: str) -> list[str]:
    """Values of a column, as far as there are few."""
    return sorted({*contents.column(column)} - {""})[: LIMITS.classes]


def _size(contents: Contents, label: str) -> str:
    if contents.is_image:
        height, width = contents.values.shape[1:]
        return f"{counted(len(contents), 'image')}, {height} × {width}"
    n_numbers = len(contents.columns) - (label in contents.columns)
    return f"{counted(len(contents), 'row')}, {counted(n_numbers, 'number')} each"
