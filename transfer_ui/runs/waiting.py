"""Waiting for a job: results so far are drawn, and Stop keeps them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from time import monotonic
from typing import Any, NamedTuple

import streamlit as st
from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from transfer_core import Progress
from transfer_ui.runs.workbench import Job, Workbench

PATIENCE = 0.5  # seconds before anything is drawn, so that quick runs do not flicker
BEAT = 0.4  # seconds between two drawings: at more than three per second, a browser falls behind and shows none
DRAWING_SHARE = 0.2  # of the time at most: drawing takes time away from training
AWAY = 10  # seconds without a connection after which nobody waits any more; the browser asks again when it is back
LOOK = 0.1  # seconds until a script that nobody wants any longer notices
MAX_STOPPED = 2  # stopped runs kept per visitor's session


class Outcome(NamedTuple):
    """What a page gets to draw.

    Attributes
    ----------
    results : dict of str to RunResult, or list of Done of a study
        Empty if the visitor stopped before there was anything.
    stopped : bool
        The visitor stopped the run; the results cover the epochs until then.
    """

    results: Any
    stopped: bool


def outcome(
    bench: Workbench,
    key: Hashable,
    make_steps: Callable[[], Iterator[Progress]],
    draw: Callable[[Any], object] | None = None,
) -> Outcome:
    """Wait for a job, unless the visitor has stopped it.

    Parameters
    ----------
    bench : Workbench
    key : hashable
        Names what is computed.
    make_steps : callable
        Begins the computation, if nobody has yet.
    draw : callable, optional
        Shows the results so far, again and again. It draws over what it drew before: emptying a place
        makes the page jump.

    Returns
    -------
    Outcome
    """
    job = bench.job(key, make_steps)
    stopped: dict[Hashable, Any] = st.session_state.setdefault("stopped_runs", {})
    # Always there, so that what follows keeps its place on the page, with or without a wait.
    place = st.empty()
    if key in stopped and not job.ended:
        _say_stopped(place, key, stopped[key][0])
        return Outcome(stopped[key][1], True)
    if not job.ended:
        _wait(bench, job, key, place, draw)
    if job.error:
        raise job.error
    return Outcome(job.result, False)


def _wait(
    bench: Workbench, job: Job, key: Hashable, place: DeltaGenerator, draw: Callable[[Any], object] | None
) -> None:
    """Wait; every look is also the point where a newer click ends this script."""
    started = monotonic()
    next_beat = started + PATIENCE
    bar, first, drawn = None, 0.0, job.progress.fraction
    here_at = started
    with bench.waiting_for(job):
        while not job.wait(LOOK):
            "stopped_runs" in st.session_state  # noqa: B015  a look-up raises when the visitor has moved on
            now = monotonic()
            if now < next_beat:
                continue
            # A session outlives its connection for an hour; its runs must not, or they slow down everybody else's.
            here_at = now if _is_connected() else here_at
            if now - here_at > AWAY:
                st.stop()
            fraction, message, _ = job.progress
            if bar is None:
                # Progress made before this wait, from the store or for another visitor, says nothing about the speed.
                started, first = now, fraction
                bar = _progress_bar(place, job, key)
            bar.progress(min(fraction, 1.0), f"{message} · {_time_left(fraction, fraction - first, now - started)}")
            if draw and fraction > drawn:
                results = job.results_so_far()
                if results:
                    draw(results)
                drawn = fraction
            next_beat = now + max(BEAT, (monotonic() - now) / DRAWING_SHARE)
    place.empty()


def _is_connected() -> bool:
    """Whether the browser of this session is there."""
    context = get_script_run_ctx()
    return not runtime.exists() or context is None or runtime.get_instance().is_active_session(context.session_id)


def _progress_bar(place: DeltaGenerator, job: Job, key: Hashable) -> DeltaGenerator:
    """Draw the bar and Stop; the style of the page lays them over its lower edge, so that nothing moves."""
    with place.container(
        key=f"running_{hash(key)}", border=True, horizontal=True, vertical_alignment="center", gap="medium"
    ):
        bar = st.progress(0.0)
        st.button("Stop", key=f"stop_{hash(key)}", on_click=_stop, args=(job, key), icon=":material/stop_circle:")
    return bar


def _time_left(fraction: float, gained: float, elapsed: float) -> str:
    """Estimate from what this wait has seen; the job may have begun earlier."""
    if gained < 0.01:
        return "estimating the time left"
    left = elapsed * (1 - fraction) / gained
    return f"about {left:.0f} s left" if left < 90 else f"about {left / 60:.0f} min left"


def _stop(job: Job, key: Hashable) -> None:
    """Keep the results so far for this visitor; anyone else waiting for the same run is not disturbed."""
    stopped = st.session_state.setdefault("stopped_runs", {})
    stopped[key] = (job.progress.message, job.results_so_far())
    for oldest in list(stopped)[:-MAX_STOPPED]:
        del stopped[oldest]


def _say_stopped(place: DeltaGenerator, key: Hashable, message: str) -> None:
    with place.container():
        left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(
        f"Stopped by you: {message[0].lower() + message[1:]}. What you see is unfinished.",
        icon=":material/stop_circle:",
    )
    right.button("Continue", key=f"continue_{hash(key)}", on_click=_continue, args=(key,), width="stretch")


def _continue(key: Hashable) -> None:
    st.session_state.stopped_runs.pop(key, None)
