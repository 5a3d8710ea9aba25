"""The door: run one strategy, compare several.

A run is a pure function of its configuration. `compare_steps` is the same comparison seen from
inside: it yields after every epoch, all strategies abreast, so that whoever drives it can show
progress, take turns, or stop and keep what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arrays import Array, Layer, Params
from transfer_core.config import RunConfig
from transfer_core.costs import Cost, cost
from transfer_core.network import accuracy, init_params, predict_logits, replace_head
from transfer_core.pretraining import Pretrained, is_pretrained, pretrain, pretrain_steps
from transfer_core.scenarios import SCENARIOS
from transfer_core.schedules import Schedule, first_epochs
from transfer_core.seeds import stream
from transfer_core.splits import TargetData, cached_source_data, cached_target_data
from transfer_core.strategies import STRATEGIES
from transfer_core.training import Epoch, train


@dataclass(frozen=True)
class RunResult:
    """All that one strategy did.

    Attributes
    ----------
    config : RunConfig
    strategy : str
    schedule : tuple of Phase
        What really ran: shorter than planned where the run was stopped.
    history : dict of str to ndarray of shape (n_seeds, n_epochs + 1)
        ``train_loss``, ``val_loss`` (nats), ``train_accuracy``, ``val_accuracy`` (0 to 1). Column 0 is
        before any training.
    layer_change : ndarray of shape (n_seeds, n_epochs, n_layers)
        How far each layer, weights and bias, moved in each epoch, relative to its norm before training.
        Exactly 0 for a layer that did not change by a single bit, and for no other; NaN where a rate was
        so high that there are no numbers left.
    pretrained, params : tuple of Layer
        The network before and after, with a leading seed axis.
    test_accuracy : ndarray of shape (n_seeds,)
        On images that nothing was fitted or chosen on.
    source_accuracy_before, source_accuracy_after : ndarray of shape (n_seeds,)
        The old head on the backbone before and after; NaN for a strategy without a pretrained backbone.
    cost : Cost
    """

    config: RunConfig
    strategy: str
    schedule: Schedule
    history: dict[str, Array]
    layer_change: Array
    pretrained: Params
    params: Params
    test_accuracy: Array
    source_accuracy_before: Array
    source_accuracy_after: Array
    cost: Cost

    @property
    def n_epochs(self) -> int:
        """Epochs that ran."""
        return int(self.history["val_loss"].shape[-1]) - 1

    @property
    def stopped(self) -> bool:
        """Whether the run ended before its schedule did."""
        return self.n_epochs < self.config.n_epochs

    @property
    def n_diverged(self) -> int:
        """Seeds whose training loss is no longer a number: the rate was too high."""
        return int((~np.isfinite(self.history["train_loss"][:, -1])).sum())


class Progress(NamedTuple):
    """Where a comparison stands.

    Attributes
    ----------
    fraction : float
        0 to 1.
    message : str
    results : callable or None
        Gives the results so far, of a comparison strategy name -> run; ``None`` while there are none.
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


def compare(config: RunConfig, strategies: Sequence[str] = tuple(STRATEGIES)) -> dict[str, RunResult]:
    """Train several strategies from the same start, on the same split, in the same order.

    Parameters
    ----------
    config : RunConfig
    strategies : sequence of str, default all
        Names in `STRATEGIES`.

    Returns
    -------
    dict of str to RunResult

    Raises
    ------
    ValueError
        If a strategy is not known.

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=5, n_epochs=4, unfreeze_epoch=2, n_seeds=2)
    >>> sorted(compare(config, ["feature_extraction", "end_to_end"]))
    ['end_to_end', 'feature_extraction']
    """
    for progress in compare_steps(config, strategies):
        latest = progress
    assert latest.results is not None
    results: dict[str, RunResult] = latest.results()
    return results


def compare_steps(config: RunConfig, strategies: Sequence[str] = tuple(STRATEGIES)) -> Iterator[Progress]:
    """`compare`, one epoch of one strategy at a time.

    Yields
    ------
    Progress
        Its results are those of the epochs that every strategy has finished; the last one's are complete.
    """
    unknown = [name for name in strategies if name not in STRATEGIES]
    if unknown or not strategies:
        raise ValueError(f"strategies must be among {', '.join(STRATEGIES)}, got {', '.join(unknown) or 'none'}")
    pretrain_share = 0.0 if is_pretrained(config) else 0.5
    for fraction in pretrain_steps(config):
        yield Progress(fraction * pretrain_share, "Pretraining on the source task")
    pretrained = pretrain(config)
    target = target_of(config)
    runs = [_Run(config, name, pretrained, target) for name in strategies]
    for one in runs:
        one.advance()
    so_far = None
    for epoch in range(1, config.n_epochs + 1):
        for index, one in enumerate(runs):
            share = ((epoch - 1) + index / len(runs)) / config.n_epochs
            yield Progress(pretrain_share + (1 - pretrain_share) * share, f"Epoch {epoch} of {config.n_epochs}", so_far)
            one.advance()
        so_far = partial(_results, runs, epoch)
    yield Progress(1.0, f"Epoch {config.n_epochs} of {config.n_epochs}", so_far)


def _results(runs: Sequence[_Run], epoch: int) -> dict[str, RunResult]:
    """Results after an epoch that all strategies have finished; some may be one further on."""
    return {one.strategy: one.result(epoch) for one in runs}


