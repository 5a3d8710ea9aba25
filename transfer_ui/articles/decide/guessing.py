"""The reader's guess of the crossing, before anything is shown."""

from __future__ import annotations

import numpy as np

from transfer_core.studies.questions.crossover import RULE, Crossing
from transfer_core.wording import TOO_FEW_SEEDS

ALWAYS, NEVER = "start", "never"
QUESTION = (
    "Guess first: from what total number of training images does end-to-end fine-tuning beat feature extraction on test "
    "images?"
)
VEILED = "Make your guess, and the answer appears here."
ABOUT_VEIL = "The map below already has its axes, and shows where you are; its colours wait for your guess."
ABOUT_GUESSING = (
    "Each place is a number of images and a shift; **you** are at the settings in the sidebar. Your guess starts two "
    "measurements with these settings: this map of winners, and the gap between fine-tuning and freezing against the number "
    "of images. Places fill as they finish."
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
    return f"You said {GUESSES[guess]}"


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
    if is_right(guess, where):
        return f"{said}: right, as closely as the choices allow."
    return f"{said}: it comes {'later' if at < where.low else 'earlier'}."


def is_right(guess: str, where: Crossing) -> bool:
    """Judge a guess: inside the interval, or closer than any other choice.

    Examples
    --------
    >>> [is_right(guess, Crossing(37.0, 28.0, 44.0)) for guess in ("20", "50")]
    [False, True]
    """
    at = guess_at(guess, -np.inf, np.inf)
    return bool(where.low <= at <= where.high or (not np.isnan(where.at) and guess == nearest_guess(where.at)))


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
