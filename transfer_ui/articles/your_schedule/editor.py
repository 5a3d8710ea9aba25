"""The two editors of a schedule, which do the same: the timeline and the table."""

from __future__ import annotations

import re
from functools import partial

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
from transfer_core.schedules import Phase
from transfer_core.wording import sentence_case
from transfer_ui.articles.your_schedule import draft
from transfer_ui.articles.your_schedule.starts import STARTS
from transfer_ui.charts.components import schedule as timeline
from transfer_ui.charts.timeline import layer_names
from transfer_ui.controls import sidebar
from transfer_ui.controls.knobs import RATES
from transfer_ui.palette import theme

EPOCHS, FROZEN_HERE = "Epochs", "frozen"
_NUMBER = re.compile(r"\+?([0-9]{1,6}\.?[0-9]{0,30}|\.[0-9]{1,30})(e[+-]?[0-9]{1,2})?", re.IGNORECASE | re.ASCII)
RATE_HELP = "Learning rate of this layer. Delete it, or type “frozen”, to freeze the layer."


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
    rows = [_row(phase) for phase in from_text(base)]
    columns = (EPOCHS, *names)
    # Columns of text: one of numbers drops an entry that is none without a word, and makes 1 of -1.
    column = partial(st.column_config.TextColumn, alignment="right", width="small")
    edited = st.data_editor(
        pd.DataFrame(rows, columns=columns, dtype="string"),
        key=f"schedule_table_{version}",
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        placeholder="",
        alt="The schedule: a row for each phase, with its epochs and the rate of each layer",
        column_config={
            name: column(sentence_case(name), help=RATE_HELP if name in names else None, default=last)
            for name, last in zip(columns, rows[-1], strict=True)  # a new phase is like the last one
        },
    )
    try:
        asked = to_text(from_text(as_text(edited), len(names), max_epochs=draft.MAX_EPOCHS))
    except ScheduleError as error:
        st.error(draft.refusal(error, "in the table"), icon=":material/warning:")
        return
    if asked != shown:
        st.session_state.schedule_table = (base, asked, version)
        draft.take(asked)
        st.rerun()


def _row(phase: Phase) -> list[str]:
    """Write the epochs of a phase, and the rate of each layer or that it is frozen."""
    rates = [FROZEN_HERE if rate is None else np.format_float_positional(rate, trim="-") for rate in rates_of(phase)]
    return [str(phase.n_epochs), *rates]


def as_text(table: pd.DataFrame) -> str:
    """Write what stands in the table; `from_text` says what is wrong with it."""
    if table.empty:
        raise ScheduleError("schedule", "have a phase", "none")
    rows = table.astype("string").fillna("").to_numpy()
    return BETWEEN_PHASES.join(
        BETWEEN_LAYERS.join([_apart(epochs), *map(_entry, rates)]) for epochs, *rates in rows.tolist()
    )


def _entry(typed: str) -> str:
    if typed.strip().casefold() in ("", FROZEN, FROZEN_HERE):
        return FROZEN
    rate = float(typed) if _NUMBER.fullmatch(typed.strip()) else 0.0
    return np.format_float_positional(rate, trim="-") if 0 < rate < np.inf else _apart(typed)


def _apart(typed: str) -> str:
    """Keep an entry one entry: with a minus that joins no layers, and no underscore."""
    return typed.strip().replace(BETWEEN_LAYERS, "\N{MINUS SIGN}").replace(BETWEEN_PHASES, " ")
