"""What can be measured of a network, on the way and at the end.

A measure is an argument of the training: it looks at a `Moment` and gives numbers. Who asks for none pays for
none. Each says how much memory a run keeps of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array, Examples, Layer, Params, layer_norm, layer_norms
from transfer_core.config import RunConfig
from transfer_core.costs import n_parameters
from transfer_core.examples import source_of, target_of
from transfer_core.features import linear_cka
from transfer_core.network import accuracy, backward, forward, hidden, losses_and_hits, predict_logits
from transfer_core.pretraining import pretrain
from transfer_core.schedules import Phase, freeze_to
from transfer_core.seeds import Purpose, stream
from transfer_core.training import Measure, Moment, train

PROBE_EPOCHS, PROBE_RATE, PROBE_BATCH_SIZE = 20, 0.05, 64
FLOAT = 4  # bytes


class Series(NamedTuple):
    """What a measure gave over the epochs of a run.

    Attributes
    ----------
    epochs : tuple of int
        When it looked; 0 is before any training.
    values : ndarray of shape (len(epochs), ...)
    """

    epochs: tuple[int, ...]
    values: Array


@dataclass(frozen=True)
class Curves:
    """Loss and accuracy on some parts of the target, after every epoch.

    Attributes
    ----------
    parts : tuple of str
        Among ``"train"``, ``"val"`` and ``"test"``.
    """

    parts: tuple[str, ...] = ("train", "val")

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``{part}_loss`` (nats) and ``{part}_accuracy`` (0 to 1), each ``(n_seeds,)``."""
        found: dict[str, Array] = {}
        for part in self.parts:
            losses, hits = losses_and_hits(moment.logits(part), moment.data[part].labels)
            found |= {f"{part}_loss": losses.mean(axis=-1), f"{part}_accuracy": hits.mean(axis=-1)}
        return found

    def n_bytes(self, config: RunConfig) -> int:
        """Two numbers per part, seed and epoch."""
        return 2 * 8 * len(self.parts) * config.n_seeds * (config.n_epochs + 1)


@dataclass(frozen=True)
class LayerChange:
    """How far each layer moved in the last epoch: the proof that a frozen one did not."""

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``layer_change``, ``(n_seeds, n_layers)``; nothing before any training."""
        if not moment.number:
            return {}
        return {"layer_change": relative_change(moment.params, moment.before, moment.start_norms)}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per layer, seed and epoch."""
        return 8 * config.n_layers * config.n_seeds * config.n_epochs


@dataclass(frozen=True)
class Drift:
    """How far each layer is from where it started."""

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``drift``, ``(n_seeds, n_layers)``."""
        return {"drift": relative_change(moment.params, moment.start, moment.start_norms)}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per layer, seed and epoch."""
        return 8 * config.n_layers * config.n_seeds * (config.n_epochs + 1)


@dataclass(frozen=True)
class Snapshots:
    """All weights of one seed's network, at a bounded number of epochs.

    Attributes
    ----------
    row : int
        Which of the seeds, from 0.
    most : int
        At most this many snapshots, spread evenly over the run, including the first and the last epoch.
    """

    row: int = 0
    most: int = 21

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``weights_i`` and ``bias_i`` of every layer, from the inputs up; nothing between two snapshots."""
        if moment.number not in snapshot_epochs(moment.n_epochs, self.most):
            return {}
        arrays: dict[str, Array] = {}
        for index, layer in enumerate(moment.params):
            arrays |= {f"weights_{index}": layer.weights[self.row], f"bias_{index}": layer.bias[self.row]}
        return arrays

    def n_bytes(self, config: RunConfig) -> int:
        """One network per snapshot."""
        layers = range(config.n_layers)
        return FLOAT * self.most * n_parameters(config.layer_sizes, layers)


def snapshot_epochs(n_epochs: int, most: int) -> tuple[int, ...]:
    """Spread at most this many epochs evenly from 0 to the last.

    Examples
    --------
    >>> snapshot_epochs(60, 4), snapshot_epochs(2, 21)
    ((0, 20, 40, 60), (0, 1, 2))
    """
    return tuple(sorted(set(np.linspace(0, n_epochs, min(most, n_epochs + 1)).round().astype(int).tolist())))


@dataclass(frozen=True)
class Confusion:
    """Which class was taken for which, at the end of training.

    Attributes
    ----------
    part : {"train", "val", "test"}
    """

    part: str = "test"

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``confusion``, ``(n_seeds, n_classes, n_classes)``: one row per true class, one column per answer."""
        if moment.number < moment.n_epochs:
            return {}
        return {"confusion": confusion(moment.logits(self.part), moment.data[self.part].labels)}

    def n_bytes(self, config: RunConfig) -> int:
        """One table of classes by classes per seed."""
        return 8 * config.n_seeds * config.layer_sizes[-1] ** 2


