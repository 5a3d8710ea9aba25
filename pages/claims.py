"""A ledger of what is said about transfer learning, with what was measured here."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("claims")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.current_config()  # likewise: the settings need neither pandas nor Altair
sidebar.show_notices()

import streamlit as st

from transfer_core import SCENARIOS
from transfer_core.studies.not_testable import NOT_TESTABLE
from transfer_ui import downloads
from transfer_ui.articles import claim_row, claims, claims_again, saved_run
from transfer_ui.articles.badges import show_verdict
from transfer_ui.articles.class_links import room
from transfer_ui.charts import study as chart
from transfer_ui.definitions import helps
from transfer_ui.palette import theme
from transfer_ui.runs import studies
from transfer_ui.shell import frame

room.draw(config)
if room.is_veiled(config):
    answer_place = st.container()
    claims.show_unjudged()
    room.wait(answer_place)
mode = theme()


def show_how(entry: claims.Entry) -> None:
    """Show how a claim was measured: the chart first, then the figures and the rule."""
    study, claim = entry.study, entry.claim
    chart.show_study(study, entry.shipped.table, mode)
    st.markdown(entry.sentence, help=helps(entry.sentence))
    st.markdown(f"**{study.question}** {study.protocol}", help=helps(study.protocol, entry.sentence))
    st.markdown(claims.rule_words(claim))
    st.markdown(f"{claims.judged_words(entry.standing)}  \n*What {claim.source.words} would object*: {claim.objection}")
    if real := claims.real_words(entry):
        st.markdown(real, help=helps(real))
        at = str(entry.resolution)
        frame.link("real_network", config, "The real network: what was measured, and how", resolution=at)
    frame.show_origin(entry.shipped.made)
    with st.container(horizontal=True):
        origin = claims.origin(entry)
        downloads.offer("Table", entry.shipped.table.copy, origin, study.name)
        saved_run.offer_study(study, entry.shipped.summary, study.default_configs(), entry.shipped.made, origin)


def show_again(entry: claims.Entry, again: claims_again.Again) -> None:
    """Measure a claim again, and show what that gives."""
    study = entry.study
    configs = study.default_configs(again.scenario, n_seeds=again.n_seeds, seed=again.seed)
    measured = studies.measure(study, configs)
    if measured.stopped or measured.rows.empty:
        st.info(
            "Stopped before all cells finished, so there is no verdict. Finished cells are kept; Continue resumes from there."
        )
        return
    summary = claims.summary(study, measured.rows)
    finding = summary.findings[entry.claim_name]
    title = SCENARIOS[again.scenario].title if again.scenario else "the same scenarios"
    st.markdown(f"**Repeated on {title}, seeds {again.seed} to {again.seed + again.n_seeds - 1}: one block alone**")
    show_verdict(st.container(), finding.verdict)
    chart.show_study(study, summary.table, mode)
    st.markdown(finding.sentence)
    frame.show_origin(measured.made)
    with st.container(horizontal=True):
        origin = claims_again.origin_again(entry, again)
        downloads.offer("Table of the repetition", summary.table.copy, origin, study.name)
        saved_run.offer_study(study, summary, configs, measured.made, origin)


ledger = claims.ledger()
frame.answer(claims.tally(ledger), [claims.ABOUT, claims.HOW])
verdict = sidebar.choose_in_link("verdict", claims.filters(ledger), st.pills)
source = sidebar.choose_in_link("source", claims.SOURCES, st.pills)
names = {entry.name: entry for entry in ledger}
asked = claims.linked_claim(names)
entries = [
    entry
    for entry in ledger
    if verdict in ("all", claims.SLUGS.get(entry.verdict)) and claims.from_source(entry, source)
]
groups = list(claims.by_question(entries))
if asked and claims.came_by_link(asked):
    # A link to one claim shows it at once, at the top of the list, whatever the filter.
    groups = [("The claim of the link", [names[asked]])] + [
        (question, [entry for entry in here if entry.name != asked]) for question, here in groups
    ]

st.html(claim_row.STYLE)
st.caption(claim_row.LEGEND, help=helps(claim_row.LEGEND, claims.tally(ledger)))
if not groups:
    st.info("No claim from this source has this verdict.")
is_filtered = (verdict, source) != ("all", "all")
for place, (question, here) in enumerate(groups):
    if not here:
        continue
    # The first question's claims are there to see; with all of them, the page would be as long as ten screens.
    group = st.expander(
        f"**{question}**\u2003{claims.signs(here)}", expanded=is_filtered or place == 0, key=f"group_{question}"
    )
    for entry in here:
        with group.container(border=True, key=f"claim_{entry.name}", gap="xxsmall"):
            opened = asked == entry.name
            claim_row.show(entry, mode)
            sidebar.button(
                "Close" if opened else "See how",
                claims.open_claim,
                None if opened else entry.name,
                key=f"open_{entry.name}",
                help=f"{'Close' if opened else 'See how it was measured'}: {entry.claim.text}",
                type="tertiary",
                icon=":material/expand_less:" if opened else ":material/expand_more:",
            )
            if opened:
                show_how(entry)
                again = claims_again.choose_again(entry)
                if again:
                    show_again(entry, again)
with st.expander(f"What the lesson says and no study here can test: {len(NOT_TESTABLE)} sentences"):
    untold = "\n".join(f"- **{one.text}** {one.reason}" for one in NOT_TESTABLE)
    st.markdown(untold, help=helps(untold))

frame.try_next(
    config,
    [
        ("decide", {}, "How much data until fine-tuning pays", "guess first, then look"),
        ("compare", {}, "All strategies, with your settings", "the run behind many of the claims"),
        ("learn", {}, "The ideas", "what the words mean, and where they come from"),
    ],
)
room.tell(config)
