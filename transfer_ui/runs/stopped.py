"""Runs that a visitor has stopped: what there was until then is kept, and they may go on."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core.wording import inside
from transfer_ui.runs.job import Job
from transfer_ui.runs.workbench import Workbench

MAX_STOPPED = 2  # kept per visitor's session


def stopped_on(bench: Workbench) -> dict[Hashable, Any]:
    """Get what this visitor has stopped: key -> (where it was, the results until then)."""
    found: dict[Hashable, Any] = (
        st.session_state.setdefault("stopped_runs", {}) if bench.stopped is None else bench.stopped
    )
    return found


def stop(bench: Workbench, job: Job, key: Hashable) -> None:
    """Keep the results so far for this visitor; anyone else waiting for the same run is not disturbed."""
    stopped = stopped_on(bench)
    stopped[key] = (job.progress.message, bench.results_so_far(job))
    for oldest in list(stopped)[:-MAX_STOPPED]:
        del stopped[oldest]


def say_stopped(place: DeltaGenerator, bench: Workbench, key: Hashable) -> None:
    """Say in place of the bar where the visitor stopped a run, and let it go on."""
    message = stopped_on(bench)[key][0]
    with place.container():
        left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(
        f"Stopped by you: {inside(message)}. What you see is unfinished.",
        icon=":material/stop_circle:",
    )
    right.button("Continue", key=f"continue_{hash(key)}", on_click=_continue, args=(bench, key), width="stretch")


def _continue(bench: Workbench, key: Hashable) -> None:
    stopped_on(bench).pop(key, None)
