"""The map of pages, and how a page begins. Light on imports: it is drawn before anything heavy is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES_FOLDER = Path(__file__).parents[2] / "pages"

STYLE = """
<style>
.stMainBlockContainer { padding-top: 2.6rem; padding-bottom: 3rem; max-width: 1280px; }
.stMainBlockContainer h1 { font-size: 2rem; padding-bottom: .4rem; }
.st-key-presets button { min-height: 1.6rem; padding: 0 .2rem; font-size: .9rem; }
.st-key-links button { text-align: left; }
.st-key-links button p { white-space: normal; }
.st-key-answer_place, .st-key-answer_place [class*="st-key-summary_"] { min-height: 6.4rem; }
[class*="st-key-card_"] { min-height: 5.8rem; }
.st-key-answer { min-height: 13.5rem; }
.st-key-answer_place_short, .st-key-answer_place_short [class*="st-key-summary_"] { min-height: 6.4rem; }
[class*="st-key-card_"] { min-height: 5.8rem; }
.st-key-answer { min-height: 9.5rem; }
[class*="st-key-summary_"] { min-height: 6.4rem; }
[class*="st-key-card_"] { min-height: 5.8rem; }
.st-key-answer { padding-bottom: 1.1rem; }
.st-key-answer h4 { font-size: 1.25rem; font-weight: 600; line-height: 1.4; padding: 0 0 .3rem; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-running"]) { position: absolute; }
[class*="st-key-running"] {
  position: fixed; right: 1rem; bottom: 1rem; z-index: 100; width: min(36rem, calc(100vw - 2rem)) !important;
  padding: .5rem .9rem; background: Canvas; box-shadow: 0 .25rem 1rem rgba(0, 0, 0, .18);
}
[class*="st-key-running"] .stProgress { margin-bottom: .4rem; }
.stMarkdownBadge { white-space: normal !important; }
[data-testid="stVegaLiteChart"] svg text { pointer-events: none; }
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
    PageInfo("decide", "Decide", ":material/grid_view:", "How much data until fine-tuning pays?"),
    PageInfo("claims", "Claims", ":material/fact_check:", "Is the advice true?"),
    PageInfo("export", "Export", ":material/code:", "Take the code"),
    PageInfo("learn", "Learn", ":material/school:", "The ideas"),
)


def navigation() -> StreamlitPage:
    """Draw the map and get the page that was asked for."""
    st.session_state.map_drawn = True
    pages = [
        st.Page(
            PAGES_FOLDER / f"{page.file}.py",
            title=page.title,
            icon=page.icon,
            url_path="start" if page.file == "home" else page.file,
            default=page.file == "home",
        )
        for page in PAGES
    ]
    # The address of the default page is empty; who types its name is not told that there is no such page.
    alias = st.Page(PAGES_FOLDER / "home.py", title="Start", url_path="home", visibility="hidden")
    return st.navigation([*pages, alias])


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
    st.session_state.page_is_new = st.session_state.get("page") != file
    st.session_state.page = file
    info = next(page for page in PAGES if page.file == file)
    st.set_page_config(page_title=f"{info.question} · Freeze or fine-tune?", page_icon="❄️", layout="wide")
    st.html(STYLE)
    st.title(info.question, anchor=False)
