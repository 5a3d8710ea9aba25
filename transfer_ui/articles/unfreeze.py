"""What the unfreeze page knows: its timelines, which epochs to sweep, whose decay is whose, and how to word it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap
from transfer_core.wording import evidence_words, gap_words, join_words
from transfer_ui.charts import timeline
from transfer_ui.charts.base import Place
from transfer_ui.charts.timeline import layer_names
from transfer_ui.controls.knobs import DECAYS
from transfer_ui.sentences import percent

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
    DecayPreset("timm, 0.75", "Layer-wise decay of timm, AutoGluon and BEiT: 0.75 a layer, all at once.", 0.75, False),
    DecayPreset(
        "ULMFiT, 1/2.6",
        "Howard and Ruder (2018): each lower layer 2.6 times slower, one layer more a step.",
        DECAYS[2],
        True,
    ),
    DecayPreset(
        "fastai and Lightning, 1/10",
        "Ten times slower: fastai and Lightning start all freed layers at a tenth of the head's rate. Here each further "
        "layer down is ten times slower again.",
        0.1,
        False,
    ),
    DecayPreset(
        "Layer by layer, one rate", "Gradual unfreezing alone, to see what it does without slower rates.", 1.0, True
    ),
)


class Timelines:
    """The three pretrained strategies beside each other: what is planned, what the weights did, what came of it.

    Schedules are known before any training; the rest is drawn over as often as there is news.

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
        """Draw what there is to say before the first epoch."""
        self._say(dict.fromkeys(TIMELINES, "training is under way"))
        for place in self._changes.values():
            timeline.show_no_change(self._config, self._mode, place)

    def draw(self, results: Mapping[str, RunResult], *, complete: bool = False) -> None:
        """Draw what the weights did, as far as the run has come."""
        scores = {name: results[name].history["val_accuracy"][:, -1].mean() for name in TIMELINES}
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
    scores = {int(text): result.history["val_accuracy"][:, -1] for text, result in swept.items()}
    if len(scores) < 2 or config.n_seeds < MIN_SEEDS:
        return f"Not enough runs or seeds to say when to unfreeze: it takes two epochs and {MIN_SEEDS} seeds."
    best = max(scores, key=lambda epoch: float(scores[epoch].mean()))
    as_good = [epoch for epoch in scores if epoch != best and paired_gap(scores[best], scores[epoch]).sign <= 0]
    now = config.unfreeze_epoch
    if len(as_good) == len(scores) - 1:
        said = (
            "On the new task the unfreeze epoch makes no clear difference here: the best, "
            f"{best}, is {gap_words(_to_worst(scores, best))} ahead of the worst."
        )
    else:
        said = f"Epoch {best} gives the best validation accuracy, {percent(scores[best].mean())}"
        said += f", but is not clearly ahead of {join_words([str(epoch) for epoch in as_good])}." if as_good else "."
    if now in scores and now != best:
        gap = paired_gap(scores[now], scores[best])
        said += f" Your {now} is {gap_words(gap)} behind {evidence_words(gap)}."
    return said


def _to_worst(scores: Mapping[int, Array], best: int) -> Gap:
    worst = min(scores, key=lambda epoch: float(scores[epoch].mean()))
    return paired_gap(scores[best], scores[worst])


def moved_sentence(result: RunResult) -> str:
    """Say how far each layer moved while it was frozen, and after: the proof, in numbers."""
    names = layer_names(len(result.params))
    change = result.layer_change
    frozen = np.concatenate([np.tile(phase.frozen, (phase.n_epochs, 1)) for phase in result.schedule])
    if not frozen.any():
        return "No layer was ever frozen in this schedule."
    while_frozen = float(change[:, frozen].max())
    drift = [
        float(
            np.mean(
                np.linalg.norm(new.weights - old.weights, axis=(-2, -1)) / np.linalg.norm(old.weights, axis=(-2, -1))
            )
        )
        for new, old in zip(result.params, result.pretrained, strict=True)
    ]
    moved = join_words([f"{name} by {percent(value)}" for name, value in zip(names, drift, strict=True)])
    exact = "exactly 0" if while_frozen == 0 else f"up to {while_frozen:.1e}"
    return (
        f"While frozen, the largest change of any layer in any of {result.config.n_seeds} seeds was **{exact}**. "
        f"From start to end: {moved} of its norm."
    )
