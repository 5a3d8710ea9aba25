"""The session of the visitor whose page is drawn; from a shell or a notebook, there is none, and Streamlit is not even imported."""

from __future__ import annotations

import sys
from typing import Any


def held(name: str) -> Any:
    """Get what the session holds under a name; ``None`` if it holds nothing, or where no page is drawn.

    Examples
    --------
    >>> held("anything") is None
    True
    """
    if "streamlit" not in sys.modules:
        return None
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    return None if get_script_run_ctx(suppress_warning=True) is None else st.session_state.get(name)
