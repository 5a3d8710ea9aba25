"""The path of the guided lesson: its steps, and how far a reader has come. Progress is in the link, predictions in the visit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from transfer_ui.articles.learn.step import Step
from transfer_ui.articles.learn.steps import (
    approaches,
    challenge,
    data,
    features,
    forgetting,
    mathematics,
    rates,
    unfreezing,
)
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted

PATH: tuple[Step[Any], ...] = (
    approaches.STEP,
    mathematics.STEP,
    features.STEP,
    forgetting.STEP,
    rates.STEP,
    unfreezing.STEP,
    data.STEP,
    challenge.STEP,
)
STEPS = {step.name: step for step in PATH}
BETWEEN = "."  # what joins the names of steps in the link


def done_in_link() -> tuple[str, ...]:
    """Read which steps are done; say what in the link is no step, and leave it out."""
    asked = st.query_params.get("done", "")
    names = asked.split(BETWEEN) if asked else []
    known = tuple(name for name in STEPS if name in names)
    if not set(names) <= set(STEPS):
        example = BETWEEN.join(list(STEPS)[:2])
        notice_box.say(
            f"done in the link must be names of steps joined by dots, such as {example}, got {quoted(asked)}. Using "
            f"{BETWEEN.join(known) or 'none'}."
        )
    _write(known)
    return known


def predict(step: str) -> None:
    """Keep what the reader predicts, and call the step done; the callback of a button."""
    answer = STEPS[step].check.answer(key_of(step))
    if answer:
        _predictions()[step] = answer
        _write((*_done(), step))


def show_anyway(step: str) -> None:
    """Call a step done without a prediction."""
    _write((*_done(), step))


def take_back(step: str) -> None:
    """Veil a step again, so that it can be predicted once more."""
    _predictions().pop(step, None)
    _write(tuple(name for name in _done() if name != step))


def prediction(step: str) -> str | None:
    """Give what the reader predicted in this visit."""
    return _predictions().get(step)


def key_of(step: str) -> str:
    """Name the widget of a check."""
    return f"predict_{step}"


def neighbours(step: str) -> tuple[Step[Any] | None, Step[Any] | None]:
    """Give the step before and the one after.

    Examples
    --------
    >>> before, after = neighbours("approaches")
    >>> before is None, after.name
    (True, 'mathematics')
    """
    place = list(STEPS).index(step)
    return (PATH[place - 1] if place else None, PATH[place + 1] if place + 1 < len(PATH) else None)


def _predictions() -> dict[str, str]:
    predictions: dict[str, str] = st.session_state.setdefault("predictions", {})
    return predictions


def _done() -> tuple[str, ...]:
    """Read which steps are done, when the link has been checked."""
    return tuple(st.query_params.get("done", "").split(BETWEEN))


def _write(names: tuple[str, ...]) -> None:
    address.write_place("done", BETWEEN.join(name for name in STEPS if name in names) or None)
