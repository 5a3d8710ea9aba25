"""Which row of a table is best, in one line, and the evidence for that line: controls and baselines count too."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core import STRATEGIES
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.statistics import MIN_SEEDS, verdict
from transfer_core.wording import gap_words, inside, join_words, verdict_evidence, verdict_sentence
from transfer_ui.sentences import Results, no_better_than_guessing, percent, test_scores

Scores = Mapping[str, Array]
THREE = ("feature_extraction", "end_to_end", "progressive_unfreezing")  # freeze, fine-tune, or unfreeze step by step
TITLES = {name: strategy.title for name, strategy in STRATEGIES.items()} | {
    name: baseline.title for name, baseline in BASELINES.items()
}
BASELINES_TO_COME = "Zero-shot and logistic regression are still being measured; either may yet be best."
NO_TRAINING, LINEAR = "zero_shot", "logistic_regression"


def answer(results: Results, baselines: Scores) -> str:
    """Say in one line which row of the table is best: strategy, control or baseline."""
    said = headline(*_table(results, baselines))
    stopped = next((result.n_epochs for result in results.values() if result.stopped), None)
    return said if stopped is None else f"Stopped after epoch {stopped}, so far: {inside(said)}"


def behind_it(results: Results, baselines: Scores, *, brief: bool = False) -> list[str]:
    """Give the evidence for the answer; if that is about none of the three strategies alone, also compare these.

    Parameters
    ----------
    results : mapping of str to RunResult
    baselines : mapping of str to ndarray of shape (n_seeds,)
    brief : bool, default False
        Compare the three without the evidence.
    """
    scores, n_classes = _table(results, baselines)
    lines = [evidence(scores, n_classes)]
    found = verdict(scores)
    if found.closest[1].n >= MIN_SEEDS and (found.leader not in THREE or NO_TRAINING in found.tied):
        lines.append(among_the_three(scores, n_classes, brief=brief))
    return lines


def _table(results: Results, baselines: Scores) -> tuple[Scores, int]:
    n_classes = next(iter(results.values())).config.layer_sizes[-1]
    return test_scores(results) | dict(baselines), n_classes


def headline(scores: Scores, n_classes: int) -> str:
    """Say which row is best, and plainly if that takes no training, no network, or the others' collapse.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n_seeds,)
        Strategy or baseline -> accuracy of each seed.
    n_classes : int

    Returns
    -------
    str
        One short sentence; `evidence` has the interval.

    Examples
    --------
    >>> import numpy as np
    >>> headline({"zero_shot": np.full(6, 0.8), "end_to_end": np.full(6, 0.7)}, 10)
    'No training needed: zero-shot wins, 10.0 points ahead of end-to-end fine-tuning.'
    """
    found = verdict(scores)
    leader, (closest, gap) = found.leader, found.closest
    if gap.n < MIN_SEEDS:
        return verdict_sentence(found, TITLES)
    collapsed = {name for name, values in scores.items() if no_better_than_guessing(values, n_classes)}
    if leader in collapsed:
        return "Nothing learns here: no accuracy is better than guessing."
    if NO_TRAINING in found.tied or (leader == NO_TRAINING and found.inconclusive):
        return "No training needed: nothing is clearly better than zero-shot."
    if found.inconclusive:
        return verdict_sentence(found, TITLES)
    if set(found.gaps) <= collapsed:
        return f"{TITLES[leader]} wins only because everything else collapsed."
    if leader == NO_TRAINING:
        return f"No training needed: zero-shot wins, {gap_words(gap)} ahead of {inside(TITLES[closest])}."
    if leader == LINEAR:
        return f"A linear model on pixels wins, {gap_words(gap)} ahead of {inside(TITLES[closest])}."
    rivals = [name for name in THREE if name in scores and name != leader]
    if leader in THREE and rivals and set(rivals) <= collapsed:
        return f"{TITLES[leader]} wins; {join_words([inside(TITLES[name]) for name in rivals])} collapsed."
    return verdict_sentence(found, TITLES)


def evidence(scores: Scores, n_classes: int) -> str:
    """Give the evidence for the headline: the closest gap with its interval, or how far the best one gets."""
    found = verdict(scores)
    best = scores[found.leader]
    if found.closest[1].n >= MIN_SEEDS and no_better_than_guessing(best, n_classes):
        return f"The best test accuracy is {percent(float(best.mean()))}; guessing gives {percent(1 / n_classes)}."
    return verdict_evidence(found, TITLES)


def among_the_three(scores: Scores, n_classes: int, measure: str = "test accuracy", *, brief: bool = False) -> str:
    """Compare freezing, fine-tuning and unfreezing progressively with each other, whatever beats them."""
    three = {name: scores[name] for name in THREE}
    found = verdict(three)
    collapsed = [name for name in THREE if no_better_than_guessing(three[name], n_classes)]
    if found.closest[1].n < MIN_SEEDS:
        return f"Of the three strategies, {inside(TITLES[found.leader])} has the highest mean {measure}."
    if found.leader in collapsed:
        return f"None of the three strategies has a {measure} better than guessing."
    if not found.inconclusive and len(collapsed) == len(found.gaps):
        return (
            f"Of the three strategies, {inside(TITLES[found.leader])} wins only because the others collapsed: their "
            f"{measure} is no better than guessing."
        )
    said = (
        f"{inside(TITLES[found.leader])} is best" if not found.inconclusive else inside(verdict_sentence(found, TITLES))
    )
    said = f"Of the three strategies, {said.rstrip('.')}."
    return said if brief else f"{said} {verdict_evidence(found, TITLES, measure)}"
