"""Code for a visitor's own data: scripts that measure one way against its rival on their photos, or on their rows."""

from __future__ import annotations

import streamlit as st

from transfer_core import STRATEGIES
from transfer_core.own_data.answering import Answer, Facts, Question
from transfer_core.own_data.contents import Contents
from transfer_core.wording import inside
from transfer_ui.articles import export
from transfer_ui.controls import sidebar
from transfer_ui.export import FRAMEWORKS, own_rows
from transfer_ui.export.pictures import PICTURES
from transfer_ui.export.pictures.plan import Plan
from transfer_ui.runs.own import Brought

COMMAND = "python -m transfer_torch measure FOLDER"
PLACE = "Unpack your ZIP, and name the folder that holds the class folders “pictures”."
PLACE_OF_PHOTOS = "Put one folder of photos per class into a folder “pictures”."
PLACE_OF_ARRAYS = "Save your arrays as “pictures.npz”, the images as “images”, the labels as “labels”."
TRUNCATED = "…"


def place_of(contents: Contents) -> str:
    """Say where a script looks for the photos that were brought."""
    return PLACE if contents.places else PLACE_OF_ARRAYS


def named(plan: Plan, facts: Facts) -> Plan:
    """Put the names of the classes into a plan, as far as they are those of the photos."""
    names = tuple(facts.counts)
    unknown = facts.basis == "embeddings" or any(name.endswith(TRUNCATED) for name in names)
    return plan._replace(classes=() if unknown else names)


def draw_pictures(data: Brought, plan: Plan, place: str) -> None:
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
    form = PICTURES[name]
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


def draw_rows(data: Brought, rows: own_rows.Rows, why: str) -> None:
    """Draw the script that measures one way on rows of numbers, and fits it.

    Parameters
    ----------
    data : Brought
    rows : Rows
    why : str
        Why it is this way, such as "as recommended".
    """
    rival = f" against {inside(rows.source.arms[1].title)}, after pretraining on the source" if rows.source else ""
    second = "SOURCE, the one that was learnt before; " if rows.command.endswith("SOURCE") else ""
    st.caption(
        f"{rows.title}, {why}: measured again on parts of your file{rival}, then fitted on all of it. DATA is your file; "
        f"{second}NEW, one without labels, if you have one to label."
    )
    st.code(f"python {rows.command} NEW", language="bash")
    checked = "In the tests this script runs on tables and on embeddings, and labels a second file."
    stem = rows.file.removesuffix(".py")
    export.show(
        export.Code(stem, own_rows.write(rows), checked=checked, is_run=True, beside=""), "own rows", data.scripts
    )


def rows_of(way: str, contents: Contents, question: Question, answer: Answer) -> own_rows.Rows:
    """Say what a script measures and fits; after a source, against its rival.

    Parameters
    ----------
    way : str
        A key of the answer's runs, or of the titles in its facts.
    contents : Contents
    question : Question
    answer : Answer
        The schedules of its runs are those of the script.
    """
    facts = answer.facts
    names = list(dict.fromkeys((*contents.columns, *contents.words)))
    left_out = [name for name in names if name not in facts.columns and name != question.label]
    title = STRATEGIES[way].title if way in answer.runs else facts.titles[way]
    rows = own_rows.Rows(way, title, question.label, left_out, has_names=contents.has_names)
    return rows._replace(source=own_rows.source_of(way, question, answer)) if answer.runs else rows
