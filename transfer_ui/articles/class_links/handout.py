"""The link to hand out: as text to copy, as a QR code, and as it is for the teacher."""

from __future__ import annotations

from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from transfer_core import RunConfig
from transfer_core.wording import inside
from transfer_ui.articles.class_links.builder import PAGE_TITLES, Made
from transfer_ui.controls.class_link import PREDICTIONS, PROJECTOR, write
from transfer_ui.controls.link import to_query

QR_TITLE = "QR code of the link for the class"
NO_QR = "This link is too long for a QR code: shorten the question."
ABOUT = "It opens with the settings on the left. Bookmark this page: its address keeps your choices until the predictions come back."
HONOUR = (
    "There are no accounts, so the veil is for a class that plays along: whoever takes `reveal` out of the link sees the answer, "
    "and so does whoever opens the page without the link."
)


def addresses(made: Made, config: RunConfig, base: str) -> tuple[str, str, str]:
    """Write the link for the class, the one for a projector, and the one without a veil.

    Parameters
    ----------
    made : Made
    config : RunConfig
    base : str
        Address of the app, as the teacher's browser shows it, ending in a slash.

    Examples
    --------
    >>> from transfer_ui.articles.class_links.builder import START
    >>> addresses(START, RunConfig(), "https://lab.example/")[0]
    'https://lab.example/compare?scenario=off_centre&predict=winner&reveal=prediction'
    """
    page = "" if made.page == "home" else made.page
    links = (made.link, made.link._replace(view=PROJECTOR), made.link._replace(reveal="", predict=""))
    first, second, third = (f"{base}{page}?{urlencode(to_query(config) | write(link))}" for link in links)
    return first, second, third


def base_of(url: str | None, page: str) -> str:
    """Get the address of the app from that of one of its pages.

    Examples
    --------
    >>> base_of("https://lab.example/app/class_links", "class_links"), base_of(None, "class_links")
    ('https://lab.example/app/', '')
    """
    return f"{url.rstrip('/').removesuffix(f'/{page}')}/" if url else ""


def says(made: Made) -> str:
    """Say in one line what the link is for; the preview says the rest.

    Examples
    --------
    >>> from transfer_ui.articles.class_links.builder import START
    >>> says(START)
    'On Compare, your class predicts which strategy wins.'
    """
    page = PAGE_TITLES[made.page]
    if made.link.predict:
        about = PREDICTIONS[made.link.predict].split(",")[0]
        return f"On {page}, your class predicts {inside(about)}."
    return f"{page} opens with {'your question' if made.link.ask else 'the settings on the left'}."


def show_for_class(made: Made, config: RunConfig) -> None:
    """Draw the QR code and the link to hand out."""
    base = _base()
    for_class = addresses(made, config, base)[0]
    _show_qr(for_class)
    st.container(key="to_copy").code(for_class, language=None, wrap_lines=True)
    if base:
        st.link_button("Open it as your class will", for_class, icon=":material/open_in_new:")


def show_for_teacher(made: Made, config: RunConfig) -> None:
    """Draw the links that are for the teacher alone."""
    _, for_projector, unveiled = addresses(made, config, _base())
    with st.expander("Links for you: the projector, and the answer without a veil", icon=":material/present_to_all:"):
        st.markdown("For the projector: larger type, the picture first, no sidebar. The veil is the same.")
        st.code(for_projector, language=None, wrap_lines=True)
        st.markdown("For you: nothing to predict, nothing veiled.")
        st.code(unveiled, language=None, wrap_lines=True)
        st.caption(HONOUR)


def _base() -> str:
    return base_of(st.context.url, "class_links")


def _show_qr(address: str) -> None:
    """Draw the address as a QR code, black on white in both themes, and offer it as a file."""
    import segno  # no other page pays for it

    try:
        code = segno.make(address, error="m", micro=False)
    except segno.DataOverflowError:
        st.caption(NO_QR)
        return
    look: dict[str, Any] = {"border": 4, "dark": "#000", "light": "#fff", "omitsize": True}
    shown = code.svg_data_uri(**look)
    st.html(f'<img alt="{QR_TITLE}" src="{escape(shown)}" style="display: block; width: 100%; max-width: 16rem">')
    file = BytesIO()
    code.save(file, kind="svg", **look)
    st.download_button(
        "QR code as SVG",
        file.getvalue(),
        "class_link.svg",
        "image/svg+xml",
        icon=":material/download:",
        on_click="ignore",
    )
