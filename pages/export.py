"""The run on screen as code of a framework, or its schedule on somebody's own pictures: a script, a notebook, arrays."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("export")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("export")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_ui import sentences, verdicts
from transfer_ui.articles import export, own_export
from transfer_ui.articles.class_links import room
from transfer_ui.controls import yours
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.recipe import recipe_of
from transfer_ui.runs import ahead, baseline_scores, cached
from transfer_ui.shell import frame

room.draw(config)
place = st.container(key="answer_place_short")
veiled = room.is_veiled(config)
# What needs no run is there at once; the strategy is the leader's, unless the link names one.
which = st.container(key="export_strategy")
which.empty()  # an empty container would not keep its height
if yours.is_own(config.scenario):
    if veiled:
        room.wait(place)
    own_export.draw(config, place, which)
    frame.try_next(
        config,
        [
            ("unfreeze", {}, "When to unfreeze", "the schedule of this code, drawn"),
            ("compare", {}, "The curves", "the same run against all controls"),
        ],
    )
    room.tell(config)
    st.stop()
titles = {name: framework.title for name, framework in FRAMEWORKS.items()}
name = sidebar.choose_in_link("framework", titles, st.segmented_control, default="pytorch")
framework = FRAMEWORKS[name]
subject = sidebar.choose_in_link("subject", export.SUBJECTS, st.segmented_control)
below = st.container()
st.subheader(f"What {framework.title} does by default", anchor=False)
export.show_table(framework.habits, export.HABITS_COLUMNS)
st.subheader("Our terms and theirs", anchor=False)
export.show_table(framework.words, export.WORDS_COLUMNS)
if veiled:
    room.wait(place)

with place:
    outcome = cached.comparison(config, beside=[*baseline_scores.requests_of(config).values()])
    results = outcome.results
    if not results:
        frame.stop_without_results()
found = export.winner(results)
with which:
    strategy = export.choose_strategy(found)
result = results[strategy]
with below:
    if subject == "pictures":
        code = export.on_pictures(name, framework, result)
    else:
        recipe = outcome.once(f"recipe of {strategy}", lambda: recipe_of(result))
        code = export.on_digits(name, framework, result, recipe)
with place:
    if code.obstacle:
        said = f"No {framework.title} script for {sentences.TITLES[strategy].lower()} {code.where}."
    else:
        said = f"{export.whose_code(found, strategy, framework.title)} {code.about}"
    baselines = baseline_scores.measured(config)
    frame.answer(verdicts.answer(results, baselines), [*verdicts.behind_it(results, baselines, brief=True), said])
    frame.show_trouble(sentences.trouble(results))
with below:
    export.show(code, f"{name} {subject}")
    frame.show_origin(outcome.made)

frame.try_next(
    config,
    [
        ("unfreeze", {}, "When to unfreeze", "the schedule of this code, drawn"),
        ("compare", {}, "The curves", "the same run against all controls"),
    ],
)
# Only a link to this page keeps the strategy and the framework; other pages have no use for them.
momentum, title = (0.0, "No momentum") if config.momentum else (0.9, "Momentum 0.9")
kept = {"strategy": strategy, "framework": name, **({"subject": subject} if subject == "pictures" else {})}
frame.link("export", config.but(momentum=momentum), f"**{title}**: which lines of the code change?", **kept)
room.tell(config)
ahead.prepare(config)
