"""What became of the old task under a visitor's data: the same figures as on the page about forgetting."""

from __future__ import annotations

from functools import partial

import streamlit as st

from transfer_core.own_data.answering import Answer, Question
from transfer_ui import nouns
from transfer_ui.articles.forgetting import arms, tables, words
from transfer_ui.articles.forgetting.figures import Figures
from transfer_ui.articles.your_data.closer import look
from transfer_ui.articles.your_data.tables import offer
from transfer_ui.lost_images import Lost
from transfer_ui.runs.own import Brought
from transfer_ui.runs.own_steps import OldTask, old_task_steps


def draw(data: Brought, question: Question, answer: Answer, mode: str) -> None:
    """Draw what each arm pays of the old task, when, in which sense, and in which classes."""
    config = next(iter(answer.runs.values())).config
    said = st.container()
    drawn = Figures(config, mode, fixed=True)
    here, elsewhere = (make(config, drawn.strength).arms for make in (arms.at_the_settings, arms.elsewhere))
    steps = partial(old_task_steps, data.contents, question, data.source, here, elsewhere)
    known = (question, "old task")
    if known not in data.looks:
        drawn.draw_nothing()
    found = look(data, "old_task", known, steps, lambda so_far: drawn.draw(so_far.runs, so_far.elsewhere))
    if found is None:
        return
    old: OldTask = found.results
    said.markdown(nouns.said_here(f"**{words.traded(old.runs)}** {' '.join(words.behind_it(old.runs))}"))
    drawn.say(old.runs, found, partial(_shown, data, old) if old.lost else None)
    all_runs = drawn.say_trade(old.runs, old.elsewhere, found)
    table = found.once("table", lambda: tables.seeds_table(old.runs))
    tables.show(found.once("means", lambda: tables.means(table)))
    with st.container(horizontal=True):
        offer("New against old", lambda: all_runs, "trade")
        offer("Seed by seed", lambda: table, "old_task_per_seed")
        offer("Epochs and classes", lambda: tables.epochs_table(old.runs), "old_task_epochs")


def _shown(data: Brought, old: OldTask, arm: str) -> list[Lost]:
    """Get the images that an arm has lost, as they are drawn: more is darker."""
    return [one._replace(images=1 - one.images) if data.are_photos else one for one in old.lost[arm]]
