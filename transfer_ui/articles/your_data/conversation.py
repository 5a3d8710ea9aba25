"""A question about data that are there, and its answer as it grows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core.own_data.answering import Answer, Question, answer_steps
from transfer_core.own_data.limits import Refused
from transfer_ui import nouns
from transfer_ui.articles.your_data import bringing, choosing, facts, parts, tables, words
from transfer_ui.articles.your_data.figures import Figures, names_of
from transfer_ui.charts.gap import ARMS
from transfer_ui.controls import address, sidebar
from transfer_ui.runs import own, own_waiting
from transfer_ui.shell import frame, plain


class Evidence:
    """The places of what stands below the answer, drawn over as more is known; none is emptied, or all below would jump.

    Parameters
    ----------
    question : Question
    mode : {"light", "dark"}
    """

    def __init__(self, question: Question, mode: str) -> None:
        left, right = st.columns([11, 8], gap="medium")
        with left:
            self._figures = Figures(names_of(question.before), mode)
        self._advice = right.container(key="advice")
        self._facts = st.container()
        st.subheader("Every way, at all your labels", anchor=False)
        self._figures.place_strip()
        self._has_facts, self._n_sizes = False, 0

    def draw_nothing(self) -> None:
        """Draw the axes."""
        self._figures.draw_lines(None, balanced=False)
        self._figures.draw_strip(None, balanced=False)

    def draw(self, answer: Answer) -> None:
        """Draw what is new."""
        balanced = answer.facts.balanced
        if not self._has_facts:
            with self._facts:
                st.subheader("What is in the data", anchor=False)
                facts.show(answer.facts)
            self._has_facts = True
        if answer.curves is None and not self._n_sizes:
            self._figures.draw_lines(None, balanced=balanced)
            self._figures.draw_strip(None, balanced=balanced)
        elif answer.curves and len(answer.curves.sizes) > self._n_sizes:
            self._figures.draw_lines(answer.curves, balanced=balanced)
            self._figures.draw_strip(answer.curves, balanced=balanced)
            if answer.advice:
                self._advice = self._advice.markdown(words.recommendation(answer.advice), unsafe_allow_html=False)
            self._n_sizes = len(answer.curves.sizes)

    def finish(self, answer: Answer) -> None:
        """Draw what stands below the pictures, once."""
        found = answer.curves
        if found is None:
            return
        if answer.facts.basis in words.NOT_END_TO_END:
            with st.container(border=True):
                st.markdown(words.NOT_END_TO_END[answer.facts.basis])
                sidebar.button(
                    "Take it home", address.write_place, "part", parts.HOME, key="go_home", icon=":material/home:"
                )
        if {*ARMS} <= found.accuracy.keys() and len(found.sizes) > 1:
            st.subheader("From how many labels fine-tuning pays", anchor=False)
            self._figures.draw_gap(found, balanced=answer.facts.balanced)
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
    nouns.speak_of_rows(not data.contents.is_image)
    question = choosing.draw(data)
    if isinstance(question, str):
        frame.answer(question, note=words.ABOUT_NOTHING)
        return
    with st.container(key="answer_place_short"):
        said = frame.Answer()
        reason = st.container()
    choice = st.container(key="own_parts")
    choice.empty()  # an empty container would not keep its height
    answer = data.answers.get(question)
    if answer is not None and answer.complete:
        _say(said, answer)
        with choice:
            part = parts.choose()
        _draw_part(part, data, question, answer, mode)
        return
    evidence = Evidence(question, mode)

    def draw(found: Answer) -> None:
        _say(said, found)
        evidence.draw(found)

    if answer is None:
        said.say(words.MEASURING)
        evidence.draw_nothing()
    answer = measured(data, question, draw, partial(_refuse, said, reason))
    if answer is None:
        return
    draw(answer)
    if answer.complete:
        if parts.asked() != parts.ANSWER:
            st.rerun()  # undrawn: a choice that is drawn twice in a row loses what it begins with
        with choice:
            parts.choose()
    evidence.finish(answer)


def _draw_part(part: str, data: own.Brought, question: Question, answer: Answer, mode: str) -> None:
    """Draw what was chosen; nothing of the other parts is even imported."""
    if part == parts.ANSWER:
        evidence = Evidence(question, mode)
        evidence.draw(answer)
        evidence.finish(answer)
    else:
        from transfer_ui.articles.your_data import home

        home.draw(data, question, answer, mode)


def _say(said: frame.Answer, answer: Answer) -> None:
    said.say(words.headline(answer), words.behind_it(answer), words.note(answer))


def _say_stopped(data: own.Brought, question: Question) -> None:
    """Say that the visitor stopped it, and let them go on."""
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.warning(words.STOPPED, icon=":material/stop_circle:")
    with right:
        sidebar.button("Continue", data.stopped.discard, question, key="continue_own", width="stretch")


def _refuse(said: frame.Answer, place: DeltaGenerator, reason: str) -> None:
    """Say that there will be no answer, and why."""
    said.say(words.REFUSED)
    with place:
        plain.refuse(reason, "data")


def measured(
    data: own.Brought, question: Question, draw: Callable[[Answer], None], refuse: Callable[[str], None]
) -> Answer | None:
    """Measure; nothing comes of what is refused, and of what the visitor stopped only what was found so far."""
    if question in data.stopped:
        _say_stopped(data, question)
        return data.answers.get(question)

    def so_far(answer: Answer) -> None:
        data.keep(question, answer)
        draw(answer)

    steps = partial(answer_steps, data.contents, question, data.source)
    stop = sidebar.before_redraw("stop_own", partial(data.stopped.add, question))
    try:
        found: Answer = own_waiting.compute("answer", steps, stop, so_far)
    except Refused as refused:
        refuse(str(refused))
        return None
    data.keep(question, found)
    return found
