"""The figures of the steps: each reserves its place, shows its axes before a prediction, and the run after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.arrays import Array
from transfer_core.statistics import mean_interval
from transfer_core.studies.registry import STUDIES
from transfer_ui import sentences
from transfer_ui.articles.learn.step import Picture
from transfer_ui.charts import curves, levels, timeline
from transfer_ui.charts.base import Place
from transfer_ui.charts.live_panel import LivePanel
from transfer_ui.sentences import Results

Figure = Callable[[str], Picture[Results]]


def curves_of(config: RunConfig, names: tuple[str, ...], metric: str) -> Figure:
    """Draw a curve of some strategies against the epoch."""

    def reserve(mode: str) -> Picture[Results]:
        chart = curves.Chart(config.n_epochs, metric, mode)

        def draw(results: Results | None, predicted: str | None) -> None:
            if results is None:
                chart.draw_rows(None, f"{curves.PANELS[metric]}, axes only: predict first.")
                return
            shown = {name: results[name] for name in names}
            chart.draw_rows(
                curves.curve_rows(shown, {}, metric), sentences.described(shown, curves.PANELS[metric], metric)
            )

        return draw

    return reserve


def levels_of(
    scores: Callable[[Results], Mapping[str, Array]],
    names: tuple[str, ...],
    title: str,
    *,
    before: Callable[[Results], float] = lambda results: np.nan,
    predicted_at: Callable[[Results, str], float] = lambda results, predicted: np.nan,
    schedules_at: RunConfig | None = None,
) -> Figure:
    """Draw some arms on one axis of accuracy.

    Parameters
    ----------
    scores : callable
        ``results -> {name: one value per seed}``.
    names : tuple of str
        Of the arms, from top to bottom.
    title : str
        Of the axis.
    before : callable, optional
        Where everything started.
    predicted_at : callable, optional
        Where a prediction lies on the axis.
    schedules_at : RunConfig, optional
        Draw the schedules of the arms above, which are known before any run.
    """

    def reserve(mode: str) -> Picture[Results]:
        if schedules_at:
            for column, name in zip(st.columns(len(names), gap="medium"), names, strict=True):
                with column:
                    st.markdown(f"**{STRATEGIES[name].title}**")
                    timeline.show_schedule(STRATEGIES[name].build(schedules_at), mode, small=True)
        place = Place()

        def draw(results: Results | None, predicted: str | None) -> None:
            if results is None:
                levels.show(names, {}, title, mode, place)
                return
            found = scores(results)
            levels.show(
                names,
                {name: found[name] for name in names},
                title,
                mode,
                place,
                before=before(results),
                predicted=np.nan if predicted is None else predicted_at(results, predicted),
            )

        return draw

    return reserve


def rate_table(scores: Mapping[tuple[str, float], Array]) -> pd.DataFrame:
    """One row per strategy and rate: mean test accuracy with its interval.

    Parameters
    ----------
    scores : mapping of (str, float) to ndarray of shape (n_seeds,)

    Returns
    -------
    DataFrame
        ``strategy``, ``rate``, ``mean``, ``low``, ``high``.
    """
    rows = [
        {"strategy": name, "rate": rate, **mean_interval(values)._asdict()}
        for (name, rate), values in sorted(scores.items())
    ]
    return pd.DataFrame(rows)


def accuracy_by_rate(
    scores: Callable[[Results], Mapping[tuple[str, float], Array]], names: tuple[str, ...], rates: tuple[float, ...]
) -> Figure:
    """Draw accuracy against the learning rate, a line per strategy, as the study of rates does."""

    def reserve(mode: str) -> Picture[Results]:
        panel = LivePanel(STUDIES["learning_rate"], mode, names)

        def draw(results: Results | None, predicted: str | None) -> None:
            if results is None:
                panel.wait(rates[0], rates[-1])
            else:
                panel.finish(rate_table(scores(results)))

        return draw

    return reserve
