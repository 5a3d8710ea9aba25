"""The examples that a configuration trains and tests on: splits of its scenario, for its seeds."""

from __future__ import annotations

from transfer_core.config import RunConfig
from transfer_core.splits import SourceData, TargetData, cached_source_data, cached_target_data


def target_of(config: RunConfig) -> TargetData:
    """Examples of the target task of a configuration.

    Examples
    --------
    >>> target_of(RunConfig(n_seeds=2)).train.inputs.shape
    (2, 100, 100)
    """
    return cached_target_data(
        config.pair, config.seeds, images_per_class=config.images_per_class, shift_amount=config.shift_amount
    )


def source_of(config: RunConfig) -> SourceData:
    """Examples of the source task of a configuration.

    Raises
    ------
    ValueError
        If its scenario has no source task.

    Examples
    --------
    >>> source_of(RunConfig(n_seeds=2)).test.labels.shape
    (2, 2000)
    """
    return cached_source_data(config.pair, config.seeds)
