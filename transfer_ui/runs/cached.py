"""Runs for the pages: computed once, shared by all visitors, with progress and Stop where they take long."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from time import monotonic
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from transfer_core import Progress, RunConfig, compare_steps, scenario_config
from transfer_core.arrays import Array
from transfer_core.baselines import logistic_regression, zero_shot
from transfer_core.experiment import sweep_steps
from transfer_core.scenarios import Task
from transfer_core.splits import sample_images
from transfer_core.studies.execute import Done, rows, study_steps
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import Shipped, read
from transfer_core.studies.store import Store, default_path
from transfer_core.studies.study import Study
from transfer_ui.runs.workbench import Job, Workbench

PATIENCE = 0.6  # seconds without a progress bar, so that quick runs do not flicker
REDRAW = 0.5  # seconds between two drawings of what is under way
POLL = 0.04  # seconds between two looks
MAX_STOPPED = 2  # stopped runs a visitor's session keeps


BASELINE_FIELDS = ("shift_amount", "hidden_sizes", "pretrain_epochs", "images_per_class", "n_seeds", "seed")


class Outcome(NamedTuple):
    """What a page gets to draw.

    Attributes
    ----------
    results : dict of str to RunResult, or list of Done of a study
        Empty where the visitor stopped before there was anything.
    stopped : bool
        The visitor stopped the run; the results are of the epochs until then.
    """

    results: Any
    stopped: bool


@st.cache_resource(show_spinner=False)
def workbench() -> Workbench:
    """Get the one workbench of this server."""
    return Workbench()


def comparison(config: RunConfig) -> Outcome:
    """Compare all strategies."""
    return _outcome(("compare", config), lambda: compare_steps(config))


def unfreeze_sweep(config: RunConfig, epochs: tuple[int, ...]) -> Outcome:
    """Run progressive unfreezing for several unfreeze epochs; results are keyed by the epoch as text."""

    def steps() -> Iterator[Progress]:
        return sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", epochs)

    # The unfreeze epoch is what is swept: its own value does not make another sweep.
    return _outcome(("sweep", config.but(unfreeze_epoch=0), epochs), steps)


class Measured(NamedTuple):
    """A study as far as it is done.

    Attributes
    ----------
    rows : DataFrame
        One row a cell, reading and seed; perhaps none.
    stopped : bool
        The visitor stopped it: not all cells are there.
    made : dict of str to str or None
        When and with what it was computed, where it was not computed here.
    """

    rows: pd.DataFrame
    stopped: bool
    made: dict[str, str] | None


def study(asked: Study, configs: Sequence[RunConfig], draw: Callable[[pd.DataFrame], object] | None = None) -> Measured:
    """Measure a study, or get what was shipped with the product.

    Parameters
    ----------
    asked : Study
    configs : sequence of RunConfig
        One a scenario.
    draw : callable, optional
        Shows the rows that are there while more are on their way.
    """
    configs = [asked.without_swept(config) for config in configs]
    cells = asked.cells(configs)
    ready = shipped_study(asked.name)
    if ready and ready.configs == [repr(config) for config in configs] and ready.fits(cells):
        return Measured(shipped_rows(asked.name), False, ready.made)

    def draw_done(done: list[Done]) -> None:
        if draw and done:
            draw(rows(cells, done))

    outcome = _outcome(("study", asked.name, *configs), lambda: study_steps(cells, study_store()), draw_done)
    if study_store().trouble:
        st.caption(":material/cloud_off: This server cannot keep results on its disk; they last until it restarts.")
    return Measured(rows(cells, list(outcome.results)), outcome.stopped, None)


@st.cache_resource(show_spinner=False)
def study_store() -> Store:
    """Get the one store of this server; in memory where its file cannot be used."""
    return Store.or_memory(default_path)


@st.cache_resource(show_spinner=False)
def shipped_study(name: str) -> Shipped | None:
    """Get what was shipped of a study."""
    return read(name)


@st.cache_resource(show_spinner=False)
def shipped_rows(name: str) -> pd.DataFrame:
    """Get the rows of what was shipped."""
    ready, asked = shipped_study(name), STUDIES[name]
    assert ready is not None
    return ready.rows(asked.cells(asked.default_configs()))


def baselines(config: RunConfig) -> dict[str, Array]:
    """Test accuracy of what needs no training here: zero-shot where it exists, logistic regression."""
    # The rates and epochs of the target do not matter to them: two runs that differ there share these.
    start = scenario_config(config.pair)
    shared = {name: getattr(config, name) for name in BASELINE_FIELDS}
    return _baselines(start.but(**shared))


@st.cache_data(max_entries=300, show_spinner=False)
def _baselines(config: RunConfig) -> dict[str, Array]:
    found = {"zero_shot": zero_shot(config), "logistic_regression": logistic_regression(config)}
    return {name: scores for name, scores in found.items() if scores is not None}


@st.cache_data(max_entries=100, show_spinner=False)
def _samples(config: RunConfig) -> dict[str, tuple[str, list[str], Array]]:

    def described(task: Task, images: Array, labels: Array) -> tuple[str, list[str], Array]:
        return task.title, [task.classes[label] for label in labels], images

    return {
        role: described(*sample)
        for role, sample in sample_images(config.pair, shift_amount=config.shift_amount, seed=config.seed).items()
    }


def samples(config: RunConfig) -> dict[str, tuple[str, list[str], Array]]:
    """One image of each class: role -> (title of the task, class names, images)."""
    # Nothing else of a configuration matters to them.
    return _samples(scenario_config(config.pair, shift_amount=config.shift_amount, seed=config.seed))


def _outcome(
    key: Hashable, make_steps: Callable[[], Iterator[Progress]], draw: Callable[[Any], object] | None = None
) -> Outcome:
    """Wait for a job, unless the visitor has stopped it; meanwhile draw what there is, if it can be drawn."""
    bench = workbench()
    job = bench.job(key, make_steps)
    stopped: dict[Hashable, Any] = st.session_state.setdefault("stopped_runs", {})
    if key in stopped and not job.ended:
        _say_stopped(key, stopped[key][0])
        return Outcome(stopped[key][1], True)
    if not job.ended:
        _wait(bench, job, key, draw)
    if job.error:
        raise job.error
    return Outcome(job.result, False)


def _wait(bench: Workbench, job: Job, key: Hashable, draw: Callable[[Any], object] | None) -> None:
    """Wait; every look is also the point where a newer click ends this script."""
    place, figure = st.empty(), st.empty()
    bar = None
    started, first = monotonic(), 0.0
    drawn, drawn_at = job.progress.fraction, started
    with bench.waiting_for(job):
        while not job.wait(POLL):
            "stopped_runs" in st.session_state  # noqa: B015  a look-up raises when the visitor has moved on
            now = monotonic()
            if bar is None and now - started <= PATIENCE:
                continue
            if bar is None:
                # What was there before this wait, from the store or for another visitor, says nothing of the speed.
                started, first = now, job.progress.fraction
                with place.container():
                    left, right = st.columns([5, 1], vertical_alignment="center")
                    bar = left.progress(0.0)
                    right.button("Stop", key=f"stop_{hash(key)}", on_click=_stop, args=(job, key), width="stretch")
            fraction, message, _ = job.progress
            bar.progress(min(fraction, 1.0), f"{message} · {_time_left(fraction, fraction - first, now - started)}")
            if draw and fraction > drawn and now - drawn_at > REDRAW:
                with figure.container():
                    draw(job.results_so_far())
                drawn, drawn_at = fraction, monotonic()
    place.empty()
    figure.empty()


def _time_left(fraction: float, gained: float, elapsed: float) -> str:
    """Estimate from what this wait has seen; the job may have been under way before."""
    if gained < 0.01:
        return "estimating the time left"
    left = elapsed * (1 - fraction) / gained
    return f"about {left:.0f} s left" if left < 90 else f"about {left / 60:.0f} min left"


def _stop(job: Job, key: Hashable) -> None:
    """Keep what there is, for this visitor; another one who waits for the same run is not disturbed."""
    stopped = st.session_state.setdefault("stopped_runs", {})
    stopped[key] = (job.progress.message, job.results_so_far())
    for oldest in list(stopped)[:-MAX_STOPPED]:
        del stopped[oldest]


def _say_stopped(key: Hashable, message: str) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(
        f"Stopped by you: {message[0].lower() + message[1:]}. What you see is unfinished.",
        icon=":material/stop_circle:",
    )
    right.button("Continue", key=f"continue_{hash(key)}", on_click=_continue, args=(key,), width="stretch")


def _continue(key: Hashable) -> None:
    st.session_state.stopped_runs.pop(key, None)
