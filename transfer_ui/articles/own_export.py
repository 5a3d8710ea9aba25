"""The page about code with a visitor's own data: scripts that run the chosen strategy on their file or their photos."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core import RunConfig
from transfer_ui import sentences, verdicts
from transfer_ui.articles import export, own_code
from transfer_ui.export.pictures.plan import plan_of
from transfer_ui.runs import baseline_scores, cached, own
from transfer_ui.sentences import Results
from transfer_ui.shell import frame

ABOUT = "The scripts below bring it, with the schedule of this page, to your own files; they measure it again against its rival."


def draw(config: RunConfig, place: DeltaGenerator, which: DeltaGenerator) -> None:
    """Draw the answer, the choice of a strategy, and its code.

    Parameters
    ----------
    config : RunConfig
    place : DeltaGenerator
        Of the answer.
    which : DeltaGenerator
        Of the choice.
    """
    below = st.container()
    with place:
        outcome = cached.comparison(config, beside=[*baseline_scores.requests_of(config).values()])
        results: Results = outcome.results
        if not results:
            frame.stop_without_results()
    with which:
        strategy = export.choose_strategy(export.winner(results))
    with place:
        baselines = baseline_scores.measured(config)
        said = f"You see the code for **{sentences.TITLES[strategy].lower()}**. {ABOUT}"
        frame.answer(verdicts.answer(results, baselines), [*verdicts.behind_it(results, baselines, brief=True), said])
        frame.show_trouble(sentences.trouble(results))
    with below:
        _draw_code(config, results, strategy)
        frame.show_origin(outcome.made)


def _draw_code(config: RunConfig, results: Results, strategy: str) -> None:
    data = own.of(config)
    assert data is not None
    assert data.asked is not None
    answer = replace(data.answers[data.asked], runs=results)
    if data.contents.is_image:
        plan = own_code.named(plan_of(results[strategy]), answer.facts)
        own_code.draw_pictures(data, plan, own_code.place_of(data.contents))
    else:
        rows = own_code.rows_of(strategy, data.contents, data.asked, answer)
        own_code.draw_rows(data, rows, "with the schedule of this page")
