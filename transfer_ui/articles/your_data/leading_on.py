"""Where the page about a visitor's own data leads: to the pages of the lab, with these data chosen where they have a source."""

from __future__ import annotations

import streamlit as st

from transfer_core import RunConfig, scenario_config
from transfer_ui.controls import yours
from transfer_ui.runs import own
from transfer_ui.shell import frame

WITHOUT_A_SOURCE = (
    "On the other pages, a network is pretrained on a source first. These data have none, so those pages cannot take them. Choose "
    "one under “Learnt before” in the sidebar: some of the classes, a column, or a file."
)
EMBEDDED = (
    "On the other pages, a network is pretrained on a source first. The backbone of embeddings is the model they come from, which "
    "is not here, so those pages cannot take them."
)


def draw(config: RunConfig) -> None:
    """Draw the links, and why some data are not among the scenarios.

    Parameters
    ----------
    config : RunConfig
        What is chosen on the other pages.
    """
    data, scenario = own.brought(), yours.scenario()
    if scenario is not None:
        frame.try_next(
            scenario_config(scenario),
            [
                ("compare", {}, "Your data, every setting to move", "the curves of all strategies"),
                ("inside", {}, "Inside the networks", "which weights and features moved on your data"),
                ("forgetting", {}, "The old task", "what each strategy forgets, and which classes go first"),
                ("unfreeze", {}, "When to unfreeze", "sweep the unfreeze epoch on your data"),
                ("your_schedule", {}, "Your own schedule", "draw it, predict, and try it on your data"),
            ],
        )
        return
    frame.try_next(
        yours.of_the_lab(config),
        [
            ("compare", {}, "The lab's own data", "the same question on digits, with every setting to move"),
            ("decide", {}, "How much data", "from how many images fine-tuning pays"),
            ("export", {}, "Take the code", "freezing and fine-tuning in your framework"),
        ],
    )
    if data is not None and data.asked is not None and data.asked in data.answers:
        st.caption(EMBEDDED if data.asked.before == "embeddings" else WITHOUT_A_SOURCE)
