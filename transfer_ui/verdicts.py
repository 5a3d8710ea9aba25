"""Which row of a table is best, in one line, and the evidence for that line: controls and baselines count too."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap, verdict
from transfer_core.wording import (
    TOO_FEW_SEEDS,
    clear_lead_words,
    inside,
    join_words,
    range_words,
    verdict_evidence,
    verdict_sentence,
)
from transfer_ui import rows
from transfer_ui.sentences import Results, no_better_than_guessing, percent, test_scores

Scores = Mapping[str, Array]
THREE = ("feature_extraction", "end_to_end", "progressive_unfreezing")  # freeze, fine-tune, or unfreeze step by step
TITLES = rows.TITLES | {name: baseline.title for name, baseline in BASELINES.items()}
SHORTS = {name: baseline.short for name, baseline in BASELINES.items()}
BASELINES_TO_COME = "Zero-shot and what needs no network are still being measured, and may win."
"""As long as what takes its place, so that nothing moves."""


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
    if found.closest[1].n >= MIN_SEEDS and (found.leader not in THREE or BASELINES.keys() & found.tied):
        lines.append(among_the_three(scores, n_classes, brief=brief))
    return [line for line in lines if line]


def worth_of_pretraining(results: Results, baselines: Scores) -> str:
    """Say whether the best that starts from the pretrained network beats the best that does without it.

    Parameters
    ----------
    results : mapping of str to RunResult
    baselines : mapping of str to ndarray of shape (n_seeds,)
    """
    config = results["from_scratch"].config
    if not config.has_old_task:
        return "Nothing was pretrained here: every backbone starts from random weights."
    if config.n_seeds < MIN_SEEDS:
        return f"Whether pretraining pays cannot be told: {TOO_FEW_SEEDS}."
    scores, n_classes = _table(results, baselines)
    found = verdict(scores)
    if no_better_than_guessing(scores[found.leader], n_classes):
        return "Whether pretraining pays cannot be told where nothing learns."
    best, rival = (_best(scores, pretrained=side) for side in (True, False))
    may_be_best = {uses_pretraining(name) for name in (found.leader, *found.tied)}
    if may_be_best == {True}:
        gap = paired_gap(scores[best], scores[rival])
        return f"Pretraining pays: {_leads(best, rival, gap)}, the best without it."
    if may_be_best == {False}:
        gap = paired_gap(scores[rival], scores[best])
        return f"Pretraining {_verb_of_loss(scores)}: {_leads(rival, best, gap)}, the best with it."
    return (
        f"Pretraining makes no clear difference: {inside(TITLES[best])}, the best with it, and {inside(TITLES[rival])}, the "
        "best without it, cannot be told apart."
    )


def _verb_of_loss(scores: Scores) -> str:
    """Pretraining hurts if even from scratch, which only lacks it, wins against all that have it."""
    found = verdict({name: one for name, one in scores.items() if name == "from_scratch" or uses_pretraining(name)})
    return "hurts" if found.leader == "from_scratch" and not found.inconclusive else "does not pay"


def uses_pretraining(name: str) -> bool:
    """Whether a row of the table starts from the pretrained network."""
    return BASELINES[name].pretrained if name in BASELINES else name in rows.FROM_PRETRAINED


def _best(scores: Scores, *, pretrained: bool) -> str:
    """Highest mean of those with or without the pretrained network."""
    side = {name: float(values.mean()) for name, values in scores.items() if uses_pretraining(name) == pretrained}
    return max(side, key=side.__getitem__)


def _leads(ours: str, theirs: str, gap: Gap) -> str:
    return f"{inside(TITLES[ours])} leads {inside(TITLES[theirs])} by {range_words(gap)}"


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
    'No training needed: zero-shot wins, at least 10.0 points ahead of end-to-end fine-tuning.'
    """
    found = verdict(scores)
    leader, (closest, gap) = found.leader, found.closest
    if gap.n < MIN_SEEDS:
        return verdict_sentence(found, TITLES)
    collapsed = {name for name, values in scores.items() if no_better_than_guessing(values, n_classes)}
    if leader in collapsed:
        return "Nothing learns here: no accuracy is better than guessing."
    level = {leader, *found.tied}
    spared = next((baseline for name, baseline in BASELINES.items() if name in level), None)
    if spared and found.inconclusive:
        return f"Nothing is clearly better than {inside(spared.short)}, which needs no {spared.spares}."
    if found.inconclusive:
        return verdict_sentence(found, TITLES)
    if set(found.gaps) <= collapsed:
        return f"{TITLES[leader]} wins only because everything else collapsed."
    if spared:
        by_how_much = clear_lead_words(gap, inside(SHORTS.get(closest, TITLES[closest])))
        return f"No {spared.spares} needed: {inside(spared.short)} wins, {by_how_much}."
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
    return said if brief else f"{said} {verdict_evidence(found, TITLES, measure)}".rstrip()