@dataclass(frozen=True)
class FinalAccuracy:
    """Accuracy at the end of training, for whoever wants no curve.

    Attributes
    ----------
    part : {"train", "val", "test"}
    """

    part: str = "val"

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``final_{part}_accuracy``, ``(n_seeds,)``; nothing on the way."""
        if moment.number < moment.n_epochs:
            return {}
        return {f"final_{self.part}_accuracy": accuracy(moment.logits(self.part), moment.data[self.part].labels)}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per seed."""
        return 8 * config.n_seeds


@dataclass(frozen=True)
class Similarity:
    """How alike the features of each backbone layer still are to those it started with, by linear CKA.

    Attributes
    ----------
    part : {"train", "val", "test"}
        Images whose features are compared.
    most : int
        Look at no more than this many epochs, spread evenly over the run, including the first and the last.

    References
    ----------
    Kornblith et al. (2019), "Similarity of neural network representations revisited", arXiv:1905.00414.
    """

    part: str = "val"
    most: int = 21

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``similarity``, ``(n_seeds, n_layers - 1)``: 1 is the same but for a turn and a scale."""
        if moment.number not in snapshot_epochs(moment.n_epochs, self.most):
            return {}
        inputs = moment.data[self.part].inputs
        was, now = moment.start[:-1], moment.params[:-1]
        still = next((i for i, (old, new) in enumerate(zip(was, now, strict=True)) if new is not old), len(now))
        same = np.ones((len(moment.params[-1].bias), still))
        if still == len(now):
            return {"similarity": same}
        pairs = list(zip(hidden(was, inputs)[1:], hidden(now, inputs)[1:], strict=True))[still:]
        moved = np.stack([linear_cka(old, new) for old, new in pairs], axis=-1)
        return {"similarity": np.concatenate([same, moved], axis=-1)}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per backbone layer, seed and look."""
        return 8 * self.most * config.n_seeds * len(config.hidden_sizes)


@dataclass(frozen=True)
class Gradients:
    """How hard the loss on the training images pulls at each layer, whether or not the layer is frozen.

    Attributes
    ----------
    most : int
        Look at no more than this many epochs, spread evenly over the run, including the first and the last.
    """

    most: int = 21

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``gradient``, ``(n_seeds, n_layers)``: the norm of the gradient on all training images."""
        if moment.number not in snapshot_epochs(moment.n_epochs, self.most):
            return {}
        inputs, labels = moment.data["train"]
        free = (False,) * len(moment.params)
        with np.errstate(over="ignore", invalid="ignore"):
            found = backward(moment.params, forward(moment.params, inputs), labels, free)
            return {"gradient": layer_norms(tuple(layer for layer in found if layer is not None))}

    def n_bytes(self, config: RunConfig) -> int:
        """One number per layer, seed and look."""
        return 8 * self.most * config.n_seeds * config.n_layers


DEFAULT_MEASURES: tuple[Measure, ...] = (Curves(), LayerChange())
"""What the pages draw for every comparison."""


def relative_change(new: Params, old: Params, norms: Array) -> Array:
    """Distance between two networks, layer by layer, weights and biases together.

    Parameters
    ----------
    new, old : tuple of Layer
    norms : ndarray of shape (n_seeds, n_layers)
        What the distance is divided by.

    Returns
    -------
    ndarray of shape (n_seeds, n_layers)
        Exactly 0 for a layer that did not change by a single bit, and for no other; NaN where a rate was so high that
        there are no numbers left.

    Examples
    --------
    >>> from transfer_core.arrays import layer_norms
    >>> old = (Layer(np.ones((1, 2, 2)), np.zeros((1, 2))),)
    >>> new = (Layer(2 * old[0].weights, old[0].bias),)
    >>> norms = layer_norms(old)
    >>> relative_change(new, old, norms).tolist(), relative_change(old, old, norms).tolist()
    ([[1.0]], [[0.0]])
    """
    changes = []
    for index, (after, before) in enumerate(zip(new, old, strict=True)):
        norm = norms[..., index]
        if after is before:
            changes.append(np.zeros_like(norm))
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            change = layer_norm(Layer(after.weights - before.weights, after.bias - before.bias)) / norm
        if not change.all():  # too small to square, or really nothing
            same = (after.weights == before.weights).all(axis=(-2, -1)) & (after.bias == before.bias).all(axis=-1)
            change = np.where(same, 0, np.maximum(change, np.finfo(change.dtype).tiny))
        changes.append(change)
    return np.stack(changes, axis=-1)


def confusion(logits: Array, labels: Array) -> Array:
    """Count how often each class was given as each answer.

    Parameters
    ----------
    logits : ndarray of shape (..., n, n_classes)
    labels : int ndarray of shape (..., n)

    Returns
    -------
    int ndarray of shape (..., n_classes, n_classes)
        A row per true class, a column per answer.

    Examples
    --------
    >>> confusion(np.array([[2.0, 1.0], [0.0, 3.0], [0.0, 1.0]]), np.array([0, 0, 1])).tolist()
    [[1, 1], [0, 1]]
    """
    classes = np.arange(logits.shape[-1])
    true = (labels[..., None] == classes).astype(int)
    answered = (logits.argmax(axis=-1)[..., None] == classes).astype(int)
    return np.asarray(np.swapaxes(true, -1, -2) @ answered)


def measured_accuracy(params: Params, examples: Examples) -> Array:
    """Accuracy of each seed's network; one that has overflowed is simply wrong.

    Examples
    --------
    >>> config = RunConfig(n_seeds=2)
    >>> measured_accuracy(pretrain(config).params, source_of(config).test).shape
    (2,)
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return accuracy(predict_logits(params, examples.inputs), examples.labels)


