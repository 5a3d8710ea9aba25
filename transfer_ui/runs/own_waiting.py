"""What is computed of a visitor's data: in a process of its own, with progress and Stop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_ui.runs.apart import LINE, SEAT, Apart, waiting_words
from transfer_ui.runs.hands import MakeSteps
from transfer_ui.runs.waiting import (
    AWAY,
    BEAT,
    FIRST,
    LOOK,
    UNKNOWN,
    is_connected,
    keep_place,
    leave_if_superseded,
    time_left,
)


def compute(
    name: str, make_steps: MakeSteps, stop: Callable[[], None], draw: Callable[[Any], object] | None = None
) -> Any:
    """Compute in a process of its own, which ends with the answer, on Stop, or when the visitor moves on.

    Parameters
    ----------
    name : str
        Of its own on the page.
    make_steps : callable
        Begins it; it must be possible to pickle it.
    stop : callable
        Notes that the visitor pressed Stop.
    draw : callable, optional
        Shows the results so far.

    Returns
    -------
    Any
        The results of the last step.

    Raises
    ------
    Refused
        If the data do not allow it.
    """
    place = keep_place()
    bar = _Bar(name, place, stop)
    with LINE.turn(partial(_say_waiting, bar)):
        SEAT.take(None)
        run = Apart(make_steps)
        try:
            _wait(run, bar, draw)
        finally:
            run.stop()
    place.empty()
    if run.error:
        raise run.error
    return run.results


class _Bar:
    """Progress and Stop, drawn when there is something to say; the style of the page lays them over its lower edge."""

    def __init__(self, name: str, place: DeltaGenerator, stop: Callable[[], None]) -> None:
        self._name, self._place, self._stop = name, place, stop
        self._bar: DeltaGenerator | None = None

    def say(self, fraction: float, words: str) -> None:
        if self._bar is None:
            look: dict[str, Any] = {"border": True, "horizontal": True, "vertical_alignment": "center", "gap": "medium"}
            with self._place.container(key=f"running_own_{self._name}", **look):
                self._bar = st.progress(0.0)
                st.button("Stop", key=f"stop_own_{self._name}", on_click=self._stop, icon=":material/stop_circle:")
        self._bar.progress(min(fraction, 1.0), words)


def _say_waiting(bar: _Bar, before: int) -> None:
    """Say who comes first; every look is also where a newer click ends this script."""
    leave_if_superseded()
    if not is_connected():
        st.stop()
    bar.say(0.0, waiting_words(before))


def _wait(run: Apart, bar: _Bar, draw: Callable[[Any], object] | None) -> None:
    started = here_at = monotonic()
    next_beat, drawn = started + FIRST, None
    bar.say(0.0, UNKNOWN)  # Stop is there at once
    while not run.wait(LOOK):
        leave_if_superseded()
        now = monotonic()
        here_at = now if is_connected() else here_at
        if now - here_at > AWAY:
            st.stop()
        if now < next_beat:
            continue
        progress, results = run.progress, run.results
        left = time_left(progress.fraction, progress.fraction, now - started)
        bar.say(progress.fraction, f"{progress.message} · {left}")
        if draw and results is not None and results is not drawn:
            draw(results)
            drawn = results
        next_beat = now + BEAT
