"""The address bar: which part of it is settings, which is the place on a page, and where each page was left.

Light on imports: the map of pages is drawn from it before anything heavy is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from transfer_ui.controls.parameters import CLASS_PARAMETERS, OTHER_PARAMETERS, PLACE_PARAMETERS


def open_on(page: str, follow: Callable[[], None]) -> None:
    """Note which page is drawn in this run, and what redraws its links when the address changes."""
    known = (place_on(page), st.session_state.get("for_class", of_class()))
    followed_a_link = st.session_state.get("page") == page and known != (place(), of_class())
    st.session_state.page, st.session_state.for_class = page, of_class()
    st.session_state.follow_address = follow
    _keep_place()
    if followed_a_link:
        send()


def stop_following() -> None:
    """Draw no links until the next page begins; a callback can no longer draw those of the last run."""
    st.session_state.pop("follow_address", None)


def page() -> str:
    """Get the name of the page that is drawn."""
    return str(st.session_state.get("page", ""))


def settings() -> dict[str, str]:
    """Read the settings in the address, as they stand there."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in OTHER_PARAMETERS}


def place() -> dict[str, str]:
    """Read the place on the page: its section, its guess, its open claim, ..."""
    return {name: value for name, value in st.query_params.to_dict().items() if name in PLACE_PARAMETERS}


def of_class() -> dict[str, str]:
    """Read what a link for a class says beside the settings and the place; every page goes on with it."""
    return {name: value for name, value in st.query_params.to_dict().items() if name in CLASS_PARAMETERS}


def place_on(page: str) -> dict[str, str]:
    """Get where the visitor left another page."""
    places: dict[str, dict[str, str]] = st.session_state.get("places", {})
    return places.get(page, {})


def settings_to_go_on_with() -> dict[str, str]:
    """Get what a link to another page carries: the settings of the controls, once these are known, and what is for a class."""
    known: dict[str, str] | None = st.session_state.get("settings")
    return (settings() if known is None else known) | of_class()


def write_settings(query: dict[str, str], carried: dict[str, str]) -> None:
    """Put the settings into the address; the place stays.

    Parameters
    ----------
    query : dict of str to str
        As they are to appear there.
    carried : dict of str to str
        As links to other pages carry them.
    """
    st.session_state.settings, st.session_state.written_query = carried, query
    if settings() != query:
        st.query_params.from_dict(query | of_class() | place())
    _changed()


def write_class(values: Mapping[str, str]) -> None:
    """Put what is for a class into the address, in place of what stood there."""
    if of_class() != values:
        st.query_params.from_dict(settings() | dict(values) | place())
    _changed()


def write_place(name: str, value: str | None) -> None:
    """Put one choice on the page into the address, or take it out."""
    if value is not None and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif value is None and name in st.query_params:
        del st.query_params[name]
    _changed()


def send() -> None:
    """Write the address once more: a link from a page to itself reaches the server, not the address bar."""
    st.query_params.from_dict(settings() | of_class() | place())


def _changed() -> None:
    _keep_place()
    st.session_state.for_class = of_class()
    follow: Callable[[], None] | None = st.session_state.get("follow_address")
    if follow:
        follow()


def _keep_place() -> None:
    st.session_state.setdefault("places", {})[page()] = place()
