"""Bringing data: a file, an example, or a data set of OpenML; read with progress and Stop, and held for this visit."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from transfer_core.own_data.answering import first_question
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.files import ENDINGS, read_steps
from transfer_core.own_data.limits import LIMITS, MEGABYTE, Refused
from transfer_core.own_data.openml import openml_steps
from transfer_core.own_data.samples import SAMPLES, sample_steps
from transfer_ui.articles.your_data import words
from transfer_ui.controls import address, notice_box, sidebar
from transfer_ui.controls.link import quoted
from transfer_ui.runs import own, own_waiting
from transfer_ui.runs.hands import MakeSteps
from transfer_ui.shell import frame, plain

STEPS = {
    "Bring it": "A table, arrays or photos with labels. Embeddings of a model you use are best: the backbone is then yours.",
    "See what is in it": "Examples per class, gaps, copies, leaks: whatever is odd is named, and left out.",
    "Decide": "What to do with these labels, how certain that is, when it would change, and what a hundred more would bring.",
}
PRIVATE = (
    "Your data stay in this visit. They are never written to disk, no other visitor can reach them, and they are gone when "
    "you press Forget. An hour after you close the page, not even you can reach them."
)
WHAT = (
    "A table (CSV, Parquet) or arrays (NPZ) with one row per example and a column of labels; or a ZIP of photos (PNG, JPEG), "
    "one folder per class. Rows may be embeddings from any pretrained model."
)
SAMPLE = "sample"
TROUBLE = "own_trouble"  # why the last file could not be used
VERSION = "own_upload"  # a number: an uploader with a new one is empty


def follow_link() -> None:
    """Bring the example that the link names; what a visitor brought is worth more than a link."""
    asked, here = st.query_params.get(SAMPLE), own.brought()
    if here is not None and not here.example:
        address.write_place(SAMPLE, None)
        return
    if asked is not None and asked not in SAMPLES:
        rule = f"must be one of {', '.join(SAMPLES)}"
        notice_box.say(f"{SAMPLE} in the link {rule}, got {quoted(asked)}. It was left out.")
        asked = None
    address.write_place(SAMPLE, asked)
    if asked is None and here is not None:
        own.forget()  # the browser's Back
    elif asked is not None and (here is None or here.example != asked):
        _bring(partial(sample_steps, asked), asked)


def say_trouble() -> None:
    """Say why the last file could not be used, if that was so."""
    if st.session_state.get(TROUBLE):
        plain.refuse(st.session_state[TROUBLE], "file")


def draw() -> None:
    """Draw the ways to bring data."""
    trouble = st.session_state.get(TROUBLE)
    frame.answer(words.UNUSABLE if trouble else words.NOTHING_YET, note=words.ABOUT_NOTHING)
    # One place within another: the first thing that an answer draws takes all of it, and nothing stays behind in grey.
    with st.container(), st.container():
        uploaded, fetch = _draw_ways()
    if uploaded is not None:
        name, data = own.take(uploaded)
        _bring(partial(read_steps, name, data))
        st.rerun()
    if fetch:
        _bring(partial(openml_steps, st.session_state.openml_name))
        st.rerun()


def say_what_fits() -> None:
    """Say what can be brought, and what becomes of it."""
    st.caption(f"{LIMITS.words} {PRIVATE}")


def _draw_ways() -> tuple[UploadedFile | None, bool]:
    """Draw a way to bring a file, and others; give the file, and whether OpenML is to be asked."""
    say_trouble()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        uploaded = st.file_uploader(
            f"Your file: up to {LIMITS.file_bytes // MEGABYTE} MB",
            type=list(ENDINGS),
            key=f"own_file_{st.session_state.get(VERSION, 0)}",
            help=WHAT,
        )
        say_what_fits()
    with right:
        st.markdown("**Or try an example**")
        with st.container(horizontal=True, gap="small"):
            for name, sample in SAMPLES.items():
                sidebar.button(sample.title, take_example, name, key=f"example_{name}")
        with st.form("openml", border=False):
            st.text_input(
                "Or a data set of OpenML, by name or number",
                key="openml_name",
                placeholder="iris, or 61",
                max_chars=80,
                help="Fetched from openml.org if its size is within the limits, and kept on this server's disk: it is public.",
            )
            fetch = st.form_submit_button("Fetch", icon=":material/cloud_download:")
    for column, (number, (title, about)) in zip(st.columns(3, gap="medium"), enumerate(STEPS.items(), 1), strict=True):
        column.markdown(f"**{number}. {title}**  \n{about}")
    return uploaded, fetch


def draw_source(data: own.Brought) -> None:
    """Draw the way to bring the file that was learnt before."""
    key = f"own_source_{st.session_state.get(VERSION, 0)}"
    uploaded = st.file_uploader("The file that was learnt before", type=list(ENDINGS), key=key)
    say_trouble()
    if uploaded is None:
        return
    name, packed = own.take(uploaded)
    found = _read(partial(read_steps, name, packed))
    if found is not None:
        _hold(own.Brought(data.contents, found, data.example, data.number, data.asked))
    st.rerun()


def take_example(name: str) -> None:
    """Have an example brought by the next run; the link names it."""
    forget()
    address.write_place(SAMPLE, name)


def forget() -> None:
    """Forget what was brought, and empty the uploader."""
    own.forget()
    st.session_state.pop(TROUBLE, None)
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    for place in (SAMPLE, "part"):  # other data begin with their answer
        address.write_place(place, None)


def _bring(make_steps: MakeSteps, example: str = "") -> None:
    """Read something and hold it, or note why that is not possible."""
    found = _read(make_steps)
    if found is not None:
        _hold(own.Brought(found, example=example))


def _hold(new: own.Brought) -> None:
    try:
        new.asked = new.asked or first_question(new.contents)
        own.hold(new)
    except Refused as refused:
        st.session_state[TROUBLE] = str(refused)


def _read(make_steps: MakeSteps) -> Contents | None:
    """Read something; nothing comes of what is refused or stopped."""
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    st.session_state[TROUBLE] = "Reading was interrupted: bring the file once more."
    try:
        found: Contents = own_waiting.compute("reading", make_steps, sidebar.before_redraw("stop_own", _stop_reading))
    except Refused as refused:
        st.session_state[TROUBLE] = str(refused)
        return None
    del st.session_state[TROUBLE]
    return found


def _stop_reading() -> None:
    st.session_state[TROUBLE] = "Reading was stopped: nothing was kept."
    address.write_place(SAMPLE, None)
