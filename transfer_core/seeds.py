"""Where randomness comes from: one stream function, and every purpose it serves, named once."""

from __future__ import annotations

from enum import StrEnum

import numpy as np


class Purpose(StrEnum):
    """What random numbers are drawn for.

    The text is hashed into the stream, so it must never change: every result would be different.
    """

    PLACES = "places"
    HALVES = "halves"
    SOURCE_SPLIT = "source"
    TEST_SPLIT = "test"
    VAL_SPLIT = "val"
    SHIFT = "shift"
    PRETRAINED = "pretrained"
    PRETRAINING_BATCHES = "pretraining minibatches"
    RANDOM_BACKBONE = "random backbone"
    HEAD = "head"
    BATCHES = "minibatches"
    PROBE_BATCHES = "probe"
    DONOR = "donor"
    TEST_ROTATION = "Rotation of the target"
    TEST_NOISE = "Noise on the target"


def stream(seed: int, purpose: Purpose, repetition: int = 0) -> int:
    """Derive an independent seed for one purpose.

    Parameters
    ----------
    seed : int
    purpose : Purpose
    repetition : int, default 0
        A different one draws anew for the same seed and purpose.

    Returns
    -------
    int

    Examples
    --------
    >>> stream(0, Purpose.HEAD) == stream(0, Purpose.HEAD), stream(0, Purpose.HEAD) == stream(0, Purpose.HEAD, 1)
    (True, False)
    """
    text = f"{purpose} {repetition}" if repetition else str(purpose)
    return int(np.random.SeedSequence([seed, *text.encode()]).generate_state(1)[0])
