"""The lesson's table of differences, each row with the figure that a run gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import Gap, paired_gap
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import Quantity
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, UNTESTED, VERDICTS, signed
from transfer_core.studies.study import Finding
from transfer_core.studies.summaries import LEARNT
from transfer_core.wording import inside, join_words, lead_words, number_words, sentence_case, side_words
from transfer_ui.articles import claims
from transfer_ui.sentences import count, percent

Results = Mapping[str, RunResult]

RULE = signed(Quantity("the gap that the row speaks of"))
RISE = signed(Quantity("the rise of the loss that the row speaks of", unit="", matters=0.02))
FEW = 10  # images per class: up to here it counts as what the lesson calls a “small data set”


class Row(NamedTuple):
    """A row of the table: what is claimed of both approaches, and how a run judges it.

    Attributes
    ----------
    aspect : str
    frozen, full : str
        What the lesson says of feature extraction and of end-to-end fine-tuning.
    measure : callable
        ``Results -> Finding``.
    """

    aspect: str
    frozen: str
    full: str
    measure: Callable[[Results], Finding]


def trainable_parameters(results: Results) -> Finding:
    """Count what is trained."""
    frozen, full = (results[name].cost.trainable_parameters for name in ("feature_extraction", "end_to_end"))
    said = f"With the backbone frozen {percent(frozen / full)} of the parameters train: {frozen:,} of {full:,}."
    return Finding(CONFIRMED if frozen < full else REFUTED, said)


def training_time(results: Results) -> Finding:
    """Give what the study of speeds found: the clock of a single run says nothing."""
    stored = claims.entry("speed", "fast")
    return Finding(stored.verdict, f"Not from this run, whose clock is noisy, but from timed rounds: {stored.sentence}")


def data_requirements(results: Results) -> Finding:
    """Ask whether freezing is ahead with as few images as here."""
    config = results["end_to_end"].config
    gap = _ahead(results, "feature_extraction", "end_to_end")
    images = (
        "all the images" if config.images_per_class is None else f"{count(config.images_per_class, 'image')} per class"
    )
    said = f"With {images}, feature extraction is {side_words(gap, 'end-to-end')}."
    missing = nothing_to_judge(results, "feature_extraction", "end_to_end")
    if config.images_per_class is None or config.images_per_class > FEW:
        missing = f"That is not a few: set {FEW} per class or fewer."
    return Finding(UNTESTED, f"{said} {missing}") if missing else Finding(RULE.judge(gap).verdict, said)


def computational_cost(results: Results) -> Finding:
    """Compare counted work."""
    frozen, full = (results[name].cost.multiply_adds for name in ("feature_extraction", "end_to_end"))
    ratio = full / max(frozen, 1)
    said = f"{_millions(frozen)} against {_millions(full)} multiply-adds for one network: {ratio:.1f} times the work."
    return Finding(CONFIRMED if frozen < full else REFUTED, said)


def performance(results: Results) -> Finding:
    """Check whether the features fit, and whether the approach that the claim then favours is ahead."""
    fit = _ahead(results, "feature_extraction", "random_features")
    gap = _ahead(results, "end_to_end", "feature_extraction")
    fits = RULE.judge(fit).verdict
    said = f"Frozen pretrained features are {lead_words(fit, 'random ones')}, so "
    said += {CONFIRMED: "they fit.", INCONCLUSIVE: "it is open whether they fit."}.get(fits, "they do not fit.")
    said += f" End-to-end is {side_words(gap, 'feature extraction')}."
    missing = nothing_to_judge(results, "feature_extraction", "random_features", "end_to_end")
    if missing:
        return Finding(UNTESTED, f"{said} {missing}")
    if fits == INCONCLUSIVE:
        return Finding(INCONCLUSIVE, said)
    favoured = _ahead(results, "feature_extraction", "end_to_end") if fits == CONFIRMED else gap
    return Finding(RULE.judge(favoured).verdict, said)


def overfitting(results: Results) -> Finding:
    """Compare by how much the validation loss has risen from its lowest point: what training to the end costs."""
    risen = {name: _risen(results[name]) for name in ("feature_extraction", "end_to_end")}
    gap = paired_gap(risen["end_to_end"], risen["feature_extraction"])
    said = (
        f"From its lowest point to the end, the validation loss rises by {_nats(risen['feature_extraction'])} nats frozen, by "
        f"{_nats(risen['end_to_end'])} end-to-end; by more end-to-end in {gap.wins} of {gap.n} seeds."
    )
    missing = nothing_to_judge(results, "feature_extraction", "end_to_end")
    return Finding(UNTESTED, f"{said} {missing}") if missing else Finding(RISE.judge(gap).verdict, said)


def learning_rate(results: Results) -> Finding:
    """Ask what the old task keeps at a lower rate."""
    full, slower = results["end_to_end"], results["progressive_unfreezing"]
    rate, lower = full.config.backbone_learning_rate, slower.config.unfrozen_learning_rate
    before = full.source_accuracy_before.mean()
    if np.isnan(before) or lower >= rate:
        why = "there is no old task" if np.isnan(before) else "the rate after unfreezing is not the lower one"
        return Finding(UNTESTED, f"End-to-end learns at {rate:g}, progressive unfreezing at {lower:g}: {why}.")
    missing = nothing_to_judge(results, "end_to_end", "progressive_unfreezing")
    kept = paired_gap(slower.source_accuracy_after, full.source_accuracy_after)
    target = _ahead(results, "progressive_unfreezing", "end_to_end")
    said = (
        f"Old task, {percent(before)} before: {percent(full.source_accuracy_after.mean())} after end-to-end at {rate:g}, "
        f"{percent(slower.source_accuracy_after.mean())} after training the head first and then all at {lower:g}, where the "
        f"wait and the lower rate act together. On the new task, the slower one is {lead_words(target, 'the faster')}."
    )
    # The wait and the lower rate act together here, so a difference does not settle what the rate alone does.
    if missing:
        return Finding(UNTESTED, f"{said} {missing}")
    return Finding(UNTESTED if kept.sign > 0 else RULE.judge(kept).verdict, said)


def nothing_to_judge(results: Results, *compared: str) -> str:
    """Say why arms cannot be compared: nothing was pretrained, or one has not learnt its own training images.

    Parameters
    ----------
    results : mapping of str to RunResult
    *compared : str
        Names of strategies.

    Returns
    -------
    str
        Empty if they can.
    """
    if not results[compared[0]].config.has_old_task:
        return "Nothing is pretrained here, so this says nothing about pretrained features."
    for name in compared:
        learnt = float(np.nan_to_num(results[name].history["train_accuracy"][:, -1]).mean())
        if learnt < LEARNT:
            title = STRATEGIES[name].title
            return f"{title} gets only {percent(learnt)} of its own training images right, so it is not judged."
    return ""


TABLE: tuple[Row, ...] = (
    Row("Trainable parameters", "only the last layers", "all of them, or most", trainable_parameters),
    Row("Training time", "short", "longer", training_time),
    Row("Data requirements", "few images are enough", "needs more", data_requirements),
    Row("Computational cost", "low: no gradients below the head", "high: gradients all the way", computational_cost),
    Row("Performance", "good where the tasks are alike", "better where they differ", performance),
    Row("Overfitting risk", "lower", "higher, so regularise", overfitting),
    Row("Learning rate", "an ordinary one (0.001)", "a lower one (0.0001)", learning_rate),
)


def tally(findings: Mapping[str, Finding]) -> str:
    """Say how many claims hold, as the answer of the section.

    Examples
    --------
    >>> from transfer_core.studies.rules import INCONCLUSIVE
    >>> tally({"Speed": Finding(CONFIRMED, ""), "Accuracy": Finding(INCONCLUSIVE, "")})
    '1 of 2 claims is confirmed here, with these settings. Inconclusive here: accuracy.'
    """
    named = {
        verdict: [inside(aspect) for aspect, finding in findings.items() if finding.verdict == verdict]
        for verdict in (*VERDICTS, UNTESTED)
    }
    n_confirmed = len(named.pop(CONFIRMED))
    said = f"{n_confirmed} of {len(findings)} claims {'is' if n_confirmed == 1 else 'are'} confirmed here, with these settings."
    for verdict, aspects in named.items():
        if aspects:
            said += f" {sentence_case(verdict)}: {join_words(aspects)}."
    return said


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
