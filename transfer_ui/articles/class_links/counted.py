"""What came back from the class: pasted by the teacher, counted, and drawn beside what the run says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st

from transfer_core import RunConfig
from transfer_core.wording import inside
from transfer_ui.articles.checks import Check
from transfer_ui.articles.class_links import answers, questions
from transfer_ui.articles.class_links.answers import Collected
from transfer_ui.charts import predictions
from transfer_ui.controls.class_link import ClassLink, mark

ABOUT = (
    "Each reader sends you one line, or the link of the page. Paste them all: a line counts once, names around it are "
    "ignored, and nothing is stored."
)


def show(link: ClassLink, config: RunConfig, mode: str) -> None:
    """Draw the box to paste into, and what it holds."""
    question = questions.asked(link.predict, config)
    text = st.text_area(
        "Predictions of your class, one per line",
        key="class_answers",
        placeholder="end_to_end.0a1b2c",
        height=140,
        help=ABOUT,
    )
    found = answers.collect(text, mark(link, config), question.check.options)
    for sentence in found.trouble:
        st.caption(f":material/info: {sentence}")
    st.markdown(f"**{question.check.question}**")
    place = st.container()
    right: Collection[str] = ()
    if st.toggle("Show what the run says", key="class_truth"):
        run = question.run(config)
        if run is None:
            st.info("The run was stopped before it could say.")
        else:
            right = [name for name in question.check.options if question.check.right(run, name)]
            st.info(question.check.shows(run), icon=":material/lightbulb:")
    with place:
        st.markdown(f"#### {summary(found, question.check, right)}")
        predictions.show(found.counts, question.check.options, right, mode)


def summary(found: Collected, check: Check[Any], right: Collection[str]) -> str:
    """Say in one line what the class thinks, and how many the run bears out.

    Examples
    --------
    >>> from collections import Counter
    >>> check = Check("choose", "", {"a": "Ours", "b": "Theirs"}, lambda run, answer: True, str)
    >>> summary(Collected(Counter(a=3, b=1), []), check, [])
    'Of 4 predictions, 3 say ours.'
    >>> summary(Collected(Counter(a=3, b=1), []), check, ["b"])
    'Of 4 predictions, 1 is right.'
    """
    n = found.counts.total()
    if not n:
        return "No prediction yet."
    of = f"Of {n} prediction{'s' if n > 1 else ''}"
    if right:
        n_right = sum(found.counts[name] for name in right)
        return f"{of}, {n_right or 'none'} {'are' if n_right > 1 else 'is'} right."
    most = max(found.counts.values())
    leaders = [inside(said) for name, said in check.options.items() if found.counts[name] == most]
    if len(leaders) > 2:
        return f"{of}, no answer stands out."
    return f"{of}, {most} say{'s' if most == 1 else ''} {' and as many '.join(leaders)}."
