"""What this visitor brought: held in their session and nowhere else, and what is computed from it, with progress and Stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from time import monotonic
from typing import Any
from weakref import WeakSet

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core.own_data.answering import Answer, Question
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.limits import MEGABYTE, Refused
from transfer_ui.runs.apart import Apart, Line
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
    session,
    time_left,
)

MOST_HELD = 64 * MEGABYTE
"""Bytes that all visitors of a server may have brought, together."""
MAX_ANSWERS = 4
"""Kept of one visitor's data; the oldest goes first."""
STATE = "own_data"
_LINE = Line()


@dataclass(eq=False)
class Brought:
    """The data of one visitor.

    Attributes
    ----------
    contents : Contents
    source : Contents or None
        A second file, that was learnt before.
    example : str
        Name of the example that this is; "" for data of one's own.
    number : int
        Tells it from all others: the controls of other data are others.
    asked : Question or None
        What was asked last.
    answers : dict of Question to Answer
        What has been found, perhaps not to the end.
    stopped : set of Question
        Those that the visitor stopped.
    """

    contents: Contents
    source: Contents | None = None
    example: str = ""
    number: int = field(default_factory=count().__next__)
    asked: Question | None = None
    answers: dict[Question, Answer] = field(default_factory=dict)
    stopped: set[Question] = field(default_factory=set)

    @property
    def n_bytes(self) -> int:
        """Memory that it takes, about."""
        return size_of(self.contents) + (size_of(self.source) if self.source else 0)

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer."""
        self.answers.pop(question, None)
        self.answers[question] = answer
        for oldest in list(self.answers)[:-MAX_ANSWERS]:
            del self.answers[oldest]


_held: WeakSet[Brought] = WeakSet()  # who leaves takes theirs along
_lock = threading.Lock()


def size_of(contents: Contents) -> int:
    """Memory of what a file holds, about: an entry of words is mostly one that is there already.

    Examples
    --------
    >>> import numpy as np
    >>> size_of(Contents("a.csv", np.zeros((4, 2), np.float32), ("x", "y"), {"kind": ("a", "b", "a", "b")}))
    152
    """
    n_words = sum(len(column) for column in contents.words.values()) + len(contents.places)
    names = {name for column in (*contents.words.values(), contents.places) for name in column}
    return contents.values.nbytes + 8 * n_words + sum(43 + len(name) for name in names)


def brought() -> Brought | None:
    """Get what this visitor has brought."""
    found: Brought | None = st.session_state.get(STATE)
    return found


def hold(new: Brought) -> None:
    """Keep it for this visit, in place of what was brought before.

    Raises
    ------
    Refused
        If the server already holds as much as it can.
    """
    with _lock:
        before = brought()
        others = sum(one.n_bytes for one in _held if one is not before)
        if others + new.n_bytes > MOST_HELD:
            raise Refused(
                f"The data that all visitors have brought must be at most {MOST_HELD // MEGABYTE} MB together, and would "
                f"be {(others + new.n_bytes) // MEGABYTE}: come back later, or bring a smaller file."
            )
        st.session_state[STATE] = new
        _held.add(new)


def forget() -> None:
    """Forget what this visitor has brought, and all that was made of it."""
    gone = st.session_state.pop(STATE, None)
    if gone is not None:
        _held.discard(gone)


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
    with _LINE.turn(partial(_say_waiting, bar)):
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
    bar.say(0.0, f"Waiting for {before} {'visitor' if before == 1 else 'visitors'} before you")


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


def take(upload: Any) -> tuple[str, bytes]:
    """Take a file out of the server's hands: from now on it is here, and not among the uploads any more."""
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    name, data = str(upload.name), upload.getvalue()
    context, here = get_script_run_ctx(), session()
    if context is not None and here is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(here, upload.file_id)
    return name, data


def keep_uploads_off_the_disk(n_bytes: int) -> None:
    """Have the server receive files of this size in memory: by itself it writes any above a megabyte to its disk."""
    from starlette.formparsers import MultiPartParser

    MultiPartParser.spool_max_size = max(MultiPartParser.spool_max_size, n_bytes)
