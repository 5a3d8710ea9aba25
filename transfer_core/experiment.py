"""The door: run one strategy, compare several.

A run is a pure function of its configuration. `compare_steps` is the same comparison seen from
inside: it yields after every epoch, with all arms in step, so that whoever drives it can show
progress, take turns, or stop and keep the results so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arms import Arm, arm_of
from transfer_core.arrays import Array, Params, layer_norms
from transfer_core.config import RunConfig
from transfer_core.costs import Cost, cost
from transfer_core.examples import target_of
from transfer_core.measures import (
    DEFAULT_MEASURES,
    FinalAccuracy,
    Series,
    measured_accuracy,
    relative_change,
    source_accuracies,
)
from transfer_core.pretraining import is_pretrained, pretrain_steps
from transfer_core.schedules import Schedule, first_epochs, n_epochs
from transfer_core.strategies import STRATEGIES
from transfer_core.training import Epoch, Measure

CURVES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
Arms = Sequence[str] | Mapping[str, Arm]
"""Names in `STRATEGIES`, or arms under names of their own."""


@dataclass(frozen=True)
class RunResult:
    """Everything that one arm did.

    Attributes
    ----------
    config : RunConfig
    strategy : str
        Name of the arm; that of its strategy if one made it.
    arm : Arm
        What was to be trained.
    schedule : tuple of Phase
        What actually ran: shorter than that of the arm if the run was stopped.
    history : dict of str to ndarray of shape (n_seeds, n_epochs + 1)
        From `transfer_core.measures.Curves`: ``train_loss``, ``val_loss`` (nats), ``train_accuracy``, ``val_accuracy``
        (0 to 1). Column 0 is before any training.
    measured : dict of str to Series
        What the other measures returned, each under its name.
    pretrained, params : tuple of Layer
        The network before and after, with a leading seed axis; empty if only the scores were kept.
    test_accuracy : ndarray of shape (n_seeds,)
        On images used for no fitting and no choice.
    source_accuracy_before, source_accuracy_after : ndarray of shape (n_seeds,)
        The old head on the backbone before and after; NaN for a strategy without a pretrained backbone.
    cost : Cost
    """

    config: RunConfig
    strategy: str
    arm: Arm
    schedule: Schedule
    history: dict[str, Array]
    measured: dict[str, Series]
    pretrained: Params
    params: Params
    test_accuracy: Array
    source_accuracy_before: Array
    source_accuracy_after: Array
    cost: Cost

    @property
    def n_epochs(self) -> int:
        """Epochs that ran."""
        return n_epochs(self.schedule)

    @property
    def stopped(self) -> bool:
        """Whether the run ended before its schedule did."""
        return self.n_epochs < n_epochs(self.arm.schedule)

    @property
    def val_accuracy(self) -> Array:
        """Accuracy on the validation images at the end, ``(n_seeds,)``."""
        if "val_accuracy" in self.history:
            return np.asarray(self.history["val_accuracy"][:, -1])
        return np.asarray(self.measured["final_val_accuracy"].values[-1])

    @property
    def n_diverged(self) -> int:
        """Seeds whose training loss is no longer a number: the rate was too high."""
        if "train_loss" in self.history:
            return int((~np.isfinite(self.history["train_loss"][:, -1])).sum())
        return int((~np.isfinite(layer_norms(self.params))).any(axis=-1).sum())

    @property
    def layer_change(self) -> Array:
        """From `transfer_core.measures.LayerChange`: how far each layer moved in each epoch, ``(n_seeds, n_epochs, n_layers)``."""
        return np.moveaxis(self.measured["layer_change"].values, 0, 1)

    @property
    def drift(self) -> Array:
        """How far each layer has moved from start to end, relative to its norm, ``(n_seeds, n_layers)``."""
        if "drift" in self.measured:
            return np.asarray(self.measured["drift"].values[-1])
        return relative_change(self.params, self.pretrained, layer_norms(self.pretrained))


class Progress(NamedTuple):
    """Where a comparison stands.

    Attributes
    ----------
    fraction : float
        0 to 1.
    message : str
    results : callable or None
        Gives the results so far, for a comparison strategy name -> run; ``None`` while there are none.
    """

    fraction: float
    message: str
    results: Callable[[], Any] | None = None


def run(config: RunConfig, strategy: str) -> RunResult:
    """Train one strategy on the target task.

    Parameters
    ----------
    config : RunConfig
    strategy : str
        A name in `STRATEGIES`.

    Returns
    -------
    RunResult

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=5, n_epochs=4, unfreeze_epoch=2, n_seeds=2)
    >>> run(config, "end_to_end").history["val_loss"].shape
    (2, 5)
    """
    return compare(config, [strategy])[strategy]


def compare(
    config: RunConfig, arms: Arms | None = None, measures: Sequence[Measure] = DEFAULT_MEASURES
) -> dict[str, RunResult]:
    """Train several arms from the same start, on the same split, in the same order.

    Parameters
    ----------
    config : RunConfig
    arms : sequence of str, or mapping of str to Arm
        Names in `STRATEGIES` (all of them by default), or arms under names of their own.
    measures : sequence of Measure
        What to look at on the way; by default the curves and the change of each layer.

    Returns
    -------
    dict of str to RunResult

    Raises
    ------
    ValueError
        If a strategy is not known, or there is no arm.

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=5, n_epochs=4, unfreeze_epoch=2, n_seeds=2)
    >>> sorted(compare(config, ["feature_extraction", "end_to_end"]))
    ['end_to_end', 'feature_extraction']
    >>> held = replace(arm_of(config, "end_to_end"), anchor=0.01)
    >>> compare(config, {"l2_sp": held})["l2_sp"].test_accuracy.shape
    (2,)
    """
    for progress in compare_steps(config, arms, measures):
        latest = progress
    assert latest.results is not None
    results: dict[str, RunResult] = latest.results()
    return results


def compare_steps(
    config: RunConfig, arms: Arms | None = None, measures: Sequence[Measure] = DEFAULT_MEASURES
) -> Iterator[Progress]:
    """`compare`, one epoch of one arm at a time.

    Yields
    ------
    Progress
        Its results are those of the epochs that every arm has finished; the last one's are complete.
    """
    chosen = _arms(config, arms)
    pretrain_share = 0.0 if is_pretrained(config) else 0.5
    for fraction in pretrain_steps(config):
        yield Progress(fraction * pretrain_share, "Pretraining on the source task")
    runs = [_Run(config, name, arm, measures) for name, arm in chosen.items()]
    for one in runs:
        one.advance()
    last = max(n_epochs(arm.schedule) for arm in chosen.values())
    so_far = None
    for epoch in range(1, last + 1):
        for index, one in enumerate(runs):
            share = ((epoch - 1) + index / len(runs)) / last
            yield Progress(pretrain_share + (1 - pretrain_share) * share, f"Epoch {epoch} of {last}", so_far)
            one.advance()
        so_far = partial(_results, runs, epoch)
    yield Progress(1.0, f"Epoch {last} of {last}", so_far)


def _arms(config: RunConfig, arms: Arms | None) -> dict[str, Arm]:
    """Make the arms asked for by name."""
    if isinstance(arms, Mapping):
        if not arms:
            raise ValueError("arms must hold at least one arm, got none")
        return dict(arms)
    names = tuple(STRATEGIES) if arms is None else arms
    unknown = [name for name in names if name not in STRATEGIES]
    if unknown or not names:
        raise ValueError(f"strategies must be among {', '.join(STRATEGIES)}, got {', '.join(unknown) or 'none'}")
    return {name: arm_of(config, name) for name in names}


def _results(runs: Sequence[_Run], epoch: int) -> dict[str, RunResult]:
    """Results after an epoch that all arms have finished; some may be one epoch ahead."""
    return {one.name: one.result(epoch) for one in runs}


def sweep_steps(config: RunConfig, strategy: str, field: str, values: Sequence[object]) -> Iterator[Progress]:
    """Run one strategy for several values of one knob.

    Parameters
    ----------
    config : RunConfig
    strategy : str
    field : str
        Name of a field of `RunConfig`.
    values : sequence
        What to put there, one after another.

    Yields
    ------
    Progress
        The results are keyed by the value as text: finished runs only, without curves and weights.

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=5, n_epochs=4, unfreeze_epoch=2, n_seeds=2)
    >>> *_, last = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", [0, 4])
    >>> sorted(last.results())
    ['0', '4']
    """
    done: dict[str, RunResult] = {}
    for index, value in enumerate(values):
        message = f"{field.replace('_', ' ').capitalize()} {value}"
        for progress in compare_steps(config.but(**{field: value}), [strategy], [FinalAccuracy()]):
            yield Progress((index + progress.fraction) / len(values), message, partial(dict, dict(done)))
        assert progress.results is not None
        done[str(value)] = scores_of(progress.results()[strategy])
    yield Progress(1.0, message, partial(dict, done))


def scores_of(result: RunResult) -> RunResult:
    """Drop the weights, which take most of the memory, and keep how far they moved."""
    moved = {} if "drift" in result.measured else {"drift": Series((result.n_epochs,), result.drift[None])}
    return replace(result, measured=result.measured | moved, pretrained=(), params=())


class _Run:
    """One arm under way."""

    def __init__(self, config: RunConfig, name: str, arm: Arm, measures: Sequence[Measure]) -> None:
        self.config, self.name, self.arm = config, name, arm
        self.reached: list[Epoch] = []
        self.metrics: list[dict[str, Array]] = []
        self._epochs = arm.epochs(config, measures)

    def advance(self) -> None:
        """Train one epoch, or measure before the first; an arm that has finished stays where it is."""
        epoch = next(self._epochs, None)
        if epoch is None:
            return
        self.metrics.append(epoch.metrics)
        # The first is kept, and the last two: an arm asked while others are still on their way answers for the epoch before.
        self.reached = [*self.reached[:1], *self.reached[1:][-1:], epoch]

    def result(self, epoch: int) -> RunResult:
        """Put together the results after an epoch, the latest or the one before."""
        config, arm, start = self.config, self.arm, self.reached[0].params
        epoch = min(epoch, n_epochs(arm.schedule))
        reached = next(one for one in self.reached if one.number == epoch)
        ran = first_epochs(arm.schedule, epoch)
        series = _series(self.metrics[: epoch + 1])
        old_task = {f"source_accuracy_{when}": np.full(config.n_seeds, np.nan) for when in ("before", "after")}
        if arm.start.from_source and config.pair.source is not None:
            old_task = source_accuracies(config, reached.params)
        target = target_of(config)
        return RunResult(
            config=config,
            strategy=self.name,
            arm=arm,
            schedule=ran,
            history={name: series[name].values.T for name in CURVES if name in series},
            measured={name: one for name, one in series.items() if name not in CURVES},
            pretrained=start,
            params=reached.params,
            test_accuracy=measured_accuracy(reached.params, target.test),
            **old_task,
            cost=cost(ran, config.layer_sizes, target.train.labels.shape[-1], reached.seconds),
        )


def _series(metrics: Sequence[Mapping[str, Array]]) -> dict[str, Series]:
    """Line up what the measures returned, epoch by epoch."""
    names = dict.fromkeys(name for found in metrics for name in found)
    seen = {name: [epoch for epoch, found in enumerate(metrics) if name in found] for name in names}
    return {
        name: Series(tuple(epochs), np.stack([metrics[epoch][name] for epoch in epochs]))
        for name, epochs in seen.items()
    }
