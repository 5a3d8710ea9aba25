"""The lesson's table of differences, each row with the figure that a run gives for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypedDict

import numpy as np

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap
from transfer_core.wording import inside, join_words, lead_words, side_words
from transfer_ui.sentences import percent

Results = Mapping[str, RunResult]


class Badge(TypedDict):
    """How a verdict looks: colour and icon, the word beside them."""

    color: Literal["green", "red", "gray"]
    icon: str


HOLDS, FAILS, OPEN, UNTESTED = "holds here", "does not hold here", "no clear difference", "not tested here"
BADGES: dict[str, Badge] = {
    HOLDS: {"color": "green", "icon": ":material/check:"},
    FAILS: {"color": "red", "icon": ":material/close:"},
    OPEN: {"color": "gray", "icon": ":material/drag_handle:"},
    UNTESTED: {"color": "gray", "icon": ":material/remove:"},
}
NOTICEABLE = 1.1  # times measured once: anything closer is not called a difference
FEW = 10  # images of each class that the lesson's “small data set” may be taken to mean here


class Finding(NamedTuple):
    """What a run says of a claim.

    Attributes
    ----------
    verdict : str
        One of `HOLDS`, `FAILS`, `OPEN`, `UNTESTED`.
    sentence : str
        With the figure.
    """

    verdict: str
    sentence: str


class Claim(NamedTuple):
    """A row of the table.

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


def by_gap(gap: Gap) -> str:
    """Turn a gap that the claim expects to be positive into a verdict.

    Examples
    --------
    >>> by_gap(paired_gap(np.full(6, 0.9), np.full(6, 0.5)))
    'holds here'
    """
    if gap.n < MIN_SEEDS:
        return UNTESTED
    return {1: HOLDS, 0: OPEN, -1: FAILS}[gap.sign]


def trainable_parameters(results: Results) -> Finding:
    """Count what is trained."""
    frozen, full = (results[name].cost.trainable_parameters for name in ("feature_extraction", "end_to_end"))
    said = f"With the backbone frozen {percent(frozen / full)} of the parameters train: {frozen:,} of {full:,}."
    return Finding(HOLDS if frozen < full else FAILS, said)


def training_time(results: Results) -> Finding:
    """Compare measured seconds."""
    frozen, full = (results[name].cost.seconds for name in ("feature_extraction", "end_to_end"))
    ratio = full / max(frozen, 1e-9)
    verdict = HOLDS if ratio > NOTICEABLE else FAILS if ratio < 1 / NOTICEABLE else OPEN
    return Finding(verdict, f"{frozen:.3f} s against {full:.3f} s end-to-end, all seeds: {ratio:.1f} times as long.")


def data_requirements(results: Results) -> Finding:
    """Ask whether freezing is ahead with as few images as there are here."""
    config = results["end_to_end"].config
    gap = _ahead(results, "feature_extraction", "end_to_end")
    images = "all the images" if config.images_per_class is None else f"{config.images_per_class} of each class"
    said = f"With {images}, feature extraction is {side_words(gap, 'end-to-end')}."
    if config.images_per_class is None or config.images_per_class > FEW:
        return Finding(UNTESTED, f"{said} That is not a few: set {FEW} a class or fewer.")
    return Finding(by_gap(gap), said)


def computational_cost(results: Results) -> Finding:
    """Compare counted work."""
    frozen, full = (results[name].cost.multiply_adds for name in ("feature_extraction", "end_to_end"))
    ratio = full / max(frozen, 1)
    said = f"{_millions(frozen)} against {_millions(full)} multiply-adds for one network: {ratio:.1f} times the work."
    return Finding(HOLDS if frozen < full else FAILS, said)


def performance(results: Results) -> Finding:
    """See whether the features fit, and which approach the claim then favours."""
    fit = _ahead(results, "feature_extraction", "random_features")
    gap = _ahead(results, "end_to_end", "feature_extraction")
    said = f"Frozen pretrained features are {lead_words(fit, 'random ones')}, so they "
    said += "fit. " if fit.sign > 0 else "do not clearly fit. "
    said += f"End-to-end is {side_words(gap, 'feature extraction')}."
    # Where the features fit, freezing should do as well; where they do not, it should lose.
    if fit.sign > 0:
        return Finding(FAILS if gap.sign > 0 else HOLDS, said)
    return Finding(by_gap(gap), said)


