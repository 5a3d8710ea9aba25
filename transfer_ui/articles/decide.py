"""What the map and the crossover mean for one visitor: the words of the decide page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.costs import multiply_adds
from transfer_core.splits import max_images_per_class
from transfer_core.statistics import MIN_SEEDS, verdict
from transfer_core.studies.questions.crossover import RULE, Crossing, accuracies, locate
from transfer_core.studies.questions.decision_map import MAP, OPEN, RIVALS, cell_scores, shifts, sizes
from transfer_core.studies.study import Study
from transfer_core.wording import TOO_FEW_SEEDS, amount_words, inside, join_words
from transfer_ui.charts.study import Mark
from transfer_ui.controls import address
from transfer_ui.sentences import count, no_better_than_guessing
from transfer_ui.verdicts import TITLES, evidence, headline

ABOUT_STRIP = " Strip: the 95 % interval of the size at which end-to-end overtakes feature extraction for good."
ALWAYS, NEVER = "start", "never"
YOUR_GUESS, YOUR_SIZE = "your guess", "your size"
AMONG = {
    "all": ("All, controls too", RIVALS),
    "freeze_or_tune": ("Freeze or fine-tune?", ("feature_extraction", "end_to_end", *BASELINES)),
}
WINNERS = (*RIVALS, OPEN)
QUESTION = (
    "Guess first: from what total number of training images does end-to-end fine-tuning beat feature extraction on test "
    "images?"
)
ABOUT_GUESSING = (
    "Your guess starts two measurements with the settings on the left: a map of winners, by images and by shift, and the "
    "accuracy against the number of images. Cells appear as they finish."
)
ABOUT_MAP = (
    "Strategies compete at the learning rates on the left, and so do zero-shot, nearest neighbour and logistic regression: "
    "where one of them wins, neither freezing nor fine-tuning is the answer. The number is how far the best is ahead of the "
    "runner-up, in points of test accuracy. Too close to call: another may be as good, in a test over all of them at once. "
    "Each cell is judged on its own, so about one in twenty may be luck. Click a cell to open it."
)
ABOUT_CROSSOVER = (
    "Line: mean over the seeds. Band: its 95 % interval. Each strategy uses the best of five learning rates, from a tenth "
    "to ten times the one on the left, chosen on validation images at each size. The number of epochs is the same "
    "throughout, so more images also mean more updates."
)


GUESSES = {
    ALWAYS: "from the first",
    **{str(size): f"{size:,}" for size in (10, 20, 50, 100, 200, 500, RULE)},
    NEVER: "never",
}


def guess_at(guess: str, first: float, last: float) -> float:
    """Place a guess on the axis of training images.

    Examples
    --------
    >>> guess_at("50", 10, 1000), guess_at("never", 10, 1000)
    (50.0, 1000)
    """
    return {ALWAYS: first, NEVER: last}[guess] if guess in (ALWAYS, NEVER) else float(guess)


def guessed(guess: str) -> str:
    """Repeat a guess.

    Examples
    --------
    >>> guessed("50"), guessed("start")
    ('You said 50', 'You said from the first')
    """
    return f"You said {'from the first' if guess == ALWAYS else guess if guess == NEVER else f'{int(guess):,}'}"


def guess_sentence(guess: str, where: Crossing) -> str:
    """Compare a guess with the crossing: it is right inside the interval, or if no other choice is closer.

    Examples
    --------
    >>> guess_sentence("50", Crossing(37.0, 28.0, 44.0))
    'You said 50: right, as closely as the choices allow.'
    >>> guess_sentence("never", Crossing(37.0, 20.0, 62.0))
    'You said never: it comes earlier.'
    """
    said = guessed(guess)
    if np.isnan(where.low):
        return f"{said}: {TOO_FEW_SEEDS} to tell."
    at = guess_at(guess, -np.inf, np.inf)
    if where.low <= at <= where.high:
        return f"{said}: inside the interval."
    if guess == nearest_guess(where.at):
        return f"{said}: right, as closely as the choices allow."
    return f"{said}: it comes {'later' if at < where.low else 'earlier'}."


def nearest_guess(at: float) -> str:
    """Find the choice that is closest to a crossing, on a logarithmic scale.

    Examples
    --------
    >>> nearest_guess(37.0), nearest_guess(float("inf")), nearest_guess(float("-inf"))
    ('50', 'never', 'start')
    """
    if np.isinf(at):
        return ALWAYS if at < 0 else NEVER
    return min((guess for guess in GUESSES if guess.isdigit()), key=lambda guess: abs(np.log(float(guess) / at)))


def nearest_cell(config: RunConfig) -> tuple[int, float]:
    """Find the cell of the map that is closest to what the controls say.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    tuple of (int, float)
        Images per class, the nearest on a logarithmic scale, and amount of shift.

    Examples
    --------
    >>> nearest_cell(RunConfig(images_per_class=30, shift_amount=5.0))
    (20, 0.0)
    """
    mine = config.images_per_class or max_images_per_class(config.pair)
    size = min(sizes(config), key=lambda count: abs(np.log(count / mine)))
    return size, min(shifts(config), key=lambda amount: abs(amount - config.shift_amount))


def scores_at(rows: pd.DataFrame, size: int, shift: float) -> dict[str, Array]:
    """Strategy or baseline -> test accuracy of each seed in one cell; only what has finished."""
    return cell_scores(rows[(rows["images_per_class"] == size) & (rows["shift"] == shift)])


def recommendation(rows: pd.DataFrame, config: RunConfig) -> tuple[str, str]:
    """Say what to do with this many images at this shift, and how sure that is.

    Parameters
    ----------
    rows : DataFrame
        Rows of the decision map, perhaps not all of them.
    config : RunConfig

    Returns
    -------
    tuple of (str, str)
        The advice, and its evidence.
    """
    size, shift = nearest_cell(config)
    place = f"For {count(size, 'image')} per class{shift_words(config, shift)}"
    ranked, n_classes = scores_at(rows, size, shift), config.layer_sizes[-1]
    if not set(STRATEGIES) <= set(ranked):
        return f"{place}: not measured yet.", "The map was stopped before this cell."
    found = verdict(ranked)
    said = f"{headline(ranked, n_classes)} {evidence(ranked, n_classes)}".rstrip()
    if (size, shift) != (config.images_per_class, config.shift_amount):
        said = f"This is the cell of the map nearest to your settings. {said}"
    if found.closest[1].n < MIN_SEEDS:
        return f"{place}: no advice, {TOO_FEW_SEEDS}.", said
    if no_better_than_guessing(ranked[found.leader], n_classes):
        return f"{place}: no advice, because nothing learns at these settings.", said
    if not found.inconclusive:
        return f"{place}: {_advice(found.leader)}.", said
    level = [name for name in by_work(config) if name in {found.leader, *found.tied}]
    named = join_words([inside(TITLES[name]) for name in level])
    return (
        f"{place}: no clear winner; the cheapest is to {_advice(level[0]).split(':')[0]}.",
        f"Of {len(ranked)} ways, {len(level)} cannot be told apart: {named}. {said}",
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


def cell_words(config: RunConfig, size: int, shift: float) -> str:
    r"""Name a cell of the map.

    Examples
    --------
    >>> cell_words(RunConfig(), 10, 30.0)
    '100 training images (10 per class) at a shift of 30°'
    """
    return f"{size * config.layer_sizes[-1]:,} training images ({size} per class){shift_words(config, shift)}"


def shift_words(config: RunConfig, shift: float) -> str:
    """Add a shift to the name of a place; nothing where there is none."""
    if config.pair.shift is None or not shift:
        return ""
    return f" at a shift of {amount_words(shift, config.pair.shift.unit)}"


def map_on(config: RunConfig) -> Study:
    """Get the study of the map with its axis named after the scenario's shift.

    Examples
    --------
    >>> map_on(RunConfig()).figure.y.title
    'Rotation of the target, °'
    """
    shift = config.pair.shift
    title = f"{shift.title}{f', {shift.unit}' if shift.unit else ''}" if shift else "No shift"
    return replace(MAP, figure=replace(MAP.figure, y=MAP.figure.y._replace(title=title)))


def cells_of(config: RunConfig, table: pd.DataFrame) -> dict[str, str]:
    """Name the cells of a map, for the link and for people.

    Examples
    --------
    >>> cells_of(RunConfig(), pd.DataFrame({"images_per_class": [10], "shift": [30.0]}))
    {'10,30': '100 training images (10 per class) at a shift of 30°'}
    """
    places = [(int(size), float(shift)) for size, shift in table[["images_per_class", "shift"]].to_numpy()]
    return {f"{size},{shift:g}": cell_words(config, size, shift) for size, shift in places}


def follow_click(picked: tuple[str, str] | None) -> None:
    """Put a newly clicked cell into the link, where the choice below the map reads it."""
    if picked and picked != st.session_state.get("picked_cell"):
        address.write_place("cell", ",".join(picked))
    st.session_state.picked_cell = picked


def crossing_of(rows: pd.DataFrame, sizes: Sequence[int]) -> tuple[pd.DataFrame, Crossing]:
    """Choose the rates, and find where the lead passes from one arm to the other."""
    return accuracies(rows), locate(rows, sizes)


def marks(where: Crossing, guess: str, config: RunConfig, first: int, last: int) -> list[Mark]:
    """Place the crossing, the guess, the rule of thumb and the visitor's own size on the axis.

    Parameters
    ----------
    where : Crossing
    guess : str
    config : RunConfig
    first, last : int
        Ends of the axis, training images.
    """
    placed = []
    if np.isfinite(where.at):
        strip = (float(np.clip(edge, first, last)) for edge in (where.low, where.high))
        placed.append(Mark(where.at, "overtakes", *strip))
    placed.append(Mark(guess_at(guess, first, last), YOUR_GUESS))
    mine = config.images_per_class or max_images_per_class(config.pair)
    placed.append(Mark(float(np.clip(mine * config.layer_sizes[-1], first, last)), YOUR_SIZE))
    placed.append(Mark(RULE, f"the lesson: freeze below {RULE:,}"))
    return placed


def tally(table: pd.DataFrame) -> str:
    """Count the winners of a map.

    Examples
    --------
    >>> tally(pd.DataFrame({"winner": ["end_to_end", "too close to call", "end_to_end"]}))
    'End-to-end fine-tuning wins 2 of 3 cells; 1 is too close to call.'
    """
    counts: Mapping[object, int] = table["winner"].value_counts().to_dict()
    won = [f"{TITLES[str(name)]} wins {count}" for name, count in counts.items() if name != OPEN]
    n_open = counts.get(OPEN, 0)
    words = [*won[:1], *map(inside, won[1:])]
    first = f"{join_words(words)} of {len(table)} cells" if words else f"No strategy wins any of {len(table)} cells"
    return f"{first}; {n_open} {'is' if n_open == 1 else 'are'} too close to call."
