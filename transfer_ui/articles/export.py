"""What the export page knows: whose code comes first, how to word it, and which script was shown before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunResult
from transfer_core.statistics import Verdict, verdict
from transfer_core.wording import inside, join_words
from transfer_ui import downloads
from transfer_ui.controls import sidebar
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.changes import Changes, changes
from transfer_ui.export.framework import Framework
from transfer_ui.export.notebook import to_notebook
from transfer_ui.export.pictures import PICTURES
from transfer_ui.export.pictures.plan import plan_of
from transfer_ui.export.recipe import Recipe, to_npz
from transfer_ui.sentences import TITLES, Results, percent, pretrained_arms, test_scores

WORDS_COLUMNS = ("Our term", "Their term", "Their default")
HABITS_COLUMNS = ("What it does by default", "How the script deals with it")


Seen = dict[str, tuple[str, str]]
"""Place -> the script that was shown there before the latest, and the latest."""
SUBJECTS = {"digits": "On the lab's digits", "pictures": "On your pictures"}


class Code(NamedTuple):
    """A script as the page shows it, or why there is none.

    Attributes
    ----------
    stem : str
        Name of its files, without the ending.
    script : str
    about : str
        What it does, in one sentence.
    checked, is_run : str and bool
        What the tests do with it.
    obstacle, where : str
        Why there is none, and where; empty if there is one.
    data_file, make_data : str and callable or None
        The arrays beside it, if it reads any.
    beside : str
        What script and notebook read from their folder, in words; empty if that is given when they are run.
    """

    stem: str = ""
    script: str = ""
    about: str = ""
    checked: str = ""
    is_run: bool = False
    obstacle: str = ""
    where: str = ""
    data_file: str = ""
    make_data: Callable[[], bytes] | None = None
    beside: str = "a folder “pictures” or a file “pictures.npz”"


def on_digits(name: str, framework: Framework, result: RunResult, recipe: Recipe) -> Code:
    """Write the run on screen as code of a framework."""
    obstacle = framework.obstacle(recipe)
    if obstacle:
        more = "" if recipe.anchor else " Another framework can express it."
        return Code(obstacle=f"{obstacle}{more}", where="with these settings")
    return Code(
        stem=f"{recipe.stem}_{name}",
        script=framework.write(recipe),
        about=what_it_repeats(result),
        checked=framework.checked.sentence,
        is_run=framework.checked.is_run,
        data_file=recipe.data_file,
        make_data=lambda: to_npz(recipe),
        beside="the weights and images",
    )


def on_pictures(name: str, framework: Framework, result: RunResult) -> Code:
    """Draw the choice of a backbone, and write the schedule of the run on screen for somebody's own pictures."""
    form = PICTURES.get(name)
    if form is None:
        titles = join_words([FRAMEWORKS[other].title for other in PICTURES])
        return Code(obstacle=f"Scripts for your own pictures exist for {titles}.", where="on your own pictures")
    titles_of = {key: f"{one.title}, {one.home}" for key, one in form.backbones.items()}
    chosen = sidebar.choose_in_link("backbone", titles_of, st.selectbox, label="Backbone") or next(iter(titles_of))
    plan = plan_of(result)
    return Code(
        stem=f"{result.strategy}_on_pictures_{chosen}_{name}",
        script=form.write(plan, form.backbones[chosen]),
        about=f"It trains {form.backbones[chosen].title} on your own pictures, {plan.n_seeds} paired seeds against "
        f"{inside(plan.arms[1].title)}, and prints the verdict.",
        checked=form.checked,
        is_run=form.is_run,
    )


def show(code: Code, place: str, seen: Seen | None = None) -> None:
    """Draw a script with its downloads, and what has changed in it since the last look at this place.

    What was seen is kept with the visit, or where somebody else says.
    """
    if code.obstacle:
        st.warning(code.obstacle, icon=":material/block:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.offer_file("Script", code.script.encode, f"{code.stem}.py", "text/x-python")
        if code.make_data:
            downloads.offer_file("Weights and images", code.make_data, code.data_file, "application/octet-stream")
        if code.beside:  # what is named when it is run cannot be named in a notebook
            notebook = f"{code.stem}.ipynb"
            downloads.offer_file(
                "Notebook", lambda: to_notebook(code.script).encode(), notebook, "application/x-ipynb+json"
            )
            st.caption(f"The script and the notebook read {code.beside} from the same folder.", width="content")
    # Always drawn, and closed at first: the code below it keeps its place.
    kept: Seen = st.session_state.setdefault("scripts_seen", {}) if seen is None else seen
    changed = since_last_look(kept, place, code.script)
    with st.expander(f"{changed.summary} in this framework", icon=":material/difference:"):
        if changed.diff:
            st.code(changed.diff, language="diff")
        else:
            st.caption("Change a setting, and the lines that change with it are shown here.")
    st.code(code.script, language="python", height=600)
    badge = (
        ":green-badge[:material/check: Run in the tests]" if code.is_run else ":orange-badge[:material/rule: Compiled]"
    )
    st.markdown(f"{badge} {code.checked}")


def winner(results: Results) -> Verdict:
    """Compare the three strategies; the leader is the one whose code is shown first."""
    return verdict(test_scores(pretrained_arms(results)))


def choose_strategy(found: Verdict) -> str:
    """Draw the choice of whose code is shown: the leader's, unless the link names another.

    A choice stays in the link even when it is the leader: the next change may bring another leader.
    """
    default = None if st.query_params.get("strategy") in TITLES else found.leader
    chosen: str = sidebar.choose_in_link("strategy", TITLES, st.pills, default=default) or found.leader
    return chosen


def whose_code(found: Verdict, strategy: str, framework: str) -> str:
    """Say whose code it is, and why.

    Examples
    --------
    >>> whose_code(verdict({"end_to_end": np.ones(6), "feature_extraction": np.zeros(6)}), "end_to_end", "Keras")
    'This is the Keras code for the best of the three strategies: **end-to-end fine-tuning**.'
    """
    title = f"**{TITLES[strategy].lower()}**"
    if strategy != found.leader:
        return f"You chose {title}; this is its {framework} code."
    if found.inconclusive:
        return f"This is the {framework} code for the strategy with the highest mean of the three: {title}."
    return f"This is the {framework} code for the best of the three strategies: {title}."


def what_it_repeats(result: RunResult) -> str:
    """Say which seed the script repeats, and where it will end."""
    seed = f"It repeats seed {result.config.seed} of the run on screen"
    if result.stopped:
        return f"{seed}, which was stopped; the script continues to the end of the schedule."
    val, test = float(result.history["val_accuracy"][0, -1]), float(result.test_accuracy[0])
    if not np.isfinite(result.history["train_loss"][0, -1]):
        return f"{seed}, whose loss became NaN or infinite; the script's will too."
    return f"{seed} and ends as that did: {percent(val)} of the validation images right, {percent(test)} of the test images."


def since_last_look(seen: Seen, place: str, script: str) -> Changes:
    """Compare with the script that was shown in this place before.

    The difference stays until the script changes again, so that it can be read.
    """
    before, latest = seen.get(place, (script, script))
    if script != latest:
        before = latest
    seen[place] = (before, script)
    return changes(before, script)


def show_table(rows: Iterable[tuple[str, ...]], columns: tuple[str, ...]) -> None:
    """Draw a table of words; text in backticks is code."""
    look: dict[str, Any] = {"hide_index": True, "border": "horizontal"}
    st.table(pd.DataFrame(rows, columns=list(columns)), **look)
