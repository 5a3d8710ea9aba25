"""How much data, asked of a visitor's own: freezing against fine-tuning at every number of their labels, as Your data measures it."""

from __future__ import annotations

import streamlit as st

from transfer_core import RunConfig
from transfer_core.own_data.answering import Answer
from transfer_ui.articles.class_links import room
from transfer_ui.articles.your_data import conversation, words
from transfer_ui.articles.your_data.figures import Figures, crossing_words, gap_table, names_of
from transfer_ui.charts.gap import ARMS
from transfer_ui.runs import own
from transfer_ui.shell import frame, plain

NO_MAP = (
    "The map of winners is a stored study of the lab's digits. For your data, this page draws what “Your data” measures at its own "
    "settings: the controls do not move it."
)
TOO_FEW = "There are too few labels to tell when fine-tuning starts to pay."


def draw(config: RunConfig, mode: str) -> None:
    """Draw the answer and the gap; what has not been measured yet is measured first, with progress and Stop.

    Parameters
    ----------
    config : RunConfig
    mode : {"light", "dark"}
    """
    data = own.of(config)
    assert data is not None
    assert data.asked is not None
    question = data.asked
    place = st.container(key="answer_place_short")
    if room.is_veiled(config):
        room.wait(place)
    with place:
        said = frame.Answer()
    st.subheader("From how many labels fine-tuning pays", anchor=False)
    figures = Figures(names_of(question.before), mode)

    def show(answer: Answer, *, complete: bool) -> None:
        found = answer.curves
        if found is not None and len(found.sizes) > 1 and {*ARMS} <= found.accuracy.keys():
            figures.draw_gap(found, balanced=answer.facts.balanced)
            if complete:
                headline = crossing_words(gap_table(found, balanced=answer.facts.balanced))
                said.say(headline, words.behind_it(answer), words.note(answer))
        elif complete:
            said.say(TOO_FEW, note=words.note(answer))

    answer: Answer | None = data.answers.get(question)
    if answer is None or not answer.complete:
        said.say(words.MEASURING)
        answer = conversation.measured(
            data, question, lambda so_far: show(so_far, complete=False), lambda why: plain.refuse(why, "data")
        )
    if answer is not None:
        show(answer, complete=True)
    st.caption(NO_MAP)
