"""Schedules that are made of parts: gradual unfreezing, discriminative rates, slanted rates, rates that fall by phase."""

from __future__ import annotations

from itertools import groupby

from transfer_core.config import RunConfig
from transfer_core.schedules import Phase, Schedule, freeze_to

LAYER_DECAY = 1 / 2.6
CUT_SHARE, RATIO = 0.1, 32  # of the slanted triangle
STEP_SHARE = 0.1  # of the epochs: the time between one layer and the next
LAST_SHARE = 0.1  # of its first rate that falling by phase ends with, as in the lesson's notebook


def slant(epoch: int, n_epochs: int) -> float:
    """Factor of a slanted triangular rate: a short rise, then a long way down.

    Parameters
    ----------
    epoch : int
        From 0.
    n_epochs : int

    Returns
    -------
    float
        From 1/32 to 1.

    References
    ----------
    Howard, Ruder (2018), arXiv:1801.06146, equation 3, with one value per epoch.

    Examples
    --------
    >>> [slant(epoch, 20) for epoch in (0, 2, 20)]
    [0.03125, 1.0, 0.03125]
    """
    cut = max(1, int(n_epochs * CUT_SHARE))
    height = epoch / cut if epoch < cut else 1 - (epoch - cut) / (cut * (1 / CUT_SHARE - 1))
    return (1 + max(0.0, height) * (RATIO - 1)) / RATIO


def recipe(
    config: RunConfig,
    rate: float,
    *,
    gradual: bool = False,
    discriminative: bool = False,
    slanted: bool = False,
    falling: bool = False,
) -> Schedule:
    """Build an arm from parts; with nothing switched on it is end-to-end training.

    Parameters
    ----------
    config : RunConfig
    rate : float
        Highest rate of the head.
    gradual : bool
        Start with the head and free one layer more after each tenth of the epochs.
    discriminative : bool
        Each layer learns at 1/2.6 of the rate of the layer above it.
    slanted : bool
        The rates rise and fall as `slant` says.
    falling : bool
        Each phase has a lower rate than the one before, by the same factor; the last has a tenth of the first.

    Returns
    -------
    Schedule

    Examples
    --------
    >>> ours = recipe(RunConfig(n_epochs=20), 0.1, gradual=True, falling=True)
    >>> [(phase.n_epochs, phase.first_trainable, round(max(phase.learning_rates), 3)) for phase in ours]
    [(2, 2, 0.1), (2, 1, 0.032), (16, 0, 0.01)]
    """
    top = config.n_layers - 1
    step = max(1, int(config.n_epochs * STEP_SHARE))
    epochs = []
    for epoch in range(config.n_epochs):
        lowest = max(0, top - epoch // step) if gradual else 0
        height = rate * (slant(epoch, config.n_epochs) if slanted else 1.0)
        height *= LAST_SHARE ** ((top - lowest) / top) if falling else 1.0
        decay = LAYER_DECAY if discriminative else 1.0
        rates = tuple(round(height * decay ** (top - layer), 9) if layer >= lowest else 0.0 for layer in range(top + 1))
        epochs.append((lowest, rates))
    return tuple(
        Phase(_phase_name(lowest, top), len(list(same)), freeze_to(config.n_layers, lowest), rates)
        for (lowest, rates), same in groupby(epochs)
    )


def _phase_name(lowest: int, top: int) -> str:
    if lowest == 0:
        return "all layers"
    return "head only" if lowest == top else f"layer {lowest + 1} and up"
