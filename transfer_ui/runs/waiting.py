"""Waiting for a job: results so far are drawn, and Stop keeps them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic, thread_time
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from transfer_core.own_data.limits import Refused
from transfer_ui.runs.found import Found
from transfer_ui.runs.guesses import Request
from transfer_ui.runs.hands import MakeSteps
from transfer_ui.runs.job import Job, TrainingLost
from transfer_ui.runs.stopped import say_stopped, stop, stopped_on
from transfer_ui.runs.workbench import Workbench

FIRST = 0.1  # seconds before results so far are drawn; a run that takes longer shows its first curves at once
BEAT = 0.4  # seconds between two drawings: at more than three per second, a browser falls behind and shows none
DRAWING_SHARE = 0.1  # of a core at most, for all who wait together: drawing takes time away from everything else
AWAY = 10  # seconds without a connection after which nobody waits any more; the browser asks again when it is back
LOOK = 0.25  # seconds until a script that nobody wants any longer ends; its job is told sooner, by the next one
UNKNOWN = "estimating the time left"


@dataclass(frozen=True)
class Outcome(Found):
    """What a page gets to draw.

    Attributes
    ----------
    results : dict of str to RunResult, or list of Done of a study
        Empty if the visitor stopped before there was anything.
    stopped : bool
        The visitor stopped the run; the results cover the epochs until then.
    made : mapping of str to str or None
        When and with what the results were computed; ``None`` if they were computed here.
    """

    results: Any
    stopped: bool
    made: Mapping[str, str] | None = None


def outcome(
    bench: Workbench,
    key: Hashable,
    make_steps: MakeSteps,
    draw: Callable[[Any], object] | None = None,
    family: Hashable = None,
    beside: Sequence[Request] = (),
) -> Outcome:
    """Wait for a job, unless the visitor has stopped it.

    Parameters
    ----------
    bench : Workbench
    key : hashable
        Names what is computed.
    make_steps : callable
        Begins the computation, if nobody has yet. It must be possible to pickle it: another process may call it.
    draw : callable, optional
        Shows the results so far, again and again. It draws over what it drew before: emptying a place
        makes the page jump.
    family : hashable, optional
        Names what is expensive and shared with other jobs.
    beside : sequence of Request
        What the page will wait for next: it is computed meanwhile, if there is a hand for it.

    Returns
    -------
    Outcome
    """
    job = bench.job(key, make_steps, family)
    stopped = stopped_on(bench)
    place = keep_place()
    if key in stopped and not job.ended:
        say_stopped(place, bench, key)
        return Outcome(stopped[key][1], True)
    if not job.ended:
        _wait(bench, job, key, place, draw, beside)
    return Outcome(_result(job), False, derived=job.derived)


def keep_place() -> DeltaGenerator:
    """Keep a place for the bar of a run, with or without a wait: what follows then stays where it is on the page.

    The browser leaves what was drawn before where it stands until something else comes in its place; so whoever goes from
    a stored result to one that is computed still sees the old answer, and nothing moves.
    """
    return st.empty()


def quietly(
    bench: Workbench,
    key: Hashable,
    make_steps: MakeSteps,
    family: Hashable = None,
    meanwhile: Callable[[], object] | None = None,
) -> Any:
    """Wait for a short job without a bar; arguments as for `outcome`, and what to draw, once, if there is a wait."""
    job = bench.job(key, make_steps, family)
    if not job.ended:
        if meanwhile:
            meanwhile()
        with bench.waiting_for(job, session()):
            while not job.wait(LOOK):
                leave_if_superseded()
    return _result(job)


def _result(job: Job) -> Any:
    if isinstance(job.error, TrainingLost | Refused):
        st.error(str(job.error), icon=":material/warning:")
        st.stop()
    if job.error:
        raise job.error
    return job.result


def leave_if_superseded() -> None:
    """End this script if the visitor has moved on: any look-up raises then."""
    "stopped_runs" in st.session_state  # noqa: B015


def _wait(
    bench: Workbench,
    job: Job,
    key: Hashable,
    place: DeltaGenerator,
    draw: Callable[[Any], object] | None,
    beside: Sequence[Request],
) -> None:
    """Wait; every look is also the point where a newer click ends this script."""
    started = here_at = monotonic()
    # Where many wait, pictures of what is not finished come later, so that what is finished comes sooner.
    next_beat = started + FIRST * max(1, bench.n_waiting)
    # Progress made before this wait, from the store or for another visitor, says nothing about the speed.
    seen, first, drawn = job.progress, job.progress.fraction, job.progress.fraction
    # The first curves come as soon as they are there: until then, only the bar keeps to the beat.
    awaited, bar_due = draw is not None, started + BEAT
    with bench.waiting_for(job, session()), ExitStack() as others:
        bar = _progress_bar(place, job, key, bench)
        for request in beside:
            # One by one: a job that nobody waits for yet gives way to the next that is asked for.
            other = bench.job(*request)
            if not other.ended:
                others.enter_context(bench.waiting_for(other))
        while not job.ended:
            now = monotonic()
            if now < next_beat:
                job.wait(min(LOOK, next_beat - now))
            else:
                job.wait(LOOK, since=seen)
            leave_if_superseded()
            now = monotonic()
            if job.ended or now < next_beat:
                continue
            # A session outlives its connection for an hour; its runs must not, or they slow down everybody else's.
            here_at = now if is_connected() else here_at
            if now - here_at > AWAY:
                st.stop()
            if job.progress is seen:
                continue
            seen, working = job.progress, thread_time()
            if awaited and not seen.results and now < bar_due:
                continue
            bar_due = now + BEAT
            left = time_left(seen.fraction, seen.fraction - first, now - started)
            bar.progress(min(seen.fraction, 1.0), f"{seen.message} · {left}")
            if draw and seen.results and seen.fraction > drawn:
                results = bench.results_so_far(job)
                if results and not job.ended:
                    draw(results)
                    awaited = False
                drawn = seen.fraction
            if not awaited:
                crowd = max(1, bench.n_waiting)
                next_beat = now + max(BEAT, (thread_time() - working) * crowd / DRAWING_SHARE)
    place.empty()


def session() -> str | None:
    """Name this visitor's session."""
    context = get_script_run_ctx()
    return context.session_id if context else None


def is_connected() -> bool:
    """Whether the browser of this session is there."""
    context = get_script_run_ctx()
    return not runtime.exists() or context is None or runtime.get_instance().is_active_session(context.session_id)


def _progress_bar(place: DeltaGenerator, job: Job, key: Hashable, bench: Workbench) -> DeltaGenerator:
    """Draw the bar and Stop; the style of the page lays them over its lower edge, so that nothing moves.

    They are there at once. After a move on a page that stands, the style lets them be seen a moment later: in a quick
    run they would flicker.
    """
    when = "first" if st.session_state.get("page_is_new") else "again"
    with place.container(
        key=f"running_{when}_{hash(key)}", border=True, horizontal=True, vertical_alignment="center", gap="medium"
    ):
        bar = st.progress(min(job.progress.fraction, 1.0), f"{job.progress.message} · {UNKNOWN}")
        st.button("Stop", key=f"stop_{hash(key)}", on_click=stop, args=(bench, job, key), icon=":material/stop_circle:")
    return bar


def time_left(fraction: float, gained: float, elapsed: float) -> str:
    """Estimate from what this wait has seen; the job may have begun earlier."""
    if gained < 0.01:
        return UNKNOWN
    left = elapsed * (1 - fraction) / gained
    return f"about {left:.0f} s left" if left < 90 else f"about {left / 60:.0f} min left"
