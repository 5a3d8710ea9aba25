"""Runs that several comparisons share: whoever moves the unfreeze epoch changes one arm, and the others stay as they are."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import fields, replace

from transfer_core import STRATEGIES, RunConfig, RunResult, arm_of

MAX_ARMS = 400  # of about 30 kB each
ONLY_IN_THE_ARM = frozenset(
    {
        "n_epochs",
        "unfreeze_epoch",
        "gradual",
        "layer_decay",
        "head_learning_rate",
        "backbone_learning_rate",
        "unfrozen_learning_rate",
    }
)
"""Fields of a configuration that a run depends on by its arm alone."""
_AROUND_THE_ARM = tuple(field.name for field in fields(RunConfig) if field.name not in ONLY_IN_THE_ARM)


class KnownArms:
    """The latest runs, without weights, each by its arm and by what the arm was trained on.

    Parameters
    ----------
    max_arms : int
        The least recently used go first.
    """

    def __init__(self, max_arms: int = MAX_ARMS) -> None:
        self._runs: OrderedDict[Hashable, RunResult] = OrderedDict()
        self._max_arms = max_arms
        self._one_at_a_time = threading.Lock()

    def add(self, results: Mapping[str, RunResult]) -> None:
        """Keep the runs of a finished comparison."""
        with self._one_at_a_time:
            for name, result in results.items():
                key = _key(result.config, name)
                self._runs[key] = result
                self._runs.move_to_end(key)
            while len(self._runs) > self._max_arms:
                self._runs.popitem(last=False)

    def find(self, config: RunConfig) -> dict[str, RunResult]:
        """Find the strategies whose run at these settings is known, as runs of these settings."""
        with self._one_at_a_time:
            found = {name: self._runs.get(_key(config, name)) for name in STRATEGIES}
        return {name: replace(result, config=config) for name, result in found.items() if result is not None}


def _key(config: RunConfig, strategy: str) -> Hashable:
    return (strategy, arm_of(config, strategy), *(getattr(config, name) for name in _AROUND_THE_ARM))
