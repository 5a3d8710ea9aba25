"""The runs of this visit: kept in a list, any of them can be overlaid on the current one."""

from __future__ import annotations

import streamlit as st

from transfer_core import RunConfig
from transfer_core.wording import sentence_case
from transfer_ui import sentences
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import from_text, quoted, to_text

MAX_RUNS = 20


def page_is_new() -> bool:
    """Whether the visitor has just come to this page, so that nothing is drawn yet."""
    return bool(st.session_state.page_is_new)


def keep(config: RunConfig) -> None:
    """Remember a finished run; the latest comes first, with none listed twice."""
    runs: list[str] = st.session_state.setdefault("runs", [])
    link = to_text(config)
    st.session_state.runs = [link, *(run for run in runs if run != link)][:MAX_RUNS]


def choose_pinned(config: RunConfig) -> RunConfig | None:
    """Draw the list of earlier runs and return the one to overlay, if any; it is in the link too."""
    here = to_text(config)
    if "pinned" not in st.session_state and st.query_params.get("pin"):
        _pin(st.query_params["pin"])
    pinned = st.session_state.get("pinned")
    runs = [run for run in st.session_state.get("runs", []) if run != here]
    if pinned and pinned not in runs and pinned != here:
        runs.append(pinned)
    if pinned and pinned not in runs:
        st.session_state.pinned = None
    # Drawn even without a run to choose, so that what follows keeps its place.
    chosen = st.selectbox(
        "Overlay an earlier run",
        runs,
        key="pinned",
        index=None,
        placeholder="none" if runs else "none yet",
        disabled=not runs,
        format_func=lambda run: sentence_case(sentences.differences(read(run), config)),
        help="Every run of this visit is kept here, labelled by the settings that differ. Make a change, then pin the run "
        "before it.",
        width=520,
    )
    address.write_place("pin", chosen)
    return read(chosen) if chosen else None


def _pin(asked: str) -> None:
    """Take the run of a link and write it anew: whatever the link held, the result is a valid run."""
    try:
        config, corrected = from_text(asked)
    except ValueError as error:
        notice_box.say(f"pin in the link must be {error}, got {quoted(asked)}. It was left out.")
        return
    notice_box.say(*(f"In the pinned run: {notice}" for notice in corrected))
    st.session_state.pinned = to_text(config)


def read(link: str) -> RunConfig:
    """Turn a run of this visit back into its configuration."""
    return from_text(link).config
