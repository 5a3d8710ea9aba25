"""Where the visitor's schedule stands among all rows of the comparison, and how to say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap, verdict
from transfer_core.wording import TOO_FEW_SEEDS, clear_lead_words, inside, join_words, range_words, side_words
from transfer_ui.rows import OWN
from transfer_ui.sentences import no_better_than_guessing, percent
from transfer_ui.verdicts import TITLES, Scores

YOURS = inside(TITLES[OWN])


class Standing(NamedTuple):
    """What the comparison allows us to say about the visitor's schedule.

    Attributes
    ----------
    outcome : {"own", "theirs", "close", "unclear"}
        Who wins; unclear with too few seeds.
    rival : str
        The best of the others.
    gap : Gap
        The visitor's schedule minus the rival.
    level : tuple of str
        Others that cannot be told apart from it, the best first.
    is_best_of : int
        Attempts of which it is the best so far; 1 if it is not the best, or the only one.
    """

    outcome: Literal["own", "theirs", "close", "unclear"]
    rival: str
    gap: Gap
    level: tuple[str, ...]
    is_best_of: int


def best_of(scores: Scores) -> str:
    """Name the row with the highest mean; a row without a number never leads."""
    return max(scores, key=lambda name: float(np.nan_to_num(scores[name].mean(), nan=-1.0)))


def standing(scores: Scores, earlier: Sequence[Array] = ()) -> Standing:
    """Judge the visitor's schedule.

    Parameters
    ----------
    scores : mapping of str to ndarray of shape (n_seeds,)
        Test accuracy of every row, the visitor's schedule among them.
    earlier : sequence of ndarray of shape (n_seeds,)
        The visitor's other attempts.

    Returns
    -------
    Standing

    Notes
    -----
    Whoever tries often enough beats everything by luck. Attempts that did no better than this one are therefore judged
    with it, as rows of the same comparison: the best of many was chosen by the very seeds that judge it.

    Examples
    --------
    >>> found = standing({OWN: np.array(3 * [0.8, 0.9]), "end_to_end": np.array(3 * [0.7, 0.6])})
    >>> found.outcome, found.rival
    ('own', 'end_to_end')
    """
    own, theirs = scores[OWN], {name: values for name, values in scores.items() if name != OWN}
    rival = best_of(theirs)
    gap = paired_gap(own, theirs[rival])
    if gap.n < MIN_SEEDS:
        return Standing("unclear", rival, gap, (), 1)
    beaten = {f"attempt {index}": values for index, values in enumerate(earlier) if values.mean() <= own.mean()}
    found = verdict({**scores, **beaten})
    level = (found.leader, *found.tied)
    close = tuple(sorted((name for name in level if name in theirs), key=lambda name: -theirs[name].mean()))
    outcome: Literal["own", "theirs", "close"] = "theirs" if OWN not in level else "close" if close else "own"
    return Standing(outcome, rival, gap, close, 1 + len(beaten) if len(beaten) == len(earlier) else 1)


def headline(found: Standing, scores: Scores, n_classes: int) -> str:
    """Answer whether the visitor has beaten them."""
    rival = inside(TITLES[found.rival])
    if found.outcome == "unclear":
        return "Inconclusive: too few seeds to say who wins."
    if no_better_than_guessing(scores[OWN], n_classes):
        return "Your schedule learns nothing: it is no better than guessing."
    if found.outcome == "own":
        return f"You beat them all, {clear_lead_words(found.gap, rival)}."
    if found.outcome == "theirs":
        lead = paired_gap(scores[found.rival], scores[OWN])
        return f"Not yet: {rival} stays {clear_lead_words(lead, YOURS)}."
    if found.gap.is_nothing:
        return f"No difference: {YOURS} and {rival} have the same accuracy in every seed."
    if len(found.level) > 2:
        return f"Too close to call between {YOURS} and {len(found.level)} others."
    return f"Too close to call between {join_words([YOURS, *(inside(TITLES[name]) for name in found.level)])}."


def to_beat(theirs: Scores) -> str:
    """Say what there is to beat, before anything is trained."""
    best = best_of(theirs)
    return f"To beat: {inside(TITLES[best])}, {percent(theirs[best].mean())} of the test images right."


def evidence(found: Standing, own: RunResult, full: RunResult) -> list[str]:
    """Say what the headline rests on, how often was tried, and what the schedule costs.

    Parameters
    ----------
    found : Standing
    own, full : RunResult
        The visitor's schedule, and end-to-end training.
    """
    rival = inside(TITLES[found.rival])
    if found.outcome == "unclear":
        said = [f"There are {TOO_FEW_SEEDS}: it takes at least {MIN_SEEDS} to tell luck from skill."]
    elif found.outcome == "own":
        said = [f"In test accuracy, {YOURS} leads {rival} by {range_words(found.gap)}."]
    elif found.gap.is_nothing:
        said = []
    else:
        said = [f"In test accuracy, {YOURS} is {side_words(found.gap, rival)}."]
    if found.is_best_of > 1:
        said.append(
            f"It is the best of your {found.is_best_of} schedules at these settings; the test counts that choice."
        )
    work = own.cost.multiply_adds / max(full.cost.multiply_adds, 1)
    cost = f"It takes {work:.2f} times the multiply-adds of end-to-end"
    if not own.config.has_old_task:
        return [*said, f"{cost}."]
    before, after = (percent(part.mean()) for part in (own.source_accuracy_before, own.source_accuracy_after))
    kept = f"keeps the old task at {before}" if before == after else f"takes the old task from {before} to {after}"
    return [*said, f"{cost} and {kept}."]
