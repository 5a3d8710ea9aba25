"""What a link for a class does on a page: it asks, takes a prediction or a word, and veils the answer until then.

A page that is veiled ends before anything is computed, so that nothing of the answer reaches the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core import RunConfig
from transfer_ui.articles.class_links import answers, projector
from transfer_ui.articles.class_links.answers import Predicted
from transfer_ui.controls import address, class_mode, notice_box, sidebar
from transfer_ui.controls.class_link import AFTER_PREDICTION, MAX_WORD, ClassLink, mark
from transfer_ui.controls.link import quoted
from transfer_ui.shell import frame

if TYPE_CHECKING:
    from transfer_ui.articles.class_links.questions import Question

KEY = "class_prediction"
STYLE = """
<style>
.st-key-class_question [data-testid=stText] {
  font: inherit; font-size: 1.2rem; font-weight: 600; line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere;
}
</style>
"""
ONLY_AXES = "Until then, every page shows what is known without a run."
WAITS = "The answer waits for your prediction."
WAITS_FOR_WORD = "The answer waits for your teacher's word."


def draw(config: RunConfig) -> None:
    """Draw what the link asks, above the answer of the page; nothing where it is for no class."""
    st.session_state.pop("class_told", None)
    if not address.of_class():
        return
    link = class_mode.link()
    _drop_what_fits_nothing(link, config)
    if class_mode.is_projected():
        projector.wear()
    if not (link.ask or link.predict or link.needs_word):
        return
    st.html(STYLE)
    with st.container(border=True, key="class_box", gap="small"):
        show_question(link)
        if link.predict:
            _draw_prediction(link, config)
        if link.needs_word and is_veiled(config):
            _ask_for_word(link)


def show_question(link: ClassLink) -> None:
    """Write the question: as text, in which nothing is markup."""
    if link.ask:
        with st.container(key="class_question"):
            st.text(link.ask)


def is_veiled(config: RunConfig) -> bool:
    """Whether the answer must not be shown yet."""
    link = class_mode.link()
    if link.reveal == AFTER_PREDICTION:
        return _predicted(link, config) is None
    return link.needs_word and not link.is_opened_by(address.of_class().get("said", ""))


def wait(place: DeltaGenerator) -> NoReturn:
    """End a page that is veiled: say in the place of the answer what it waits for."""
    with place:
        frame.answer(waits_for(), note=ONLY_AXES)
    st.stop()


def waits_for() -> str:
    """Say what the answer waits for."""
    return WAITS_FOR_WORD if class_mode.link().needs_word else WAITS


def prediction(predict: str, config: RunConfig) -> str | None:
    """Give what the reader predicts, if the link asks for this."""
    link = class_mode.link()
    found = _predicted(link, config) if link.predict == predict else None
    return found.answer if found else None


def tell(config: RunConfig) -> None:
    """Say what the run shows of the prediction, once the page has the run: the last thing that it does."""
    place: DeltaGenerator | None = st.session_state.pop("class_told", None)
    link = class_mode.link()
    found = _predicted(link, config) if place else None
    if place is None or found is None or found.mark != mark(link, config):
        return
    question = _question(link, config)
    if question.measured_on not in ("", address.page()):
        return
    run = question.run(config)
    if run is None:
        return
    shown = question.check.shows(run)
    if question.check.right(run, found.answer):
        place.success(f"**Right.** {shown}", icon=":material/check:")
    else:
        place.info(f"**Not here.** {shown}", icon=":material/lightbulb:")


def _question(link: ClassLink, config: RunConfig) -> Question[Any]:
    from transfer_ui.articles.class_links import questions  # whoever came by no link for a class does not pay for it

    return questions.asked(link.predict, config)


def _predicted(link: ClassLink, config: RunConfig) -> Predicted | None:
    """Read the prediction from the link, if there is one to this question."""
    found = answers.read(f"predicted={address.of_class().get('predicted', '')}") if link.predict else None
    return found if found and found.answer in _question(link, config).check.options else None


def _drop_what_fits_nothing(link: ClassLink, config: RunConfig) -> None:
    """Say once what of the reader's own in the link is no answer or not the word, and leave it out."""
    here = address.of_class()
    if "predicted" in here and _predicted(link, config) is None:
        _drop("predicted", "an answer to the question of the link", here["predicted"])
    if "said" in here and not link.is_opened_by(here["said"]):
        _drop("said", "the word that opens the answer", here["said"])


def _drop(name: str, rule: str, text: str) -> None:
    notice_box.say(f"{name} in the link must be {rule}, got {quoted(text)}. It was left out.")
    address.write_place(name, None)


def _draw_prediction(link: ClassLink, config: RunConfig) -> None:
    """Ask; or repeat the prediction, and give it to send to the teacher."""
    check, found = _question(link, config).check, _predicted(link, config)
    if found is None:
        chosen = check.ask(KEY, horizontal=True)
        sidebar.button(
            "Predict",
            _predict,
            mark(link, config),
            key="predict_for_class",
            type="primary",
            disabled=chosen is None,
            help="Answer first." if chosen is None else None,
        )
        return
    st.markdown(f"{check.question} You predicted **{check.words(found.answer)}**.")
    st.session_state.class_told = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("To send to your teacher: copy this line, or the link of this page.", width="content")
        st.code(found.text, language=None, width="content")
        if is_veiled(config):
            sidebar.button(
                "Predict again", address.write_place, "predicted", None, key="predict_again", type="tertiary"
            )


def _predict(asked: str) -> None:
    answer = st.session_state.get(KEY)
    if answer is not None:
        address.write_place("predicted", Predicted(answer, asked).text)


def _ask_for_word(link: ClassLink) -> None:
    """Take the word; the browser keeps it, so a server that has forgotten the session needs no second try."""
    word = st.text_input("The word your teacher gives", key="class_word", max_chars=MAX_WORD).strip()[:MAX_WORD]
    if link.is_opened_by(word):
        address.write_place("said", word)
        st.rerun()
    if word:
        st.caption(":material/close: That is not the word.")
