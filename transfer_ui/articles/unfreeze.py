"""What the unfreeze page knows: its timelines, which epochs to sweep, who uses which decay, and how to word it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, verdict
from transfer_core.wording import TOO_FEW_SEEDS, join_words, number_words, range_words
from transfer_ui.charts import timeline
from transfer_ui.charts.base import Place
from transfer_ui.charts.timeline import layer_names
from transfer_ui.controls.knobs import DECAYS
from transfer_ui.sentences import Results, count, percent
from transfer_ui.verdicts import among_the_three

N_SWEPT = 9
TIMELINES = ("feature_extraction", "progressive_unfreezing", "end_to_end")


class DecayPreset(NamedTuple):
    """How a known system treats the lower layers after unfreezing.

    Attributes
    ----------
    title, comment : str
    layer_decay : float
    gradual : bool
    """

    title: str
    comment: str
    layer_decay: float
    gradual: bool

    def is_on(self, config: RunConfig) -> bool:
        """Whether a run follows it."""
        return (config.layer_decay, config.gradual) == (self.layer_decay, self.gradual)


DECAY_PRESETS = (
    DecayPreset("One rate, all at once", "LP-FT (Kumar 2022), and the lesson: one switch, one lower rate.", 1.0, False),
    DecayPreset(
        "timm, 0.75", "Layer-wise decay of timm, AutoGluon and BEiT: 0.75 per layer, all at once.", 0.75, False
    ),
    DecayPreset(
        "ULMFiT, 1/2.6",
        "Howard and Ruder (2018): each lower layer learns 2.6 times slower; one more layer per step.",
        DECAYS[2],
        True,
    ),
    DecayPreset(
        "fastai and Lightning, 1/10",
        "Ten times slower: fastai and Lightning start all freed layers at a tenth of the head's rate. Here each layer "
        "further down is another ten times slower.",
        0.1,
        False,
    ),
    DecayPreset(
        "Layer by layer, one rate", "Gradual unfreezing alone, to see what it does without slower rates.", 1.0, True
    ),
)


class Timelines:
    """The three pretrained strategies side by side: the plan, what the weights did, and the result.

    Schedules are known before any training; the rest is redrawn whenever there is news.

    Parameters
    ----------
    config : RunConfig
    mode : {"light", "dark"}
    """

    def __init__(self, config: RunConfig, mode: str) -> None:
        self._config, self._mode = config, mode
        self._said: dict[str, DeltaGenerator] = {}
        self._changes: dict[str, Place] = {}
        for column, name in zip(st.columns(3, gap="medium"), TIMELINES, strict=True):
            with column:
                self._said[name] = st.container()
                timeline.show_schedule(STRATEGIES[name].build(config), mode)
                self._changes[name] = Place()

    def draw_nothing(self) -> None:
        """Draw what is known before the first epoch."""
        self._say(dict.fromkeys(TIMELINES, "training is under way"))
        for place in self._changes.values():
            timeline.show_no_change(self._config, self._mode, place)

    def draw(self, results: Mapping[str, RunResult], *, complete: bool = False) -> None:
        """Draw what the weights have done so far."""
        scores = {name: results[name].val_accuracy.mean() for name in TIMELINES}
        self._say({name: f"{percent(score)} on validation images" for name, score in scores.items()})
        for name, place in self._changes.items():
            timeline.show_change(results[name], self._mode, place, complete=complete)

    def _say(self, words: Mapping[str, str]) -> None:
        for name, said in words.items():
            self._said[name] = self._said[name].markdown(f"**{STRATEGIES[name].title}**  \n{said}")


def sweep_epochs(config: RunConfig) -> tuple[int, ...]:
    """Choose the unfreeze epochs to try, evenly from 0 to the end.

    Examples
    --------
    >>> sweep_epochs(RunConfig(n_epochs=8, unfreeze_epoch=3))
    (0, 1, 2, 3, 4, 5, 6, 7, 8)
    """
    even = np.linspace(0, config.n_epochs, N_SWEPT).round().astype(int).tolist()
    return tuple(sorted(set(even)))


def sweep_sentence(swept: Mapping[str, RunResult], config: RunConfig) -> str:
    """Say which unfreeze epoch is best for the new task, and how clearly."""
    scores = _final(swept)
    if len(scores) < 2 or config.n_seeds < MIN_SEEDS:
        few = TOO_FEW_SEEDS if config.n_seeds < MIN_SEEDS else "a single unfreeze epoch"
        return f"Inconclusive: {few}; at least two unfreeze epochs and {MIN_SEEDS} seeds are needed."
    found = verdict(scores)
    if len(found.tied) == len(scores) - 1:
        return "The unfreeze epoch makes no clear difference on the new task."
    if not found.tied:
        return f"Unfreezing at epoch {found.leader} is best for the new task."
    return f"Epoch {found.leader} is best for the new task, though not clearly ahead of {_few(found.tied)}."


def sweep_evidence(swept: Mapping[str, RunResult], config: RunConfig) -> list[str]:
    """Say how far the best unfreeze epoch leads the visitor's own, or the worst; say nothing from too few seeds."""
    scores = _final(swept)
    if len(scores) < 2 or config.n_seeds < MIN_SEEDS:
        return []
    found = verdict(scores)
    best, other = found.leader, str(config.unfreeze_epoch)
    if other not in found.gaps:
        other = min(scores, key=lambda epoch: float(scores[epoch].mean()))
    gap = found.gaps[other]
    reached = f"In validation accuracy, epoch {best} reaches {percent(scores[best].mean())}"
    if gap.is_nothing:
        return [f"{reached}, and so does {f'epoch {other}' if other != best else 'every other'}."]
    whose = "your" if other == str(config.unfreeze_epoch) else "the worst,"
    if other in found.tied:
        return [f"{reached}; {whose} epoch {other} cannot be told apart from it."]
    return [f"{reached} and leads {whose} epoch {other} by {range_words(gap)}."]


def three_on_validation(results: Results) -> str:
    """Compare the three strategies on validation images, since this page makes a choice."""
    scores = {name: result.val_accuracy for name, result in results.items()}
    n_classes = results["end_to_end"].config.layer_sizes[-1]
    return among_the_three(scores, n_classes, "validation accuracy")


def _final(swept: Mapping[str, RunResult]) -> dict[str, Array]:
    return {epoch: result.val_accuracy for epoch, result in swept.items()}


def _few(epochs: Sequence[str]) -> str:
    """Name up to three epochs, in their order; only count more."""
    return join_words(sorted(epochs, key=int)) if len(epochs) <= 3 else f"{len(epochs)} others"


def moved_sentence(result: RunResult) -> str:
    """Say how far each layer moved while frozen and overall: the proof, in numbers."""
    names = layer_names(result.config.n_layers)
    change = result.layer_change
    frozen = np.concatenate([np.tile(phase.frozen, (phase.n_epochs, 1)) for phase in result.schedule])
    if not frozen.any():
        return "No layer was ever frozen in this schedule."
    while_frozen = float(change[:, frozen].max())
    moved = [
        f"{name} moved {percent(value)}" if np.isfinite(value) else f"{name} diverged"
        for name, value in zip(names, result.drift.mean(axis=0), strict=True)
    ]
    exact = "exactly 0" if while_frozen == 0 else f"up to {number_words(while_frozen, '.1e')}"
    return (
        f"While frozen, the largest change of any layer in any of {count(result.config.n_seeds, 'seed')} was **{exact}**. "
        f"Start to end, relative to its norm: {join_words(moved)}."
    )
