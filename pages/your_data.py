"""Data of the visitor's own: brought, looked through, measured, and answered with a recommendation."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("your_data")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.current_config()
sidebar.show_notices()

import streamlit as st

from transfer_core.own_data.limits import LIMITS
from transfer_ui.articles.your_data import bringing, choosing, conversation, words
from transfer_ui.articles.your_data.figures import Figures, names_of
from transfer_ui.palette import theme
from transfer_ui.runs import own
from transfer_ui.shell import frame

own.keep_uploads_off_the_disk(LIMITS.file_bytes)
place = st.container(key="answer_place_short")
bringing.follow_link()
data = own.brought()
if data is None:
    with place:
        frame.answer(words.NOTHING_YET, note=words.ABOUT_NOTHING)
    bringing.draw()
    Figures(names_of("embeddings"), theme()).draw_lines(None, balanced=False)
else:
    question = choosing.draw(data)
    conversation.hold(data, question, place, theme())

frame.try_next(
    config,
    [
        ("compare", {}, "The lab's own data", "the same question on digits, with every setting to move"),
        ("decide", {}, "How much data", "from how many images fine-tuning pays"),
        ("export", {}, "Take the code", "freezing and fine-tuning in your framework"),
    ],
)
