"""What the pages share: the answer, the presets, the links to follow next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core import RunConfig
from transfer_core.config import ConfigError
from transfer_ui import nouns
from transfer_ui.controls import address, class_mode, yours
from transfer_ui.controls.link import to_query
from transfer_ui.controls.presets import Preset
from transfer_ui.controls.sidebar import button, choose
from transfer_ui.definitions import helps


class Answer:
    """The answer of a page, the first thing a reader sees; what is behind it, one click away.

    What is said later takes the place of what was said before, even by the run of the page before: an empty place
    would take that off the screen until something is said.
    """

    def __init__(self) -> None:
        self._box = st.container(border=True, key="answer", gap="xsmall")
        # Each of these is where to write next: first into the box, then over what was written there.
        self._headline = self._box.empty() if st.session_state.get("page_is_new") else self._box
        self._note = self._box
        self._behind: DeltaGenerator | None = None
        self._said = ""
        self._lines: list[str] = []

    def say(self, sentence: str, further: Sequence[str] = (), note: str = "") -> None:
        """Say it in one line, with a note for whoever wants to know what it is about; and how it is known."""
        sentence = nouns.said_here(sentence)
        self._headline = self._headline.markdown(f"#### {sentence}", unsafe_allow_html=False, help=helps(sentence))
        self._said, self._lines = sentence, []
        if note:
            self.remark(note)
        elif self._note is self._box:
            self._note = self._box.empty()  # so that what is behind the answer keeps its place
        if further:
            self._tell(further)

    def remark(self, note: str) -> None:
        """Say something in the line below the headline, in place of what stood there."""
        note = nouns.said_here(note)
        self._note = self._note.caption(note, help=helps(note, known=self._said))
        self._said = f"{self._said} {note}"

    def add(self, line: str) -> None:
        """Say one more thing behind the answer."""
        self._tell([line])

    def _tell(self, lines: Sequence[str]) -> None:
        """Say more behind the answer, all at once: whoever has opened it sees it grow, not shrink and grow again."""
        self._lines += lines
        words = nouns.said_here("\n\n".join(self._lines))
        behind = self._behind or self._box.expander("How do we know?")
        self._behind = behind.markdown(words, unsafe_allow_html=False, help=helps(words, known=self._said))


def answer(sentence: str, further: Sequence[str] = (), note: str = "") -> Answer:
    """Draw the answer of a page."""
    drawn = Answer()
    drawn.say(sentence, further, note)
    return drawn


def show_origin(made: Mapping[str, str] | None) -> None:
    """Say when and with what results were computed, or that it was here: either takes as many lines."""
    if made:
        st.caption(
            f"Stored results from {made['date']}; other settings are computed here.",
            help=f"{made['versions']}; {made['machine']}. Made by `{made['command']}`.",
        )
    elif yours.scenario_is_chosen():
        st.caption("Computed for you alone, in a process of your own; nothing of it is stored.")
    else:
        st.caption("Computed here for these settings; results for the default settings are stored.")


def stop_without_results() -> NoReturn:
    """End a page whose run the visitor stopped before there was anything to show."""
    st.info("The run was stopped before there was anything to compare.")
    st.stop()


def show_presets(presets: Sequence[Preset], config: RunConfig) -> None:
    """Draw one button per preset that a link for a class allows, and the comment of the active one."""
    presets = [preset for preset in presets if class_mode.allows(preset.config, config)]
    if not presets or yours.is_own(config.scenario):  # they are settings of the lab's own scenarios
        return
    with st.container(horizontal=True, key="presets", gap="small", vertical_alignment="center"):
        st.caption("Settings worth seeing:", width="content")
        for preset in presets:
            button(
                preset.title,
                choose,
                preset.config,
                key=f"preset_{preset.title}",
                icon=preset.icon,
                help=preset.comment,
                type="tertiary",
            )
    for preset in presets:
        if preset.config == config:
            st.info(f"**{preset.title}.** {preset.comment}", icon=preset.icon)


def show_trouble(found: Sequence[str]) -> None:
    """Say what went wrong in a run, all in one box: the figure below stays in sight."""
    if found:
        st.error(nouns.said_here("\n\n".join(found)), icon=":material/warning:")


def try_next(config: RunConfig, ideas: Sequence[tuple[str, dict[str, Any], str, str]], **place: str) -> None:
    """Draw links that change one thing and say what to watch.

    Parameters
    ----------
    config : RunConfig
    ideas : sequence of (page file, changed fields, title, what to watch)
    **place : str
        What else the links keep, such as the framework of the export page.
    """
    st.subheader("What to try next", anchor=False)
    with st.container(horizontal=True, key="links"):
        for file, changes, title, watch in ideas:
            changed = _changed(config, changes)
            if changed is not None and class_mode.allows(changed, config):
                link(file, changed, nouns.said(changed.pair, f"**{title}**: {watch}"), **place)


def _changed(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig | None:
    """Change some fields; ``None`` where a visitor's own data are too few for it."""
    try:
        return config.but(**changes)
    except ConfigError:
        return None


def link(file: str, config: RunConfig, label: str, *, icon: str = ":material/arrow_forward:", **place: str) -> None:
    """Draw a link to a page with these settings, at the place where the visitor left it or at a named place.

    What a link for a class fixes stays as it is.
    """
    config = class_mode.held(config, st.session_state.get("config", config))
    st.page_link(
        st.session_state.pages[file],
        label=label,
        icon=icon,
        query_params=to_query(config) | address.of_class() | address.place_on(file) | place,
    )
