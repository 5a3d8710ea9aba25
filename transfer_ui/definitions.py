"""The words that puzzle a newcomer, explained where they first appear on a page."""

from __future__ import annotations

import re

DEFINITIONS = {
    "seed": "One repetition with its own split, head and minibatch order; strategies share it, so they are paired.",
    "nats": "Unit of the loss, with the natural logarithm; guessing among ten classes costs 2.3 nats.",
    "arm": "One of the alternatives that a study compares, each trained on the same seeds.",
}


def helps(text: str, known: str = "") -> str | None:
    """Explain the words of a text, for a help mark beside it; ``None`` if there is nothing to explain.

    Parameters
    ----------
    text : str
    known : str
        What comes before it on the page: words in it have been explained.

    Examples
    --------
    >>> helps("Mean over ten seeds.")
    '**seed**: One repetition with its own split, head and minibatch order; strategies share it, so they are paired.'
    >>> helps("Mean over ten seeds.", known="Two seeds are too few.") is None
    True
    """
    said = [f"**{word}**: {meaning}" for word, meaning in DEFINITIONS.items() if _is_in(word, text, known)]
    return "  \n".join(said) or None


def _is_in(word: str, text: str, known: str) -> bool:
    pattern = re.compile(rf"\b{word}s?\b", re.IGNORECASE)
    return bool(pattern.search(text)) and not pattern.search(known)