def sweep_steps(config: RunConfig, strategy: str, field: str, values: Sequence[object]) -> Iterator[Progress]:
    """Run one strategy for several values of one knob.

    Parameters
    ----------
    config : RunConfig
    strategy : str
    field : str
        Name of a field of `RunConfig`.
    values : sequence
        What to put there, one after the other.

    Yields
    ------
    Progress
        The results are keyed by the value as text: finished runs only, without their weights.

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
        for progress in compare_steps(config.but(**{field: value}), [strategy]):
            yield Progress((index + progress.fraction) / len(values), message, partial(dict, dict(done)))
        assert progress.results is not None
        # A sweep is about scores: many weights are let go, or a long one would fill the memory.
        done[str(value)] = replace(progress.results()[strategy], pretrained=(), params=())
    yield Progress(1.0, message, partial(dict, done))


def start_params(config: RunConfig, strategy: str, pretrained: Pretrained) -> Params:
    """Network a strategy starts from: its backbone under a fresh head, the same head for every strategy."""
    backbone = pretrained.params if STRATEGIES[strategy].pretrained else random_params(config)
    return with_new_head(config, backbone)


def random_params(config: RunConfig) -> Params:
    """Draw the network that a strategy without pretraining starts from."""
    seeds = [stream(seed, "random backbone") for seed in config.seeds]
    return init_params(config.layer_sizes, seeds=seeds, scale=SCENARIOS[config.scenario].init_scale)


def with_new_head(config: RunConfig, params: Params, repetition: int = 0) -> Params:
    """Put a head for the target task on a backbone; another repetition draws another head."""
    purpose = f"head {repetition}" if repetition else "head"
    seeds = [stream(seed, purpose) for seed in config.seeds]
    return replace_head(params, config.layer_sizes[-1], seeds=seeds, scale=SCENARIOS[config.scenario].init_scale)


def target_of(config: RunConfig) -> TargetData:
    """Examples of the target task of a configuration."""
    return cached_target_data(
        config.scenario, config.seeds, images_per_class=config.images_per_class, shift_amount=config.shift_amount
    )


class _Run:
    """One strategy under way."""

    def __init__(self, config: RunConfig, strategy: str, pretrained: Pretrained, target: TargetData) -> None:
        self.config, self.strategy, self.pretrained, self.target = config, strategy, pretrained, target
        self.schedule = STRATEGIES[strategy].build(config)
        self.start = start_params(config, strategy, pretrained)
        self.epochs: list[dict[str, Array]] = []
        self.changes: list[Array] = []
        self.reached: list[Epoch] = []
        self._norms = [_norm(layer) for layer in self.start]
        self._steps = train(
            self.start,
            self.schedule,
            target.train,
            target.val,
            batch_seeds=[stream(seed, "minibatches") for seed in config.seeds],
            batch_size=config.batch_size,
            momentum=config.momentum,
            weight_decay=config.weight_decay,
        )

    def advance(self) -> None:
        """Train one epoch, or measure before the first."""
        epoch = next(self._steps)
        self.epochs.append(epoch.metrics)
        if epoch.number:
            self.changes.append(_layer_change(epoch.params, self.reached[-1].params, self._norms))
        # Two are kept: who is asked while others are still on their way answers for the epoch before.
        self.reached = [*self.reached[-1:], epoch]

    def result(self, epoch: int) -> RunResult:
        """Put together what there is after an epoch, the latest or the one before."""
        config, target = self.config, self.target
        reached = next(one for one in self.reached if one.number == epoch)
        params = reached.params
        ran = first_epochs(self.schedule, epoch)
        before = after = np.full(config.n_seeds, np.nan)
        with np.errstate(over="ignore", invalid="ignore"):
            test = accuracy(predict_logits(params, target.test.inputs), target.test.labels)
            if STRATEGIES[self.strategy].pretrained and SCENARIOS[config.scenario].source is not None:
                before = self.pretrained.source_accuracy
                source = cached_source_data(config.scenario, config.seeds).test
                old_head = (*params[:-1], self.pretrained.params[-1])
                after = accuracy(predict_logits(old_head, source.inputs), source.labels)
        n_train = target.train.labels.shape[-1]
        metrics = self.epochs[: epoch + 1]
        return RunResult(
            config=config,
            strategy=self.strategy,
            schedule=ran,
            history={key: np.stack([measured[key] for measured in metrics], axis=-1) for key in metrics[0]},
            layer_change=np.stack(self.changes[:epoch], axis=1),
            pretrained=self.start,
            params=params,
            test_accuracy=test,
            source_accuracy_before=before,
            source_accuracy_after=after,
            cost=cost(ran, config.layer_sizes, n_train, reached.seconds),
        )


def _layer_change(new: Params, old: Params, norms: Sequence[Array]) -> Array:
    """Relative change of each layer, shape ``(n_seeds, n_layers)``; 0 for the very same bits only."""
    changes = []
    for after, before, norm in zip(new, old, norms, strict=True):
        if after is before:
            changes.append(np.zeros_like(norm))
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            change = _norm(Layer(after.weights - before.weights, after.bias - before.bias)) / norm
        if not change.all():  # too small to square, or really nothing
            same = (after.weights == before.weights).all(axis=(-2, -1)) & (after.bias == before.bias).all(axis=-1)
            change = np.where(same, 0, np.maximum(change, np.finfo(change.dtype).tiny))
        changes.append(change)
    return np.stack(changes, axis=-1)


def _norm(layer: Layer) -> Array:
    """Euclidean norm of each network's weights and biases."""
    flat = layer.weights.reshape(*layer.weights.shape[:-2], -1)
    return np.asarray(np.sqrt(np.vecdot(flat, flat) + np.vecdot(layer.bias, layer.bias)))
