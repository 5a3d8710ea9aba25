"""The runs of this visit: kept in a list, any of them can be overlaid on the current one."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.scriptrunner import get_script_run_ctx

from transfer_core import RunConfig
from transfer_core.own_data.pairing import NAME
from transfer_core.wording import sentence_case
from transfer_ui import sentences
from transfer_ui.controls import address, notice_box, yours
from transfer_ui.controls.link import from_text, quoted, to_text

MAX_RUNS = 20
HELD = "held_runs"  # the box in the browser; `transfer_ui.shell.look` hides it


def page_is_new() -> bool:
    """Whether the visitor has just come to this page, so that nothing is drawn yet."""
    return bool(st.session_state.page_is_new)


def keep(config: RunConfig) -> None:
    """Remember a finished run; the latest comes first, with none listed twice."""
    link = to_text(config)
    st.session_state.runs = [link, *(run for run in _runs() if run != link)][:MAX_RUNS]
    hold()


def hold() -> None:
    """Let the browser hold the list too, in a box that nobody sees: it brings it to a server that has forgotten the session."""
    if runs := _runs():
        st.session_state[HELD] = " ".join(runs)
        st.text_input("Earlier runs", key=HELD, label_visibility="collapsed")


def _runs() -> list[str]:
    """List the runs of this visit; in a new session, those that the browser holds and that can be read.

    Where the visitor's own data have changed, runs on them are gone: their links would now mean other data.
    """
    if "runs" not in st.session_state:
        box = _held_by_browser(HELD)
        held = box.string_value.split() if box else []
        st.session_state.runs = [run for run in dict.fromkeys(held[:MAX_RUNS]) if _is_sound(run) and not _is_own(run)]
    own = yours.scenario()
    here, before = own.address if own else "", st.session_state.get("runs_on", "")
    st.session_state.runs_on = here
    if here != before:
        st.session_state.runs = [run for run in st.session_state.runs if not _is_own(run)]
    runs: list[str] = st.session_state.runs
    return runs


def _is_own(run: str) -> bool:
    return dict(parse_qsl(run)).get("scenario") == NAME


def _is_sound(run: str) -> bool:
    try:
        config, corrected = from_text(run)
    except ValueError:
        return False
    return not corrected and to_text(config) == run


def choose_pinned(config: RunConfig) -> RunConfig | None:
    """Draw the list of earlier runs and return the one to overlay, if any; it is in the link too."""
    here, own_before = to_text(config), st.session_state.get("runs_on", "")
    _runs()
    if own_before != st.session_state.runs_on and _is_own(st.session_state.get("pinned") or ""):
        st.session_state.pinned = None
    pinned = st.session_state.pinned if "pinned" in st.session_state else _linked()
    if "pinned" not in st.session_state and _held_by_browser("pinned") is None:
        st.session_state.pinned = pinned
    runs = [run for run in _runs() if run != here]
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
        "before it. The pinned run is also in the link.",
        width=520,
    )
    address.write_place("pin", chosen)
    return read(chosen) if chosen else None


def _label(run: str, here: str) -> str:
    # What a link to own data means depends on the visit.
    return _differences(run, here) if _is_own(run) or _is_own(here) else _differences_of_ours(run, here)


def _differences(run: str, here: str) -> str:
    return sentence_case(sentences.differences(read(run), read(here)))


_differences_of_ours = lru_cache(maxsize=2000)(_differences)


def _held_by_browser(key: str) -> WidgetState | None:
    """Find what the browser has sent of a widget that this session does not know: the server forgot the session."""
    context = get_script_run_ctx()
    states = context.session_state.get_widget_states() if context else []
    return next((state for state in states if state.id.endswith(f"-{key}")), None)


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
