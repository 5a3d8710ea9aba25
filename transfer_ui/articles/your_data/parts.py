"""The parts of the page: the answer, and what can be seen beside it once it is there."""

from __future__ import annotations

import streamlit as st

from transfer_core.own_data.answering import Answer
from transfer_ui.controls import address, sidebar

ANSWER, EPOCHS, INSIDE, OLD_TASK, HOME = "answer", "epochs", "inside", "old_task", "home"
TITLES = {
    ANSWER: "The answer",
    EPOCHS: "Epoch by epoch",
    INSIDE: "Inside",
    OLD_TASK: "The old task",
    HOME: "Take it home",
}
OF_A_SOURCE = (EPOCHS, INSIDE, OLD_TASK)
"""Parts that need a network that was pretrained here, and arms that trained on."""


def of(answer: Answer) -> dict[str, str]:
    """List the parts that there are for an answer, with their titles."""
    return {part: title for part, title in TITLES.items() if answer.runs or part not in OF_A_SOURCE}


def asked() -> str:
    """Read which part the link names."""
    return st.query_params.get("part", ANSWER)


def choose(answer: Answer) -> str:
    """Draw the choice; a part that other data had is left without a word."""
    titles = of(answer)
    if asked() in {*TITLES} - {*titles}:
        address.write_place("part", None)
    chosen: str = sidebar.choose_in_link("part", titles, st.segmented_control)
    return chosen
