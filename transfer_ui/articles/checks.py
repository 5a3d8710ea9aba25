"""What is asked before it is shown, in the lesson and for a class: choose, place a point, or order three.

A run has the answer, and none is typed anywhere: `Check.right` reads it from the run, and "too close to call" may be it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import streamlit as st

from transfer_core.arrays import Array
from transfer_core.statistics import Interval, paired_gap, verdict
from transfer_core.wording import inside, join_words

Run = TypeVar("Run")
Scores = Mapping[str, Array]
OPEN = "open"
TOO_CLOSE = "Too close to call"
SEPARATOR = ","  # between what an order names


@dataclass(frozen=True)
class Check(Generic[Run]):
    """A question, what may be answered, and who knows.

    Attributes
    ----------
    kind : {"choose", "place", "order"}
        One of a few; a point on an axis; all of them, the highest first.
    question : str
    options : mapping of str to str
        Answer -> what the reader sees.
    right : callable
        ``(run, answer) -> bool``; an order is the names of the options, joined by `SEPARATOR`.
    shows : callable
        ``run -> str``: the answer, in a sentence.
    """

    kind: Literal["choose", "place", "order"]
    question: str
    options: Mapping[str, str]
    right: Callable[[Run, str], bool]
    shows: Callable[[Run], str]

    def words(self, answer: str) -> str:
        """Repeat an answer.

        Examples
        --------
        >>> check = Check("order", "", {"a": "Ours", "b": "Theirs"}, lambda run, answer: True, str)
        >>> check.words("b,a")
        'theirs, then ours'
        """
        return ", then ".join(inside(self.options[name]) for name in answer.split(SEPARATOR))

    def ask(self, key: str, *, horizontal: bool = False) -> str | None:
        """Draw the question and give the answer, ``None`` while there is none; a choice in lines or side by side."""
        st.markdown(f"**{self.question}**")
        look: dict[str, Any] = {"format_func": self.options.__getitem__, "label_visibility": "collapsed", "key": key}
        names = list(self.options)
        if self.kind == "choose":
            return st.radio(self.question, names, index=None, horizontal=horizontal, **look)
        if self.kind == "place":
            return st.select_slider(self.question, names, value=names[len(names) // 2], **look)
        st.multiselect(self.question, names, placeholder="Choose all, the highest first", **look)
        return self.answer(key)

    def answer(self, key: str) -> str | None:
        """Read the answer as the widget holds it; an order counts when it is complete."""
        held = st.session_state.get(key)
        if self.kind != "order":
            return held
        return SEPARATOR.join(held) if held and len(held) == len(self.options) else None


def best_of(scores: Callable[[Run], Scores]) -> Callable[[Run, str], bool]:
    """Judge a choice of the best arm: its name, or `OPEN` where another may be as good."""

    def right(run: Run, answer: str) -> bool:
        found = verdict(scores(run))
        return answer == (OPEN if found.inconclusive else found.leader)

    return right


def nearest(options: Mapping[str, str], measured: Callable[[Run], Interval]) -> Callable[[Run, str], bool]:
    """Judge a number: right inside the interval, or if no other option is closer to the mean.

    Examples
    --------
    >>> right = nearest({"0": "", "5": "", "20": ""}, lambda run: Interval(6.0, 4.0, 8.0))
    >>> [right(None, answer) for answer in ("0", "5", "20")]
    [False, True, False]
    """

    def right(run: Run, answer: str) -> bool:
        mean, low, high = measured(run)
        closest = min(options, key=lambda option: abs(float(option) - mean))
        return low <= float(answer) <= high or answer == closest

    return right


def in_order(scores: Callable[[Run], Scores]) -> Callable[[Run, str], bool]:
    """Judge an order: wrong only if it puts an arm above one that is clearly ahead of it.

    Examples
    --------
    >>> values = {"a": np.full(6, 0.9), "b": np.full(6, 0.5), "c": np.full(6, 0.5)}
    >>> right = in_order(lambda run: values)
    >>> right(None, "a,c,b"), right(None, "b,a,c")
    (True, False)
    """

    def right(run: Run, answer: str) -> bool:
        found, placed = scores(run), answer.split(SEPARATOR)
        return all(paired_gap(found[above], found[below]).sign >= 0 for above, below in combinations(placed, 2))

    return right


def order_words(scores: Scores, options: Mapping[str, str], write: Callable[[float], str]) -> str:
    """Say the order, and which neighbours in it cannot be told apart.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n_seeds,)
    options : mapping of str to str
        Name -> what to call it.
    write : callable
        Writes a mean.

    Examples
    --------
    >>> values = {"a": np.full(6, 0.9), "b": np.full(6, 0.5), "c": np.full(6, 0.5)}
    >>> order_words(values, {"a": "Ours", "b": "Theirs", "c": "Another"}, "{:.1f}".format)
    'Highest first: ours 0.9, theirs 0.5, another 0.5. Too close to call: theirs and another.'
    """
    order = sorted(options, key=lambda name: -float(np.nan_to_num(scores[name].mean(), nan=-np.inf)))
    said = ", ".join(f"{inside(options[name])} {write(float(scores[name].mean()))}" for name in order)
    level = [
        join_words([inside(options[name]) for name in pair])
        for pair in pairwise(order)
        if paired_gap(scores[pair[0]], scores[pair[1]]).sign == 0
    ]
    return f"Highest first: {said}." + (f" {TOO_CLOSE}: {'; '.join(level)}." if level else "")
