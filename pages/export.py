"""The run on screen as code of a framework: a script, the arrays it starts from, a notebook."""

from __future__ import annotations

from transfer_ui.shell.map import open_page

open_page("export")  # before the imports that take a while, so that the title is there at once

from transfer_ui.controls import sidebar

config = sidebar.draw("export")  # likewise: the controls need neither pandas nor Altair

import streamlit as st

from transfer_ui import sentences, verdicts
from transfer_ui.articles import export
from transfer_ui.articles.class_links import room
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.notebook import to_notebook
from transfer_ui.export.recipe import recipe_of, to_npz
from transfer_ui.runs import ahead, cached
from transfer_ui.shell import frame

room.draw(config)
if room.is_veiled(config):
    room.wait(st.container())
outcome = cached.comparison(config, beside=[*cached.baselines_of(config).values()])
results = outcome.results
if not results:
    frame.stop_without_results()

# The answer names what is chosen below it.
place = st.container(key="answer_place_short")
for sentence in sentences.trouble(results):
    st.error(sentence, icon=":material/warning:")
found = export.winner(results)
# A choice stays in the link even when it is the leader: the next change may bring another leader.
default = None if st.query_params.get("strategy") in sentences.TITLES else found.leader
strategy = sidebar.choose_in_link("strategy", sentences.TITLES, st.pills, default=default) or found.leader
titles = {name: framework.title for name, framework in FRAMEWORKS.items()}
name = sidebar.choose_in_link("framework", titles, st.segmented_control, default="pytorch")
framework, result = FRAMEWORKS[name], results[strategy]
recipe = outcome.once(f"recipe of {strategy}", lambda: recipe_of(result))
obstacle = framework.obstacle(recipe)
with place:
    if obstacle:
        said = f"No {framework.title} script for {sentences.TITLES[strategy].lower()} with these settings."
    else:
        said = export.whose_code(found, strategy, framework.title) + " " + export.what_it_repeats(result)
    baselines = cached.baselines(config)
    frame.answer(verdicts.answer(results, baselines), [*verdicts.behind_it(results, baselines, brief=True), said])

if obstacle:
    st.warning(obstacle if recipe.anchor else f"{obstacle} Another framework can express it.", icon=":material/block:")
else:
    script = framework.write(recipe)
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, make, ending, mime in (
            ("Script", lambda: script, "py", "text/x-python"),
            ("Weights and images", lambda: to_npz(recipe), "npz", "application/octet-stream"),
            ("Notebook", lambda: to_notebook(script), "ipynb", "application/x-ipynb+json"),
        ):
            file = recipe.data_file if ending == "npz" else f"{recipe.stem}_{name}.{ending}"
            st.download_button(label, make, file, mime, icon=":material/download:", on_click="ignore", help=file)
        st.caption("The script and the notebook read the weights and images from the same folder.", width="content")
    # Always drawn, and closed at first: the code below it keeps its place.
    changed = export.since_last_look(name, script)
    with st.expander(f"{changed.summary} in this framework", icon=":material/difference:"):
        if changed.diff:
            st.code(changed.diff, language="diff")
        else:
            st.caption("Change a setting, and the lines that change with it are shown here.")
    st.code(script, language="python", height=600)
    badge = (
        ":green-badge[:material/check: Run in the tests]"
        if framework.checked.is_run
        else ":orange-badge[:material/rule: Compiled]"
    )
    st.markdown(f"{badge} {framework.checked.sentence}")

frame.show_origin(outcome.made)
st.subheader(f"What {framework.title} does by default", anchor=False)
export.show_table(framework.habits, export.HABITS_COLUMNS)
st.subheader("Our terms and theirs", anchor=False)
export.show_table(framework.words, export.WORDS_COLUMNS)

frame.try_next(
    config,
    [
        ("unfreeze", {}, "When to unfreeze", "the schedule of this code, drawn"),
        ("compare", {}, "The curves", "the same run against all controls"),
    ],
)
# Only a link to this page keeps the strategy and the framework; other pages have no use for them.
momentum, title = (0.0, "No momentum") if config.momentum else (0.9, "Momentum 0.9")
kept = {"strategy": strategy, "framework": name}
frame.link("export", config.but(momentum=momentum), f"**{title}**: which lines of the code change?", **kept)
room.tell(config)
ahead.prepare(config)
