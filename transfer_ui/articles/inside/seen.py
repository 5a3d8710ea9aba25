"""One seed's networks, looked into: weights at every snapshot, and what they make of the validation images."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array, Examples, Layer, Params
from transfer_core.examples import target_of
from transfer_core.network import hidden, predict_logits
from transfer_core.schedules import with_starts
from transfer_ui.old_task import NO_ANSWER
from transfer_ui.runs.inside_steps import OneSeed
from transfer_ui.runs.steps import MOST_IMAGES

N_IMAGES = 4  # of a batch that is followed through one update


class Images(NamedTuple):
    """What the networks of one seed are asked about.

    Attributes
    ----------
    inputs : ndarray of shape (n, d)
    labels : int ndarray of shape (n,)
    ink : ndarray of shape (n, d)
        The inputs as they are drawn: more is darker.
    """

    inputs: Array
    labels: Array
    ink: Array


class Answers(NamedTuple):
    """What a network says about some images.

    Attributes
    ----------
    classes : int ndarray of shape (n,)
        `NO_ANSWER` from a network that diverged.
    sure : ndarray of shape (n,)
        Probability of that class, 0 to 1.
    """

    classes: Array
    sure: Array


class Seen:
    """One arm of one seed.

    Parameters
    ----------
    run : OneSeed or RunResult
        From `transfer_ui.runs.cached.snapshots`, or with `transfer_core.measures.Snapshots`: of a single seed.

    Attributes
    ----------
    run : OneSeed or RunResult
    epochs : tuple of int
        When there are snapshots, from 0 to the end.
    networks : tuple of Params
        The network at each.
    """

    def __init__(self, run: OneSeed | RunResult) -> None:
        self.run = run
        series = run.measured
        self.epochs = series["weights_0"].epochs
        self.networks: tuple[Params, ...] = tuple(
            tuple(
                Layer(series[f"weights_{index}"].values[at], series[f"bias_{index}"].values[at])
                for index in range(run.config.n_layers)
            )
            for at in range(len(self.epochs))
        )

    @property
    def title(self) -> str:
        """Name of the arm on a picture."""
        return STRATEGIES[self.run.strategy].short

    @property
    def config(self) -> RunConfig:
        """Settings, of one seed."""
        return self.run.config

    @cached_property
    def frozen(self) -> list[tuple[bool, ...]]:
        """Which layers are frozen in the epoch that leads to each snapshot; for the first, in the one after it."""
        phases = list(with_starts(self.run.schedule))
        return [
            next(phase.frozen for start, phase in reversed(phases) if start < max(epoch, 1)) for epoch in self.epochs
        ]

    @cached_property
    def n_changed(self) -> Array:
        """How many numbers of each layer differ from the start, compared bit by bit, ``(n_snapshots, n_layers)``."""
        start = self.networks[0]
        pairs = [list(zip(start, network, strict=True)) for network in self.networks]
        return np.array([[_n_different(old, new) for old, new in layers] for layers in pairs])

    @cached_property
    def diverged(self) -> list[bool]:
        """Whether the network of each snapshot holds something that is no number."""
        return [not all(np.isfinite(part).all() for layer in network for part in layer) for network in self.networks]

    @cached_property
    def moved(self) -> Array:
        """Relative change of the weights into each unit, one array ``(n_snapshots, fan_out)`` per layer, side by side.

        NaN where they are no longer numbers.
        """
        start = self.networks[0]
        return np.concatenate(
            [
                np.stack([_unit_change(network[index], start[index]) for network in self.networks])
                for index in range(len(start))
            ],
            axis=1,
        )

    def answers(self, inputs: Array, at: int = -1) -> Answers:
        """Ask the network of a snapshot, the last by default."""
        return answers(self.networks[at], inputs)

    def features(self, inputs: Array, at: int = -1) -> Array:
        """Output of the last backbone layer, ``(n, width)``."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.nan_to_num(hidden(self.networks[at][:-1], inputs)[-1], nan=0.0, posinf=0.0)


def answers(network: Params, inputs: Array) -> Answers:
    """Ask a network about some inputs, ``(n, d)``."""
    with np.errstate(over="ignore", invalid="ignore"):
        logits = predict_logits(network, inputs)
        shares = probabilities(logits)
    return Answers(np.where(is_answer(logits), shares.argmax(axis=-1), NO_ANSWER), shares.max(axis=-1))


def is_answer(logits: Array) -> Array:
    """Whether all outputs are numbers, ``(...)`` of ``(..., n_classes)``: whoever diverged names no class.

    Examples
    --------
    >>> is_answer(np.array([[0.0, 1.0], [np.nan, 1.0]])).tolist()
    [True, False]
    """
    return np.asarray(np.isfinite(logits).all(axis=-1))


def probabilities(logits: Array) -> Array:
    """Softmax over the classes; equal shares where a network has overflowed.

    Examples
    --------
    >>> probabilities(np.array([[0.0, 0.0], [np.nan, 1.0]])).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Array = raised / raised.sum(axis=-1, keepdims=True)
    return np.where(np.isfinite(shares), shares, 1 / logits.shape[-1])


def validation(config: RunConfig) -> Images:
    """Get the validation images of a single seed, the first of many."""
    inputs, labels = (part[0, :MOST_IMAGES] for part in target_of(config).val)
    return Images(inputs, labels, inputs)


def small_batch(config: RunConfig) -> Examples:
    """Get one training image of each of the first few classes, of the first seed."""
    inputs, labels = (part[0] for part in target_of(config).train)
    chosen = [int(np.flatnonzero(labels == label)[0]) for label in np.unique(labels)[:N_IMAGES]]
    return Examples(inputs[chosen], labels[chosen])


def look_into(runs: Mapping[str, OneSeed] | Mapping[str, RunResult]) -> dict[str, Seen]:
    """Prepare every arm of one seed."""
    return {name: Seen(run) for name, run in runs.items()}


def _n_different(old: Layer, new: Layer) -> int:
    return sum(int((_bits(one) != _bits(other)).sum()) for one, other in zip(old, new, strict=True))


def _bits(array: Array) -> Array:
    return np.ascontiguousarray(array).view(f"u{array.itemsize}")


def _unit_change(new: Layer, old: Layer) -> Array:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        apart = np.linalg.norm(new.weights - old.weights, axis=0)
        change: Array = np.nan_to_num(apart / np.linalg.norm(old.weights, axis=0), nan=0.0, posinf=1.0)
    return np.where(np.isfinite(apart), change, np.nan)
