"""The looks that need the data: what one update does; and, on the lab's digits, what the networks make of a drawn one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.arrays import Params
from transfer_ui.articles.inside import digit, looks, step
from transfer_ui.articles.inside.looks import Sight
from transfer_ui.articles.inside.seen import small_batch
from transfer_ui.controls import sidebar, yours
from transfer_ui.palette import theme
from transfer_ui.runs import places

TITLES = looks.TITLES | {"step": "One step", "digit": "Draw a digit"}


def titles_for(config: RunConfig) -> dict[str, str]:
    """List the looks that there are: a drawn digit says nothing to a network that a visitor's own data trained."""
    return {name: title for name, title in TITLES.items() if name != "digit" or not yours.is_own(config.scenario)}


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
    one = sight.seen[name]
    made = step.first_step(one, places.from_data(one.config, "batch", small_batch))
    step.draw(one, made)
    sight.offer("Step", lambda: step.layer_table(made), "step")


def _digit(sight: Sight, config: RunConfig, source: Params) -> None:
    st.subheader("What do they make of your own digit?", anchor=False)
    if not config.pair.target.dataset.is_image:
        st.info("Drawing needs images; the inputs here are rows of numbers.")
        return
    table = digit.draw(digit.Asked(config, sight.config.seed, sight.chosen, source, sight.images), theme())
    if table is not None:
        sight.offer("Probabilities", lambda: table, "digit")


LOOKS: Mapping[str, Callable[[Sight, RunConfig, Params], None]] = {"step": _step, "digit": _digit}
