"""The lesson's table of differences: each row with its entries in the ledger, and what the reader's own run gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import Gap, paired_gap
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.summaries import LEARNT
from transfer_core.wording import lead_words, number_words, side_words
from transfer_ui.articles.claims import Entry, entry
from transfer_ui.sentences import count, percent

Results = Mapping[str, RunResult]

FEW = 10  # images per class: up to here it counts as what the lesson calls a “small data set”


class Row(NamedTuple):
    """A row of the table: what is claimed of both approaches, where that is judged, and what a run shows.

    Attributes
    ----------
    aspect : str
    frozen, full : str
        What the lesson says of feature extraction and of end-to-end fine-tuning.
    claims : tuple of str
        Entries of the ledger, ``study.claim``; none where there is nothing to judge, only to count.
    measure : callable
        ``Results -> str``: what one run gives. It is no verdict.
    """

    aspect: str
    frozen: str
    full: str
    claims: tuple[str, ...]
    measure: Callable[[Results], str]

    @property
    def entries(self) -> list[Entry]:
        """Its lines of the ledger."""
        return [entry(*name.split(".")) for name in self.claims]


def trainable_parameters(results: Results) -> str:
    """Count what is trained."""
    frozen, full = (results[name].cost.trainable_parameters for name in ("feature_extraction", "end_to_end"))
    return f"With the backbone frozen, {percent(frozen / full)} of the parameters train: {frozen:,} of {full:,}."


def training_time(results: Results) -> str:
    """Give what the study of speeds found: the clock of a single run says nothing."""
    stored = entry("speed", "fast")
    return f"its clock is noisy, so this is from timed rounds. {stored.sentence}"


def data_requirements(results: Results) -> str:
    """Say whether freezing is ahead with as few images as here."""
    config = results["end_to_end"].config
    gap = _ahead(results, "feature_extraction", "end_to_end")
    images = (
        "all the images" if config.images_per_class is None else f"{count(config.images_per_class, 'image')} per class"
    )
    said = f"With {images}, feature extraction is {side_words(gap, 'end-to-end')}."
    caution = says_little(results, "feature_extraction", "end_to_end")
    if config.images_per_class is None or config.images_per_class > FEW:
        caution = f"That is not a few: set {FEW} per class or fewer."
    return f"{said} {caution}".rstrip()


def computational_cost(results: Results) -> str:
    """Compare counted work."""
    frozen, full = (results[name].cost.multiply_adds for name in ("feature_extraction", "end_to_end"))
    ratio = full / max(frozen, 1)
    return f"{_millions(frozen)} against {_millions(full)} multiply-adds for one network: {ratio:.1f} times the work."


def performance(results: Results) -> str:
    """Say what the features are worth, and which approach is ahead."""
    fit = _ahead(results, "feature_extraction", "random_features")
    gap = _ahead(results, "end_to_end", "feature_extraction")
    caution = says_little(results, "feature_extraction", "random_features", "end_to_end")
    return (
        f"Frozen pretrained features are {lead_words(fit, 'random ones')}. End-to-end is "
        f"{side_words(gap, 'feature extraction')}. {caution}"
    ).rstrip()


def overfitting(results: Results) -> str:
    """Say by how much the validation loss has risen from its lowest point: what training to the end costs."""
    risen = {name: _risen(results[name]) for name in ("feature_extraction", "end_to_end")}
    gap = paired_gap(risen["end_to_end"], risen["feature_extraction"])
    return (
        f"From its lowest point to the end, the validation loss rises by {_nats(risen['feature_extraction'])} nats frozen, by "
        f"{_nats(risen['end_to_end'])} end-to-end; by more end-to-end in {gap.wins} of {gap.n} seeds. "
        f"{says_little(results, 'feature_extraction', 'end_to_end')}"
    ).rstrip()


def learning_rate(results: Results) -> str:
    """Say what the old task keeps at a lower rate."""
    full, slower = results["end_to_end"], results["progressive_unfreezing"]
    rate, lower = full.config.backbone_learning_rate, slower.config.unfrozen_learning_rate
    before = full.source_accuracy_before.mean()
    if np.isnan(before) or lower >= rate:
        why = "there is no old task" if np.isnan(before) else "the rate after unfreezing is not the lower one"
        return f"End-to-end learns at {rate:g}, progressive unfreezing at {lower:g}: {why}."
    target = _ahead(results, "progressive_unfreezing", "end_to_end")
    return (
        f"Old task, {percent(before)} before: {percent(full.source_accuracy_after.mean())} after end-to-end at {rate:g}, "
        f"{percent(slower.source_accuracy_after.mean())} after training the head first and then all at {lower:g}, where the "
        f"wait and the lower rate act together. On the new task, the slower one is {lead_words(target, 'the faster')}. "
        f"{says_little(results, 'end_to_end', 'progressive_unfreezing')}"
    ).rstrip()


def says_little(results: Results, *compared: str) -> str:
    """Say why a run says little about arms: nothing was pretrained, or one has not learnt its own training images.

    Parameters
    ----------
    results : mapping of str to RunResult
    *compared : str
        Names of strategies.

    Returns
    -------
    str
        Empty if there is no reason.
    """
    if not results[compared[0]].config.has_old_task:
        return "Nothing is pretrained here, so this says nothing about pretrained features."
    for name in compared:
        learnt = float(np.nan_to_num(results[name].history["train_accuracy"][:, -1]).mean())
        if learnt < LEARNT:
            title = STRATEGIES[name].title
            return f"{title} gets only {percent(learnt)} of its own training images right, so this says little."
    return ""


TABLE: tuple[Row, ...] = (
    Row("Trainable parameters", "only the last layers", "all of them, or most", (), trainable_parameters),
    Row("Training time", "short", "longer", ("speed.fast",), training_time),
    Row(
        "Data requirements",
        "few images are enough",
        "needs more",
        ("crossover.small_data", "crossover.more_data"),
        data_requirements,
    ),
    Row(
        "Computational cost",
        "low: no gradients below the head",
        "high: gradients all the way",
        ("speed.cost",),
        computational_cost,
    ),
    Row(
        "Performance",
        "good where the tasks are alike",
        "better where they differ",
        ("decision_map.similar_freeze", "decision_map.dissimilar"),
        performance,
    ),
    Row(
        "Overfitting risk",
        "lower",
        "higher, so regularise",
        ("overfitting.risk", "overfitting.regularise"),
        overfitting,
    ),
    Row(
        "Learning rate", "an ordinary one (0.001)", "a lower one (0.0001)", ("learning_rate.lower_rate",), learning_rate
    ),
)


def features_sentence(results: Results) -> str:
    """Say what the pretrained features are worth compared with random ones."""
    gap = _ahead(results, "feature_extraction", "random_features")
    if not results["feature_extraction"].config.has_old_task:
        return f"Here, nothing is pretrained: the frozen backbone is as random as its control, {side_words(gap)}."
    return f"Here, a head on the frozen pretrained backbone is {side_words(gap, 'a head on a frozen random one')}."


def _ahead(results: Results, ours: str, theirs: str) -> Gap:
    return paired_gap(results[ours].test_accuracy, results[theirs].test_accuracy)


def _risen(result: RunResult) -> Array:
    losses = np.nan_to_num(result.history["val_loss"], nan=np.inf)
    return np.asarray(losses[:, -1] - losses.min(axis=1))


def _nats(losses: Array) -> str:
    mean = float(losses.mean())
    return number_words(mean, ".2f") if np.isfinite(mean) else "∞"


def _millions(number: int) -> str:
    return f"{number / 1e6:,.1f} million"
