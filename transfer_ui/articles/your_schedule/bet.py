"""Predict first: who will win, and by how much."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from transfer_core.wording import gap_words, inside
from transfer_ui.articles.your_schedule.standing import Standing
from transfer_ui.controls import sidebar

WINNERS = {"own": "My schedule", "theirs": "One of theirs", "close": "Too close to call"}
LEADS = {"under_1": "under 1 point", "1_to_3": "1 to 3 points", "over_3": "over 3 points"}
EDGES = (1.0, 3.0)  # points between the leads


class Bet(NamedTuple):
    """A prediction.

    Attributes
    ----------
    winner, lead : str
        Keys of `WINNERS` and `LEADS`.
    """

    winner: str
    lead: str

    @property
    def words(self) -> str:
        """What was predicted.

        Examples
        --------
        >>> Bet("own", "1_to_3").words, Bet("close", "1_to_3").words
        ('my schedule, by 1 to 3 points', 'too close to call')
        """
        who = inside(WINNERS[self.winner])
        return who if self.winner == "close" else f"{who}, by {LEADS[self.lead]}"


def draw() -> Bet | None:
    """Draw the question; ``None`` until it is answered."""
    winner = sidebar.choose_in_link(
        "bet", WINNERS, st.segmented_control, default=None, label="Predict first: who wins?"
    )
    lead = sidebar.choose_in_link("lead", LEADS, st.segmented_control, default="1_to_3", label="By how much?")
    return Bet(winner, lead) if winner else None


def lead_of(points: float) -> str:
    """Find which of `LEADS` a gap in points is.

    Examples
    --------
    >>> lead_of(-0.4), lead_of(1.0), lead_of(7.0)
    ('under_1', '1_to_3', 'over_3')
    """
    low, high = EDGES
    return "under_1" if abs(points) < low else "1_to_3" if abs(points) <= high else "over_3"


def feedback(bet: Bet, found: Standing) -> str:
    """Say how a prediction compares with what was measured; nothing where there are too few seeds to tell."""
    if found.outcome == "unclear":
        return ""
    said = f"You predicted: {bet.words}."
    if bet.winner != found.outcome:
        return f"{said} Measured: {inside(WINNERS[found.outcome])}."
    if bet.winner == "close" or bet.lead == lead_of(100 * found.gap.interval.mean):
        return f"{said} Right."
    return f"{said} Right about who wins; the measured gap is {gap_words(found.gap)}."
