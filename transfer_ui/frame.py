"""What every page has: the map, the title, the footer. The first thing a page calls is `open_page`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from transfer_core import RunConfig
from transfer_ui.controls import choose
from transfer_ui.link import to_query
from transfer_ui.presets import Preset

PAGES_FOLDER = Path(__file__).parent.parent / "pages"


STYLE = """
<style>
.stMainBlockContainer { padding-top: 2.6rem; padding-bottom: 3rem; max-width: 1280px; }
.stMainBlockContainer h1 { font-size: 2rem; padding-bottom: .4rem; }
.st-key-links button { text-align: left; }
.st-key-links button p { white-space: normal; }
.st-key-answer h4 { font-size: 1.25rem; font-weight: 600; line-height: 1.4; padding: 0 0 .3rem; }
</style>
"""


class PageInfo(NamedTuple):
    """An entry of the map.

    Attributes
    ----------
    file : str
        Name of the file in `pages`, without its ending; also its address.
    title, icon, question : str
        In the navigation; over the page.
    """

    file: str
    title: str
    icon: str
    question: str


PAGES = (
    PageInfo("home", "Start", ":material/home:", "Freeze or fine-tune?"),
    PageInfo("compare", "Compare", ":material/query_stats:", "Which strategy wins here?"),
    PageInfo("unfreeze", "Unfreeze", ":material/lock_open:", "When should the backbone unfreeze?"),
    PageInfo("learn", "Learn", ":material/school:", "The ideas"),
)


def navigation() -> StreamlitPage:
    """Draw the map and get the page that was asked for."""
    st.session_state.map_drawn = True
    return st.navigation(
        [
            st.Page(
                PAGES_FOLDER / f"{page.file}.py",
                title=page.title,
                icon=page.icon,
                url_path=page.file,
                default=page.file == "home",
            )
            for page in PAGES
        ]
    )


def open_page(file: str) -> None:
    """Begin a page.

    Beside a folder called `pages`, a server that has just started runs the page file of a deep link
    alone, without the entrypoint. The page then draws the map itself and runs once more: from now on
    the server knows that there is one.
    """
    if not st.session_state.pop("map_drawn", False):
        navigation()
        st.session_state.pop("map_drawn")
        if not st.session_state.get("ran_again"):
            st.session_state.ran_again = True
            st.rerun()
    info = next(page for page in PAGES if page.file == file)
    st.set_page_config(page_title=f"{info.question} · Freeze or fine-tune?", page_icon="❄️", layout="wide")
    st.html(STYLE)
    st.title(info.question, anchor=False)


def answer(sentence: str, further: Sequence[str]) -> None:
    """Draw the answer of a page, the first thing to be seen."""
    with st.container(border=True, key="answer"):
        st.markdown(f"#### {sentence}", unsafe_allow_html=False)
        for line in further:
            st.markdown(line)


def show_presets(presets: Sequence[Preset], config: RunConfig) -> None:
    """Draw one button a preset, and the comment of the one that is on."""
    with st.popover("Settings worth seeing", icon=":material/lightbulb:"):
        for preset in presets:
            st.button(
                preset.title,
                key=f"preset_{preset.title}",
                icon=preset.icon,
                on_click=choose,
                args=(preset.config,),
                width="stretch",
            )
    for preset in presets:
        if preset.config == config:
            st.info(f"**{preset.title}.** {preset.comment}", icon=preset.icon)


def try_next(config: RunConfig, ideas: Sequence[tuple[str, dict[str, Any], str, str]]) -> None:
    """Draw links that change one thing and say what to watch.

    Parameters
    ----------
    config : RunConfig
    ideas : sequence of (page file, changed fields, title, what to watch)
    """
    st.subheader("What to try next", anchor=False)
    with st.container(horizontal=True, key="links"):
        for file, changes, title, watch in ideas:
            link(file, config.but(**changes), f"**{title}**: {watch}")


def link(file: str, config: RunConfig, label: str) -> None:
    """Draw a link to a page with these settings."""
    if st.button(label, key=f"link_{file}_{label}", icon=":material/arrow_forward:", type="tertiary"):
        st.switch_page(PAGES_FOLDER / f"{file}.py", query_params=to_query(config))
