"""Grids that several studies share: what one has trained, the others need not train again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transfer_core.arms import Arm, arm_of
from transfer_core.config import RunConfig
from transfer_core.splits import max_images_per_class
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.study import Cell, Label
from transfer_core.studies.tasks import Train

SIZES = (1, 2, 5, 10, 20, 50, 100)
RATE_FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)


def sizes(config: RunConfig, among: Sequence[int] = SIZES) -> list[int]:
    """List the images per class that the scenario has.

    Examples
    --------
    >>> sizes(RunConfig())
    [1, 2, 5, 10, 20, 50, 100]
    """
    return [size for size in among if size <= max_images_per_class(config.pair)]


def at_rate(config: RunConfig, strategy: str, rate: float, **changes: object) -> Arm:
    """Make the arm of a strategy with another learning rate.

    Only the schedule depends on it, not the configuration of the cell, so that studies can share cells.
    The changes are those of `arm_of`.

    Examples
    --------
    >>> at_rate(RunConfig(), "feature_extraction", 0.3).schedule[0].learning_rates
    (0.0, 0.0, 0.3)
    """
    return arm_of(config.but(**{STRATEGIES[strategy].rate_field: rate}), strategy, **changes)


def sizes_and_rates(
    config: RunConfig, among: Sequence[int] = SIZES, strategies: Sequence[str] = tuple(STRATEGIES)
) -> Iterator[Cell]:
    """Lay out strategies at every size, at some factors of their own rate.

    Parameters
    ----------
    config : RunConfig
    among : sequence of int
        Images per class, as many as the scenario has.
    strategies : sequence of str, default all

    Yields
    ------
    Cell
        Labels ``images`` (of all classes together), ``strategy`` and ``rate``.
    """
    for count in sizes(config, among):
        sized = config.but(images_per_class=count)
        for strategy in strategies:
            own: float = getattr(config, STRATEGIES[strategy].rate_field)
            for factor in RATE_FACTORS:
                rate = float(f"{factor * own:.6g}")
                labels: dict[str, Label] = {
                    "images": count * config.layer_sizes[-1],
                    "strategy": strategy,
                    "rate": rate,
                }
                yield Cell(labels, sized, Train(at_rate(sized, strategy, rate)))
