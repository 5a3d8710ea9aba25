"""The looks that need the lab's own data: what one update does, and what the networks make of a drawn digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.arrays import Params
from transfer_ui.articles.inside import digit, looks, step
from transfer_ui.articles.inside.looks import Sight
from transfer_ui.controls import sidebar
from transfer_ui.palette import theme

TITLES = looks.TITLES | {"step": "One step", "digit": "Draw a digit"}


def draw(look: str, sight: Sight, config: RunConfig, source: Params) -> None:
    """Draw a look of `TITLES`.

    Parameters
    ----------
    look : str
    sight : Sight
    config : RunConfig
        Of all seeds.
    source : tuple of Layer
        The pretrained network under its old head; empty if there is none.
    """
    if look in LOOKS:
        LOOKS[look](sight, config, source)
    else:
        looks.draw(look, sight)


def _step(sight: Sight, config: RunConfig, source: Params) -> None:
    st.subheader("What does one update do?", anchor=False)
    titles = {name: STRATEGIES[name].short for name in sight.names}
    name = sidebar.choose_in_link("step", titles, st.segmented_control)
    step.draw(sight.seen[name])
    sight.offer("Step", lambda: step.layer_table(step.first_step(sight.seen[name])), "step")


def _digit(sight: Sight, config: RunConfig, source: Params) -> None:
    st.subheader("What do they make of your own digit?", anchor=False)
    if not config.pair.target.dataset.is_image:
        st.info("Drawing needs images; the inputs here are rows of numbers.")
        return
    table = digit.draw(digit.Asked(config, sight.config.seed, sight.chosen, source, sight.images), theme())
    if table is not None:
        sight.offer("Probabilities", lambda: table, "digit")


LOOKS: Mapping[str, Callable[[Sight, RunConfig, Params], None]] = {"step": _step, "digit": _digit}
