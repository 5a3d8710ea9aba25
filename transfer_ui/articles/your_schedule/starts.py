"""Where a schedule may start from: the strategies, and ideas that no strategy has."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from transfer_core import STRATEGIES, RunConfig, Schedule
from transfer_core.schedule_text import phase_of
from transfer_core.strategies import progressive_unfreezing

DROP = 10  # of the rate, once everything is free, as in the lesson


class Start(NamedTuple):
    """A schedule to begin with.

    Attributes
    ----------
    title, comment : str
    make : callable
        ``RunConfig -> Schedule``.
    """

    title: str
    comment: str
    make: Callable[[RunConfig], Schedule]


def lesson(config: RunConfig) -> Schedule:
    """Half of the epochs frozen, half with everything free at a lower rate; 50 + 50 of 100 epochs.

    Examples
    --------
    >>> [(phase.name, phase.n_epochs, phase.learning_rates[-1]) for phase in lesson(RunConfig(n_epochs=100))]
    [('head only', 50, 0.05), ('all layers', 50, 0.005)]
    """
    half, rate = config.n_epochs // 2, config.head_learning_rate
    backbone = config.n_layers - 1
    return (
        phase_of(half, [*backbone * [None], rate]),
        phase_of(config.n_epochs - half, config.n_layers * [rate / DROP]),
    )


def freeze_again(config: RunConfig) -> Schedule:
    """Train the head alone, then everything, then the head alone once more."""
    third, backbone = config.n_epochs // 3, config.n_layers - 1
    head = [*backbone * [None], config.head_learning_rate]
    everything = config.n_layers * [config.unfrozen_learning_rate]
    return phase_of(third, head), phase_of(config.n_epochs - 2 * third, everything), phase_of(third, head)


STARTS = (
    Start(
        "Lesson's 50 + 50",
        "The challenge of the lesson: half of the epochs frozen, half with everything free at a tenth of the rate. "
        "That is 50 + 50 of 100 epochs.",
        lesson,
    ),
    *(
        Start(strategy.short, strategy.summary, strategy.build)
        for strategy in STRATEGIES.values()
        if strategy.pretrained
    ),
    Start(
        "Layer by layer",
        "Progressive unfreezing, one more layer at a time from the top.",
        lambda config: progressive_unfreezing(config.but(gradual=True)),
    ),
    Start("Freeze again", "The head alone, then everything, then the head alone once more.", freeze_again),
)
"""The first is what the page opens on."""
