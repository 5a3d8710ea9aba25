"""An arm: what one network starts from and how it is trained.

What a comparison trains and what a study's cell trains are the same thing: a value that can be printed,
compared and kept. A strategy makes one from the knobs; an edited schedule makes one; a study lays out many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from transfer_core.arrays import Layer, Params
from transfer_core.config import RunConfig
from transfer_core.examples import target_of
from transfer_core.network import init_params, replace_head
from transfer_core.pretraining import pretrain
from transfer_core.schedules import Schedule
from transfer_core.seeds import Purpose, stream
from transfer_core.strategies import STRATEGIES
from transfer_core.training import Epoch, Measure, train


class Start(Protocol):
    """Where an arm takes its network from: a frozen dataclass, so that its ``repr`` says everything about it."""

    @property
    def from_source(self) -> bool:
        """Whether the whole backbone is the pretrained one, so that the old head fits it."""
        ...

    def params(self, config: RunConfig) -> Params:
        """Give one network per seed, with whatever head it has."""
        ...


@dataclass(frozen=True)
class FromSource:
    """The network that was pretrained on the source task, under its old head."""

    from_source = True

    def params(self, config: RunConfig) -> Params:
        """Give the pretrained networks."""
        return pretrain(config).params


@dataclass(frozen=True)
class Random:
    """Random numbers.

    Attributes
    ----------
    purpose : Purpose
        What they are drawn for; networks for two purposes share no weight.
    repetition : int
        A different one draws other numbers.
    """

    purpose: Purpose = Purpose.RANDOM_BACKBONE
    repetition: int = 0
    from_source = False

    def params(self, config: RunConfig) -> Params:
        """Draw the networks at the scale of the scenario."""
        seeds = [stream(seed, self.purpose, self.repetition) for seed in config.seeds]
        return init_params(config.layer_sizes, seeds=seeds, scale=config.pair.init_scale)


@dataclass(frozen=True)
class NewHead:
    """A fresh head for the target task, the same for every arm that asks for the same.

    Attributes
    ----------
    scale : float
        Factor on its weights.
    repetition : int
        A different one draws another head.
    """

    scale: float = 1.0
    repetition: int = 0

    def put_on(self, params: Params, config: RunConfig) -> Params:
        """Replace the head of a network.

        Examples
        --------
        >>> config = RunConfig(scenario="low_to_high", n_seeds=2)
        >>> params = Random().params(config)
        >>> NewHead().put_on(params, config)[0] is params[0]
        True
        """
        seeds = [stream(seed, Purpose.HEAD, self.repetition) for seed in config.seeds]
        *backbone, head = replace_head(params, config.layer_sizes[-1], seeds=seeds, scale=config.pair.init_scale)
        return (*backbone, Layer(head.weights * np.float32(self.scale), head.bias))


@dataclass(frozen=True)
class Arm:
    """One way to come from a start to a trained network.

    Attributes
    ----------
    schedule : tuple of Phase
        What is trained when, and how fast.
    start : Start
        Where the network comes from.
    head : NewHead or None
        The head to begin with; ``None`` keeps the one of the start.
    anchor : float
        Weight decay of the backbone towards where it started and of the head towards zero, with one strength for
        both (L2-SP). It replaces the configuration's weight decay; 0 is none.
    repetition : int
        A different one has another order of minibatches on the same split.

    References
    ----------
    Li, Grandvalet, Davoine (2018), "Explicit inductive bias for transfer learning with convolutional networks",
    arXiv:1802.01483 (L2-SP).

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=2, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    >>> frozen = arm_of(config, "feature_extraction")
    >>> held = replace(arm_of(config, "end_to_end"), anchor=0.01)
    >>> bool((frozen.trained(config)[0].weights == held.start_params(config)[0].weights).all())
    True
    """

    schedule: Schedule
    start: Start = FromSource()
    head: NewHead | None = NewHead()
    anchor: float = 0.0
    repetition: int = 0

    def start_params(self, config: RunConfig) -> Params:
        """Network before training, one per seed."""
        params = self.start.params(config)
        return self.head.put_on(params, config) if self.head else params

    def epochs(self, config: RunConfig, measures: Sequence[Measure] = ()) -> Iterator[Epoch]:
        """Train on the target task of a configuration, epoch by epoch.

        Parameters
        ----------
        config : RunConfig
            Its data, seeds, batch size, momentum and weight decay.
        measures : sequence of Measure
            What to look at during training; by default nothing.

        Yields
        ------
        Epoch
            Number 0 is before any training.
        """
        start, data = self.start_params(config), target_of(config)
        return train(
            start,
            self.schedule,
            data.train,
            batch_seeds=[stream(seed, Purpose.BATCHES, self.repetition) for seed in config.seeds],
            batch_size=config.batch_size,
            momentum=config.momentum,
            weight_decay=self.anchor or config.weight_decay,
            decay_to=_anchor(start) if self.anchor else None,
            measures=measures,
            others={"val": data.val, "test": data.test},
        )

    def trained(self, config: RunConfig) -> Params:
        """Network after training, one per seed."""
        for epoch in self.epochs(config):
            params = epoch.params
        return params


def _anchor(start: Params) -> Params:
    """Where L2-SP pulls to: the backbone to where it was, the new head to zero."""
    *backbone, head = start
    return (*backbone, Layer(np.zeros_like(head.weights), np.zeros_like(head.bias)))


def arm_of(config: RunConfig, strategy: str, **changes: Any) -> Arm:
    """Make the arm of a strategy.

    Parameters
    ----------
    config : RunConfig
        Its knobs make the schedule.
    strategy : str
        A name in `STRATEGIES`.
    **changes
        Fields of `Arm` to change.

    Returns
    -------
    Arm

    Examples
    --------
    >>> arm_of(RunConfig(), "from_scratch").start
    Random(purpose=<Purpose.RANDOM_BACKBONE: 'random backbone'>, repetition=0)
    """
    chosen = STRATEGIES[strategy]
    start: Start = FromSource() if chosen.pretrained else Random()
    return replace(Arm(chosen.build(config), start, anchor=chosen.anchor), **changes)
