"""Data of the visitor's own: brought, looked through, measured, and answered with a recommendation."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("your_data")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.current_config()
sidebar.show_notices()

import streamlit as st

from transfer_core.own_data.limits import LIMITS
from transfer_ui.articles.class_links import room
from transfer_ui.articles.your_data import bringing, conversation, leading_on
from transfer_ui.palette import theme
from transfer_ui.runs import own

room.draw(config)
if room.is_veiled(config):
    answer_place = st.container()
    bringing.say_what_fits()
    room.wait(answer_place)
own.keep_uploads_off_the_disk(2 * LIMITS.file_bytes)  # the server itself refuses files a little later
bringing.follow_link()
conversation.hold(theme())  # a name of this module would keep what was brought until somebody opens the next page

leading_on.draw(config)
room.tell(config)
