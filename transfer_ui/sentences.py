"""What a page says of its results: every sentence formats numbers that a run has just given."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from transfer_core import SCENARIOS, STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import mean_interval, paired_gap, verdict
from transfer_core.wording import evidence_words, gap_words, join_words, verdict_sentence
from transfer_ui.controls.knobs import KNOBS, values_of

TITLES = {name: strategy.title for name, strategy in STRATEGIES.items()}
Results = Mapping[str, RunResult]
LEARNT = 0.5  # share of the training images that a network must get right before it counts as trained


def pretrained_arms(results: Results) -> dict[str, RunResult]:
    """Leave the controls out."""
    return {name: result for name, result in results.items() if STRATEGIES[name].pretrained}


def test_scores(results: Results) -> dict[str, Array]:
    """Strategy name -> test accuracy of each seed."""
    return {name: result.test_accuracy for name, result in results.items()}


def answer(results: Results) -> str:
    """Say which of the three strategies wins on the target task."""
    said = verdict_sentence(verdict(test_scores(pretrained_arms(results))), TITLES)
    stopped = next((result.n_epochs for result in results.values() if result.stopped), None)
    return said if stopped is None else f"Stopped after epoch {stopped}, so far: {said}"


def worth_of_pretraining(results: Results) -> str:
    """Say whether the best pretrained strategy beats training from scratch."""
    arms = pretrained_arms(results)
    best = max(arms, key=lambda name: float(arms[name].test_accuracy.mean()))
    gap = paired_gap(arms[best].test_accuracy, results["from_scratch"].test_accuracy)
    against = (
        f"{TITLES[best].lower()} is {gap_words(gap)} {'ahead of' if gap.interval.mean >= 0 else 'behind'} from scratch"
    )
    if arms[best].config.pair.source is None:
        return f"Nothing was pretrained here, all backbones start random: {against} {evidence_words(gap)}."
    scratch = results["from_scratch"].history["train_accuracy"][:, -1].mean()
    if scratch < LEARNT:
        return (
            f"From scratch has not learnt its own training images at these settings ({percent(scratch)} of them), so it "
            f"cannot say what pretraining is worth: {against} {evidence_words(gap)}."
        )
    opening = {1: "Pretraining pays", -1: "Pretraining hurts", 0: "Pretraining makes no clear difference"}[gap.sign]
    return f"{opening}: {against} {evidence_words(gap)}."


def price(results: Results) -> str:
    """Say what end-to-end and progressive unfreezing cost more than freezing, in work and in the old task."""
    frozen, full = results["feature_extraction"], results["end_to_end"]
    work = full.cost.multiply_adds / max(frozen.cost.multiply_adds, 1)
    time = full.cost.seconds / max(frozen.cost.seconds, 1e-9)
    said = f"End-to-end takes {work:.1f} times the multiply-adds of feature extraction ({time:.1f} times the seconds, measured)"
    if np.isnan(full.source_accuracy_before).any():
        return said + "."
    before = percent(full.source_accuracy_before.mean())
    after = {name: percent(result.source_accuracy_after.mean()) for name, result in pretrained_arms(results).items()}
    return (
        f"{said}. On the old task the network had {before}; it keeps {after['feature_extraction']} when frozen, "
        f"{after['progressive_unfreezing']} after progressive unfreezing and {after['end_to_end']} after end-to-end."
    )


def trouble(results: Results) -> list[str]:
    """Say which strategies broke down, and how to mend it."""
    return [
        f"{TITLES[name]} diverged in {result.n_diverged} of {result.config.n_seeds} seeds: its loss is no longer a "
        "number. Lower its learning rate, or the momentum."
        for name, result in results.items()
        if result.n_diverged
    ]


def cap(config: RunConfig) -> str:
    """Say how many images the training set has in all."""
    n_classes = config.layer_sizes[-1]
    if config.images_per_class is None:
        return "all images of the pool"
    images = "image" if config.images_per_class == 1 else "images"
    return f"{config.images_per_class} {images} of each of {n_classes} classes"


def differences(then: RunConfig, now: RunConfig) -> str:
    """Name what an earlier run did otherwise."""
    old, new = values_of(then), values_of(now)
    changed = [knob for knob in KNOBS if knob.name != "scenario" and old[knob.name] != new[knob.name]]
    words = [f"{knob.label.lower()} {knob.text(old[knob.name])}, not {knob.text(new[knob.name])}" for knob in changed]
    if then.scenario != now.scenario:
        words.insert(0, f"scenario “{SCENARIOS[then.scenario].title}”")
    return "; ".join(words) if words else "the same settings"


def cost_words(result: RunResult, cheapest: RunResult) -> str:
    """Say in a line what a strategy costs: work, and the old task."""
    work = result.cost.multiply_adds / max(cheapest.cost.multiply_adds, 1)
    said = "the least work" if result is cheapest else f"{work:.1f} × the work of freezing"
    if np.isnan(result.source_accuracy_after).any():
        return f"Cost: {said}."
    return f"Cost: {said}; the old task goes from {percent(result.source_accuracy_before.mean())} to {percent(result.source_accuracy_after.mean())}."


def percent(share: float) -> str:
    r"""Write a share as a percentage.

    Examples
    --------
    >>> percent(0.8949)
    '89.5\xa0%'
    """
    return f"{100 * share:.1f}\u00a0%"  # a space that does not break the line


def accuracy_words(scores: Array) -> str:
    r"""Write a mean accuracy with its interval.

    Examples
    --------
    >>> accuracy_words(np.array([0.9, 0.9]))
    '90.0\xa0% (90.0 to 90.0)'
    """
    mean, low, high = mean_interval(scores)
    return f"{percent(mean)} ({100 * low:.1f} to {100 * high:.1f})" if low == low else percent(mean)


def described(results: Results, metric: str) -> str:
    """Say what a chart of curves shows, for those who do not see it."""
    any_result = next(iter(results.values()))
    ends = [f"{TITLES[name]} {result.history[metric][:, -1].mean():.3g}" for name, result in results.items()]
    return f"{metric.replace('_', ' ')} after {any_result.n_epochs} epochs, mean over seeds: {join_words(ends)}."
