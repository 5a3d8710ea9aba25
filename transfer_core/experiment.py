"""The door: run one strategy, compare several.

A run is a pure function of its configuration. `compare_steps` is the same comparison seen from
inside: it yields after every epoch, all strategies abreast, so that whoever drives it can show
progress, take turns, or stop and keep what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from transfer_core.config import RunConfig
from transfer_core.costs import Cost, cost
from transfer_core.network import Array, Params, accuracy, init_params, predict_logits, replace_head
from transfer_core.pretraining import Pretrained, is_pretrained, pretrain, pretrain_steps
from transfer_core.scenarios import SCENARIOS
from transfer_core.schedules import Schedule, first_epochs
from transfer_core.splits import TargetData, cached_source_data, cached_target_data, stream
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
        How far the weights of each layer moved in each epoch, relative to their norm before training.
        Exactly 0 for a layer that did not change by a single bit.
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
        Gives the results so far; ``None`` while there are none.
    """

    fraction: float
    message: str
    results: Callable[[], dict[str, RunResult]] | None = None


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
    return latest.results()


def compare_steps(config: RunConfig, strategies: Sequence[str] = tuple(STRATEGIES)) -> Iterator[Progress]:
    """`compare`, one epoch of every strategy at a time.

    Yields
    ------
    Progress
        After each epoch; the last one holds the complete results.
    """
    unknown = [name for name in strategies if name not in STRATEGIES]
    if unknown or not strategies:
        raise ValueError(f"strategies must be among {', '.join(STRATEGIES)}, got {', '.join(unknown) or 'none'}")
    pretrain_share = 0.0 if is_pretrained(config) else 0.5
    for fraction in pretrain_steps(config):
        yield Progress(fraction * pretrain_share, "Pretraining on the source task")
    pretrained = pretrain(config)
    target = cached_target_data(
        config.scenario,
        config.seeds,
        images_per_class=config.images_per_class,
        shift_amount=config.shift_amount,
    )
    runs = [_Run(config, name, pretrained, target) for name in strategies]

    def results() -> dict[str, RunResult]:
        return {one.strategy: one.result() for one in runs}

    for epoch in range(config.n_epochs + 1):
        for one in runs:
            one.advance()
        share = epoch / config.n_epochs
        yield Progress(pretrain_share + (1 - pretrain_share) * share, f"Epoch {epoch} of {config.n_epochs}", results)


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
        After each epoch; the results are keyed by the value as text, finished runs only.

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=5, n_epochs=4, unfreeze_epoch=2, n_seeds=2)
    >>> *_, last = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", [0, 4])
    >>> sorted(last.results())
    ['0', '4']
    """
    done: dict[str, RunResult] = {}
    for index, value in enumerate(values):
        for progress in compare_steps(config.but(**{field: value}), [strategy]):
            share = (index + progress.fraction) / len(values)
            if progress.fraction < 1:
                yield Progress(share, f"{field} = {value}", lambda: dict(done))
        if progress.results:
            done[str(value)] = progress.results()[strategy]
        yield Progress((index + 1) / len(values), f"{field} = {value}", lambda: dict(done))


def start_params(config: RunConfig, strategy: str, pretrained: Pretrained) -> Params:
    """Network a strategy starts from: its backbone under a fresh head, the same head for every strategy."""
    n_classes = config.layer_sizes[-1]
    scale = SCENARIOS[config.scenario].init_scale
    backbone = pretrained.params
    if not STRATEGIES[strategy].pretrained:
        random_seeds = [stream(seed, "random backbone") for seed in config.seeds]
        backbone = init_params(config.layer_sizes, seeds=random_seeds, scale=scale)
    head_seeds = [stream(seed, "head") for seed in config.seeds]
    return replace_head(backbone, n_classes, seeds=head_seeds, scale=scale)


class _Run:
    """One strategy under way."""

    def __init__(self, config: RunConfig, strategy: str, pretrained: Pretrained, target: TargetData) -> None:
        self.config, self.strategy, self.pretrained, self.target = config, strategy, pretrained, target
        self.schedule = STRATEGIES[strategy].build(config)
        self.start = start_params(config, strategy, pretrained)
        self.epochs: list[dict[str, Array]] = []
        self.changes: list[Array] = []
        self._norms = [_norm(layer.weights) for layer in self.start]
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
        before = self.latest.params if self.epochs else self.start
        self.latest: Epoch = next(self._steps)
        self.epochs.append(self.latest.metrics)
        if self.latest.number:
            with np.errstate(over="ignore", invalid="ignore"):
                moved = [
                    _norm(new.weights - old.weights) / norm
                    for new, old, norm in zip(self.latest.params, before, self._norms, strict=True)
                ]
            self.changes.append(np.stack(moved, axis=-1))

    def result(self) -> RunResult:
        """Put together what there is."""
        config, target, params = self.config, self.target, self.latest.params
        ran = first_epochs(self.schedule, self.latest.number)
        before = after = np.full(config.n_seeds, np.nan)
        with np.errstate(over="ignore", invalid="ignore"):
            test = accuracy(predict_logits(params, target.test.inputs), target.test.labels)
            if STRATEGIES[self.strategy].pretrained and SCENARIOS[config.scenario].source is not None:
                before = self.pretrained.source_accuracy
                source = cached_source_data(config.scenario, config.seeds).test
                old_head = (*params[:-1], self.pretrained.params[-1])
                after = accuracy(predict_logits(old_head, source.inputs), source.labels)
        n_train = target.train.labels.shape[-1]
        no_change = np.zeros((config.n_seeds, 0, config.n_layers), np.float32)
        return RunResult(
            config=config,
            strategy=self.strategy,
            schedule=ran,
            history={key: np.stack([epoch[key] for epoch in self.epochs], axis=-1) for key in self.epochs[0]},
            layer_change=np.stack(self.changes, axis=1) if self.changes else no_change,
            pretrained=self.start,
            params=params,
            test_accuracy=test,
            source_accuracy_before=before,
            source_accuracy_after=after,
            cost=cost(ran, config.layer_sizes, n_train, self.latest.seconds),
        )


def _norm(weights: Array) -> Array:
    """Euclidean norm of each network's weights."""
    flat = weights.reshape(*weights.shape[:-2], -1)
    return np.asarray(np.sqrt(np.vecdot(flat, flat)))