def target_accuracies(config: RunConfig, params: Params) -> dict[str, Array]:
    """Accuracy on the training, validation and test images of the target, and the score to choose settings by."""
    parts = target_of(config)._asdict()
    found = {f"{part}_accuracy": measured_accuracy(params, examples) for part, examples in parts.items()}
    return {**found, "val_score": val_score(params, parts["val"], parts["train"].labels.shape[-1])}


def val_score(params: Params, val: Examples, budget: int) -> Array:
    """Score a network by as many validation images as the task has for training: nobody with ten images validates on 180.

    Parameters
    ----------
    params : tuple of Layer
    val : Examples
        In random order.
    budget : int
        How many of them to look at.

    Returns
    -------
    ndarray of shape (n_seeds,)
        Accuracy, 0 to 1; between equal ones the probability given to the right class decides, a thousandth at most.

    Examples
    --------
    >>> params = (Layer(np.eye(2)[None], np.zeros((1, 2))),)
    >>> val = Examples(np.array([[[3.0, 0.0], [0.0, 3.0]]]), np.array([[0, 0]]))
    >>> [float(val_score(params, val, budget)[0].round(3)) for budget in (1, 2)]
    [1.001, 0.5]
    """
    few = Examples(val.inputs[..., :budget, :], val.labels[..., :budget])
    with np.errstate(over="ignore", invalid="ignore"):
        losses, hits = losses_and_hits(predict_logits(params, few.inputs), few.labels)
        sure = np.nan_to_num(np.exp(-losses)).mean(axis=-1)
    return np.asarray(hits.mean(axis=-1) + sure / 1000)


def source_accuracies(config: RunConfig, params: Params) -> dict[str, Array]:
    """Accuracy on the source task with the old head: on the backbone before and after.

    Parameters
    ----------
    config : RunConfig
        Its scenario has a source task.
    params : tuple of Layer
        Networks after training on the target.

    Returns
    -------
    dict of str to ndarray of shape (n_seeds,)
        ``source_accuracy_before`` and ``source_accuracy_after``, 0 to 1.
    """
    before = pretrain(config)
    if all(layer is old for layer, old in zip(params[:-1], before.params[:-1], strict=True)):
        after = before.source_accuracy  # frozen throughout
    else:
        after = measured_accuracy((*params[:-1], before.params[-1]), source_of(config).test)
    return {"source_accuracy_before": before.source_accuracy, "source_accuracy_after": after}


def reprobed_source_accuracy(config: RunConfig, params: Params) -> Array:
    """Accuracy on the source task with a new head trained on the current features.

    References
    ----------
    Davari et al. (2022), "Probing representation forgetting in supervised and unsupervised continual
    learning", arXiv:2203.13381.
    """
    source = source_of(config)
    n_layers = len(params)
    old_head = pretrain(config).params[-1]
    blank = Layer(np.zeros_like(old_head.weights), np.zeros_like(old_head.bias))
    rates = (0.0,) * (n_layers - 1) + (PROBE_RATE,)
    schedule = (Phase("probe", PROBE_EPOCHS, freeze_to(n_layers, n_layers - 1), rates),)
    seeds = [stream(seed, Purpose.PROBE_BATCHES) for seed in config.seeds]
    start = (*params[:-1], blank)
    for epoch in train(start, schedule, source.train, batch_seeds=seeds, batch_size=PROBE_BATCH_SIZE, momentum=0.9):
        probed = epoch.params
    return measured_accuracy(probed, source.test)
