"""What can be done with labels: heads on features that stay as they are, whole networks, and what needs no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from transfer_core.arms import Arm, arm_of
from transfer_core.arrays import Array, Examples, Params
from transfer_core.baselines import BASELINES, has_zero_shot, nearest_labels
from transfer_core.config import RunConfig
from transfer_core.network import init_params, predict_logits
from transfer_core.own_data.logistic import logistic_labels
from transfer_core.pretraining import pretrain
from transfer_core.schedules import Phase
from transfer_core.seeds import Purpose, stream
from transfer_core.strategies import STRATEGIES
from transfer_core.training import train

HEAD_WIDTH = 64
HEAD_RATE = 0.05
RATE_INPUTS = 64
"""Numbers per row from which on the rate of a head falls: the more inputs, the further a step moves the logits."""

MOST_DISTANCES = 1_000_000
"""That are held at a time: those of twenty thousand rows would take more memory than a small server has."""

Predict = Callable[[RunConfig, Examples, Examples], Array]


@dataclass(frozen=True)
class Rival:
    """One way to use the labels.

    Attributes
    ----------
    title : str
        On a chart.
    advice : str
        What to do where it wins, as an instruction.
    predict : callable
        ``(RunConfig, train, test) -> int ndarray of shape (n_seeds, n_test)``, the labels it gives.
    """

    title: str
    advice: str
    predict: Predict


@dataclass(frozen=True)
class Fresh:
    """A head with random weights on features that are given: nothing lies below it.

    Attributes
    ----------
    hidden_sizes : tuple of int
    """

    hidden_sizes: tuple[int, ...]
    from_source = False

    def params(self, config: RunConfig) -> Params:
        """Draw one per seed."""
        seeds = [stream(seed, Purpose.HEAD) for seed in config.seeds]
        return init_params((config.layer_sizes[0], *self.hidden_sizes, config.layer_sizes[-1]), seeds=seeds)


def head_arm(config: RunConfig, hidden_sizes: tuple[int, ...]) -> Arm:
    """Make the arm of a head, all of which trains at one rate.

    Examples
    --------
    >>> head_arm(RunConfig(n_epochs=20, unfreeze_epoch=5), (64,)).schedule[0].frozen
    (False, False)
    """
    n_layers = len(hidden_sizes) + 1
    rate = HEAD_RATE * min(1.0, RATE_INPUTS / config.layer_sizes[0])
    phase = Phase("Head", config.n_epochs, n_layers * (False,), n_layers * (rate,))
    return Arm((phase,), Fresh(hidden_sizes), head=None)


def _trained(make_arm: Callable[[RunConfig], Arm], config: RunConfig, known: Examples, asked: Examples) -> Array:
    """Train an arm on some examples and let it label others."""
    arm = make_arm(config)
    epochs = train(
        arm.start_params(config),
        arm.schedule,
        known,
        batch_seeds=[stream(seed, Purpose.BATCHES) for seed in config.seeds],
        batch_size=config.batch_size,
        momentum=config.momentum,
    )
    for epoch in epochs:
        params = epoch.params
    return _labels(params, asked)


def _zero_shot(config: RunConfig, known: Examples, asked: Examples) -> Array:
    return _labels(pretrain(config).params, asked)


def _labels(params: Params, asked: Examples) -> Array:
    labels: Array = predict_logits(params, asked.inputs).argmax(axis=-1)
    return labels


def _seed_by_seed(
    label: Callable[[Array, Array, Array], Array], config: RunConfig, known: Examples, asked: Examples
) -> Array:
    return np.stack(
        [label(known.inputs[seed], known.labels[seed], asked.inputs[seed]) for seed in range(config.n_seeds)]
    )


def _nearest(known: Array, labels: Array, asked: Array) -> Array:
    n_blocks = -(-len(asked) * len(known) // MOST_DISTANCES)
    return np.concatenate([nearest_labels(known, labels, block) for block in np.array_split(asked, n_blocks)])


def _head(hidden_sizes: tuple[int, ...], config: RunConfig) -> Arm:
    return head_arm(config, hidden_sizes)


def _strategy(name: str, config: RunConfig) -> Arm:
    return arm_of(config, name)


NEAREST = Rival(
    "Nearest neighbour",
    "take the label of the nearest example: no training is needed",
    partial(_seed_by_seed, _nearest),
)
LOGISTIC = Rival(
    "Logistic regression", "fit logistic regression: no network is needed", partial(_seed_by_seed, logistic_labels)
)
HEADS: Mapping[str, Rival] = {
    "linear_head": Rival(
        "Linear head", "keep the backbone frozen and train a linear head", partial(_trained, partial(_head, ()))
    ),
    "hidden_head": Rival(
        "Head with a hidden layer",
        f"keep the backbone frozen and train a head with a hidden layer of {HEAD_WIDTH}",
        partial(_trained, partial(_head, (HEAD_WIDTH,))),
    ),
    "nearest_neighbour": NEAREST,
    "logistic_regression": LOGISTIC,
}
"""Rivals where the features are those of a pretrained model."""
NETWORKS: Mapping[str, Rival] = {
    "linear_network": Rival("Linear network", "train a network without a hidden layer", HEADS["linear_head"].predict),
    "small_network": Rival(
        "Small network",
        f"train a small network from scratch, with a hidden layer of {HEAD_WIDTH}",
        HEADS["hidden_head"].predict,
    ),
    "nearest_neighbour": NEAREST,
    "logistic_regression": LOGISTIC,
}
"""Rivals where the data are as they are, and nothing was learnt before."""


def rivals_of(config: RunConfig, *, embedded: bool = True) -> dict[str, Rival]:
    """List what is compared: the strategies and controls where something is pretrained here.

    Parameters
    ----------
    config : RunConfig
    embedded : bool, default True
        Whether data without a source are what a pretrained model makes of them: then heads are compared on it.

    Examples
    --------
    >>> list(rivals_of(RunConfig("lesson")))
    ['linear_head', 'hidden_head', 'nearest_neighbour', 'logistic_regression']
    >>> list(rivals_of(RunConfig("lesson"), embedded=False))[:2]
    ['linear_network', 'small_network']
    >>> "end_to_end" in rivals_of(RunConfig()), "zero_shot" in rivals_of(RunConfig("low_to_high"))
    (True, False)
    """
    if config.pair.source is None:
        return dict(HEADS if embedded else NETWORKS)
    strategies = {
        name: Rival(one.short, one.advice, partial(_trained, partial(_strategy, name)))
        for name, one in STRATEGIES.items()
    }
    zero_shot = BASELINES["zero_shot"]
    as_it_is = {"zero_shot": Rival(zero_shot.short, zero_shot.advice, _zero_shot)} if has_zero_shot(config) else {}
    return {**strategies, **as_it_is, "nearest_neighbour": NEAREST, "logistic_regression": LOGISTIC}
