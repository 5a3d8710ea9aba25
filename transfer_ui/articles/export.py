"""What the export page knows: whose code comes first, how to word it, and which script was shown before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunResult
from transfer_core.statistics import Verdict, verdict
from transfer_ui.export.changes import Changes, changes
from transfer_ui.sentences import TITLES, Results, percent, pretrained_arms, test_scores

WORDS_COLUMNS = ("Our term", "Their term", "Their default")
HABITS_COLUMNS = ("What it does by default", "How the script deals with it")


def winner(results: Results) -> Verdict:
    """Compare the three strategies; the leader is the one whose code is shown first."""
    return verdict(test_scores(pretrained_arms(results)))


def whose_code(found: Verdict, strategy: str, framework: str) -> str:
    """Say whose code it is, and why.

    Examples
    --------
    >>> whose_code(verdict({"end_to_end": np.ones(6), "feature_extraction": np.zeros(6)}), "end_to_end", "Keras")
    'This is the Keras code for the best of the three strategies: **end-to-end fine-tuning**.'
    """
    title = f"**{TITLES[strategy].lower()}**"
    if strategy != found.leader:
        return f"You chose {title}; this is its {framework} code."
    if found.inconclusive:
        return f"This is the {framework} code for the strategy with the highest mean of the three: {title}."
    return f"This is the {framework} code for the best of the three strategies: {title}."


def what_it_repeats(result: RunResult) -> str:
    """Say which seed the script repeats, and where it will end."""
    seed = f"It repeats seed {result.config.seed} of the run on screen"
    if result.stopped:
        return f"{seed}, which was stopped; the script continues to the end of the schedule."
    val, test = float(result.history["val_accuracy"][0, -1]), float(result.test_accuracy[0])
    if not np.isfinite(result.history["train_loss"][0, -1]):
        return f"{seed}, whose loss became NaN or infinite; the script's will too."
    return f"{seed} and ends as that did: {percent(val)} of the validation images right, {percent(test)} of the test images."


def since_last_look(framework: str, script: str) -> Changes:
    """Compare with this framework's script as shown before during this visit.

    The difference stays until the script changes again, so that it can be read.
    """
    seen: dict[str, tuple[str, str]] = st.session_state.setdefault("scripts_seen", {})
    before, latest = seen.get(framework, (script, script))
    if script != latest:
        before = latest
    seen[framework] = (before, script)
    return changes(before, script)


def show_table(rows: Iterable[tuple[str, ...]], columns: tuple[str, ...]) -> None:
    """Draw a table of words; text in backticks is code."""
    look: dict[str, Any] = {"hide_index": True, "border": "horizontal"}
    st.table(pd.DataFrame(rows, columns=list(columns)), **look)
