"""What is lost of the source task, when, in which sense, and what it buys on the target."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("forgetting")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("forgetting")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_ui import downloads, nouns, sentences
from transfer_ui.articles.class_links import room
from transfer_ui.articles.forgetting import arms, figures, tables, words
from transfer_ui.charts import by_epoch
from transfer_ui.controls import address
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs import ahead, cached
from transfer_ui.sentences import Results
from transfer_ui.shell import frame, visit

room.draw(config)
veiled = room.is_veiled(config)
if config.has_old_task:
    place = st.container(key="answer_place_short")
    drawn = figures.Figures(config, theme())
    asked, others = (make(config, drawn.strength) for make in (arms.at_the_settings, arms.elsewhere))
    if veiled or (visit.page_is_new() and not cached.are_known(asked)):
        drawn.draw_nothing()
    if veiled:
        room.wait(place)
    with place:
        answer = frame.Answer()
    known: Results = {}
    if cached.is_known(config) and not cached.are_known(
        asked
    ):  # the answer is there at once, from what Compare trained
        known = words.of_pretrained(cached.comparison(config).results)
        answer.say(words.traded(known), words.behind_it(known))
        drawn.draw_trade(known)
    found = cached.arms(asked, lambda so_far: drawn.draw(so_far, known), [cached.arms_of(others)])
    results = found.results
    if not words.can_tell(results):
        frame.stop_without_results()
    answer.say(words.traded(results), words.behind_it(results))
    drawn.say(results, found, None if nouns.are_rows(config.pair) else lambda name: figures.lost_of(results[name]))
    table = found.once("table", lambda: tables.seeds_table(results))
    tables.show(found.once("means", lambda: tables.means(table)))
    ends = cached.arms(others, lambda so_far: drawn.draw_trade(results | so_far))
    all_runs = drawn.say_trade(results, ends.results, ends)
    with place:
        frame.show_trouble(sentences.trouble(words.of_strategies(results)))
    frame.show_origin(found.made)
    with st.container(horizontal=True):
        origin = Origin("forgetting", [config], address.place())
        downloads.offer("New against old", lambda: all_runs, origin, "trade")
        downloads.offer("Seed by seed", lambda: table, origin, "per_seed")
        downloads.offer("Epochs and classes", lambda: tables.epochs_table(results), origin, "epochs")
    ideas: list[words.Idea] = [
        ("forgetting", {"backbone_learning_rate": 0.5}, "Ten times the end-to-end rate", "which classes survive?"),
        ("forgetting", {"unfreeze_epoch": 0}, "Never freeze", "what does the old task pay for a random head?"),
        ("unfreeze", {}, "When to unfreeze", "sweep the unfreeze epoch with these settings"),
        ("claims", {}, "Is the advice true?", "what a study over many rates found about L2-SP and unfreezing"),
    ]
else:
    frame.answer(words.NO_OLD_TASK, [words.WHERE_THERE_IS_NONE])
    if veiled:
        room.wait(st.container())
    chart = by_epoch.Charts(theme(), ["target"])
    outcome = cached.comparison(config, lambda so_far: chart.draw(figures.new_task_alone(so_far), complete=False))
    if not outcome.results:
        frame.stop_without_results()
    chart.draw(figures.new_task_alone(outcome.results))
    frame.show_origin(outcome.made)
    ideas = [words.something_to_forget(config), ("compare", {}, "The curves", "the same run against all controls")]

frame.try_next(config, ideas)
room.tell(config)
ahead.prepare(config)
