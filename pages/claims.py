"""A ledger of what is said about transfer learning, with what was measured here."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("claims")  # before the imports that take a while, so that the title is there at once

import streamlit as st

from transfer_core import SCENARIOS
from transfer_ui import downloads
from transfer_ui.articles import claims
from transfer_ui.articles.badges import show_verdict
from transfer_ui.charts import study as chart
from transfer_ui.controls import sidebar
from transfer_ui.definitions import helps
from transfer_ui.palette import theme
from transfer_ui.runs import cached
from transfer_ui.shell import frame

config = sidebar.current_config()
sidebar.show_notices()

ledger = claims.ledger()
frame.answer(claims.tally(ledger), [claims.ABOUT])
verdict = sidebar.choose_in_link("verdict", claims.filters(ledger), st.pills)
names = {entry.name: entry for entry in ledger}
asked = claims.linked_claim(names)
entries = [entry for entry in ledger if verdict in ("all", claims.SLUGS[entry.verdict])]
if asked and claims.came_by_link(asked):
    # A link to one claim shows it at once, at the top of the list, whatever the filter.
    entries = [names[asked], *(entry for entry in entries if entry.name != asked)]

rows = st.container(gap="xsmall")
explained = claims.ABOUT  # the answer has help marks for its words
for entry in entries:
    with rows.container(border=True, key=f"claim_{entry.name}"):
        columns = st.columns([5, 8], gap="medium", vertical_alignment="center")
        said, found = (column.container(gap="xxsmall") for column in columns)
        show_verdict(said, entry.verdict)
        said.markdown(f"**{entry.claim.text}**  \n{entry.claim.source.citation}")
        opened = asked == entry.name
        short = "" if opened else entry.short
        if short:
            found.markdown(short, help=helps(short, explained))
            explained += short
        with found:
            sidebar.button(
                "Close" if opened else "See how",
                claims.open_claim,
                None if opened else entry.name,
                key=f"open_{entry.name}",
                help=f"{'Close' if opened else 'See how it was measured'}: {entry.claim.text}",
                type="tertiary",
                icon=":material/expand_less:" if opened else ":material/expand_more:",
            )
        if not opened:
            continue
        study = entry.study
        st.markdown(entry.sentence, help=helps(entry.sentence, explained))
        explained += entry.sentence
        st.markdown(f"**{study.question}** {study.protocol}", help=helps(study.protocol, explained))
        explained += study.protocol
        st.markdown(claims.rule_words(entry.claim))
        if entry.shipped:
            chart.show_study(study, entry.shipped.summary.table, theme())
            frame.show_origin(entry.shipped.made)
            downloads.offer("Table", entry.shipped.summary.table.copy, claims.origin(entry), study.name)
        again = claims.choose_again(entry)
        if again:
            configs = study.default_configs(again.scenario, n_seeds=again.n_seeds, seed=again.seed)
            measured = cached.study(study, configs)
            if measured.stopped or measured.rows.empty:
                st.info(
                    "Stopped before all cells finished, so there is no verdict. Finished cells are kept; Continue "
                    "resumes from there."
                )
            else:
                summary = claims.summary(study, measured.rows)
                finding = summary.findings[entry.claim_name]
                title = SCENARIOS[again.scenario].title if again.scenario else "the same scenarios"
                st.markdown(f"**Repeated on {title}, seeds {again.seed} to {again.seed + again.n_seeds - 1}**")
                show_verdict(st.container(), finding.verdict)
                st.markdown(finding.sentence)
                chart.show_study(study, summary.table, theme())
                frame.show_origin(measured.made)
                downloads.offer(
                    "Table of the repetition",
                    summary.table.copy,
                    claims.origin(entry, again),
                    study.name,
                )

frame.try_next(
    config,
    [
        ("decide", {}, "How much data until fine-tuning pays", "guess first, then look"),
        ("compare", {}, "All strategies, with your settings", "the run behind many of the claims"),
        ("learn", {}, "The ideas", "what the words mean, and where they come from"),
    ],
)
