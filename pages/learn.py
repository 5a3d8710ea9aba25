"""The guided lesson, step by step; and behind it the reference: theory, mathematics, claims, glossary, further reading."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("learn")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.current_config()  # likewise: the settings need neither pandas nor Altair
sidebar.show_notices()

import streamlit as st

from transfer_ui.articles.class_links import room
from transfer_ui.articles.learn import lesson, reference, theory
from transfer_ui.articles.learn.sections import choose_section
from transfer_ui.controls import yours

room.draw(config)

section = reference.section_in_link()
if section != theory.LESSON:
    section = choose_section(theory.SECTIONS)
    if section == theory.LESSON:
        st.rerun()  # without the list of sections, which is that of the reference
    if section in reference.WITH_RESULTS and room.is_veiled(config):
        room.wait(st.container())
    reference.show(section, yours.of_the_lab(config))
else:
    lesson.show(config)
room.tell(config)
