"""The pretrained network of a configuration, computed once and shared.

Training it is the slowest part of a first visit, so everyone who waits for the same one advances the
same training, and the latest few are kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arrays import Array, Examples, Layer, Params
from transfer_core.config import RunConfig, scenario_config
from transfer_core.costs import multiply_adds
from transfer_core.network import accuracy, cross_entropy, init_params, predict_logits
from transfer_core.scenarios import Scenario
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.seeds import Purpose, stream
from transfer_core.splits import cached_source_data, source_data
from transfer_core.training import Epoch, train

# Pretraining has one knob, its epochs; the values below suit the source tasks at hand, and are quick. It runs in
# double precision: hundreds of updates at this rate blow the last bit of a float32 up to a visible
# difference, and another machine's BLAS would then show other numbers for the same link.
PRETRAIN_BATCH_SIZE = 64
PRETRAIN_LEARNING_RATE = 0.1
PRETRAIN_MOMENTUM = 0.9
MOST_HALVINGS = 5
MAX_KEPT = 4


class Pretrained(NamedTuple):
    """A network trained on the source task.

    Attributes
    ----------
    params : tuple of Layer
        With a leading seed axis.
    source_accuracy : ndarray of shape (n_seeds,)
        On test images of the source task, 0 to 1; NaN if the scenario has no source.
    """

    params: Params
    source_accuracy: Array


class _Key(NamedTuple):
    """The part of a configuration that pretraining depends on."""

    pair: Scenario
    hidden_sizes: tuple[int, ...]
    pretrain_epochs: int
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, config: RunConfig) -> _Key:
        return cls(config.pair, config.hidden_sizes, config.pretrain_epochs, config.seeds)


SHIPPED = ("off_centre", "mnist_to_digits")
"""Scenarios whose networks come with the product, trained at their own settings."""

_finished: dict[_Key, Pretrained] = {}
_under_way: dict[_Key, Iterator[float | Pretrained]] = {}
_turn = threading.RLock()


def is_pretrained(config: RunConfig) -> bool:
    """Whether the network has already been computed."""
    return _Key.of(config) in _finished or is_shipped(config)


def is_shipped(config: RunConfig) -> bool:
    """Whether the network comes with the product.

    Examples
    --------
    >>> is_shipped(RunConfig(n_epochs=20, unfreeze_epoch=5)), is_shipped(RunConfig(seed=1))
    (True, False)
    """
    return config.scenario in SHIPPED and _Key.of(config) == _Key.of(scenario_config(config.scenario))


def shipped_file(scenario: str) -> Path:
    """Where the networks of a scenario lie, if they are shipped.

    Examples
    --------
    >>> shipped_file("off_centre").name
    'pretrained_off_centre.npz'
    """
    return Path(__file__).parent / "data" / f"pretrained_{scenario}.npz"


def load_shipped(scenario: str) -> Pretrained:
    """Load the networks of a scenario, so that a first visit need not wait for them.

    Parameters
    ----------
    scenario : str
        One of `SHIPPED`.

    Returns
    -------
    Pretrained
        What ``tools/build_pretrained.py`` stored; a test trains them anew and compares.
    """
    with np.load(shipped_file(scenario), allow_pickle=False) as stored:
        n_layers = scenario_config(scenario).n_layers
        params = tuple(Layer(stored[f"weights_{index}"], stored[f"bias_{index}"]) for index in range(n_layers))
        return Pretrained(params, stored["source_accuracy"])


def pretrain_anew(config: RunConfig) -> Pretrained:
    """Train the network even if it has already been computed; nothing is stored.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    Pretrained
    """
    *_, last = _pretraining(_Key.of(config))
    assert isinstance(last, Pretrained)
    return last


def pretrain(config: RunConfig) -> Pretrained:
    """Train the backbone on the source task, or draw it at random if there is none.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    Pretrained

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=5, n_seeds=2, hidden_sizes=(16,))
    >>> pretrain(config).source_accuracy.shape
    (2,)
    """
    for _ in pretrain_steps(config):
        pass
    with _turn:
        return _finished[_Key.of(config)]


def pretrain_steps(config: RunConfig) -> Iterator[float]:
    """`pretrain`, one epoch at a time.

    Yields
    ------
    float
        Share done, 0 to 1; nothing if the network has already been computed.
    """
    key = _Key.of(config)
    if key not in _finished and is_shipped(config):
        _finished[key] = load_shipped(config.scenario)
    while key not in _finished:
        with _turn:
            # Checked again inside the lock: another thread may have finished it meanwhile.
            share = 1.0 if key in _finished else _advance(key)
        yield share
    with _turn:
        if key in _finished:  # another thread may just have made room
            _finished[key] = _finished.pop(key)  # the most recently used comes last


def _advance(key: _Key) -> float:
    """Train one more epoch of the shared training; one that fails is not kept."""
    if key not in _under_way:
        _make_room(_under_way)
        _under_way[key] = _pretraining(key)
    try:
        latest = next(_under_way[key])
    except BaseException:
        del _under_way[key]
        raise
    if isinstance(latest, float):
        return latest
    _make_room(_finished)
    _finished[key] = latest
    del _under_way[key]
    return 1.0


def _pretraining(key: _Key) -> Iterator[float | Pretrained]:
    """Yield the share done after each epoch, and finally the network."""
    scenario = key.pair
    init_seeds = [stream(seed, Purpose.PRETRAINED) for seed in key.seeds]
    # Without a source there is no old head either; a head for the target keeps the shape of a network.
    task = scenario.source or scenario.target
    sizes = (task.dataset.n_inputs, *key.hidden_sizes, len(task.classes))
    params = init_params(sizes, seeds=init_seeds, scale=scenario.init_scale, dtype=np.float64)
    source_accuracy = np.full(len(key.seeds), np.nan)
    if scenario.source is not None:
        source = cached_source_data(scenario, key.seeds)
        if key.pretrain_epochs:
            for epoch in source_training(source.train, params, key.seeds, key.pretrain_epochs):
                params = epoch.params
                if epoch.number < key.pretrain_epochs:
                    yield epoch.number / key.pretrain_epochs
    single = tuple(Layer(*(array.astype(np.float32) for array in layer)) for layer in params)
    if scenario.source is not None:
        source_accuracy = accuracy(predict_logits(single, source.test.inputs), source.test.labels)
    yield Pretrained(single, source_accuracy)


def pretraining_multiply_adds(config: RunConfig) -> int:
    """Multiply-adds of training one network on the source task, which whoever pretrains has paid; 0 without a source.

    Examples
    --------
    >>> pretraining_multiply_adds(RunConfig()) // 10**6, pretraining_multiply_adds(RunConfig(pretrain_epochs=0))
    (1215, 0)
    """
    source = config.pair.source
    if source is None or not config.pretrain_epochs:
        return 0
    sizes = (source.dataset.n_inputs, *config.hidden_sizes, len(source.classes))
    schedule = _schedule(len(sizes) - 1, config.pretrain_epochs, PRETRAIN_LEARNING_RATE)
    return multiply_adds(schedule, sizes, _n_examples(config.pair, config.seed))


@lru_cache(maxsize=64)
def _n_examples(scenario: Scenario, seed: int) -> int:
    """Training images of the source task."""
    return len(source_data(scenario, [seed]).train.labels[0])


def source_training(examples: Examples, start: Params, seeds: tuple[int, ...], n_epochs: int) -> Iterator[Epoch]:
    """Train networks on a source task, and retrain those that have learnt nothing.

    Parameters
    ----------
    examples : Examples
        Of the source task, with a leading seed axis.
    start : tuple of Layer
        Networks before training, one per seed, in double precision.
    seeds : tuple of int
        They set the order of the minibatches.
    n_epochs : int
        1 or more.

    Yields
    ------
    Epoch
        Number 0 is before any training; the last one has the retrained networks.
    """
    for epoch in _epochs(examples, start, seeds, n_epochs, PRETRAIN_LEARNING_RATE):
        if epoch.number == n_epochs:
            epoch = epoch._replace(params=_mended(examples, start, seeds, n_epochs, epoch.params))
        yield epoch


def _epochs(examples: Examples, start: Params, seeds: tuple[int, ...], n_epochs: int, rate: float) -> Iterator[Epoch]:
    """Train all layers at one rate."""
    return train(
        start,
        _schedule(len(start), n_epochs, rate),
        examples,
        batch_seeds=[stream(seed, Purpose.PRETRAINING_BATCHES) for seed in seeds],
        batch_size=PRETRAIN_BATCH_SIZE,
        momentum=PRETRAIN_MOMENTUM,
    )


def _schedule(n_layers: int, n_epochs: int, rate: float) -> Schedule:
    """Train everything."""
    return (Phase("pretraining", n_epochs, freeze_to(n_layers, 0), (rate,) * n_layers),)


def _mended(examples: Examples, start: Params, seeds: tuple[int, ...], n_epochs: int, params: Params) -> Params:
    """Retrain networks that have learnt nothing, halving the rate each time, at most five times.

    The rate suits almost every seed. One that diverges would be taken for a finding about transfer.
    """
    rate = PRETRAIN_LEARNING_RATE
    for _ in range(MOST_HALVINGS):
        idle = np.flatnonzero(_has_learnt_nothing(params, examples))
        if not idle.size:
            break
        rate /= 2
        few = Examples(examples.inputs[idle], examples.labels[idle])
        of_idle = tuple(seeds[index] for index in idle)
        for epoch in _epochs(few, _rows(start, idle), of_idle, n_epochs, rate):
            again = epoch.params
        params = tuple(
            Layer(_with_rows(layer.weights, idle, better.weights), _with_rows(layer.bias, idle, better.bias))
            for layer, better in zip(params, again, strict=True)
        )
    return params


def _has_learnt_nothing(params: Params, examples: Examples) -> Array:
    """Whether guessing the shares of the classes would do as well: broken or dead networks do no better."""
    with np.errstate(over="ignore", invalid="ignore"):
        loss = cross_entropy(predict_logits(params, examples.inputs), examples.labels)
    guessing = np.array([_entropy(np.bincount(labels)) for labels in examples.labels])
    return ~(loss < guessing)  # so written, because a loss that is not a number is no better either


def _entropy(counts: Array) -> float:
    """Loss of whoever knows the shares of the classes and nothing else, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _rows(params: Params, chosen: Array) -> Params:
    """Networks of some seeds."""
    return tuple(Layer(layer.weights[chosen], layer.bias[chosen]) for layer in params)


def _with_rows(array: Array, chosen: Array, rows: Array) -> Array:
    """Copy with some rows replaced."""
    changed = array.copy()
    changed[chosen] = rows
    return changed


def _make_room(kept: dict[_Key, Any]) -> None:
    """Drop the least recently used entries."""
    while len(kept) >= MAX_KEPT:
        del kept[next(iter(kept))]
