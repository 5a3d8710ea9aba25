"""Runs that several comparisons share: whoever moves the unfreeze epoch changes one arm, and the others stay as they are."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from transfer_core import STRATEGIES, Arm, RunConfig, RunResult, arm_of
from transfer_core.experiment import CURVES
from transfer_core.measures import Series
from transfer_ui import on_the_way

MAX_ARMS = 400  # of about 30 kB each, or 45 kB where the old task was followed
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
        """Keep the runs of a finished comparison; of the same run measured twice, the one that says more."""
        with self._one_at_a_time:
            for result in results.values():
                key = key_of_arm(result.config, result.arm)
                kept = self._runs.get(key)
                if kept is None or len(_series(kept)) <= len(_series(result)):
                    self._runs[key] = result
                self._runs.move_to_end(key)
            while len(self._runs) > self._max_arms:
                self._runs.popitem(last=False)

    def find(
        self, config: RunConfig, arms: Mapping[str, Arm] | None = None, series: Sequence[str] | None = None
    ) -> dict[str, RunResult]:
        """Find the arms whose run at these settings is known, as runs of these settings.

        Parameters
        ----------
        config : RunConfig
        arms : mapping of str to Arm, optional
            By default those of the strategies.
        series : sequence of str
            What must have been measured, and is handed out: by default what a comparison measures. If empty, any run will
            do, as it is.
        """
        arms = {name: arm_of(config, name) for name in STRATEGIES} if arms is None else arms
        series = of_a_comparison(config) if series is None else series
        with self._one_at_a_time:
            kept = {name: self._runs.get(key_of_arm(config, arm)) for name, arm in arms.items()}
        return {
            name: replace(_only(result, series), config=config, strategy=name, arm=arms[name])
            for name, result in kept.items()
            if result is not None and set(series) <= _series(result)
        }


class AmongLooks:
    """The runs among a visitor's results: they are kept there, and nowhere else.

    Parameters
    ----------
    looks : callable
        Gives the results.
    """

    def __init__(self, looks: Callable[[], Sequence[Any]]) -> None:
        self._looks = looks

    def add(self, results: Mapping[str, RunResult]) -> None:
        """Keep nothing: the results are among the looks."""

    def find(
        self, config: RunConfig, arms: Mapping[str, Arm] | None = None, series: Sequence[str] | None = None
    ) -> dict[str, RunResult]:
        """Find arms as `KnownArms.find` does."""
        known = KnownArms()
        for found in self._looks():
            runs = found if isinstance(found, Mapping) else {}
            known.add({name: as_compared(run) for name, run in runs.items() if isinstance(run, RunResult)})
        return known.find(config, arms, series)


def as_compared(result: RunResult) -> RunResult:
    """Forget what is measured of the layers alone: runs with different measures cannot be kept in one archive."""
    if "similarity" not in result.measured:
        return result
    drift = result.measured["drift"]
    kept = {name: result.measured[name] for name in of_a_comparison(result.config) if name in result.measured}
    return replace(result, measured=kept | {"drift": Series(drift.epochs[-1:], drift.values[-1:])})


def of_a_comparison(config: RunConfig) -> tuple[str, ...]:
    """Name what the curves of a comparison, its timelines and its old task are drawn from.

    Examples
    --------
    >>> of_a_comparison(RunConfig())[-2:], of_a_comparison(RunConfig("lesson"))[-1]
    (('layer_change', 'source_on_the_way'), 'layer_change')
    """
    return (*CURVES, "layer_change", *([on_the_way.SERIES] if config.has_old_task else []))


def _only(result: RunResult, series: Sequence[str]) -> RunResult:
    """Leave out what was not asked for: results of one comparison must hold the same series."""
    if not series:
        return result
    history = {name: values for name, values in result.history.items() if name in series}
    return replace(
        result,
        history=history,
        measured={name: result.measured[name] for name in result.measured if name in (*series, "drift")},
    )


def _series(result: RunResult) -> set[str]:
    return {*result.history, *result.measured}


def around_the_arm(config: RunConfig) -> tuple[Hashable, ...]:
    """Everything but the arm that a run depends on: arms with the same around them can be compared.

    Examples
    --------
    >>> around_the_arm(RunConfig()) == around_the_arm(RunConfig(n_epochs=40)), around_the_arm(RunConfig(seed=1)) == around_the_arm(RunConfig())
    (True, False)
    """
    return tuple(getattr(config, name) for name in _AROUND_THE_ARM)


def key_of_arm(config: RunConfig, arm: Arm) -> Hashable:
    """Name a run by all that it depends on."""
    return (arm, *around_the_arm(config))
