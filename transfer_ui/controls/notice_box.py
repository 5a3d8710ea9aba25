"""Notices of what was corrected, in a link or by a change of range: shown once, in one box above the answer."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

MAX_SAID = 4  # any more are only counted: the answer must stay in sight


class _Box(NamedTuple):
    place: DeltaGenerator
    said: list[str]


def begin() -> None:
    """Reserve the place of this run's notices: here on the page."""
    st.session_state.notice_box = _Box(st.empty(), [])


def say(*notices: str) -> None:
    """Add sentences to the box, from anywhere on the page."""
    place, said = st.session_state.notice_box
    said += notices
    if notices:
        place.warning(_summary(said), icon=":material/info:")


def _summary(said: list[str]) -> str:
    r"""Write one sentence as it is and a few as a list; of many, list the first and count the rest.

    Examples
    --------
    >>> _summary(["This.", "That."])
    '- This.\n- That.'
    """
    if len(said) > MAX_SAID:
        shown = said[: MAX_SAID - 1]
        said = [*shown, f"{len(said) - len(shown)} more values did not fit either; the link now holds what is used."]
    return said[0] if len(said) == 1 else "\n".join(f"- {one}" for one in said)
