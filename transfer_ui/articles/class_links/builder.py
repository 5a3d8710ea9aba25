"""Making a link for a class: the choices, kept in the address of the page that makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from transfer_core import RunConfig
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.class_link import (
    AFTER_PREDICTION,
    AFTER_WORD,
    ALL,
    MAX_ASK,
    MAX_WORD,
    PREDICTIONS,
    ClassLink,
    plain,
    read,
    reveal_by,
    write,
)
from transfer_ui.controls.knobs import KNOB
from transfer_ui.controls.link import quoted
from transfer_ui.shell.map import PAGES

PAGE_TITLES = {page.file: page.title for page in PAGES if page.file != "class_links"}
AT_ONCE = ""
REVEALS = {AT_ONCE: "At once", AFTER_PREDICTION: "After a prediction", AFTER_WORD: "With a word"}
FIXED = "Grey, at the settings on the left: the reader sees them and cannot move them."
HIDDEN = "Not drawn at all; they too stay at the settings on the left."
MAX_MADE = 3000  # characters of a link inside the link: the longest question fits


class Made(NamedTuple):
    """A link for a class: where it leads, and what it asks there."""

    page: str
    link: ClassLink


START = Made("compare", ClassLink(predict="winner", reveal=AFTER_PREDICTION))


def to_text(made: Made) -> str:
    """Write it as a part of the address.

    Examples
    --------
    >>> to_text(START)
    'page=compare&predict=winner&reveal=prediction'
    """
    return urlencode({"page": made.page} | write(made.link))


def from_text(text: str) -> tuple[Made, list[str]]:
    """Read it, with one sentence for each part that does not fit.

    Examples
    --------
    >>> from_text(to_text(START)) == (START, [])
    True
    """
    if len(text) > MAX_MADE:
        return START, [
            f"made in the link must be at most {MAX_MADE:,} characters long, got {quoted(text)}. Using the start."
        ]
    parts = dict(parse_qsl(text, keep_blank_values=True))
    page = parts.get("page", START.page)
    link, notices = read(parts)
    if page not in PAGE_TITLES:
        notices.insert(
            0,
            f"made in the link must name one of the pages {', '.join(PAGE_TITLES)}, got {quoted(page)}. Using compare.",
        )
        page = START.page
    return Made(page, link), notices


def choose(config: RunConfig) -> Made:
    """Draw the choices; they stand in the address, so that whoever keeps the page's link keeps them."""
    start, predictions = _start(), {"": "Nothing"} | PREDICTIONS
    ask = _widget(
        st.text_input, "ask", "Your question", start.link.ask, max_chars=MAX_ASK, placeholder="plain text, or none"
    )
    left, right = st.columns(2, gap="medium")
    with left:
        page = _widget(st.selectbox, "page", "Page", start.page, list(PAGE_TITLES), format_func=PAGE_TITLES.__getitem__)
    with right:
        predict = _widget(
            st.selectbox,
            "predict",
            "What each reader predicts",
            start.link.predict,
            list(predictions),
            format_func=predictions.__getitem__,
        )
    asked = _widget(
        st.segmented_control,
        "reveal",
        "When the answer is shown",
        AFTER_WORD if start.link.needs_word else start.link.reveal,
        list(REVEALS),
        format_func=REVEALS.__getitem__,
        required=True,
    )
    reveal = _word(start.link) if asked == AFTER_WORD else asked
    left, right = st.columns(2, gap="medium")
    with left:
        lock = _controls("lock", "Controls that are fixed", FIXED, start.link.lock, config)
    with right:
        hide = _controls("hide", "Controls that are hidden", HIDDEN, start.link.hide, config)
    link, _ = read(write(ClassLink(plain(ask)[:MAX_ASK], predict, lock, hide, reveal)))
    made = Made(page, link)
    text = to_text(made)
    st.session_state.made_in_link = text
    address.write_place("made", text if made != START else None)
    return made


def _start() -> Made:
    """Take the choices from the address; where another link than the last is there, the widgets follow it."""
    asked = st.query_params.get("made", to_text(START))
    if asked == st.session_state.get("made_in_link"):
        return from_text(asked)[0]
    made, notices = from_text(asked)
    notice_box.say(*notices)
    if (
        "made_in_link" in st.session_state
    ):  # the browser's Back; at first, what the browser still holds takes precedence
        for name in ("page", "ask", "predict", "reveal", "lock", "hide"):
            st.session_state.pop(f"made_{name}", None)
    return made


def _widget(draw: Any, name: str, label: str, value: Any, options: Sequence[Any] | None = None, **look: Any) -> Any:
    """Draw a choice, at first as in the link."""
    key = f"made_{name}"
    if options is None:
        return draw(label, key=key, **look, **({} if key in st.session_state else {"value": value}))
    first: Mapping[str, Any] = {"index": options.index(value)} if draw is st.selectbox else {"default": value}
    return draw(label, options, key=key, **look, **({} if key in st.session_state else first))


def _controls(name: str, label: str, about: str, chosen: frozenset[str], config: RunConfig) -> frozenset[str]:
    titles = {ALL: "All controls"} | {knob: KNOB[knob].title(config.scenario) for knob in KNOB}
    start = [ALL] if len(chosen) == len(KNOB) else [knob for knob in KNOB if knob in chosen]
    picked = _widget(
        st.multiselect, name, label, start, list(titles), format_func=titles.__getitem__, placeholder="none", help=about
    )
    return frozenset(KNOB) if ALL in picked else frozenset(picked)


def _word(link: ClassLink) -> str:
    """Take the word that opens the answer; a link that was made before keeps its own until another is typed."""
    word: str = st.text_input(
        "The word",
        key="made_word",
        max_chars=MAX_WORD,
        placeholder="as before" if link.needs_word else "say it aloud when you want the answer to be seen",
        help="It is not in the link. Capitals do not matter.",
    )
    if word.strip():
        return reveal_by(word)
    if link.needs_word:
        return link.reveal
    st.caption("Without a word, the answer is shown at once.")
    return AT_ONCE
