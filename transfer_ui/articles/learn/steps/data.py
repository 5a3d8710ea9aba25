"""Step 7: how much data until fine-tuning pays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES
from transfer_core.studies.grids import sizes
from transfer_core.studies.questions import crossover
from transfer_core.studies.registry import STUDIES
from transfer_core.wording import sentence_case
from transfer_ui.articles import claims
from transfer_ui.articles.checks import Check
from transfer_ui.articles.decide import crossing, guessing
from transfer_ui.articles.learn.advice import RULE_OF_THUMB
from transfer_ui.articles.learn.step import SETTINGS, Further, Picture, Step
from transfer_ui.charts.live_panel import LivePanel
from transfer_ui.runs import studies
from transfer_ui.sentences import percent
from transfer_ui.shell import frame


class Crossed(NamedTuple):
    """The accuracies by size, and where the lead passes from one approach to the other.

    Attributes
    ----------
    table : DataFrame
    where : Crossing
    sizes : list of int
        Training images, all classes together.
    """

    table: pd.DataFrame
    where: crossover.Crossing
    sizes: list[int]


def _run() -> Crossed:
    study = STUDIES["crossover"]
    measured = studies.measure(study, [SETTINGS])
    done = crossover.complete_sizes(measured.rows) if len(measured.rows) else []
    if len(done) < 2:
        frame.stop_without_results()
    return Crossed(*measured.once("crossing in Learn", lambda: _located(measured.rows, done)), done)


def _located(rows: pd.DataFrame, done: list[int]) -> tuple[pd.DataFrame, crossover.Crossing]:
    """Choose the rates, and find where the lead passes from one arm to the other."""
    return crossover.accuracies(rows), crossover.locate(rows, done)


def _figure(mode: str) -> Picture[Crossed]:
    panel = LivePanel(STUDIES["crossover"], mode, tuple(STRATEGIES))

    def draw(run: Crossed | None, predicted: str | None) -> None:
        if run is None:
            first, *_, last = sizes(SETTINGS)
            panel.wait(first * SETTINGS.layer_sizes[-1], last * SETTINGS.layer_sizes[-1])
            return
        marks = crossing.marks(run.where, predicted or guessing.NEVER, SETTINGS, run.sizes[0], run.sizes[-1])
        # The size is that of the lesson's settings, not the reader's own.
        left_out = {crossing.YOUR_SIZE} if predicted else {crossing.YOUR_SIZE, crossing.YOUR_GUESS}
        panel.finish(run.table, [mark for mark in marks if mark.words not in left_out])

    return draw


def _shows(run: Crossed) -> str:
    return crossover.crossing_words(run.where, run.sizes)


def _happened(run: Crossed) -> str:
    means = run.table.set_index(["images", "strategy"])["mean"]
    said = [
        f"with {size:,} images feature extraction reaches {percent(means[size, 'feature_extraction'])}, end-to-end "
        f"{percent(means[size, 'end_to_end'])}"
        for size in (run.sizes[0], run.sizes[-1])
    ]
    return f"{sentence_case('; '.join(said))}."


def _right(run: Crossed, answer: str) -> bool:
    if np.isnan(run.where.low):
        return False
    at = guessing.guess_at(answer, -np.inf, np.inf)
    return run.where.low <= at <= run.where.high or answer == guessing.nearest_guess(run.where.at)


def _why(run: Crossed) -> str:
    stored = claims.entry("crossover", "rule_of_thumb")
    return (
        "With few images, a free backbone mostly learns their accidents. Each further image pins the features down, and at some "
        "size adapting them pays. Where that is depends on the tasks, the network and the budget, so a rule in absolute numbers "
        f"can only be a guess.\n\n{RULE_OF_THUMB} In the ledger it is **{stored.verdict}**."
    )


STEP = Step(
    name="data",
    title="Data",
    idea=(
        "Feature extraction suits small data sets, end-to-end fine-tuning large ones, so somewhere the lead passes from one to "
        "the other. To be fair to both, each now takes the best of five learning rates at every size, chosen on validation "
        "images. The **target task** offers about a thousand training images."
    ),
    check=Check(
        "place",
        "From how many training images, all classes together, does end-to-end beat feature extraction?",
        guessing.GUESSES,
        _right,
        _shows,
    ),
    figure_title="Accuracy against the number of training images",
    figure=_figure,
    run=_run,
    happened=_happened,
    why=_why,
    claims=("crossover.rule_of_thumb", "crossover.more_data", "crossover.enough_data"),
    sections=("when",),
    further=(Further("decide", "**Decide**: the same with a shift, as a map of winners"),),
)
