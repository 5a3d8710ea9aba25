"""The reference behind the guided lesson: theory, mathematics, the lesson's claims, advice, the glossary, further reading."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig, network, scenario_config
from transfer_core.bibliography import SOURCES
from transfer_ui import sentences, verdicts
from transfer_ui.articles import claim_row, claims
from transfer_ui.articles.learn import advice, glossary, lesson_claims, reading, theory
from transfer_ui.articles.learn.sections import bullets, measured, show_entries, show_settings
from transfer_ui.charts import timeline
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.link import quoted
from transfer_ui.definitions import helps
from transfer_ui.palette import theme
from transfer_ui.runs import baseline_scores
from transfer_ui.shell import frame

LONGEST_WORD = 60  # characters that are searched for in the glossary


def _approaches(config: RunConfig) -> None:
    st.markdown(theory.OPENING)
    for column, approach in zip(st.columns(3, gap="medium"), theory.APPROACHES, strict=True):
        strategy = STRATEGIES[approach.strategy]
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{strategy.title}**")
            timeline.show_schedule(strategy.build(config), theme())
            st.markdown(f"**Frozen:** {approach.frozen}.")
            st.markdown(bullets(approach.steps, "1."))
    st.caption(theory.ABOUT_TIMELINES)


def _mathematics(config: RunConfig) -> None:
    for part in theory.MATHEMATICS:
        (st.latex if part in theory.FORMULAS else st.markdown)(part)
    st.markdown(theory.chain_sentence(config))
    st.info(theory.SLIP, icon=":material/bug_report:")
    with st.expander("The same in code: `transfer_core.network.backward`, as it runs", icon=":material/code:"):
        st.code(inspect.getsource(network.backward), language="python")


def _why(config: RunConfig) -> None:
    st.markdown("A deep network builds its features in layers, each from the one below:")
    for column, (title, holds, use) in zip(st.columns(3, gap="medium"), theory.LEVELS, strict=True):
        column.container(border=True, height="stretch").markdown(f"**{title}**  \n{holds}  \n*{use}*")
    st.markdown(
        "Freezing keeps what is generic, fine-tuning adapts what is specific. What studies found, including the limits:"
    )
    st.markdown(bullets(f"{said} ({SOURCES[cited].citation})" for cited, said in theory.LIMITS))
    frame.answer(lesson_claims.features_sentence(measured(config)), [theory.SMALL_NETWORK])
    show_settings(config)


def _claims(config: RunConfig) -> None:
    rows = lesson_claims.TABLE
    results = measured(config)
    said = claims.tally([entry for row in rows for entry in row.entries])
    frame.answer(said, [claims.ABOUT], "The lesson's table of differences, with the verdicts of Claims.")
    st.html(claim_row.STYLE)
    st.caption(claim_row.LEGEND, help=helps(claim_row.LEGEND, known=said))
    for row in rows:
        st.markdown(f"**{row.aspect}**  \nFrozen: {row.frozen}. End-to-end: {row.full}.")
        show_entries(row.entries, config, theme())
        shown = f"One run, with your settings: {row.measure(results)}"
        st.caption(shown, help=helps(shown, known=claim_row.LEGEND))
    show_settings(config)
    frame.link("claims", config, "**Every claim of the lesson**, each tested by a study of its own", source="lesson")
    with st.expander("What the lesson's own notebook measures", icon=":material/menu_book:"):
        st.markdown(advice.NOTEBOOK)
        frame.link("compare", scenario_config("lesson"), "Run it")


def _when(config: RunConfig) -> None:
    for column, (name, reasons) in zip(st.columns(3, gap="medium"), advice.ADVICE.items(), strict=True):
        column.markdown(f"**{STRATEGIES[name].title}** if you have\n" + bullets(reasons))
    st.markdown(advice.RULE_OF_THUMB)
    stored = claims.entry("crossover", "rule_of_thumb")
    frame.answer(f"The rule of thumb is {stored.verdict}.", [stored.sentence])
    frame.link("decide", config, "**Find your own crossing**: guess first, then look")


def _rates(config: RunConfig) -> None:
    st.markdown(advice.ABOUT_RATES)
    st.table(pd.DataFrame(advice.RATES, columns=advice.RATE_COLUMNS), hide_index=True, border="horizontal")
    frame.answer(lesson_claims.learning_rate(measured(config)), [])
    show_settings(config)
    frame.link(
        "compare",
        config.but(backbone_learning_rate=1.0),
        "**A rate of 1**: what does end-to-end leave of the old task?",
    )


def _takeaways(config: RunConfig) -> None:
    st.markdown(bullets(advice.TAKEAWAYS))
    with st.container(key="answer_place"):
        results, baselines = measured(config), baseline_scores.measured(config)
        frame.answer(
            verdicts.answer(results, baselines),
            [
                *verdicts.behind_it(results, baselines),
                verdicts.worth_of_pretraining(results, baselines),
                sentences.price(results),
            ],
        )
    show_settings(config)


def _glossary(config: RunConfig) -> None:
    found = glossary.search(_word_in_link())
    if not found:
        st.caption("No matching entry.")
    length = -(-len(found) // 3)
    for index, column in enumerate(st.columns(3, gap="medium")):
        column.markdown("\n\n".join(map(glossary.entry, found[index * length : (index + 1) * length])))


def _word_in_link() -> str:
    """Draw the search of the glossary; what is searched for stands in the link."""
    asked = st.query_params.get("word", "")
    if len(asked) > LONGEST_WORD:
        notice_box.say(
            f"word in the link must be at most {LONGEST_WORD} characters long, got {quoted(asked)}. It was left out."
        )
        asked = ""
    if "word_in_link" not in st.session_state and "word" not in st.session_state:
        start: dict[str, Any] = {"value": asked}  # a default, not state: what the browser still holds takes precedence
    else:
        start = {}
        if asked != st.session_state.get("word_in_link") or "word" not in st.session_state:
            st.session_state.word = asked
    hint = "any term, ours or a framework's"
    word: str = st.text_input("Search", key="word", placeholder=hint, width=360, max_chars=LONGEST_WORD, **start)
    st.session_state.word_in_link = word
    address.write_place("word", word or None)
    return word


def _reading(config: RunConfig) -> None:
    lesson, papers = st.tabs(["What the lesson recommends", "The papers behind this lab"])
    for group, entries in reading.LESSON_READINGS.items():
        lesson.markdown(f"**{group}**\n" + bullets(map(reading.entry, entries)))
    papers.markdown(bullets(map(reading.entry, reading.PAPERS)))


SHOW: MappingProxyType[str, Callable[[RunConfig], None]] = MappingProxyType(
    {
        "approaches": _approaches,
        "mathematics": _mathematics,
        "why": _why,
        "claims": _claims,
        "when": _when,
        "rates": _rates,
        "takeaways": _takeaways,
        "glossary": _glossary,
        "reading": _reading,
    }
)
"""Name of a section -> what draws it."""
WITH_RESULTS = frozenset(["why", "claims", "when", "rates", "takeaways"])
"""Sections that say what runs and studies show."""


def section_in_link() -> str:
    """Read which section the link opens, the guided lesson if it names none; say and drop one that does not exist."""
    asked = st.query_params.get("section", theory.LESSON)
    if asked not in theory.SECTIONS:
        notice_box.say(
            f"section in the link must be one of {', '.join(theory.SECTIONS)}, got {quoted(asked)}. Using "
            f"{theory.SECTIONS[theory.LESSON].lower()}."
        )
        asked = theory.LESSON
    if asked == theory.LESSON:
        address.write_place("section", None)
    _forget_word_outside_glossary(asked)
    return asked


def _forget_word_outside_glossary(section: str) -> None:
    if section != "glossary":
        address.write_place("word", None)


def show(section: str, config: RunConfig) -> None:
    """Draw a section of the reference, and where to go from it."""
    st.subheader(theory.SECTIONS[section], anchor=False)
    _forget_word_outside_glossary(section)
    SHOW[section](config)
    frame.try_next(
        config,
        [
            ("compare", {}, "All strategies, with these settings", "which one wins?"),
            ("compare", {"images_per_class": 1}, "One image per class", "does freezing take the lead?"),
            ("unfreeze", {}, "When to unfreeze", "what does waiting buy?"),
        ],
    )
