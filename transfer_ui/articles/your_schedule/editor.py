"""The two editors of a schedule, which do the same: the timeline and the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunConfig, Schedule
from transfer_core.schedule_text import (
    BETWEEN_LAYERS,
    BETWEEN_PHASES,
    FROZEN,
    ScheduleError,
    from_text,
    rates_of,
    to_text,
)
from transfer_core.wording import sentence_case
from transfer_ui.articles.your_schedule import draft
from transfer_ui.articles.your_schedule.starts import STARTS
from transfer_ui.charts.components import schedule as timeline
from transfer_ui.charts.timeline import layer_names
from transfer_ui.controls import sidebar
from transfer_ui.controls.knobs import RATES
from transfer_ui.palette import theme

EPOCHS = "Epochs"


def draw_buttons(config: RunConfig) -> None:
    """Draw what starts over, undoes and redoes."""
    with st.container(horizontal=True, key="presets", gap="small", vertical_alignment="center"):
        st.caption("Start from:", width="content")
        for start in STARTS:
            schedule = start.make(config)
            sidebar.button(
                start.title,
                draft.take,
                None if start is STARTS[0] else to_text(schedule),
                key=f"start_{start.title}",
                help=start.comment,
                type="tertiary",
            )
        for title, steps in (("Undo", -1), ("Redo", 1)):
            sidebar.button(title, draft.go, steps, key=title.lower(), type="tertiary", disabled=not draft.can_go(steps))


def draw_timeline(schedule: Schedule, config: RunConfig) -> None:
    """Draw the timeline; what is done in it is in the schedule of the next run of the page."""
    mine = draft.of_visit()
    edit, step = timeline.show(
        schedule,
        heard=mine.heard,
        budget=config.n_epochs,
        max_epochs=draft.MAX_EPOCHS,
        rates=[f"{rate:g}" for rate in RATES],
        mode=theme(),
    )
    if step in ("undo", "redo") and draft.can_go(-1 if step == "undo" else 1):
        draft.go(-1 if step == "undo" else 1)
        st.rerun()
    if edit and edit.sent != mine.heard:
        # A session that has just begun: the browser may hold an edit of this very schedule, or one of long ago.
        if edit.before == to_text(schedule):
            draft.hear(edit, config)
            st.rerun()
        mine.heard = edit.sent


def draw_table(schedule: Schedule) -> None:
    """Draw the table, once it is opened; a first view has no need of it."""
    place = st.expander("The schedule as a table", icon=":material/table:", key="schedule_as_table", on_change="rerun")
    if place.open:
        with place:
            _draw_table(schedule)


def _draw_table(schedule: Schedule) -> None:
    """Draw the table; while only it is edited it stays the same widget, or every edit would lose the place in it."""
    text = to_text(schedule)
    base, shown, version = st.session_state.get("schedule_table", (text, text, 0))
    if shown != text:
        base, shown, version = text, text, version + 1
    st.session_state.schedule_table = (base, shown, version)
    names = layer_names(len(schedule[0].frozen))
    number = st.column_config.NumberColumn
    rate_help = "Learning rate; empty is frozen."
    edited = st.data_editor(
        _table(from_text(base), names),
        key=f"schedule_table_{version}",
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            EPOCHS: number(min_value=1, max_value=draft.MAX_EPOCHS, step=1, required=True),
            **{name: number(sentence_case(name), min_value=0.0, format="%g", help=rate_help) for name in names},
        },
    )
    try:
        asked = to_text(from_text(_text(edited, names), len(names), max_epochs=draft.MAX_EPOCHS))
    except ScheduleError as error:
        st.error(draft.refusal(error, "in the table"), icon=":material/warning:")
        return
    if asked != shown:
        st.session_state.schedule_table = (base, asked, version)
        draft.take(asked)
        st.rerun()


def _table(schedule: Schedule, names: list[str]) -> pd.DataFrame:
    """One row per phase: its epochs and the rate of each layer, empty where frozen."""
    rows = [[phase.n_epochs, *rates_of(phase)] for phase in schedule]
    return pd.DataFrame(rows, columns=[EPOCHS, *names]).astype({EPOCHS: "Int64"} | dict.fromkeys(names, float))


def _text(table: pd.DataFrame, names: list[str]) -> str:
    """Write what stands in the table; `from_text` says what is wrong with it."""
    return BETWEEN_PHASES.join(
        BETWEEN_LAYERS.join(
            ["" if pd.isna(row[EPOCHS]) else f"{row[EPOCHS]:g}", *(_entry(row[name]) for name in names)]
        )
        for row in table.to_dict("records")
    )


def _entry(rate: Any) -> str:
    if pd.isna(rate):
        return FROZEN
    return np.format_float_positional(rate, trim="-") if rate > 0 else "0"
