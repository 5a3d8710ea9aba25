"""Grids that several studies lay out: what one has trained the others need not."""

from __future__ import annotations

from collections.abc import Iterator

from transfer_core.config import RunConfig
from transfer_core.splits import max_images_per_class
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.study import Cell, Label
from transfer_core.studies.tasks import Train

SIZES = (1, 2, 5, 10, 20, 50, 100)
RATE_FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)
# The rate that is searched for each strategy, as a field of the configuration.
RATE_OF = {
    "feature_extraction": "head_learning_rate",
    "end_to_end": "backbone_learning_rate",
    "progressive_unfreezing": "unfrozen_learning_rate",
    "from_scratch": "backbone_learning_rate",
    "random_features": "head_learning_rate",
}


def sizes(scenario: str) -> list[int]:
    """List the images per class that the scenario has.

    Examples
    --------
    >>> sizes("mnist_to_digits")
    [1, 2, 5, 10, 20, 50, 100]
    """
    return [size for size in SIZES if size <= max_images_per_class(scenario)]


def at_rate(config: RunConfig, strategy: str, rate: float, **options: object) -> Train:
    """Make the arm of a strategy with another learning rate.

    Only the schedule depends on it, and not the configuration of the cell, so that studies can share cells.
    The options are those of `Train.of`.

    Examples
    --------
    >>> at_rate(RunConfig(), "feature_extraction", 0.3).schedule[0].learning_rates
    (0.0, 0.0, 0.3)
    """
    return Train.of(config.but(**{RATE_OF.get(strategy, "backbone_learning_rate"): rate}), strategy, **options)


def sizes_and_rates(config: RunConfig) -> Iterator[Cell]:
    """Lay out every strategy at every size, at some factors of its own rate.

    Yields
    ------
    Cell
        Labels ``images`` (of all classes together), ``strategy`` and ``rate``.
    """
    for count in sizes(config.scenario):
        sized = config.but(images_per_class=count)
        for strategy in STRATEGIES:
            own: float = getattr(config, RATE_OF.get(strategy, "backbone_learning_rate"))
            for factor in RATE_FACTORS:
                rate = float(f"{factor * own:.6g}")
                labels: dict[str, Label] = {
                    "images": count * config.layer_sizes[-1],
                    "strategy": strategy,
                    "rate": rate,
                }
                yield Cell(labels, sized, at_rate(sized, strategy, rate))
