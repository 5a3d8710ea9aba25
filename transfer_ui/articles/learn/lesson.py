"""How a step of the guided lesson is drawn: the idea, the question beside its figure, then why."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import streamlit as st

from transfer_core import RunConfig
from transfer_ui.articles import claim_row, claims
from transfer_ui.articles.class_links import room
from transfer_ui.articles.learn import path, theory
from transfer_ui.articles.learn.glossary import linked
from transfer_ui.articles.learn.path import PATH, STEPS
from transfer_ui.articles.learn.sections import show_entries
from transfer_ui.articles.learn.step import Step
from transfer_ui.controls import address, class_mode, sidebar
from transfer_ui.controls.class_link import AFTER_PREDICTION
from transfer_ui.definitions import helps
from transfer_ui.palette import theme
from transfer_ui.shell import frame, visit

ABOUT = (
    "Predict, then look: a run has the answer. About half an hour in all, in any order; the link keeps your progress."
)
UNPREDICTED = "Shown without a prediction."
STYLE = """
<style>
/* What comes with the answer takes a place that is there already. */
.st-key-check { min-height: 15rem; }
.st-key-happened { min-height: 5rem; }
.st-key-idea { max-width: 52rem; }
@media (max-width: 768px) { .st-key-check { min-height: 21rem; } }
/* A link to this very page looks like the others. */
:is(.st-key-reference, .st-key-further) [data-testid=stPageLink-NavLink] { background: transparent; padding-block: .1rem; }
:is(.st-key-reference, .st-key-further) [data-testid=stPageLink-NavLink] p { font-weight: 400; }
</style>
"""


def titles() -> Mapping[str, str]:
    """Name of a step in the link -> its number and title.

    Examples
    --------
    >>> titles()["mathematics"]
    '2 Mathematics'
    """
    return {step.name: f"{number} {step.title}" for number, step in enumerate(PATH, 1)}


def show(config: RunConfig) -> None:
    """Draw the step that the link names, and the way on."""
    st.html(STYLE + claim_row.STYLE)
    done = path.done_in_link()
    step = STEPS[sidebar.choose_in_link("lesson", titles(), st.pills)]
    st.caption(f"{ABOUT} {progress(done)}")
    body = st.container()
    _show_way_on(step, config)
    with body:
        _show_step(step, step.name in done, config)


def progress(done: tuple[str, ...]) -> str:
    """Say which steps are done, in so few words that the line never breaks because of them.

    Examples
    --------
    >>> progress(("approaches", "rates", "mathematics", "unfreezing"))
    'Done: 4 of 8 steps (1–2, 5–6).'
    >>> progress(())
    'Done: 0 of 8 steps.'
    """
    numbers = [number for number, step in enumerate(PATH, 1) if step.name in done]
    # In a run of neighbours, number and place differ by the same.
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    which = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    return f"Done: {len(numbers)} of {len(PATH)} steps{f' ({which})' if which else ''}."


def _show_step(step: Step[Any], is_done: bool, config: RunConfig) -> None:
    mode = theme()
    with st.container(key="idea"):
        idea = linked(step.idea, carried=address.of_class())
        st.markdown(idea, help=helps(idea))
    left, right = st.columns([5, 7], gap="medium")
    question = left.container(key="check", border=True, height="stretch")
    with right:
        st.markdown(f"**{step.figure_title}**")
        draw = step.figure(mode)
        below = st.container(key="happened")
    veiled = room.is_veiled(config)
    if veiled or not is_done:
        with question:
            if veiled:
                st.markdown(room.waits_for())
            else:
                _ask(step)
        draw(None, None)
        below.caption("The figure waits for your prediction.")
        return
    if visit.page_is_new():
        draw(None, None)  # the axes, while the run is on its way
    with below:
        run = step.run()
    predicted = path.prediction(step.name)
    draw(run, predicted)
    with question:
        _tell(step, run, predicted)
    happened, why = step.happened(run), step.why(run)
    below.markdown(happened, help=helps(happened, known=idea))
    _show_why(step, why, config, known=f"{idea} {happened}")
    if step.laid_open:
        st.markdown("**The formula, the line that computes it, and what it gave**")
        step.laid_open(run)
    if step.claims:
        st.markdown("**What the studies say**: many runs, with a rule that was written down first")
        show_entries([claims.entry(*one.split(".")) for one in step.claims], config, mode)


def _ask(step: Step[Any]) -> None:
    """Draw the question, and the two ways to the answer."""
    answer = step.check.ask(path.key_of(step.name))
    with st.container(horizontal=True):
        sidebar.button(
            "Check my prediction",
            path.predict,
            step.name,
            key=f"check_{step.name}",
            type="primary",
            disabled=answer is None,
            help="Answer first." if answer is None else None,
        )
        if class_mode.link().reveal != AFTER_PREDICTION:
            sidebar.button(
                "Show me without predicting", path.show_anyway, step.name, key=f"show_{step.name}", type="tertiary"
            )


def _tell(step: Step[Any], run: Any, predicted: str | None) -> None:
    """Repeat the prediction, and say what the run shows of it."""
    st.markdown(f"**{step.check.question}**")
    shown = step.check.shows(run)
    if predicted is None:
        st.caption(UNPREDICTED, help=helps(shown))
        st.info(shown, icon=":material/lightbulb:")
    else:
        st.caption(f"You said {step.check.words(predicted)}.", help=helps(shown))
        if step.check.right(run, predicted):
            st.success(f"**Right.** {shown}", icon=":material/check:")
        else:
            st.info(f"**Not here.** {shown}", icon=":material/lightbulb:")
    sidebar.button("Predict again", path.take_back, step.name, key=f"again_{step.name}", type="tertiary")


def _show_why(step: Step[Any], why: str, config: RunConfig, known: str) -> None:
    left, right = st.columns([7, 5], gap="large")
    with left:
        said = linked(why, known=step.idea, carried=address.of_class())
        st.markdown(f"**Why**\n\n{said}", help=helps(said, known=known))
    with right, st.container(key="further", gap="xxsmall"):
        st.markdown("**Go further**")
        for further in step.further:
            if further.file in st.session_state.pages:
                frame.link(further.file, further.config, further.label)
        for section in step.sections:
            frame.link("learn", config, f"Reference: {theory.SECTIONS[section].lower()}", section=section)


def _show_way_on(step: Step[Any], config: RunConfig) -> None:
    """Draw the links to the steps before and after, and to the reference."""
    before, after = path.neighbours(step.name)
    with st.container(horizontal=True, key="links"):
        if before:
            frame.link("learn", config, f"Back: {before.title}", icon=":material/arrow_back:", lesson=before.name)
        if after:
            frame.link("learn", config, f"**Next: {after.title}**", lesson=after.name)
        else:
            frame.link("learn", config, "**What to remember**", section="takeaways")
    st.caption(
        "The settings are the lesson's own, whatever you have set on other pages. Look things up in the reference:"
    )
    with st.container(horizontal=True, key="reference", gap="small"):
        for section, title in theory.SECTIONS.items():
            if section != theory.LESSON:
                frame.link("learn", config, title, section=section)
