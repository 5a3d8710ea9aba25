"""What a cell measures about an arm, and the controls that need no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from transfer_core.arms import Arm, Start
from transfer_core.baselines import logistic_regression, nearest_neighbour, zero_shot
from transfer_core.config import RunConfig
from transfer_core.measures import reprobed_source_accuracy, source_accuracies, target_accuracies
from transfer_core.studies.study import Reading, Task


@dataclass(frozen=True)
class Train:
    """Train one arm on the target task and measure it at the end.

    Attributes
    ----------
    arm : Arm
    reprobe : bool
        Also train a new head for the source task on the trained backbone.
    """

    arm: Arm
    reprobe: bool = False

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on all parts of the target, and on the source with its old head."""
        params = self.arm.trained(config)
        values = target_accuracies(config, params)
        if self.arm.start.from_source and config.pair.source is not None:
            values |= source_accuracies(config, params)
            if self.reprobe:
                values["source_accuracy_reprobed"] = reprobed_source_accuracy(config, params)
        return [Reading({}, values)]


@dataclass(frozen=True)
class Reprobe:
    """A new head for the source task on a backbone that nothing has trained since.

    Attributes
    ----------
    start : Start
        Where the backbone comes from.
    """

    start: Start

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give what the new head gets right on the source."""
        found = reprobed_source_accuracy(config, self.start.params(config))
        return [Reading({}, {"source_accuracy_reprobed": found})]


@dataclass(frozen=True)
class ZeroShot:
    """The pretrained network as it is, on the target."""

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give its test accuracy; NaN if the labels do not mean the same."""
        found = zero_shot(config)
        return [Reading({}, {"test_accuracy": np.full(config.n_seeds, np.nan) if found is None else found})]


@dataclass(frozen=True)
class PixelRegression:
    """Logistic regression on the pixels: no network at all."""

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give its test accuracy."""
        return [Reading({}, {"test_accuracy": logistic_regression(config)})]


@dataclass(frozen=True)
class PixelNeighbour:
    """The label of the nearest training image: nothing is trained at all."""

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give its test accuracy."""
        return [Reading({}, {"test_accuracy": nearest_neighbour(config)})]


CONTROLS: Mapping[str, Task] = MappingProxyType(
    {"zero_shot": ZeroShot(), "logistic_regression": PixelRegression(), "nearest_neighbour": PixelNeighbour()}
)
"""How a study measures each of `transfer_core.baselines.BASELINES`."""
