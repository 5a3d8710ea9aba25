"""A long article in short sections, drawn one at a time, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from transfer_core import RunConfig, RunResult
from transfer_core.studies.study import Finding
from transfer_ui.articles.badges import show_verdict
from transfer_ui.articles.learn.lesson_claims import Row
from transfer_ui.controls.sidebar import choose_in_link
from transfer_ui.definitions import DEFINITIONS, helps
from transfer_ui.runs import cached
from transfer_ui.runs.default_views import default_view
from transfer_ui.sentences import cap
from transfer_ui.shell import frame


def choose_section(titles: Mapping[str, str]) -> str:
    """Draw the list of sections, and the title of the chosen one.

    Parameters
    ----------
    titles : mapping of str to str
        Name in the link -> title; the article begins with the first.

    Returns
    -------
    str
        Name of the section to draw.
    """
    chosen: str = choose_in_link("section", titles, st.pills)
    st.subheader(titles[chosen], anchor=False)
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


def show_findings(table: Sequence[Row], findings: Mapping[str, Finding]) -> None:
    """Draw each row of the lesson's table beside its measured figure and the verdict."""
    rows = st.container(gap="xsmall")
    for row in table:
        found = findings[row.aspect]
        with rows.container(border=True):
            left, figure = st.columns([5, 8], gap="medium", vertical_alignment="center")
        said = left.container(gap="xxsmall")
        show_verdict(said, found.verdict)
        said.markdown(f"**{row.aspect}**  \nFrozen: {row.frozen}. End-to-end: {row.full}.")
        figure.markdown(found.sentence, help=helps(found.sentence))
