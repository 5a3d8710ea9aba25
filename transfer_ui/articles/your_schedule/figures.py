"""The pictures of the comparison with the visitor's schedule in it: strip, curves, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from transfer_core import STRATEGIES, RunConfig, Schedule
from transfer_core.schedules import n_epochs
from transfer_ui import nouns
from transfer_ui.articles.your_schedule import tries
from transfer_ui.articles.your_schedule.tries import Try
from transfer_ui.charts import curves, price
from transfer_ui.charts.filling import Filling
from transfer_ui.charts.strip import Strip, described
from transfer_ui.palette import theme
from transfer_ui.rows import OWN
from transfer_ui.runs import baseline_scores
from transfer_ui.runs.found import Found
from transfer_ui.sentences import Results, about_lines
from transfer_ui.sentences import described as curves_described
from transfer_ui.verdicts import THREE, Scores

METRIC = "val_accuracy"


class Figures:
    """The pictures in their places, from the first visit on.

    Parameters
    ----------
    config : RunConfig
    schedule : tuple of Phase
    """

    def __init__(self, config: RunConfig, schedule: Schedule) -> None:
        self._config, self._mode = config, theme()
        to_come = [*STRATEGIES, OWN, *baseline_scores.to_come(config)]
        self._strip = Strip(st.columns([11, 9], gap="medium"), to_come, self._mode)
        self._longest = max(config.n_epochs, n_epochs(schedule))
        self._curves = curves.Chart(self._longest, METRIC, self._mode, (*STRATEGIES, OWN))
        st.caption(
            f"{about_lines(config.n_seeds)} Dashed upright lines, once yours is trained: where your phases "
            "begin. Hover to compare all at one epoch."
        )
        self._costs = st.container()

    def draw_nothing(self) -> None:
        """Draw the axes, before there is a number."""
        self._strip.draw({})
        self._curves.draw_rows(None)

    def draw_curves(self, results: Results, found: Found | None = None) -> None:
        """Draw the curves so far, or those of runs that have been found, of which the rows are kept."""
        if found is None:
            self._curves.draw_rows(curves.curve_rows(results, {}, METRIC))
            return
        self._curves.draw(found.once(f"own curves, {self._longest} epochs", lambda: self._filled(results)))

    def _filled(self, results: Results) -> Filling:
        words = curves_described(results, curves.PANELS[METRIC], METRIC)
        return self._curves.filled(curves.curve_rows(results, {}, METRIC), words)

    def draw_scores(self, scores: Scores) -> None:
        """Draw every row that is known so far."""
        self._strip.draw(scores, described(scores))

    def draw_costs(self, results: Results, attempts: Mapping[str, Try], text: str) -> None:
        """Draw the attempts of this visit among the strategies: new task against work and against the old task."""
        shown = {name: results[name] for name in THREE} | tries.on_plane(attempts, text)
        panels = [price.WORK, price.OLD_TASK] if self._config.has_old_task else [price.WORK]
        with self._costs:
            st.subheader("What it costs", anchor=False)
            for column, panel in zip(st.columns(2, gap="medium"), panels, strict=False):
                with column:
                    price.show(price.rows(shown, panel, "val"), panel, "val", self._mode)
            st.caption(
                nouns.said_here(
                    "On validation images, because you choose by them; the verdict is on the test images. Numbers: your "
                    "earlier attempts at these settings."
                )
            )
