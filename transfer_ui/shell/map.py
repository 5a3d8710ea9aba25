"""The map of pages, and how a page begins. Light on imports: it is drawn before anything heavy is loaded."""

from __future__ import annotations

from copy import copy
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from transfer_ui.controls import address
from transfer_ui.shell import look

PAGES_FOLDER = Path(__file__).parents[2] / "pages"


class PageInfo(NamedTuple):
    """An entry of the map.

    Attributes
    ----------
    file : str
        Name of the file in ``pages``, without its ending; also its address.
    title, icon, question : str
        In the navigation; above the page.
    """

    file: str
    title: str
    icon: str
    question: str


GROUPS = {
    "Learn": (
        PageInfo("home", "Start", ":material/home:", "Freeze or fine-tune?"),
        PageInfo("learn", "Learn", ":material/school:", "The ideas"),
    ),
    "Explore": (
        PageInfo("compare", "Compare", ":material/query_stats:", "Which strategy wins here?"),
        PageInfo("unfreeze", "Unfreeze", ":material/lock_open:", "When should the backbone unfreeze?"),
        PageInfo("your_schedule", "Your schedule", ":material/edit_calendar:", "Can you beat them?"),
        PageInfo("inside", "Inside", ":material/visibility:", "What changed inside?"),
        PageInfo("forgetting", "Forgetting", ":material/history:", "What became of the old task?"),
    ),
    "Decide": (
        PageInfo("decide", "Decide", ":material/grid_view:", "How much data until fine-tuning pays?"),
        PageInfo("claims", "Claims", ":material/fact_check:", "Is the advice true?"),
        PageInfo("real_network", "Real network", ":material/hub:", "Does it hold for a real network?"),
        PageInfo("your_data", "Your data", ":material/upload_file:", "What about my data?"),
    ),
    "Take away": (
        PageInfo("export", "Export", ":material/code:", "Take the code"),
        PageInfo("class_links", "For a class", ":material/groups:", "What will your class predict?"),
    ),
}
"""The map, group by group; a page is one line."""

PAGES = tuple(chain.from_iterable(GROUPS.values()))


def navigation() -> StreamlitPage:
    """Tell the server its pages and get the one that was asked for."""
    # The links are drawn by `open_page`, and no page has an icon here: the browser would fetch it from a font host.
    # Copies, because the server notes in a page that it may be run, once, by this visitor.
    pages = {name: copy(page) for name, page in _pages().items()}
    st.session_state.pages, st.session_state.map_drawn = pages, True
    return st.navigation(list(pages.values()), position="hidden")


@cache
def _pages() -> dict[str, StreamlitPage]:
    """Make the pages once for all visitors: finding their files takes longer than most of what a page draws."""
    pages = {
        page.file: st.Page(
            PAGES_FOLDER / f"{page.file}.py",
            title=page.title,
            url_path="the-question" if page.file == "home" else page.file,
            default=page.file == "home",
        )
        for page in PAGES
    }
    # The address of the default page is empty; whoever types its name must not be told that there is no such page.
    for name in ("home", "start"):
        pages[f"{name} by name"] = st.Page(PAGES_FOLDER / "home.py", title="Start", url_path=name, visibility="hidden")
    return pages


def open_page(file: str) -> None:
    """Begin a page.

    Beside a folder called ``pages``, a server that has just started runs the page file of a deep link
    alone, without the entrypoint. The page then draws the map itself and runs once more: from now on
    the server knows that there is one.
    """
    if not st.session_state.pop("map_drawn", False):
        navigation()
        st.session_state.pop("map_drawn")
        if not st.session_state.get("ran_again"):
            st.session_state.ran_again = True
            st.rerun()
    st.session_state.page_is_of_rows = False  # until the page says so: see `transfer_ui.nouns`, which imports the core
    st.session_state.page_is_new = st.session_state.get("page") != file
    info = next(page for page in PAGES if page.file == file)
    st.set_page_config(page_title=f"{info.question} · Freeze or fine-tune?", layout="wide")
    look.wear()
    with st.sidebar:
        # Links are written into the map, and then over themselves: an empty place for each would take the link of the run
        # before off the screen.
        st.session_state.map, st.session_state.drawn_links = st.container(key="map", gap=None), {}
    address.open_on(file, draw_links)
    if st.session_state.page_is_new:
        draw_links()  # otherwise those of the run before stand there until the controls are read
    st.title(info.question, anchor=False)
    st.set_page_config(page_icon=look.ICON)  # after the title, because reading an image takes a while at first
    if file != "compare":  # which adds its own run to the list first
        from transfer_ui.shell import visit  # after the title, because the core is imported with it

        visit.hold()


def draw_links() -> None:
    """Draw the map: each link carries the settings, and the place where its page was left.

    A link that carries the address leads there even if the server has forgotten the session, and the browser keeps one
    entry in its history, which one press of Back undoes.
    """
    place: DeltaGenerator = st.session_state.map
    drawn: dict[str, tuple[dict[str, str], DeltaGenerator]] = st.session_state.drawn_links
    is_first, settings = not drawn, address.settings_to_go_on_with()
    for group, pages in GROUPS.items():
        if is_first:
            place.caption(group)
        for page in pages:
            if page.file == "class_links" and address.of_class():
                continue  # whoever came by a link for a class has no use for making one
            query = settings | address.place_on(page.file)
            before, at = drawn.get(page.file, (None, place))
            if before != query:
                target = st.session_state.pages[page.file]
                at = at.page_link(target, label=page.title, icon=page.icon, query_params=query)
                drawn[page.file] = query, at
