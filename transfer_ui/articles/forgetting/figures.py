"""The figures of the page in their order: each stands under its question, with one computed sentence below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from transfer_core import RunConfig, RunResult
from transfer_core.statistics import MIN_SEEDS
from transfer_ui import nouns
from transfer_ui.articles.forgetting import arms, images, words
from transfer_ui.charts import by_epoch, meanings, old_classes, trade, trade_rows
from transfer_ui.charts.base import Place
from transfer_ui.controls import sidebar
from transfer_ui.lost_images import Lost, lost_images, old_images
from transfer_ui.runs import cached, places
from transfer_ui.runs.found import Found
from transfer_ui.sentences import Results
from transfer_ui.shell import plain

LostOf = Callable[[str], Sequence[Lost]]

KEY = (
    "Large: the settings of this page, with {}faint seeds. Small: other rates, or strengths of L2-SP. "
    "Grey: what no run beats on both tasks. L2-SP is end-to-end with a pull of the backbone back towards its pretrained weights."
)


class Figures:
    """All figures; drawing one again puts it over itself.

    Parameters
    ----------
    config : RunConfig
    mode : {"light", "dark"}

    Attributes
    ----------
    strength : float
        Of L2-SP, as chosen on the page.
    lost_by : str
        Arm whose lost classes and images are shown, as chosen on the page.
    """

    def __init__(self, config: RunConfig, mode: str) -> None:
        source = config.pair.source
        assert source is not None
        self._config, self._mode, self._classes = config, mode, source.classes
        self._trade, self._trade_said = Place(), st.container()
        self.strength = float(_choose_strength())
        self._points = arms.points(config, self.strength)
        st.caption(KEY.format("95 % intervals and " if config.n_seeds >= MIN_SEEDS else ""))

        st.subheader("When is it lost?", anchor=False)
        self._epochs = by_epoch.Charts(mode)
        self._epochs_said = st.container()

        st.subheader("Is it really gone?", anchor=False)
        self._meanings = Place()
        self._meanings_said = st.container()

        st.subheader("Which old classes go first?", anchor=False)
        self.lost_by = sidebar.choose_in_link(
            "lost_by", arms.LOST_BY, st.segmented_control, default="end_to_end", label="Lost by"
        )
        self._lost_classes = Place()
        self._classes_said = st.container()
        self._images = st.container()

    def draw(self, results: Results, known: Results) -> None:
        """Draw the arms at the page's settings that have finished, and where those end that Compare has trained."""
        self.draw_trade({**known, **results})
        self._epochs.draw(self._pictures(results), complete=False)
        meanings.draw(meanings.meaning_rows(results), self._mode, self._meanings)
        if self.lost_by in results:
            self._draw_classes(old_classes.class_rows(results[self.lost_by], self._classes))

    def draw_nothing(self) -> None:
        """Draw the axes, before any run may be seen."""
        trade.draw(trade_rows.nothing(), self._mode, self._trade, "Not shown yet.")
        self._epochs.draw(dict.fromkeys(by_epoch.TASKS, by_epoch.nothing(self._config.n_epochs)))

    def draw_trade(self, results: Mapping[str, RunResult]) -> None:
        """Draw the runs of all rates and strengths that have finished."""
        trade.draw(trade_rows.picture(results, self._points), self._mode, self._trade)

    def say_trade(self, results: Results, others: Results, found: Found) -> pd.DataFrame:
        """Draw these runs and those elsewhere for good, say which no other beats, and give their table."""
        drawn = found.once("picture", lambda: trade_rows.picture({**results, **others}, self._points))
        sentence = found.once("front", lambda: words.front_sentence(drawn))
        trade.draw(drawn, self._mode, self._trade, sentence)
        self._trade_said.markdown(sentence)
        return drawn.table

    def say(self, results: Results, found: Found, lost_of: LostOf | None) -> None:
        """Draw the arms at the page's settings for good, with a sentence below each figure.

        Parameters
        ----------
        results : mapping of str to RunResult
        found : Found
            Keeps what is made of them.
        lost_of : callable or None
            Finds the images that an arm has lost; ``None`` where there are no images.
        """
        self._epochs.draw(found.once("epochs", lambda: self._pictures(results)))
        self._epochs_said.markdown(nouns.said_here(found.once("when", lambda: words.when_sentence(results))))
        lines = [nouns.said_here(line) for line in found.once("meanings", lambda: words.meaning_lines(results))]
        rows = found.once("lost", lambda: meanings.meaning_rows(results))
        meanings.draw(rows, self._mode, self._meanings, words.plain(" ".join(lines)))
        self._meanings_said.markdown("\n".join(f"- {line}" for line in lines))
        if self.lost_by in results:
            self._say_classes(found, results[self.lost_by], lost_of)

    def _say_classes(self, found: Found, result: RunResult, lost_of: LostOf | None) -> None:
        name = self.lost_by
        sentence = words.classes_sentence(result, self._classes, name)
        rows = found.once(f"classes of {name}", lambda: old_classes.class_rows(result, self._classes))
        self._draw_classes(rows, sentence)
        with self._classes_said:
            plain.show(sentence, key="lost_classes")
        if lost_of:
            with self._images:
                images.show(found.once(f"images of {name}", lambda: lost_of(name)))

    def _draw_classes(self, rows: pd.DataFrame, sentence: str = by_epoch.UNDER_WAY) -> None:
        old_classes.draw(rows, self._mode, self._lost_classes, sentence)

    def _pictures(self, results: Results) -> dict[str, by_epoch.Picture]:
        return {task: by_epoch.picture(results, self._config.n_epochs, task) for task in by_epoch.TASKS}


def lost_of(result: RunResult) -> list[Lost]:
    """Find the images of the old task that an arm has lost, as they are drawn."""
    config = result.config
    found = lost_images(result, places.from_data(config, "old images", old_images))
    return [one._replace(images=cached.inked(config, one.images)) for one in found]


def _choose_strength() -> str:
    strengths = {one: one for one in arms.STRENGTHS}
    chosen: str = sidebar.choose_in_link(
        "anchor", strengths, st.segmented_control, default=arms.DEFAULT_STRENGTH, label="Strength of L2-SP"
    )
    return chosen


def new_task_alone(results: Results) -> dict[str, by_epoch.Picture]:
    """Put together what there is to draw where there is no old task."""
    shown = words.of_pretrained(results)
    n_epochs = next(iter(shown.values())).config.n_epochs
    return {"target": by_epoch.picture(shown, n_epochs, "target")}
