"""Between drawing and training: is it a fair race, who will win, go."""

from __future__ import annotations

import streamlit as st

from transfer_core import RunConfig, Schedule
from transfer_core.schedules import n_epochs
from transfer_ui.articles.your_schedule import bet, draft
from transfer_ui.controls import sidebar
from transfer_ui.controls.knobs import KNOB, values_of


def draw_length(schedule: Schedule, config: RunConfig) -> None:
    """Say how long a schedule trains beside the strategies, and offer to make them equal; always, so that nothing moves."""
    total = n_epochs(schedule)
    with st.container(horizontal=True, key="length", vertical_alignment="center"):
        if total == config.n_epochs:
            st.caption(f"Your schedule trains for {total} epochs, as the strategies do.", width="content")
            return
        st.caption(
            f":material/warning: Your schedule trains for {total} epochs, the strategies for {config.n_epochs}.",
            width="content",
        )
        if total in KNOB["n_epochs"].options(values_of(config)):
            equal = config.but(n_epochs=total, unfreeze_epoch=min(config.unfreeze_epoch, total))
            sidebar.button(f"Give all of them {total}", sidebar.choose, equal, key="equal", type="tertiary")


def draw_bet(*, is_trained: bool) -> bet.Bet | None:
    """Ask for a prediction, and offer to train once there is one."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        predicted = bet.draw()
        sidebar.button(
            "Train it",
            draft.train,
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=predicted is None or is_trained,
            help="Predict first." if predicted is None else None,
        )
    return predicted