def overfitting(results: Results) -> Finding:
    """Compare train minus validation accuracy at the end."""
    opened = {name: _train_minus_val(results[name]) for name in ("feature_extraction", "end_to_end")}
    gap = paired_gap(opened["end_to_end"], opened["feature_extraction"])
    said = (
        f"Train minus validation accuracy: {100 * opened['feature_extraction'].mean():.1f} points frozen, "
        f"{100 * opened['end_to_end'].mean():.1f} end-to-end; larger end-to-end in {gap.wins} of {gap.n} seeds."
    )
    return Finding(by_gap(gap), said)


def learning_rate(results: Results) -> Finding:
    """Ask what the old task keeps at a lower rate."""
    full, slower = results["end_to_end"], results["progressive_unfreezing"]
    rate, lower = full.config.backbone_learning_rate, slower.config.unfrozen_learning_rate
    before = full.source_accuracy_before.mean()
    if np.isnan(before) or lower >= rate:
        why = "there is no old task" if np.isnan(before) else "the rate after unfreezing is not the lower one"
        return Finding(UNTESTED, f"End-to-end learns at {rate:g}, progressive unfreezing at {lower:g}: {why}.")
    kept = paired_gap(slower.source_accuracy_after, full.source_accuracy_after)
    target = _ahead(results, "progressive_unfreezing", "end_to_end")
    said = (
        f"Old task, {percent(before)} before: {percent(full.source_accuracy_after.mean())} after end-to-end at {rate:g}, "
        f"{percent(slower.source_accuracy_after.mean())} after head first, then {lower:g}: the wait and the lower rate together. "
        f"On the new task the slower one is {lead_words(target, 'the faster')}."
    )
    # Waiting and slowness act together here, so that a difference does not settle what the rate alone does.
    return Finding(UNTESTED if kept.sign > 0 else by_gap(kept), said)


CLAIMS: tuple[Claim, ...] = (
    Claim("Trainable parameters", "only the last layers", "all of them, or most", trainable_parameters),
    Claim("Training time", "short", "longer", training_time),
    Claim("Data requirements", "few images are enough", "needs more", data_requirements),
    Claim("Computational cost", "low: no gradients below the head", "high: gradients all the way", computational_cost),
    Claim("Performance", "good where the tasks are alike", "better where they differ", performance),
    Claim("Overfitting risk", "lower", "higher, so regularise", overfitting),
    Claim("Learning rate", "an ordinary one (0.001)", "a lower one (0.0001)", learning_rate),
)


def tally(findings: Mapping[str, Finding]) -> str:
    """Say how many claims hold, as the answer of the section.

    Examples
    --------
    >>> tally({"Speed": Finding(HOLDS, ""), "Accuracy": Finding(OPEN, "")})
    '1 of 2 claims holds with these settings. No clear difference: accuracy.'
    """
    named = {
        verdict: [inside(aspect) for aspect, finding in findings.items() if finding.verdict == verdict]
        for verdict in (HOLDS, FAILS, OPEN, UNTESTED)
    }
    n_holding = len(named.pop(HOLDS))
    said = f"{n_holding} of {len(findings)} claims hold{'s' if n_holding == 1 else ''} with these settings."
    for verdict, aspects in named.items():
        if aspects:
            said += f" {verdict.removesuffix(' here').capitalize()}: {join_words(aspects)}."
    return said


def features_sentence(results: Results) -> str:
    """Say what the pretrained features are worth beside random ones."""
    gap = _ahead(results, "feature_extraction", "random_features")
    return f"Here, a head on the frozen pretrained backbone is {side_words(gap, 'a head on a frozen random one')}."


def _ahead(results: Results, ours: str, theirs: str) -> Gap:
    return paired_gap(results[ours].test_accuracy, results[theirs].test_accuracy)


def _train_minus_val(result: RunResult) -> Array:
    return np.asarray(result.history["train_accuracy"][:, -1] - result.history["val_accuracy"][:, -1])


def _millions(number: int) -> str:
    return f"{number / 1e6:,.1f} million"
