"""The slider over the epochs: one on a page, in its link, moving every picture there in the browser."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from transfer_ui.charts.components import player
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted
from transfer_ui.shell import visit


def draw(name: str, epochs: Sequence[int], run: str, mode: str) -> None:
    """Draw the slider; it begins where the link says.

    Parameters
    ----------
    name : str
        In the link; in `transfer_ui.controls.parameters.PAGE_PARAMETERS`.
    epochs : sequence of int
        Where it can stand.
    run : str
        Names the run: on the same one, the slider stays where the visitor left it.
    mode : {"light", "dark"}
    """
    with st.container(key="player"):
        player.show(epochs, first_epoch(name, epochs), name, run, mode)


def first_epoch(name: str, epochs: Sequence[int]) -> int:
    """Read the epoch from the link; the last without one, and of a run that has become shorter."""
    asked, last = st.query_params.get(name), epochs[-1]
    if asked is None:
        return last
    if asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) <= last:
        return int(asked)
    if visit.page_is_new():
        notice_box.say(
            f"{name} in the link must be a whole number from 0 to {last}, got {quoted(asked)}. Using {last}."
        )
    address.write_place(name, None)
    return last
