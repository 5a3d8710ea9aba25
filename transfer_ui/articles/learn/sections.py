"""What the guided lesson and its reference share: the run, its settings, and entries of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from transfer_core import RunConfig, RunResult
from transfer_ui.articles import claim_row
from transfer_ui.articles.claims import Entry
from transfer_ui.controls.sidebar import choose_in_link
from transfer_ui.definitions import DEFINITIONS
from transfer_ui.runs import cached
from transfer_ui.runs.default_views import default_view
from transfer_ui.sentences import cap
from transfer_ui.shell import frame


def choose_section(titles: Mapping[str, str]) -> str:
    """Draw the list of sections; the chosen one stands in the link.

    Parameters
    ----------
    titles : mapping of str to str
        Name in the link -> title; a link that names none leads to the first.

    Returns
    -------
    str
        Name of the section to draw.
    """
    chosen: str = choose_in_link("section", titles, st.pills)
    return chosen


def bullets(lines: Iterable[str], mark: str = "-") -> str:
    r"""Write lines as a Markdown list; ``1.`` as mark numbers them.

    Examples
    --------
    >>> bullets(["one", "two"])
    '- one\n- two'
    """
    return "\n".join(f"{mark} {line}" for line in lines)


def measured(config: RunConfig) -> dict[str, RunResult]:
    """Get the comparison that a section reports, or end the page if the visitor stopped it too early."""
    results: dict[str, RunResult] = cached.comparison(config).results
    if not results:
        frame.stop_without_results()
    return results


def show_settings(config: RunConfig) -> None:
    """Say which settings a figure comes from, and where they can be changed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{cap(config)}, {config.n_epochs} epochs, {config.n_seeds} seeds"
        said = f"Your settings: **{config.pair.title}**, {words}."
        st.caption(said, width="content", help=DEFINITIONS["seed"])
        frame.link("compare", config, "Change them")
    view = default_view(config)
    frame.show_origin(view.made if view else None)


def show_entries(entries: Iterable[Entry], config: RunConfig, mode: str) -> None:
    """Draw lines of the ledger as the Claims page does, each with a link to how it was measured there."""
    for entry in entries:
        with st.container(border=True, key=f"claim_{entry.name}", gap="xxsmall"):
            claim_row.show(entry, mode)
            frame.link("claims", config, "See how", claim=entry.name)
