"""What became of the source task: three things that people call forgetting, each a measure of its own.

The old head may no longer fit the backbone (`OldHead`), the features may be lost (`Reprobed`), or the answers may now
mean something else (`NewHeadOnOld`). All are taken on the test images of the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from transfer_core.arrays import Array, Params
from transfer_core.config import RunConfig
from transfer_core.examples import source_of
from transfer_core.measures import reprobed_source_accuracy, snapshot_epochs
from transfer_core.network import predict_logits
from transfer_core.pretraining import pretrain
from transfer_core.training import Measure, Moment

FLOAT = 8  # bytes


@dataclass(frozen=True)
class OldHead:
    """The old head on the backbone as it moves: how much of the source it still gets right, in all and class by class.

    Attributes
    ----------
    config : RunConfig
        That of the run; its scenario has a source.
    most : int
        Look at most this often, at even distances, before the first epoch and after the last one too.
    """

    config: RunConfig
    most: int = 21

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``source_accuracy``, ``(n_seeds,)``, and ``source_class_accuracy``, ``(n_seeds, n_classes)``."""
        if moment.number not in snapshot_epochs(moment.n_epochs, self.most):
            return {}
        answers, labels = _old_answers_at(moment, self.config), source_of(self.config).test.labels
        by_class = class_accuracy(answers, labels, len(_old_classes(self.config)))
        return {"source_accuracy": (answers == labels).mean(axis=-1), "source_class_accuracy": by_class}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per class, and one more, for every seed and look."""
        return FLOAT * config.n_seeds * (len(_old_classes(config)) + 1) * min(self.most, config.n_epochs + 1)


@dataclass(frozen=True)
class OldAnswers:
    """What the old head says of each image, before and after: which were right and are wrong now.

    Attributes
    ----------
    config : RunConfig
        That of the run; its scenario has a source.
    row : int
        Which of the seeds, from 0.
    """

    config: RunConfig
    row: int = 0

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``old_answers``, ``(n_images,)``: a class of the source for each of its test images."""
        if moment.number not in (0, moment.n_epochs):
            return {}
        return {"old_answers": _old_answers_at(moment, self.config)[self.row].astype(np.int16)}

    def n_bytes(self, config: RunConfig) -> int:
        """Two bytes per image, twice."""
        return 2 * 2 * int(source_of(config).test.labels.shape[-1])


@dataclass(frozen=True)
class Reprobed:
    """A new head for the source, trained on the features before and after: what is lost for any head.

    Attributes
    ----------
    config : RunConfig
        That of the run; its scenario has a source.

    References
    ----------
    Davari et al. (2022), "Probing representation forgetting in supervised and unsupervised continual
    learning", arXiv:2203.13381.
    """

    config: RunConfig

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``source_reprobed``, ``(n_seeds,)``."""
        if moment.number not in (0, moment.n_epochs):
            return {}
        if _backbone_is_as_it_was(moment):
            return {"source_reprobed": _reprobed_before(self.config)}
        with np.errstate(over="ignore", invalid="ignore"):
            return {"source_reprobed": reprobed_source_accuracy(self.config, moment.params)}

    def n_bytes(self, config: RunConfig) -> int:
        """Two numbers per seed."""
        return 2 * FLOAT * config.n_seeds


@dataclass(frozen=True)
class NewHeadOnOld:
    """The head in use now, asked about the source: whether its images still get the names they had.

    Attributes
    ----------
    config : RunConfig
        That of the run; its scenario has a source.
    """

    config: RunConfig

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``source_named``, ``(n_seeds,)``: share of right names; 0 where no output bears such a name."""
        if moment.number < moment.n_epochs:
            return {}
        return {"source_named": share_named(self.config, moment.params)}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per seed."""
        return FLOAT * config.n_seeds


def old_task_measures(config: RunConfig) -> tuple[Measure, ...]:
    """All measures of this module, for a run of this configuration."""
    return OldHead(config), OldAnswers(config), Reprobed(config), NewHeadOnOld(config)


def old_answers(config: RunConfig, params: Params) -> Array:
    """Let the old head classify the test images of the source, on a backbone that may have moved.

    Returns
    -------
    int ndarray of shape (n_seeds, n_images)

    Examples
    --------
    >>> config = RunConfig(n_seeds=2)
    >>> right = old_answers(config, pretrain(config).params) == source_of(config).test.labels
    >>> bool((right.mean(axis=-1) == pretrain(config).source_accuracy).all())
    True
    """
    with np.errstate(over="ignore", invalid="ignore"):
        logits = predict_logits((*params[:-1], pretrain(config).params[-1]), source_of(config).test.inputs)
    return np.asarray(logits.argmax(axis=-1))


def class_accuracy(answers: Array, labels: Array, n_classes: int) -> Array:
    """Share of each class that is answered right.

    Parameters
    ----------
    answers, labels : int ndarray of shape (..., n)
    n_classes : int

    Returns
    -------
    ndarray of shape (..., n_classes)

    Examples
    --------
    >>> class_accuracy(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [0.5, 1.0]
    """
    members = labels[..., None] == np.arange(n_classes)
    right = members & (answers == labels)[..., None]
    return np.asarray(right.sum(axis=-2) / members.sum(axis=-2))


def share_named(config: RunConfig, params: Params) -> Array:
    """Share of the source's test images that the head of these networks gives the name of their class, ``(n_seeds,)``.

    Examples
    --------
    >>> config = RunConfig(scenario="low_to_high", n_seeds=2, pretrain_epochs=1)
    >>> from transfer_core.arms import arm_of
    >>> share_named(config, arm_of(config, "feature_extraction").start_params(config)).tolist()
    [0.0, 0.0]
    """
    source = source_of(config).test
    with np.errstate(over="ignore", invalid="ignore"):
        answers = predict_logits(params, source.inputs).argmax(axis=-1)
    said, true = np.array(config.pair.target.classes)[answers], np.array(_old_classes(config))[source.labels]
    return np.asarray((said == true).mean(axis=-1))


def _old_classes(config: RunConfig) -> tuple[str, ...]:
    assert config.pair.source is not None
    return config.pair.source.classes


def _backbone_is_as_it_was(moment: Moment) -> bool:
    return all(layer is old for layer, old in zip(moment.params[:-1], moment.start[:-1], strict=True))


def _old_answers_at(moment: Moment, config: RunConfig) -> Array:
    return _answers_before(config) if _backbone_is_as_it_was(moment) else old_answers(config, moment.params)


# What all arms of a comparison have in common.
@lru_cache(maxsize=2)
def _answers_before(config: RunConfig) -> Array:
    return old_answers(config, pretrain(config).params)


@lru_cache(maxsize=2)
def _reprobed_before(config: RunConfig) -> Array:
    return reprobed_source_accuracy(config, pretrain(config).params)
