"""A question about data that are there, and its answer as it grows."""

from __future__ import annotations

from functools import partial

import streamlit as st

from transfer_core.own_data.answering import Answer, Question, answer_steps
from transfer_core.own_data.limits import Refused
from transfer_ui.articles.your_data import bringing, choosing, facts, plain, tables, words
from transfer_ui.articles.your_data.figures import Figures, names_of
from transfer_ui.charts.gap import ARMS
from transfer_ui.controls import sidebar
from transfer_ui.runs import own
from transfer_ui.shell import frame


class Drawn:
    """The places of an answer, drawn over as more is known.

    Parameters
    ----------
    question : Question
    mode : {"light", "dark"}
    """

    def __init__(self, question: Question, mode: str) -> None:
        with st.container(key="answer_place_short"):
            self._answer = frame.Answer()
            self._reason = st.empty()
        left, right = st.columns([11, 8], gap="medium")
        with left:
            self._figures = Figures(names_of(question.before), mode)
        self._advice = right.container(key="advice").empty()
        self._facts = st.empty()
        st.subheader("Every way, at all your labels", anchor=False)
        self._figures.place_strip()
        self._has_facts, self._n_sizes = False, 0

    def draw_nothing(self) -> None:
        """Draw the axes."""
        self._answer.say(words.MEASURING)
        self._figures.draw_lines(None, balanced=False)
        self._figures.draw_strip(None, balanced=False)

    def refuse(self, reason: str) -> None:
        """Say that there will be no answer, and why."""
        self._answer.say(words.REFUSED)
        with self._reason.container():
            plain.refuse(reason, "data")

    def draw(self, answer: Answer) -> None:
        """Draw what is new."""
        balanced = answer.facts.balanced
        if not self._has_facts:
            with self._facts.container():
                st.subheader("What is in the data", anchor=False)
                facts.show(answer.facts)
            self._has_facts = True
        self._answer.say(words.headline(answer), words.behind_it(answer), words.note(answer))
        if answer.curves is None and not self._n_sizes:
            self._figures.draw_lines(None, balanced=balanced)
            self._figures.draw_strip(None, balanced=balanced)
        elif answer.curves and len(answer.curves.sizes) > self._n_sizes:
            self._figures.draw_lines(answer.curves, balanced=balanced)
            self._figures.draw_strip(answer.curves, balanced=balanced)
            if answer.advice:
                self._advice.markdown(words.recommendation(answer.advice), unsafe_allow_html=False)
            self._n_sizes = len(answer.curves.sizes)

    def finish(self, answer: Answer) -> None:
        """Draw what stands below the pictures, once."""
        found = answer.curves
        if found is None:
            return
        if answer.facts.basis in words.NOT_END_TO_END:
            st.info(words.NOT_END_TO_END[answer.facts.basis], icon=":material/info:")
        if {*ARMS} <= found.accuracy.keys() and len(found.sizes) > 1:
            st.subheader("From how many labels fine-tuning pays", anchor=False)
            self._figures.draw_gap(found, balanced=answer.facts.balanced)
        if answer.runs:
            st.subheader("Epoch by epoch, and what the old task keeps", anchor=False)
            self._figures.draw_runs(answer)
        st.subheader("In numbers", anchor=False)
        tables.show(answer)
        with st.container(horizontal=True):
            tables.offer("Summary", partial(tables.summary, answer), "summary")
            tables.offer("Seed by seed", partial(tables.per_seed, answer), "per_seed")


def hold(mode: str) -> None:
    """Let the visitor bring data, or ask about them and draw the answer as it grows.

    Parameters
    ----------
    mode : {"light", "dark"}
    """
    data = own.brought()
    if data is None:
        bringing.draw()
        return
    question = choosing.draw(data)
    if isinstance(question, str):
        frame.answer(question)
        return
    drawn = Drawn(question, mode)
    answer = data.answers.get(question)
    if answer is None:
        drawn.draw_nothing()
    if answer is None or not answer.complete:
        if question in data.stopped:
            _say_stopped(data, question)
        else:
            answer = _measured(data, question, drawn)
    if answer is not None:
        drawn.draw(answer)
        drawn.finish(answer)


def _measured(data: own.Brought, question: Question, drawn: Drawn) -> Answer | None:
    """Measure; nothing comes of what is refused."""

    def so_far(answer: Answer) -> None:
        data.keep(question, answer)
        drawn.draw(answer)

    steps = partial(answer_steps, data.contents, question, data.source)
    stop = sidebar.before_redraw("stop_own", partial(data.stopped.add, question))
    try:
        found: Answer = own.compute("answer", steps, stop, so_far)
    except Refused as refused:
        drawn.refuse(str(refused))
        return None
    data.keep(question, found)
    return found


def _say_stopped(data: own.Brought, question: Question) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning("Stopped by you. What you see is unfinished.", icon=":material/stop_circle:")
    with right:
        sidebar.button("Continue", data.stopped.discard, question, key="continue_own", width="stretch")
