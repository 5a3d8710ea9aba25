"""What a visitor takes home: the answer as a record and as a report, and code that goes on from here on their data."""

from __future__ import annotations

import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.own_data.advice import recommended
from transfer_core.own_data.answering import Answer, Question, paired
from transfer_core.own_data.contents import Contents
from transfer_core.scenarios import Scenario
from transfer_core.wording import inside
from transfer_takeaway import files, own_data
from transfer_takeaway.checks import RecordError
from transfer_takeaway.record import Record
from transfer_takeaway.report.page import to_html
from transfer_ui import downloads
from transfer_ui.articles import export, saved_run
from transfer_ui.articles.your_data import words
from transfer_ui.articles.your_data.choosing import BEFORE
from transfer_ui.charts.series import styles
from transfer_ui.controls import sidebar
from transfer_ui.export import FRAMEWORKS, own_rows
from transfer_ui.export.pictures import PICTURES
from transfer_ui.export.pictures.plan import Plan, plan_of, plan_without_run
from transfer_ui.runs.own import Brought

WITH_DATA = "own_with_data"
NAME = "your_data_answer"
COMMAND = "python -m transfer_torch measure FOLDER"
PLACE = "Unpack your ZIP, and name the folder that holds the class folders “pictures”."
PLACE_OF_PHOTOS = "Put one folder of photos per class into a folder “pictures”."
PLACE_OF_ARRAYS = "Save your arrays as “pictures.npz”, the images as “images”, the labels as “labels”."
TRUNCATED = "…"


def draw(data: Brought, question: Question, answer: Answer, mode: str) -> None:
    """Draw the buttons that save the answer, and the code."""
    st.subheader("The answer, to keep and to print", anchor=False)
    _draw_saved(data, question, answer)
    st.subheader("Code for your data", anchor=False)
    if answer.facts.samples.size:
        _draw_pictures(data, answer, PLACE if data.contents.places else PLACE_OF_ARRAYS)
    else:
        _draw_rows(data, question, answer)
    if answer.facts.basis == "embeddings":
        st.subheader("Code that measures end to end, on photos", anchor=False)
        st.caption("For the photos that your embeddings come from. The classes are those of your folders.")
        _draw_pictures(data, answer, PLACE_OF_PHOTOS)
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
        record = record_of(question, answer, _scenario(data, question) if ticked else None)
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


def _scenario(data: Brought, question: Question) -> Scenario:
    return paired(data.contents, question, data.source).scenario


def _draw_pictures(data: Brought, answer: Answer, place: str) -> None:
    """Draw the command that measures a real network, and a script that does."""
    st.markdown(
        "Freezing and fine-tuning an ImageNet network on your photos at their full size, measured by one command:"
    )
    st.code(COMMAND, language="bash")
    st.caption(
        "It stands in the root of this lab's repository and needs PyTorch. FOLDER is the folder that holds one folder of photos "
        "per class. Or run a script of your framework:"
    )
    titles = {name: FRAMEWORKS[name].title for name in PICTURES}
    name = sidebar.choose_in_link("framework", titles, st.segmented_control, default="pytorch")
    backbones = {key: f"{one.title}, {one.home}" for key, one in PICTURES[name].backbones.items()}
    chosen = sidebar.choose_in_link("backbone", backbones, st.selectbox, label="Backbone") or next(iter(backbones))
    form, plan = PICTURES[name], _plan(answer)
    st.caption(
        f"It compares {inside(plan.arms[0].title)} with {inside(plan.arms[1].title)} of {form.backbones[chosen].title} on your "
        f"photos, over {plan.n_seeds} paired seeds, and prints the verdict. {place}"
    )
    script = form.write(plan, form.backbones[chosen])
    export.show(
        export.Code(f"{plan.name}_on_pictures_{chosen}_{name}", script, checked=form.checked, is_run=form.is_run),
        f"own {name}",
        data.scripts,
    )


def _plan(answer: Answer) -> Plan:
    """Plan to measure what was recommended, if it is a strategy; else freezing against fine-tuning."""
    assert answer.curves is not None
    choice = recommended(answer.curves, balanced=answer.facts.balanced)
    names = tuple(answer.facts.counts)
    unknown = answer.facts.basis == "embeddings" or any(name.endswith(TRUNCATED) for name in names)
    classes = () if unknown else names
    if choice in answer.runs and choice in STRATEGIES:
        return plan_of(answer.runs[choice])._replace(classes=classes)
    return plan_without_run(RunConfig(), "feature_extraction")._replace(classes=classes)


def _draw_rows(data: Brought, question: Question, answer: Answer) -> None:
    """Draw the script that measures and fits on rows of numbers what was recommended."""
    rows = rows_of(data.contents, question, answer)
    rival = f" against {inside(rows.source.arms[1].title)}, after pretraining on the source" if rows.source else ""
    second = "SOURCE, the one that was learnt before; " if rows.command.endswith("SOURCE") else ""
    st.caption(
        f"{rows.title}, as recommended: measured again on parts of your file{rival}, then fitted on all of it. DATA is your file; "
        f"{second}NEW, one without labels, if you have one to label."
    )
    st.code(f"python {rows.command} NEW", language="bash")
    checked = "In the tests this script runs on tables and on embeddings, and labels a second file."
    stem = rows.file.removesuffix(".py")
    export.show(
        export.Code(stem, own_rows.write(rows), checked=checked, is_run=True, beside=""), "own rows", data.scripts
    )


def rows_of(contents: Contents, question: Question, answer: Answer) -> own_rows.Rows:
    """Say what a script measures and fits: what was recommended; after a source, against its rival."""
    assert answer.curves is not None
    facts = answer.facts
    way = recommended(answer.curves, balanced=facts.balanced)
    names = list(dict.fromkeys((*contents.columns, *contents.words)))
    left_out = [name for name in names if name not in facts.columns and name != question.label]
    title = STRATEGIES[way].title if way in answer.runs else facts.titles[way]
    rows = own_rows.Rows(way, title, question.label, left_out, has_names=contents.has_names)
    return rows._replace(source=own_rows.source_of(way, question, answer)) if answer.runs else rows
