"""The view for a projector: larger type, the picture first, no sidebar. Charts enlarge themselves (`transfer_ui.charts.base`)."""

from __future__ import annotations

import streamlit as st

from transfer_ui.controls import address

STYLE = """
<style>
html { font-size: 23px !important; }
.stMainBlockContainer.stMainBlockContainer { position: relative; max-width: none; padding: 1.4rem 3rem; }
section[data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none !important; }
/* The answer comes after the picture: after the first of what follows it that has a chart in it. */
[data-testid=stLayoutWrapper]:has(> [class*="st-key-answer_place"]) { order: 1; }
[data-testid=stLayoutWrapper]:has(> [class*="st-key-answer_place"])
  ~ :is(:has([data-testid=stVegaLiteChart]), :has([data-testid^=stBidiComponent])) ~ * { order: 2; }
[class*="st-key-answer_place"] { min-height: 0 !important; }
.st-key-leave_projector { position: absolute; top: .4rem; right: 1rem; width: auto; }
.st-key-leave_projector p { font-size: .7rem; font-weight: 400; }
</style>
"""


def wear() -> None:
    """Give the page the look, and a way out of it."""
    st.html(STYLE)
    here = st.query_params.to_dict()
    here.pop("view", None)
    with st.container(key="leave_projector"):
        st.page_link(st.session_state.pages[address.page()], label="Leave the projector view", query_params=here)
