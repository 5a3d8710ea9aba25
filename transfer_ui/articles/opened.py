"""A record opened on a page: shown as it was saved, computed again on request. What is in the file is never interpreted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunConfig
from transfer_core.own_data.limits import Refused
from transfer_core.schedules import n_epochs
from transfer_core.studies.study import Study
from transfer_takeaway import files, own_data
from transfer_takeaway.agreement import Agreement, agreement
from transfer_takeaway.checks import RecordError
from transfer_takeaway.comparison import Asked, asked_of
from transfer_takeaway.record import Record, Row
from transfer_takeaway.study import asked_of_study, of_study
from transfer_ui.controls import sidebar
from transfer_ui.controls.link import from_query, to_query
from transfer_ui.runs import baseline_scores, cached, own_waiting, studies
from transfer_ui.saved import record_of
from transfer_ui.sentences import accuracy_words
from transfer_ui.shell import frame, plain

MOST_EPOCHS, MOST_SEEDS, MOST_ARMS = 200, 20, 8
"""What a page computes again; beyond it, the command line does."""
OLD_TASK, WORK = "Old task after, %", "Multiply-adds, M"
AGAIN = "own_data_again"
Compute = Callable[[], tuple[Record, Agreement] | None]
LOOKS = {"same": st.success, "agrees": st.success, "differs": st.warning}


def show(data: bytes) -> None:
    """Show a record as it was saved, and offer to compute it again; what is no record gets one sentence."""
    try:
        record = files.read(data)
    except RecordError as error:
        st.error(str(error), icon=":material/warning:")
        return
    st.caption("The answer, as it was saved:")
    st.text(record.answer)
    st.text(f"{record.title}, results from {record.made.get('date', 'an unknown day')}")
    _recompute(record, sha256(data).hexdigest())
    _show(record)


def _show(record: Record) -> None:
    """Show what was found and with what; texts as plain text, whatever they hold."""
    if record.rows:
        st.dataframe(
            pd.DataFrame(map(_shown, record.ranked)).dropna(axis="columns", how="all"),
            hide_index=True,
            width="stretch",
            placeholder="–",
            column_config={name: st.column_config.NumberColumn(format="%.1f") for name in (OLD_TASK, WORK)},
        )
    for title, table in record.tables.items():
        st.text(title)
        st.dataframe(pd.DataFrame(table.rows, columns=list(table.columns)), hide_index=True, width="stretch")
    if record.evidence:
        st.text("\n".join(record.evidence))
    facts = [*record.settings, *record.data, *record.made.items()]
    st.dataframe(
        pd.DataFrame(facts, columns=["Setting", "Value"]), hide_index=True, width="stretch", key="record_facts"
    )


def _shown(row: Row) -> dict[str, Any]:
    after, work = (row.numbers.get(name, np.nan) for name in ("old_task_after", "multiply_adds"))
    return {
        "Strategy": row.title,
        "Test accuracy": accuracy_words(row.scores),
        OLD_TASK: 100 * after,
        WORK: work / 1e6,
    }


def _recompute(record: Record, mark: str) -> None:
    """Draw the button, and what comes of it; the same file keeps its result."""
    try:
        compute, config = _computation(record)
    except RecordError as error:
        st.caption(str(error))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Recompute", key="recompute", icon=":material/replay:")
        if config is not None:
            frame.link("compare", config, "Show these settings")
    if pressed:
        st.session_state.recomputed = mark
    if st.session_state.get("recomputed") != mark:
        return
    found = compute()
    if found is None:
        st.info("Stopped before the end, so there is nothing to compare with.")
        return
    fresh, said = found
    LOOKS[said.level](said.sentence)
    if fresh.answer != record.answer:
        st.text(f"The answer is now: {fresh.answer}")


def _computation(record: Record) -> tuple[Compute, RunConfig | None]:
    """Find what computes a record again, within what a page computes at all."""
    if record.kind == "study":
        study, configs = asked_of_study(record)
        first = configs[0]
        for scenario in (None, first.scenario):
            if first.n_seeds <= MOST_SEEDS and configs == _defaults(study, scenario, first):
                return lambda: _study_again(record, study, configs), None
        raise RecordError("The settings of this study are beyond those of the page: recompute it on the command line.")
    if record.kind == own_data.KIND:
        own_data.scenario_of(record)
        return lambda: _own_data_again(record), None
    if record.kind != "comparison":
        raise RecordError("A measurement of pictures can be shown but not recomputed here.")
    asked = asked_of(record)
    too_long = any(n_epochs(arm.schedule) > MOST_EPOCHS for arm in asked.arms.values())
    if asked.scenario or too_long or len(asked.arms) > MOST_ARMS or not _is_within_reach(asked.config):
        raise RecordError("These settings are beyond those of the controls: recompute the record on the command line.")
    return lambda: _comparison_again(record, asked), asked.config


def _is_within_reach(config: RunConfig) -> bool:
    """Whether the controls could make these settings."""
    found, notices = from_query(to_query(config))
    return found == config and not notices


def _defaults(study: Study, scenario: str | None, config: RunConfig) -> list[RunConfig]:
    try:
        return study.default_configs(scenario, n_seeds=config.n_seeds, seed=config.seed)
    except ValueError:
        return []


def _comparison_again(record: Record, asked: Asked) -> tuple[Record, Agreement] | None:
    found = cached.computed_again(asked.config, asked.arms)
    if found.stopped:
        return None
    baselines = baseline_scores.measured_again(asked.config, asked.baselines)
    fresh = record_of(found.results, baselines)
    return fresh, agreement(record, fresh)


def _own_data_again(record: Record) -> tuple[Record, Agreement] | None:
    """Compute apart, as for data that were brought; the answer is kept for this visit."""
    mark, answer = st.session_state.get(AGAIN, ("", None))
    if mark != st.session_state.recomputed:
        stop = sidebar.before_redraw("stop_own", lambda: st.session_state.pop("recomputed", None))
        try:
            answer = own_waiting.compute("again", partial(own_data.again_steps, record), stop)
        except Refused as refused:
            plain.refuse(str(refused), "again")
            return None
        st.session_state[AGAIN] = st.session_state.recomputed, answer
    fresh = own_data.of_answer(answer)
    return fresh, agreement(record, fresh)


def _study_again(record: Record, study: Study, configs: list[RunConfig]) -> tuple[Record, Agreement] | None:
    measured = studies.measure(study, configs)
    if measured.stopped or measured.rows.empty:
        return None
    fresh = of_study(study, study.summarise(measured.rows), configs)
    return fresh, agreement(record, fresh)
