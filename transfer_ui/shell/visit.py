"""The runs of this visit: kept in a list, any of them can be overlaid on the current one."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

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
    pinned = st.session_state.pinned if "pinned" in st.session_state else _linked()
    if "pinned" not in st.session_state and not _browser_holds("pinned"):
        st.session_state.pinned = pinned
    runs = [run for run in st.session_state.get("runs", []) if run != here]
    if pinned and pinned not in runs and pinned != here:
        runs.append(pinned)
    if pinned and pinned not in runs and "pinned" in st.session_state:
        st.session_state.pinned = None
    # Drawn even without a run to choose, so that what follows keeps its place.
    chosen = st.selectbox(
        "Overlay an earlier run",
        runs,
        key="pinned",
        index=None,
        placeholder="none" if runs else "none yet",
        disabled=not runs,
        format_func=lambda run: _label(run, here),
        help="Every run of this visit is kept here, labelled by the settings that differ. Make a change, then pin the run "
        "before it. A restart of the server clears the list; the pinned run is also in the link.",
        width=520,
    )
    address.write_place("pin", chosen)
    return read(chosen) if chosen else None


@lru_cache(maxsize=2000)
def _label(run: str, here: str) -> str:
    return sentence_case(sentences.differences(read(run), read(here)))


def _browser_holds(key: str) -> bool:
    """Whether the browser has sent a choice, if only "none", that this session does not know: the server forgot it."""
    context = get_script_run_ctx()
    return context is not None and any(
        state.id.endswith(f"-{key}") for state in context.session_state.get_widget_states()
    )


def _linked() -> str | None:
    """Take the run that the link names and write it anew: whatever the link held, the result is a valid run."""
    asked = st.query_params.get("pin")
    if not asked:
        return None
    try:
        config, corrected = from_text(asked)
    except ValueError as error:
        notice_box.say(f"pin in the link must be {error}, got {quoted(asked)}. It was left out.")
        return None
    notice_box.say(*(f"In the pinned run: {notice}" for notice in corrected))
    return to_text(config)


def read(link: str) -> RunConfig:
    """Turn a run of this visit back into its configuration."""
    return from_text(link).config
