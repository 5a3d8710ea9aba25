"""The figures of the page in their order: the plane beside the timeline that moves it, the pure approaches, the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.statistics import MIN_SEEDS
from transfer_ui import nouns
from transfer_ui.articles.unfreeze.swept import with_present
from transfer_ui.charts import base, layer_change, plane, sweep
from transfer_ui.charts.components import timeline
from transfer_ui.charts.filling import Filling
from transfer_ui.charts.plane_rows import picture
from transfer_ui.controls import sidebar, yours
from transfer_ui.controls.knobs import KNOB
from transfer_ui.runs.found import Found
from transfer_ui.runs.waiting import Outcome
from transfer_ui.sentences import Results, percent

PROGRESSIVE, PURE = "progressive_unfreezing", ("feature_extraction", "end_to_end")
HANDLE = "unfreeze_handle"
KNOB_TITLE = KNOB["unfreeze_epoch"].label
OF_THE_PLANE = (
    "Each point is a full training run; the green path follows the unfreeze epochs in order; up and to the right is better. "
    "{}Hover over any point to read it."
)
OF_THE_SWEEP = (
    "Each point is a full training run. Dashed: the two pure approaches, which have no unfreeze epoch. Compared on the "
    "validation images, because this is a choice."
)


class Figures:
    """All figures; drawing one again puts it over itself.

    Parameters
    ----------
    config : RunConfig
    mode : {"light", "dark"}

    Attributes
    ----------
    rules : DeltaGenerator
        Where the page chooses a rule for the lower layers.
    proof : DeltaGenerator
        Where it says what the weights did.
    """

    def __init__(self, config: RunConfig, mode: str) -> None:
        self._config, self._mode = config, mode
        self._changes: dict[str, base.Place] = {}
        self._said: dict[str, Any] = {}
        left, right = st.columns([11, 9], gap="medium")
        with left:
            self._first = base.Place(st.container(key="unfreeze_plane" if config.has_old_task else None))
            crosses = "Crosses: 95 % intervals. " if config.n_seeds >= MIN_SEEDS else ""
            st.caption(nouns.said_here(OF_THE_PLANE.format(crosses) if config.has_old_task else OF_THE_SWEEP))
        with right:
            self._said[PROGRESSIVE] = st.container()
            _draw_handle(config, mode)
            self._changes[PROGRESSIVE] = base.Place()
            st.caption(
                "Drag the line, or move it with the arrow keys. Ice blue with a lock is frozen, warm is trained, deeper for a "
                "higher rate (the number). Below: how far the weights moved in each epoch, relative to their norm, mean over "
                "the seeds."
            )
        self.proof = st.container()
        self.rules = st.container()
        st.subheader("Beside it: the two pure approaches", anchor=False)
        for column, name in zip(st.columns(2, gap="medium"), PURE, strict=True):
            with column:
                self._said[name] = st.container()
                timeline.show(STRATEGIES[name].build(config), mode, f"schedule_{name}")
                self._changes[name] = base.Place()
        places = {"val_accuracy": self._first}
        if config.has_old_task:
            st.subheader("The unfreeze epoch, swept", anchor=False)
            columns = st.columns(len(sweep.PANELS), gap="medium")
            places = {metric: base.Place(column) for metric, column in zip(sweep.PANELS, columns, strict=True)}
            st.caption(nouns.said_here(OF_THE_SWEEP))
        chosen, last = config.unfreeze_epoch, config.n_epochs
        self._sweep = sweep.Charts(places, chosen=chosen, last=last, knob_title=KNOB_TITLE, mode=mode)

    def _say(self, words: Mapping[str, str]) -> None:
        for name, said in words.items():
            self._said[name] = self._said[name].markdown(f"**{STRATEGIES[name].title}**: {said}")

    def draw_nothing(self, said: str = "training is under way") -> None:
        """Draw what is known before the first epoch, and say why that is all."""
        self._say(dict.fromkeys(self._changes, said))
        for place in self._changes.values():
            self._draw_change(layer_change.filled_with_nothing(self._config), place)
        if self._config.has_old_task:
            base.show_filled(plane.plane_template(self._mode), plane.filled(None), self._first)
        self._sweep.draw_nothing()

    def draw(self, results: Results) -> None:
        """Draw what the three strategies have done so far."""
        self.draw_weights(results)
        self.draw_sweep(results, {})

    def draw_weights(self, results: Results) -> None:
        """Draw how far the layers have moved so far."""
        self._say_scores(results)
        for name, place in self._changes.items():
            self._draw_change(layer_change.filled(results[name], complete=False), place)

    def draw_all_weights(self, comparison: Outcome) -> None:
        """Draw how far the layers have moved in the end."""
        self._say_scores(comparison.results)
        for name, place in self._changes.items():
            of = comparison.results[name]
            self._draw_change(comparison.once(f"change of {name}", partial(layer_change.filled, of)), place)

    def _say_scores(self, results: Results) -> None:
        images = nouns.said_here("validation images")
        self._say({name: f"{percent(results[name].val_accuracy.mean())} on {images}" for name in self._changes})

    def _draw_change(self, filling: Filling, place: base.Place) -> None:
        base.show_filled(layer_change.change_template(self._mode), filling, place)

    def draw_sweep(self, results: Results, swept: Mapping[str, RunResult]) -> None:
        """Draw the unfreeze epochs so far, beside the strategies."""
        self._draw_filled(*self._filled(results, swept, complete=False))

    def draw_swept(self, comparison: Outcome, swept: Outcome) -> None:
        """Draw all unfreeze epochs, beside the strategies."""
        # Whoever comes later must not see what was cut short here.
        found = Found() if comparison.stopped else swept
        self._draw_filled(
            *found.once_each(
                "unfreeze epochs, drawn",
                self._config.unfreeze_epoch,
                lambda: self._filled(comparison.results, swept.results, complete=True),
            )
        )

    def _filled(
        self, results: Results, swept: Mapping[str, RunResult], *, complete: bool
    ) -> tuple[dict[str, Filling], Filling | None]:
        """Put together the charts of the sweep, and the plane if there is an old task."""
        points, pure = with_present(swept, results[PROGRESSIVE]), {name: results[name] for name in PURE}
        charts = self._sweep.filled(points, pure, complete=complete)
        if not self._config.has_old_task:
            return charts, None
        drawn = picture(points, pure, self._config.unfreeze_epoch)
        return charts, plane.filled(drawn, plane.described(drawn) if complete else plane.UNDER_WAY)

    def _draw_filled(self, charts: Mapping[str, Filling], of_plane: Filling | None) -> None:
        self._sweep.draw(charts)
        if of_plane:
            base.show_filled(plane.plane_template(self._mode), of_plane, self._first)


@lru_cache(maxsize=20)
def _movable(config: RunConfig, mode: str) -> dict[str, Any]:
    """Put together what the timeline draws for every unfreeze epoch; the one of the configuration does not matter."""
    schedules = [STRATEGIES[PROGRESSIVE].build(config.but(unfreeze_epoch=at)) for at in range(config.n_epochs + 1)]
    return timeline.data_of(schedules, mode)


def _draw_handle(config: RunConfig, mode: str) -> None:
    """Draw the timeline whose handle sets the unfreeze epoch, as its slider does."""

    def follow() -> None:
        moved = timeline.moved_to(st.session_state.get(HANDLE), config.n_epochs + 1)
        if moved is not None:
            sidebar.choose(st.session_state.config.but(unfreeze_epoch=moved))

    # What is kept for all visitors must not hold what one of them brought.
    make = _movable.__wrapped__ if yours.is_own(config.scenario) else _movable
    moved = timeline.show_with_handle(
        make(config.but(unfreeze_epoch=0), mode),
        config.unfreeze_epoch,
        STRATEGIES[PROGRESSIVE].build(config),
        KNOB_TITLE,
        HANDLE,
        sidebar.before_redraw(HANDLE, follow),
    )
    if moved is not None:
        sidebar.unless_done(HANDLE, follow)
