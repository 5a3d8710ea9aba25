"""What the reader of a link for a class will see, drawn by what draws it there."""

from __future__ import annotations

import streamlit as st

from transfer_core import RunConfig
from transfer_core.wording import sentence_case
from transfer_ui.articles.class_links import questions, room
from transfer_ui.articles.class_links.builder import PAGE_TITLES, Made
from transfer_ui.controls.class_link import AFTER_PREDICTION, controls_words

REVEALED = {"": "shown at once", AFTER_PREDICTION: "shown once the reader has predicted"}
BY_WORD = "shown once the reader has typed your word"


def show(made: Made, config: RunConfig) -> None:
    """Draw the question, what can be answered, and what of the page is fixed, hidden or veiled."""
    link = made.link
    with st.container(border=True, key="preview", gap="small"):
        st.caption(f"{PAGE_TITLES[made.page]}, with the settings on the left")
        st.html(room.STYLE)
        room.show_question(link)
        if link.predict:
            questions.asked(link.predict, config).check.ask("preview_prediction", horizontal=True)
        st.markdown("\n".join(f"- {words}" for words in described(made, config)))


def described(made: Made, config: RunConfig) -> list[str]:
    """Say what the link does to the page, a line each.

    Examples
    --------
    >>> from transfer_ui.articles.class_links.builder import START
    >>> described(START, RunConfig())
    ['The answer is shown once the reader has predicted.', 'The reader can move every control.']
    """
    link = made.link
    lines = [f"The answer is {REVEALED.get(link.reveal, BY_WORD)}."]
    for names, what in ((link.lock - link.hide, "grey and fixed"), (link.hide, "hidden")):
        if names:
            lines.append(f"{sentence_case(controls_words(names, config.scenario))}: {what}.")
    return lines if link.fixed else [*lines, "The reader can move every control."]
