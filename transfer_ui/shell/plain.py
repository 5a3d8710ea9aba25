"""Words that hold what a visitor wrote: shown letter by letter, never as Markdown or HTML."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st


def show(*lines: str, key: str) -> None:
    """Draw lines of plain text; the style of the page lets them wrap."""
    with st.container(key=f"plain_{key}", gap="xsmall"):
        for line in lines:
            st.text(line)


def refuse(words: str, key: str) -> None:
    """Say in one sentence why something cannot be used."""
    with st.container(border=True, key=f"refused_{key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":material/warning:", width="content")
        show(words, key=key)


def listed(findings: Iterable[str], key: str) -> None:
    """Draw findings, one below the other."""
    show(*(f"• {words}" for words in findings), key=key)
