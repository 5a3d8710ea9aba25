"""A schedule to edit, layers by epochs: by mouse, finger or keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from transfer_core import Schedule
from transfer_core.schedule_text import MAX_PHASES, to_text
from transfer_ui.charts.components.parts import colours, component
from transfer_ui.charts.timeline import layer_names
from transfer_ui.palette import ON_TRAINED

KEY = "schedule_editor"
ROW, AROUND = 36, 112  # pixels of a layer, and of what stands above and below the layers on a wide window


class Edit(NamedTuple):
    """What the browser sent.

    Attributes
    ----------
    sent : str
        All of it; no two edits are alike.
    before, after : str
        The schedule as text.
    """

    sent: str
    before: str
    after: str


def latest_edit(state: object) -> Edit | None:
    """Read the latest edit from the state of the editor; ``None`` if there is none.

    Examples
    --------
    >>> latest_edit({"edit": "17 5-f-0.1 6-f-0.1"}).after, latest_edit({"edit": None}), latest_edit(None)
    ('6-f-0.1', None, None)
    """
    sent = state.get("edit") if hasattr(state, "get") else None
    parts = sent.split(" ") if isinstance(sent, str) else []
    return Edit(sent, parts[1], parts[2]) if isinstance(sent, str) and len(parts) == 3 else None


def known_edit() -> Edit | None:
    """Get the latest edit before the editor is drawn; a session that has just begun knows of none."""
    return latest_edit(st.session_state.get(KEY))


def show(
    schedule: Schedule, *, heard: str, budget: int, max_epochs: int, rates: Sequence[str], mode: str
) -> tuple[Edit | None, str | None]:
    """Draw the editor.

    Parameters
    ----------
    schedule : tuple of Phase
    heard : str
        The latest edit that was taken notice of, as sent; what the browser did since stays.
    budget : int
        Epochs of the strategies, marked where the schedule is longer or shorter.
    max_epochs : int
    rates : sequence of str
        Offered for a layer.
    mode : {"light", "dark"}

    Returns
    -------
    tuple of (Edit or None, str or None)
        The latest edit, and ``"undo"`` or ``"redo"`` if its keys were pressed.
    """
    names = layer_names(len(schedule[0].frozen))
    data = {
        "text": to_text(schedule),
        "names": names,
        "heard": heard,
        "budget": budget,
        "limits": {"epochs": max_epochs, "phases": MAX_PHASES},
        "rates": list(rates),
        "ink": list(ON_TRAINED[mode]),
        "colours": colours(mode),
    }
    # Its place is there before the browser has drawn it.
    st.html(f"<style>.st-key-{KEY}_place {{ min-height: {AROUND + ROW * len(names)}px; }}</style>")
    with st.container(key=f"{KEY}_place"):
        drawn = component("schedule")(
            key=KEY,
            data=data,
            default={"edit": None},
            on_edit_change=lambda: None,
            on_history_change=lambda: None,
            height="content",
        )
    return latest_edit(drawn), drawn.history
