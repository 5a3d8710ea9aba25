"""What training changed inside the networks of a visitor's data: the same pictures as on the page about the lab's own."""

from __future__ import annotations

from functools import partial

import streamlit as st

from transfer_core import STRATEGIES
from transfer_core.own_data.answering import Answer, Question
from transfer_ui.articles.inside import anatomy, looks
from transfer_ui.articles.inside.seen import Images, look_into
from transfer_ui.articles.your_data.closer import look
from transfer_ui.articles.your_data.tables import offer
from transfer_ui.controls import sidebar
from transfer_ui.runs.own import Brought
from transfer_ui.runs.own_steps import Networks, inside_steps, network_steps
from transfer_ui.sentences import Results
from transfer_ui.verdicts import THREE


def draw(data: Brought, question: Question, answer: Answer, mode: str) -> None:
    """Draw the networks of one seed, and one look at them."""
    config = next(iter(answer.runs.values())).config
    with st.container(horizontal=True, vertical_alignment="center"):
        which = sidebar.choose_in_link(
            "arms", {"three": "The three strategies", "all": "With the controls"}, st.segmented_control
        )
        seeds = {str(seed): f"Networks of seed {seed}" for seed in config.seeds}
        seed = int(sidebar.choose_in_link("of_seed", seeds, st.selectbox) or 0)
    asked = (data.contents, question, data.source)
    waiting = st.empty()
    if (question, "inside") not in data.looks:
        with waiting.container():
            # What is known before any training; of another seed, the networks of the one before stay until its own are there.
            anatomy.draw_schedules(config, mode)
    inside = look(data, "inside", (question, "inside"), partial(inside_steps, *asked))
    if inside is None:
        return
    results: Results = inside.results
    st.markdown(f"**{anatomy.headline(results)}** {anatomy.evidence(results)}")
    pictures = look(data, "networks", (question, "networks", seed), partial(network_steps, *asked, seed))
    if pictures is None:
        return
    waiting.empty()
    networks: Networks = pictures.results
    ink = networks.inputs if question.before == "digits" or not answer.facts.samples.size else 1 - networks.inputs
    sight = looks.Sight(
        tuple(STRATEGIES) if which == "all" else THREE,
        results,
        pictures.once("seen", lambda: look_into(networks.runs)),
        Images(networks.inputs, networks.labels, ink),
        pictures,
        lambda label, make_table, what: offer(label, make_table, f"inside_{what}"),
    )
    looks.draw_networks(sight, f"own {pictures.number}")
    looks.draw(sidebar.choose_in_link("look", looks.TITLES, st.segmented_control), sight)
