"""The ideas: theory, mathematics, the lesson's claims measured, the glossary and further reading."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("learn")  # before the imports that take a while, so that the title is there at once

import inspect

import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, network, scenario_config
from transfer_core.bibliography import SOURCES
from transfer_ui import sentences, verdicts
from transfer_ui.articles import claims
from transfer_ui.articles.learn import advice, glossary, lesson_claims, reading, theory
from transfer_ui.articles.learn.sections import bullets, choose_section, measured, show_findings, show_settings
from transfer_ui.charts import timeline
from transfer_ui.controls import sidebar
from transfer_ui.palette import theme
from transfer_ui.runs import cached
from transfer_ui.shell import frame

config = sidebar.current_config()
sidebar.show_notices()
section = choose_section(theory.SECTIONS)

if section == "approaches":
    st.markdown(theory.OPENING)
    for column, approach in zip(st.columns(3, gap="medium"), theory.APPROACHES, strict=True):
        strategy = STRATEGIES[approach.strategy]
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{strategy.title}**")
            timeline.show_schedule(strategy.build(config), theme())
            st.markdown(f"**Frozen:** {approach.frozen}.")
            st.markdown(bullets(approach.steps, "1."))
    st.caption(theory.ABOUT_TIMELINES)

elif section == "mathematics":
    for part in theory.MATHEMATICS:
        (st.latex if part in theory.FORMULAS else st.markdown)(part)
    st.markdown(theory.chain_sentence(config))
    st.info(theory.SLIP, icon=":material/bug_report:")
    with st.expander("The same in code: `transfer_core.network.backward`, as it runs", icon=":material/code:"):
        st.code(inspect.getsource(network.backward), language="python")

elif section == "why":
    st.markdown("A deep network builds its features in layers, each from the one below:")
    for column, (title, holds, use) in zip(st.columns(3, gap="medium"), theory.LEVELS, strict=True):
        column.container(border=True, height="stretch").markdown(f"**{title}**  \n{holds}  \n*{use}*")
    st.markdown(
        "Freezing keeps what is generic, fine-tuning adapts what is specific. What studies found, including the limits:"
    )
    st.markdown(bullets(f"{said} ({SOURCES[cited].citation})" for cited, said in theory.LIMITS))
    frame.answer(lesson_claims.features_sentence(measured(config)), [theory.SMALL_NETWORK])
    show_settings(config)

elif section == "claims":
    results = measured(config)
    findings = {row.aspect: row.measure(results) for row in lesson_claims.TABLE}
    frame.answer(lesson_claims.tally(findings), [])
    show_settings(config)
    show_findings(lesson_claims.TABLE, findings)
    frame.link("claims", config, "**Every claim, from the lesson and the papers**: each tested by a study of its own")
    with st.expander("What the lesson's own notebook measures", icon=":material/menu_book:"):
        st.markdown(advice.NOTEBOOK)
        frame.link("compare", scenario_config("lesson"), "Run it")

elif section == "when":
    for column, (name, reasons) in zip(st.columns(3, gap="medium"), advice.ADVICE.items(), strict=True):
        column.markdown(f"**{STRATEGIES[name].title}** if you have\n" + bullets(reasons))
    st.markdown(advice.RULE_OF_THUMB)
    stored = claims.entry("crossover", "rule_of_thumb")
    frame.answer(f"The rule of thumb is {stored.verdict}.", [stored.sentence])
    frame.link("decide", config, "**Find your own crossing**: guess first, then look")

elif section == "rates":
    st.markdown(advice.ABOUT_RATES)
    st.table(pd.DataFrame(advice.RATES, columns=advice.RATE_COLUMNS), hide_index=True, border="horizontal")
    frame.answer(lesson_claims.learning_rate(measured(config)).sentence, [])
    show_settings(config)
    frame.link(
        "compare",
        config.but(backbone_learning_rate=1.0),
        "**A rate of 1**: what does end-to-end leave of the old task?",
    )

elif section == "takeaways":
    st.markdown(bullets(advice.TAKEAWAYS))
    with st.container(key="answer_place"):
        results, baselines = measured(config), cached.baselines(config)
        frame.answer(
            verdicts.answer(results, baselines),
            [
                *verdicts.behind_it(results, baselines),
                verdicts.worth_of_pretraining(results, baselines),
                sentences.price(results),
            ],
        )
    show_settings(config)

elif section == "glossary":
    found = glossary.search(
        st.text_input("Search", key="word", placeholder="any term, ours or a framework's", width=360)
    )
    if not found:
        st.caption("No matching entry.")
    length = -(-len(found) // 3)
    for index, column in enumerate(st.columns(3, gap="medium")):
        column.markdown("\n\n".join(map(glossary.entry, found[index * length : (index + 1) * length])))

else:
    lesson, papers = st.tabs(["What the lesson recommends", "The papers behind this lab"])
    for group, entries in reading.LESSON_READINGS.items():
        lesson.markdown(f"**{group}**\n" + bullets(map(reading.entry, entries)))
    papers.markdown(bullets(map(reading.entry, reading.PAPERS)))

frame.try_next(
    config,
    [
        ("compare", {}, "All strategies, with these settings", "which one wins?"),
        ("compare", {"images_per_class": 1}, "One image per class", "does freezing take the lead?"),
        ("unfreeze", {}, "When to unfreeze", "what does waiting buy?"),
    ],
)
