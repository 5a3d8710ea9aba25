"""The parts of the page: the answer, and what a visitor takes home; the rest is on the pages of the lab."""

from __future__ import annotations

import streamlit as st

from transfer_core import scenario_config
from transfer_ui.controls import address, sidebar, yours
from transfer_ui.shell import frame

ANSWER, HOME = "answer", "home"
TITLES = {ANSWER: "The answer", HOME: "Take it home"}
DOORS = {"compare": "Epoch by epoch", "inside": "Inside", "forgetting": "The old task"}
"""Pages that look closer at data with a source, and what they show of them."""
ONCE_PARTS = ("epochs", "inside", "old_task")
"""Names in older links, of what these pages show now."""


def asked() -> str:
    """Read which part the link names."""
    return st.query_params.get("part", ANSWER)


def choose() -> str:
    """Draw the choice, and beside it the doors to the pages that look closer."""
    if asked() in ONCE_PARTS:
        address.write_place("part", None)
    with st.container(horizontal=True, vertical_alignment="center", key="own_doors"):
        chosen: str = sidebar.choose_in_link("part", TITLES, st.segmented_control)
        scenario = yours.scenario()
        if scenario is not None:
            for page, title in DOORS.items():
                frame.link(page, scenario_config(scenario), title)
    return chosen
