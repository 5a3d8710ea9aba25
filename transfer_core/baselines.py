"""What a comparison is measured against besides the strategies: no adaptation, and no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.blas import on_one_thread
from transfer_core.config import RunConfig
from transfer_core.examples import target_of
from transfer_core.network import accuracy, predict_logits
from transfer_core.pretraining import pretrain


class Baseline(NamedTuple):
    """What to say about a rival that is not a strategy, and how to measure it.

    Attributes
    ----------
    title, short : str
        Name in a sentence, and on a chart.
    spares : str
        What it does without.
    best_for : str
        What it is there for, in a few words.
    advice : str
        What to do where it wins, as an instruction.
    measure : callable
        ``RunConfig -> ndarray of shape (n_seeds,)``, its test accuracy; ``None`` where it makes no sense.
    pretrained : bool
        Uses the pretrained network.
    """

    title: str
    short: str
    spares: str
    best_for: str
    advice: str
    measure: Callable[[RunConfig], Array | None]
    pretrained: bool = False


def has_zero_shot(config: RunConfig) -> bool:
    """Whether the pretrained network can answer as it is: there is one, and the labels of both tasks mean the same."""
    return config.has_old_task and config.pair.same_labels


def zero_shot(config: RunConfig) -> Array | None:
    """Test accuracy of the pretrained network as it is, with no target images.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    ndarray of shape (n_seeds,) or None
        ``None`` where the labels of the two tasks do not mean the same, or nothing was pretrained.

    Examples
    --------
    >>> zero_shot(RunConfig(scenario="low_to_high", n_seeds=2)) is None
    True
    """
    if not has_zero_shot(config):
        return None
    test = target_of(config).test
    return accuracy(predict_logits(pretrain(config).params, test.inputs), test.labels)


def logistic_regression(config: RunConfig) -> Array:
    """Test accuracy of logistic regression on the pixels of the same training images.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    ndarray of shape (n_seeds,)

    Examples
    --------
    >>> logistic_regression(RunConfig(n_seeds=2)).shape
    (2,)
    """
    return _accuracies(linear_labels, config)


def linear_labels(known: Array, labels: Array, asked: Array) -> Array:
    """Label examples by logistic regression.

    Parameters
    ----------
    known : ndarray of shape (n, d)
    labels : int ndarray of shape (n,)
        Of the known examples.
    asked : ndarray of shape (n_asked, d)

    Returns
    -------
    int ndarray of shape (n_asked,)

    Examples
    --------
    >>> linear_labels(np.array([[0.0], [1.0]]), np.array([0, 1]), np.array([[0.2], [0.9]])).tolist()
    [0, 1]
    """
    from sklearn.linear_model import LogisticRegression  # only here: importing it takes longer than a first picture

    with on_one_thread():
        given: Array = LogisticRegression(max_iter=1000).fit(known, labels).predict(asked)
    return given


def _accuracies(label: Callable[[Array, Array, Array], Array], config: RunConfig) -> Array:
    """Test accuracy of whatever labels examples without a network, seed by seed."""
    train, test = target_of(config).train, target_of(config).test
    return np.array(
        [
            (label(train.inputs[seed], train.labels[seed], test.inputs[seed]) == test.labels[seed]).mean()
            for seed in range(config.n_seeds)
        ]
    )


def nearest_neighbour(config: RunConfig) -> Array:
    """Test accuracy of giving each image the label of the training image whose pixels are closest.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    ndarray of shape (n_seeds,)

    Examples
    --------
    >>> nearest_neighbour(RunConfig("mnist_to_digits", n_seeds=2)).round(1).tolist()
    [0.9, 0.9]
    """
    return _accuracies(nearest_labels, config)


def nearest_labels(known: Array, labels: Array, asked: Array) -> Array:
    """Give each example the label of the nearest known one; arguments as for `linear_labels`.

    Examples
    --------
    >>> nearest_labels(np.array([[0.0], [1.0]]), np.array([7, 8]), np.array([[0.2], [0.9]])).tolist()
    [7, 8]
    """
    known, asked = known.astype(float), asked.astype(float)
    distances = (known**2).sum(axis=-1) - 2 * asked @ known.T  # squared, less what is the same for all of `known`
    given: Array = labels[distances.argmin(axis=-1)]
    return given


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "zero_shot": Baseline(
            title="Zero-shot",
            short="Zero-shot",
            spares="training",
            best_for="control: the pretrained network as it is",
            advice="use the pretrained network as it is: no training is needed",
            measure=zero_shot,
            pretrained=True,
        ),
        "nearest_neighbour": Baseline(
            title="Nearest neighbour on pixels",
            short="Nearest neighbour",
            spares="network",
            best_for="control: are the images alike as they are?",
            advice="take the label of the nearest training image: no network is needed",
            measure=nearest_neighbour,
        ),
        "logistic_regression": Baseline(
            title="Logistic regression on pixels",
            short="Logistic regression",
            spares="network",
            best_for="control: does it take a network at all?",
            advice="fit logistic regression to the pixels: no network is needed",
            measure=logistic_regression,
        ),
    }
)
"""From the least work to the most; every strategy takes more."""


def measure_baselines(config: RunConfig) -> dict[str, Array]:
    """Test accuracy of every baseline that makes sense for a configuration.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    dict of str to ndarray of shape (n_seeds,)

    Examples
    --------
    >>> list(measure_baselines(RunConfig(scenario="low_to_high", n_seeds=2)))
    ['nearest_neighbour', 'logistic_regression']
    """
    found = {name: baseline.measure(config) for name, baseline in BASELINES.items()}
    return {name: scores for name, scores in found.items() if scores is not None}
