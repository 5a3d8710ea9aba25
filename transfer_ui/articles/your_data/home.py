"""What a visitor takes home: the answer as a record and as a report, and code that goes on from here on their data."""

from __future__ import annotations

import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.own_data.advice import recommended
from transfer_core.own_data.answering import Answer, Question
from transfer_core.own_data.contents import Contents
from transfer_core.scenarios import Scenario
from transfer_takeaway import files, own_data
from transfer_takeaway.checks import RecordError
from transfer_takeaway.record import Record
from transfer_takeaway.report.page import to_html
from transfer_ui import downloads
from transfer_ui.articles import own_code, saved_run
from transfer_ui.articles.your_data import words
from transfer_ui.articles.your_data.choosing import BEFORE
from transfer_ui.charts.series import styles
from transfer_ui.export import own_rows
from transfer_ui.export.pictures.plan import Plan, plan_of, plan_without_run
from transfer_ui.runs.own import Brought

WITH_DATA = "own_with_data"
NAME = "your_data_answer"


def draw(data: Brought, question: Question, answer: Answer, mode: str) -> None:
    """Draw the buttons that save the answer, and the code."""
    st.subheader("The answer, to keep and to print", anchor=False)
    _draw_saved(data, question, answer)
    st.subheader("Code for your data", anchor=False)
    if answer.facts.samples.size:
        own_code.draw_pictures(data, _plan(answer), own_code.place_of(data.contents))
    else:
        own_code.draw_rows(data, rows_of(data.contents, question, answer), "as recommended")
    if answer.facts.basis == "embeddings":
        st.subheader("Code that measures end to end, on photos", anchor=False)
        st.caption("For the photos that your embeddings come from. The classes are those of your folders.")
        own_code.draw_pictures(data, _plan(answer), own_code.PLACE_OF_PHOTOS)
    saved_run.open_one()


def record_of(question: Question, answer: Answer, scenario: Scenario | None) -> Record:
    """Put an answer on record, in the words of the page."""
    settings = [("Learnt before", BEFORE[question.before])]
    if answer.facts.samples.size:
        settings.append(("Images reduced to", f"{question.side} × {question.side}"))
    if scenario is not None:
        settings.append(("Labels", question.label))
    said = [line.replace("**", "") for line in words.behind_it(answer)]
    return own_data.of_answer(answer, evidence=said, settings=tuple(settings), scenario=scenario)


def _draw_saved(data: Brought, question: Question, answer: Answer) -> None:
    ticked = st.checkbox("Put my data into the record and the report", key=f"{WITH_DATA}_{data.number}")
    try:
        record = record_of(question, answer, data.paired() if ticked else None)
        saved = files.write(record)
    except RecordError as error:
        st.error(f"{error} Saved without your data, it is smaller.", icon=":material/warning:")
        return

    def report() -> bytes:
        looks = dict(zip(answer.facts.titles, styles([*answer.facts.titles]), strict=True))
        return to_html(record, own_data.pictures(record, looks), looks).encode()

    with st.container(horizontal=True, vertical_alignment="center"):
        name = f"{NAME}{files.SUFFIX}"
        downloads.offer_file("Save this answer", lambda: saved, name, "application/json")
        downloads.offer_file("Report", report, f"{NAME}.html", "text/html")
    st.caption(
        "The record holds numbers and settings, and with your data the examples, the names of the classes and what was found in "
        "them. It can be opened below, today or next year; with your data in it, it can be recomputed too."
        if ticked
        else "Both hold numbers, settings and the advice: none of your data, and no name of a file, column or class."
    )


def _plan(answer: Answer) -> Plan:
    """Plan to measure what was recommended, if it is a strategy; else freezing against fine-tuning."""
    choice = _recommended(answer)
    if choice in answer.runs and choice in STRATEGIES:
        return own_code.named(plan_of(answer.runs[choice]), answer.facts)
    return own_code.named(plan_without_run(RunConfig(), "feature_extraction"), answer.facts)


def rows_of(contents: Contents, question: Question, answer: Answer) -> own_rows.Rows:
    """Say what a script measures and fits: what was recommended; after a source, against its rival."""
    return own_code.rows_of(_recommended(answer), contents, question, answer)


def _recommended(answer: Answer) -> str:
    assert answer.curves is not None
    return recommended(answer.curves, balanced=answer.facts.balanced)
