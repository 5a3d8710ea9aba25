"""The visitor's attempts of this visit: few numbers each, so that all of them can be kept, shown and counted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.measures import Series
from transfer_ui.articles.your_schedule.bet import Bet
from transfer_ui.rows import OWN
from transfer_ui.runs import own
from transfer_ui.runs.known_arms import around_the_arm
from transfer_ui.tables import PERCENT

MAX_TRIES, MAX_SETTINGS = 20, 5  # per visit: the oldest go first


class Try(NamedTuple):
    """A schedule that was trained.

    Attributes
    ----------
    number : int
        Counted from 1 at these settings.
    result : RunResult
        Without curves and weights.
    bet : Bet or None
        What was predicted before it was trained.
    """

    number: int
    result: RunResult
    bet: Bet | None


def at(config: RunConfig) -> Mapping[str, Try]:
    """Get the attempts that can be compared at these settings, each under its schedule as text, the first one first."""
    return _all(config).get(around_the_arm(config), {})


def keep(config: RunConfig, text: str, result: RunResult, bet: Bet | None) -> None:
    """Remember an attempt; a second one with the same schedule is the same."""
    settings = _all(config)
    tries = settings.setdefault(around_the_arm(config), {})
    if text in tries:
        return
    number = max((one.number for one in tries.values()), default=0) + 1
    tries[text] = Try(number, _few_numbers(result), bet)
    for oldest in list(tries)[:-MAX_TRIES]:
        del tries[oldest]
    for old in list(settings)[:-MAX_SETTINGS]:
        del settings[old]


def scores_beside(config: RunConfig, text: str) -> list[Array]:
    """Test accuracy of all attempts but one."""
    return [one.result.test_accuracy for name, one in at(config).items() if name != text]


def _all(config: RunConfig) -> dict[Hashable, dict[str, Try]]:
    """Get all attempts of this visit; those on the visitor's own data are held with these, and go with them."""
    data = own.of(config)
    found: dict[Hashable, dict[str, Try]] = data.tries if data else st.session_state.setdefault("schedule_tries", {})
    return found


def _few_numbers(result: RunResult) -> RunResult:
    scores = {"final_val_accuracy": Series((result.n_epochs,), result.val_accuracy[None])}
    return replace(result, history={}, measured=scores, pretrained=(), params=())


def on_plane(tries: Mapping[str, Try], text: str) -> dict[str, RunResult]:
    """Put the attempts under what marks them on a picture: their numbers, and the present one as every own schedule."""
    return {OWN if name == text else str(one.number): one.result for name, one in tries.items()}


def table(tries: Mapping[str, Try]) -> pd.DataFrame:
    """One row per attempt: its schedule, what it reaches, keeps and costs; accuracies are shares."""
    return pd.DataFrame([_row(text, one) for text, one in tries.items()])


def _row(text: str, one: Try) -> dict[str, object]:
    result = one.result
    return {
        "attempt": one.number,
        "schedule": text,
        "val_accuracy": result.val_accuracy.mean(),
        "source_after": result.source_accuracy_after.mean() if result.config.has_old_task else np.nan,
        "multiply_adds": result.cost.multiply_adds,
    }


def show(found: pd.DataFrame) -> None:
    """Draw the attempts with units and words."""
    number = st.column_config.NumberColumn
    shares: Sequence[str] = ["val_accuracy", "source_after"]
    st.dataframe(
        found.assign(**{name: 100 * found[name] for name in shares}, multiply_adds=found["multiply_adds"] / 1e6),
        hide_index=True,
        width="stretch",
        placeholder="–",
        alt="Your schedules of this visit, one row for each",
        column_config={
            "attempt": number("Attempt", pinned=True),
            "schedule": st.column_config.TextColumn("Schedule", width="large"),
            "val_accuracy": number("Validation", **PERCENT),
            "source_after": number("Old task", **PERCENT),
            "multiply_adds": number("Multiply-adds", format="%.1f M"),
        },
    )
