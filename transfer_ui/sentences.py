"""What a page says about its results: every sentence formats numbers that a run has just produced."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, mean_interval
from transfer_core.wording import TOO_FEW_SEEDS, inside, join_words
from transfer_ui import nouns, rows
from transfer_ui.controls.knobs import KNOBS, values_of

TITLES = {name: strategy.title for name, strategy in STRATEGIES.items()}
Results = Mapping[str, RunResult]
MARGIN = 0.02  # above guessing: a network that always names the most frequent class gets as far


def pretrained_arms(results: Results) -> dict[str, RunResult]:
    """Leave the controls out."""
    return {name: result for name, result in results.items() if STRATEGIES[name].pretrained}


def test_scores(results: Results) -> dict[str, Array]:
    """Strategy name -> test accuracy of each seed."""
    return {name: result.test_accuracy for name, result in results.items()}


def price(results: Results) -> str:
    """Say what end-to-end and progressive unfreezing cost beyond freezing, in work and on the old task."""
    frozen, full = results["feature_extraction"], results["end_to_end"]
    work = full.cost.multiply_adds / max(frozen.cost.multiply_adds, 1)
    said = (
        f"End-to-end takes {work:.1f} times the multiply-adds of feature extraction, which computes the frozen features "
        f"once{'.' if nouns.are_rows(full.config.pair) else '; with augmented images it would compute them in every epoch.'}"
    )
    if not full.config.has_old_task:
        return said
    before = percent(full.source_accuracy_before.mean())
    after = {name: percent(result.source_accuracy_after.mean()) for name, result in pretrained_arms(results).items()}
    return (
        f"{said} On the old task, the network started at {before}; it keeps {after['feature_extraction']} when frozen, "
        f"{after['progressive_unfreezing']} after progressive unfreezing and {after['end_to_end']} after end-to-end."
    )


def about_lines(n_seeds: int) -> str:
    """Say what the lines of a chart are, and its bands: of few seeds, none is drawn.

    Examples
    --------
    >>> about_lines(10), about_lines(3)
    ('Line: mean over the seeds. Band: its 95 % interval.', 'Line: mean over 3 seeds, which are too few for a band.')
    """
    if n_seeds < MIN_SEEDS:
        return f"Line: mean over {n_seeds} seeds, which are too few for a band."
    return "Line: mean over the seeds. Band: its 95 % interval."


def learnt(n_classes: int) -> float:
    """Share of its training images that a trained network gets right: halfway from guessing to all.

    Examples
    --------
    >>> learnt(2)
    0.75
    """
    return (1 + 1 / n_classes) / 2


def no_better_than_guessing(scores: Array, n_classes: int) -> bool:
    """Whether most seeds score no more than guessing among equally frequent classes would.

    Examples
    --------
    >>> no_better_than_guessing(np.array([0.1, 0.11, 0.9]), 10)
    True
    """
    return bool(np.median(scores) <= 1 / n_classes + MARGIN)


def trouble(results: Results) -> list[str]:
    """Say which strategies broke down, and how to fix it."""
    said = []
    for name, result in results.items():
        n_seeds, n_classes = result.config.n_seeds, result.config.layer_sizes[-1]
        if result.n_diverged:
            said.append(
                f"{rows.TITLES[name]} diverged in {result.n_diverged} of {n_seeds} seeds: its loss became NaN or infinite. "
                "Lower its learning rate or the momentum."
            )
        elif no_better_than_guessing(result.test_accuracy, n_classes):
            said.append(
                f"{rows.TITLES[name]} is no better than guessing: {percent(float(result.test_accuracy.mean()))} of the test "
                f"images right, where guessing gets {percent(1 / n_classes)}."
            )
    return said


def cap(config: RunConfig) -> str:
    """Say how many images the training set has in all."""
    n_classes = config.layer_sizes[-1]
    if config.images_per_class is None:
        return "all images of the pool"
    return f"{count(config.images_per_class, 'image')} per class, {n_classes} classes"


def differences(then: RunConfig, now: RunConfig) -> str:
    """Name the settings in which an earlier run differs."""
    old, new = values_of(then), values_of(now)
    changed = [knob for knob in KNOBS if knob.name != "scenario" and old[knob.name] != new[knob.name]]
    words = [f"{knob.label.lower()} {knob.text(old[knob.name])}, not {knob.text(new[knob.name])}" for knob in changed]
    if then.scenario != now.scenario:
        words.insert(0, f"scenario “{then.pair.title}”")
    return "; ".join(words) if words else "the same settings"


def cost_words(result: RunResult, cheapest: RunResult) -> str:
    """Say in one line what a strategy costs: work, and accuracy on the old task."""
    work = result.cost.multiply_adds / max(cheapest.cost.multiply_adds, 1)
    said = "the least work" if result is cheapest else f"{work:.1f} × the work of freezing"
    if not (result.config.has_old_task and STRATEGIES[result.strategy].pretrained):
        return f"Cost: {said}."
    before, after = (percent(part.mean()) for part in (result.source_accuracy_before, result.source_accuracy_after))
    if before == after:
        return f"Cost: {said}; the old task stays at {before}."
    return f"Cost: {said}; the old task goes from {before} to {after}."


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
    >>> accuracy_words(np.full(6, 0.9)), accuracy_words(np.full(2, 0.9))
    ('90.0\xa0% (90.0 to 90.0)', '90.0\xa0% (too few seeds)')
    """
    mean, low, high = mean_interval(scores)
    if len(scores) < MIN_SEEDS:
        return f"{percent(mean)} ({TOO_FEW_SEEDS})"
    return f"{percent(mean)} ({100 * low:.1f} to {100 * high:.1f})" if low == low else percent(mean)


def described(results: Results, title: str, metric: str) -> str:
    """Say what a chart of curves shows, for whoever cannot see it."""
    any_result = next(iter(results.values()))
    ends = {name: float(result.history[metric][:, -1].mean()) for name, result in results.items()}
    write = percent if metric.endswith("accuracy") else "{:.3f}".format
    words = [
        f"{inside(rows.TITLES[name])} {write(end) if np.isfinite(end) else 'diverged'}" for name, end in ends.items()
    ]
    return f"{title} after {count(any_result.n_epochs, 'epoch')}, mean over seeds: {join_words(words)}."


def count(number: int, word: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "seed"), count(10, "seed")
    ('1 seed', '10 seeds')
    """
    return f"{number} {word}{'' if number == 1 else 's'}"
