"""The schedule under edit: from the link, the editors and the buttons, with its history."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from transfer_core import RunConfig, Schedule
from transfer_core.schedule_text import ScheduleError, from_text, to_text, with_layers
from transfer_core.wording import sentence_case
from transfer_ui.articles.your_schedule.starts import STARTS
from transfer_ui.charts.components.schedule import Edit, known_edit
from transfer_ui.controls import address, notice_box
from transfer_ui.controls.knobs import KNOB, values_of
from transfer_ui.controls.link import quoted

MAX_EPOCHS = KNOB["n_epochs"].options(values_of(RunConfig()))[-1]
MAX_HISTORY = 100


@dataclass
class Draft:
    """What a visitor has drawn so far.

    Attributes
    ----------
    versions : list of (str or None)
        The schedule after each edit, as text; ``None`` is the one that the page opens on, which follows the settings.
    at : int
        Which of them is current.
    heard : str
        The latest edit of the editor that was taken notice of.
    written : str or None
        What was last put into the link.
    acted : bool
        Whether something other than the link has changed it since the last run of the page.
    """

    versions: list[str | None] = field(default_factory=lambda: [None])
    at: int = 0
    heard: str = ""
    written: str | None = None
    acted: bool = False


def of_visit() -> Draft:
    """Get the draft of this visit."""
    draft: Draft = st.session_state.setdefault("schedule_draft", Draft())
    return draft


def current(config: RunConfig) -> Schedule:
    """Get the schedule for these settings; the latest change decides, in the editor or in the link."""
    draft, asked, edit = of_visit(), st.query_params.get("schedule"), known_edit()
    if edit and edit.sent != draft.heard:
        hear(edit, config)
    if asked != draft.written and not draft.acted:
        _follow(asked, config)
    elif draft.acted:
        address.write_place("trained", None)
    draft.acted = False
    schedule = _now(config)
    draft.written = None if draft.versions[draft.at] is None else to_text(schedule)
    address.write_place("schedule", draft.written)
    return schedule


def take(text: str | None) -> None:
    """Make a schedule the current one; what had been undone is forgotten."""
    draft = of_visit()
    draft.acted = True
    if text != draft.versions[draft.at]:
        draft.versions = [*draft.versions[: draft.at + 1], text][-MAX_HISTORY:]
        draft.at = len(draft.versions) - 1


def go(steps: int) -> None:
    """Undo (-1) or redo (1)."""
    if can_go(steps):
        of_visit().acted = True
        of_visit().at += steps


def can_go(steps: int) -> bool:
    """Whether there is anything to undo or redo."""
    draft = of_visit()
    return 0 <= draft.at + steps < len(draft.versions)


def hear(edit: Edit, config: RunConfig) -> None:
    """Take over what was done in the editor."""
    of_visit().heard = edit.sent
    try:
        take(to_text(from_text(edit.after, config.n_layers, max_epochs=MAX_EPOCHS)))
    except ScheduleError as error:
        notice_box.say(refusal(error, "in the editor"))


def train() -> None:
    """Have the current schedule trained: the link says so, and whoever opens it sees the result."""
    address.write_place("trained", "yes")


def is_to_be_trained() -> bool:
    """Whether the link asks for the result of the current schedule."""
    asked = st.query_params.get("trained")
    if asked not in (None, "yes"):
        notice_box.say(f"trained in the link must be yes, got {quoted(asked)}. It was left out.")
        address.write_place("trained", None)
    return asked == "yes"


def refusal(error: ScheduleError, where: str) -> str:
    """Say what is wrong with a schedule, and where it was typed."""
    return sentence_case(f"{error.part} {where} must {error.rule}, got {quoted(error.value)}.")


def _follow(asked: str | None, config: RunConfig) -> None:
    """Take over what the link says: a first visit, a link between pages, or the browser's Back."""
    draft = of_visit()
    text = None
    if asked is not None:
        try:
            text = to_text(from_text(asked.strip(), config.n_layers, max_epochs=MAX_EPOCHS))
        except ScheduleError as error:
            notice_box.say(f"{refusal(error, 'in the link')} Using “{STARTS[0].title}”.")
            address.write_place("trained", None)
    if draft.versions == [None]:
        draft.versions = [text]  # nothing was drawn before: there is nothing to undo
    else:
        take(text)


def _now(config: RunConfig) -> Schedule:
    draft = of_visit()
    text = draft.versions[draft.at]
    return STARTS[0].make(config) if text is None else with_layers(from_text(text), config.n_layers)
