"""What the pages say that show a whole comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_ui import nouns, verdicts
from transfer_ui.charts import base, old_path, samples, work
from transfer_ui.charts.components import readings
from transfer_ui.controls import yours
from transfer_ui.palette import colours
from transfer_ui.runs import baseline_scores, cached
from transfer_ui.runs.waiting import Outcome
from transfer_ui.sentences import Results, cap, test_scores
from transfer_ui.shell import plain
from transfer_ui.shell.frame import Answer
from transfer_ui.verdicts import BASELINES_TO_COME, Scores


def answer(
    config: RunConfig,
    results: Results,
    further: Callable[[Scores], Sequence[str]] | None = None,
    draw: Callable[[Scores], object] = lambda scores: None,
) -> Scores:
    """Answer at once from the strategies alone, and again when the baselines are there.

    Parameters
    ----------
    config : RunConfig
    results : mapping of str to RunResult
    further : callable, optional
        What is behind the answer, once the baselines are known; without it, the answer stands alone.
    draw : callable, optional
        Draws the scores of all rows known so far.

    Returns
    -------
    mapping of str to ndarray of shape (n_seeds,)
        The baselines.
    """
    drawn, about = Answer(), note(config)

    def so_far() -> None:
        draw(test_scores(results))
        drawn.say(verdicts.answer(results, {}), verdicts.behind_it(results, {}) if further else [], BASELINES_TO_COME)

    baselines = baseline_scores.measured(config, so_far)
    draw(test_scores(results) | dict(baselines))
    drawn.say(verdicts.answer(results, baselines), further(baselines) if further else [], about)
    return baselines


def draw_readings(outcome: Outcome, rows: pd.DataFrame, metric: str, mode: str) -> None:
    """Draw the curves in numbers at the epoch of the slider.

    Parameters
    ----------
    outcome : Outcome
        Of a comparison.
    rows : DataFrame
        Of `transfer_ui.charts.curves.curve_rows`.
    metric : str
    mode : {"light", "dark"}
    """
    results: Results = outcome.results
    shorts = [STRATEGIES[name].short for name in results]
    looks = dict(zip(shorts, colours(list(results), mode), strict=True))
    spent = outcome.once(
        "work by epoch",
        lambda: {short: work.work_by_epoch(result) for short, result in zip(shorts, results.values(), strict=True)},
    )
    readings.show(
        outcome.once(
            f"readings of {metric} {mode}",
            lambda: readings.data_of(rows[rows["run"] == "this run"], spent, looks, mode, metric=metric),
        )
    )


def draw_costs(outcome: Outcome, mode: str) -> None:
    """Draw what the accuracy costs: work, and the old task where there is one.

    Parameters
    ----------
    outcome : Outcome
        Of a comparison.
    mode : {"light", "dark"}
    """
    results: Results = outcome.results
    st.subheader("What it costs", anchor=False)
    has_old_task = next(iter(results.values())).config.has_old_task
    left, right = st.columns(2, gap="medium") if has_old_task else (st.container(), None)
    with left:
        base.show_filled(work.template(mode), outcome.once("work", lambda: work.filled(results)))
    if right:
        with right:
            base.show_filled(old_path.template(mode), outcome.once("old task", lambda: old_path.filled(results)))


def draw_samples(config: RunConfig) -> None:
    """Draw one example per class of both tasks, once it is asked for; rows of numbers are not to be looked at."""
    if nouns.are_rows(config.pair):
        return
    place = st.expander("The images", icon=":material/image:", key="images_of_tasks", on_change="rerun")
    if not place.open:
        return
    with place:
        found = cached.samples(config).items()
        shown = {role: (title, names, cached.inked(config, seen)) for role, (title, names, seen) in found}
        is_own = yours.is_own(config.scenario)
        samples.show_samples(shown, (lambda words, key: plain.show(words, key=key)) if is_own else None)


def code_words(config: RunConfig) -> str:
    """Say what code there is to take away."""
    if yours.is_own(config.scenario):
        return "scripts that run a strategy on your own files"
    return "this run in PyTorch, Keras, Lightning, fastai or plain NumPy"


def note(config: RunConfig) -> str:
    """Say what an answer is about: task, images, seeds."""
    return f"{config.pair.title}, {cap(config)}, {config.n_seeds} seeds."
