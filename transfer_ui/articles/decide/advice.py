"""What to do with this many images at this shift, in one sentence and its evidence."""

from __future__ import annotations

from transfer_core import STRATEGIES, RunConfig
from transfer_core.baselines import BASELINES
from transfer_core.costs import multiply_adds
from transfer_core.statistics import MIN_SEEDS, verdict
from transfer_core.wording import TOO_FEW_SEEDS, inside, join_words, sentence_case
from transfer_ui.articles.decide.maps import RATES
from transfer_ui.articles.decide.places import place_words
from transfer_ui.charts.series import TITLES as SHORTS
from transfer_ui.sentences import no_better_than_guessing
from transfer_ui.verdicts import TITLES, Scores, evidence, headline


def recommendation(ranked: Scores, config: RunConfig) -> tuple[str, str]:
    """Say what to do with these settings, and how sure that is.

    Parameters
    ----------
    ranked : mapping of str to ndarray of shape (n_seeds,)
        Strategy or baseline -> test accuracy of each seed; perhaps not all of them.
    config : RunConfig

    Returns
    -------
    tuple of (str, str)
        The advice, and its evidence.
    """
    place, n_classes = place_words(config), config.layer_sizes[-1]
    if not set(STRATEGIES) <= set(ranked):
        return f"{place}: not measured yet.", "The measurement was stopped before these settings."
    found = verdict(ranked)
    said = f"{headline(ranked, n_classes)} {evidence(ranked, n_classes)}".rstrip()
    if found.closest[1].n < MIN_SEEDS:
        return f"{place}: no advice, {TOO_FEW_SEEDS}.", said
    if no_better_than_guessing(ranked[found.leader], n_classes):
        return f"{place}: no advice, because nothing learns at these settings.", said
    if not found.inconclusive:
        advice, _, why = _advice(found.leader).partition(": ")
        return f"{place}: {advice}.", f"{f'{sentence_case(why)}. ' if why else ''}{RATES}: {inside(said)}"
    level = [name for name in by_work(config) if name in {found.leader, *found.tied}]
    named = join_words([inside(TITLES[name]) for name in level])
    return (
        f"{place}: no clear winner; cheapest is {inside(SHORTS[level[0]])}.",
        f"{RATES}: of {len(ranked)} ways, {len(level)} cannot be told apart: {named}. {said}",
    )


def _advice(name: str) -> str:
    return BASELINES[name].advice if name in BASELINES else STRATEGIES[name].advice


def by_work(config: RunConfig) -> list[str]:
    """List baselines and strategies from the least work to the most: the price decides where accuracy does not.

    Examples
    --------
    >>> by_work(RunConfig())[:3], by_work(RunConfig())[-1]
    (['zero_shot', 'nearest_neighbour', 'logistic_regression'], 'from_scratch')
    """

    def work(name: str) -> int:
        return multiply_adds(STRATEGIES[name].build(config), config.layer_sizes, n_examples=1)

    return [*BASELINES, *sorted(STRATEGIES, key=work)]
