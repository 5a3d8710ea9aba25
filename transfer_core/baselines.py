"""What a comparison is measured against besides the strategies: no adaptation, and no network."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.config import RunConfig
from transfer_core.examples import target_of
from transfer_core.network import accuracy, predict_logits
from transfer_core.pretraining import pretrain


class Baseline(NamedTuple):
    """What to say about a rival that is not a strategy.

    Attributes
    ----------
    title, short : str
        Name in a sentence, and on a chart.
    best_for : str
        What it is there for, in a few words.
    advice : str
        What to do where it wins, as an instruction.
    """

    title: str
    short: str
    best_for: str
    advice: str


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "zero_shot": Baseline(
            title="Zero-shot",
            short="Zero-shot",
            best_for="control: the pretrained network as it is",
            advice="use the pretrained network as it is: no training is needed",
        ),
        "logistic_regression": Baseline(
            title="Logistic regression on pixels",
            short="Logistic regression",
            best_for="control: does it take a network at all?",
            advice="fit logistic regression to the pixels: no network is needed",
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
    ['logistic_regression']
    """
    found = {"zero_shot": zero_shot(config), "logistic_regression": logistic_regression(config)}
    return {name: scores for name, scores in found.items() if scores is not None}


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
    if not config.pair.same_labels or config.pair.source is None or config.pretrain_epochs == 0:
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
    from sklearn.linear_model import LogisticRegression  # only here: importing it takes longer than a first picture

    target = target_of(config)
    scores = []
    for seed in range(config.n_seeds):
        model = LogisticRegression(max_iter=1000).fit(target.train.inputs[seed], target.train.labels[seed])
        scores.append(model.score(target.test.inputs[seed], target.test.labels[seed]))
    return np.array(scores)


def nearest_neighbour(config: RunConfig) -> Array:
    """Test accuracy of the label of the nearest training image, by the distance between pixels.

    Parameters
    ----------
    config : RunConfig

    Returns
    -------
    ndarray of shape (n_seeds,)

    Examples
    --------
    >>> nearest_neighbour(RunConfig(n_seeds=2)).shape
    (2,)
    """
    train, _, test = target_of(config)
    # |a - b|² without |a|², which is the same for all training images.
    distances = (train.inputs**2).sum(axis=-1)[:, None] - 2 * test.inputs @ train.inputs.swapaxes(-1, -2)
    nearest = np.take_along_axis(train.labels, distances.argmin(axis=-1), axis=-1)
    return np.asarray((nearest == test.labels).mean(axis=-1))
