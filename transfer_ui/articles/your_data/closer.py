"""A closer look at the data: computed when it is opened, and held with the visit."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import streamlit as st

from transfer_core.own_data.limits import Refused
from transfer_ui.controls import sidebar
from transfer_ui.runs import own, own_waiting
from transfer_ui.runs.hands import MakeSteps
from transfer_ui.runs.own import Brought, Look
from transfer_ui.shell import plain

STOPPED = "Stopped by you. What you see is unfinished."


def look(
    data: Brought, name: str, key: Hashable, make_steps: MakeSteps, draw: Callable[[Any], object] | None = None
) -> Look | None:
    """Get a look, or take it, with progress and Stop.

    Parameters
    ----------
    data : Brought
    name : str
        Of its bar, its own on the page.
    key : Hashable
        What it depends on, besides the data.
    make_steps : callable
        Begins it.
    draw : callable, optional
        Shows the results so far.

    Returns
    -------
    Look or None
        ``None`` where it was stopped or refused; the page says so.
    """
    if key in data.looks:
        return data.looks[key]
    if key in data.stopped:
        say_stopped(data, key)
        return None
    stop = sidebar.before_redraw("stop_own", partial(data.stopped.add, key))
    try:
        results = own_waiting.compute(name, make_steps, stop, draw)
    except Refused as refused:
        plain.refuse(str(refused), name)
        return None
    return data.keep_look(key, results) if own.brought() is data else None


def say_stopped(data: Brought, key: Hashable) -> None:
    """Say that the visitor stopped it, and let them go on."""
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(STOPPED, icon=":material/stop_circle:")
    with right:
        sidebar.button("Continue", data.stopped.discard, key, key="continue_own", width="stretch")
