"""A ledger of what is said about transfer learning, with what was measured here."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("claims")  # before the imports that take a while, so that the title is there at once

import streamlit as st

from transfer_core import SCENARIOS
from transfer_ui.articles import claims
from transfer_ui.charts import study as chart
from transfer_ui.controls import sidebar
from transfer_ui.palette import theme
from transfer_ui.runs import cached
from transfer_ui.shell import frame

config = sidebar.current_config()
sidebar.show_notices()

ledger = claims.ledger()
frame.answer(claims.tally(ledger), [claims.ABOUT])
verdict = sidebar.choose_in_link("verdict", claims.filters(ledger), st.pills)
names = {entry.name: entry for entry in ledger}
asked = st.query_params.get("claim")
if asked is not None and asked not in names:
    st.warning(claims.unknown(asked, names), icon=":material/info:")
    del st.query_params["claim"]
    asked = None
entries = [entry for entry in ledger if verdict in ("all", claims.SLUGS[entry.verdict])]
if asked and claims.came_by_link(asked):
    # A link to one claim shows it at once, whatever the list is cut to, and not far down the page.
    entries = [names[asked], *(entry for entry in entries if entry.name != asked)]

rows = st.container(gap="xsmall")
for entry in entries:
    with rows.container(border=True, key=f"claim_{entry.name}"):
        said, found, verdict_column = st.columns([5, 7, 3], gap="medium", vertical_alignment="center")
        said.markdown(f"**{entry.claim.text}**  \n{claims.cited(entry.claim.source)}")
        opened = asked == entry.name
        found.markdown("" if opened else entry.short)
        verdict_column.badge(claims.SLUGS[entry.verdict], **claims.BADGES[entry.verdict])
        verdict_column.button(
            "Close" if opened else "See how",
            key=f"open_{entry.name}",
            on_click=claims.open_claim,
            args=(None if opened else entry.name,),
            help=f"{'Close' if opened else 'See how it was measured'}: {entry.claim.text}",
            type="tertiary",
            icon=":material/expand_less:" if opened else ":material/expand_more:",
        )
        if not opened:
            continue
        study = entry.study
        st.markdown(entry.sentence)
        st.markdown(f"**{study.question}** {study.protocol}")
        st.markdown(
            f"*Confirmed* if {entry.claim.confirmed_if}.  \n*Refuted* if {entry.claim.refuted_if}.  \nOtherwise inconclusive."
        )
        if entry.shipped:
            chart.show_study(study, entry.shipped.summary.table, theme())
            frame.show_origin(entry.shipped.made)
        again = claims.choose_again(entry)
        if again:
            configs = study.default_configs(again.scenario, n_seeds=again.n_seeds, seed=again.seed)
            measured = cached.study(study, configs)
            if measured.stopped or measured.rows.empty:
                st.info(
                    "Stopped before all cells were done: no verdict. What is done is kept; Continue goes on from there."
                )
            else:
                summary = claims.summary(study, measured.rows)
                finding = summary.findings[entry.claim_name]
                title = SCENARIOS[again.scenario].title if again.scenario else "the same scenarios"
                st.markdown(f"**Again, on {title}, seeds {again.seed} to {again.seed + again.n_seeds - 1}**")
                st.badge(claims.SLUGS[finding.verdict], **claims.BADGES[finding.verdict])
                st.markdown(finding.sentence)
                chart.show_study(study, summary.table, theme())
                frame.show_origin(measured.made)

frame.try_next(
    config,
    [
        ("decide", {}, "How much data until fine-tuning pays", "guess first, then look"),
        ("compare", {}, "All strategies, with your settings", "the run behind many a claim"),
        ("learn", {}, "The ideas", "what the words mean, and where they come from"),
    ],
)
