"""What the page says: every sentence formats what its runs have just measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from transfer_core import RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap, verdict
from transfer_core.wording import (
    TOO_FEW_SEEDS,
    evidence_words,
    gap_words,
    join_words,
    lead_words,
    number_words,
    range_words,
    sign_words,
)
from transfer_ui.charts.timeline import layer_names
from transfer_ui.sentences import Results, count, percent
from transfer_ui.verdicts import among_the_three


def headline(swept: Mapping[str, RunResult], results: Results) -> str:
    """Say which unfreeze epoch is best for the new task, and what it costs the old one."""
    never = results["feature_extraction"]
    config = never.config
    scores = _final(swept)
    if not config.has_old_task or len(scores) < 2 or config.n_seeds < MIN_SEEDS:
        return sweep_sentence(swept, config)
    found = verdict(scores)
    if len(found.tied) == len(scores) - 1:
        first = min(swept, key=int)
        cost = old_task_cost(swept[first], never)
        if not cost.sign:
            return "The unfreeze epoch makes no clear difference to either task."
        paid = gap_words(cost) if cost.sign > 0 else "nothing"
        return f"No clear difference on the new task; unfreezing at {first} costs the old {paid}."
    suits = "may suit the new task best" if found.tied else "suits the new task best"
    if found.leader == str(config.n_epochs):
        return f"Never unfreezing {suits}, and keeps the old."
    cost = old_task_cost(swept[found.leader], never)
    if cost.sign > 0:
        return f"Epoch {found.leader} {suits} and costs the old {gap_words(cost)}."
    return f"Epoch {found.leader} {suits}, at no {'' if cost.sign else 'clear '}cost to the old."


def old_task_cost(result: RunResult, never: RunResult) -> Gap:
    """Compare the old task of a backbone that never unfreezes with that of a run: positive is lost."""
    return paired_gap(never.source_accuracy_after, result.source_accuracy_after)


def evidence(swept: Mapping[str, RunResult], results: Results) -> list[str]:
    """Say what the headline rests on."""
    config = results["feature_extraction"].config
    return [*sweep_evidence(swept, config), *old_task_evidence(swept, results), three_on_validation(results)]


def old_task_evidence(swept: Mapping[str, RunResult], results: Results) -> list[str]:
    """Say what the old task keeps, for the earliest unfreeze epoch and for the visitor's own."""
    never = results["feature_extraction"]
    config = never.config
    if not config.has_old_task or config.n_seeds < MIN_SEEDS:
        return []
    said = []
    for epoch in dict.fromkeys((min(swept, key=int), str(config.unfreeze_epoch))):
        gap = paired_gap(swept[epoch].source_accuracy_after, never.source_accuracy_after)
        if int(epoch) < config.n_epochs:
            level = "level with that" if gap.is_nothing else f"{lead_words(gap)} {evidence_words(gap)}"
            said.append(f"unfreezing at {epoch} is {level}")
    kept = f"On the old task, a backbone that never unfreezes keeps {percent(never.source_accuracy_after.mean())}"
    return [f"{'; '.join([kept, *said])}."]


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
    return f"Epoch {found.leader} leads on the new task, {sign_words(0, _few(found.tied))}."


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
    names = [*layer_names(result.config.n_layers)[:-1], "the head"]
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
