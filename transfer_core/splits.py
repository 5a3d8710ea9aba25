"""Examples of a scenario's tasks, cut into parts that share no image, with a seed axis.

The split depends on the seed alone, so every strategy sees the same one, and the few-shot training
sets are nested: 5 images a class are the first 5 of the 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from transfer_core.arrays import Array, Examples
from transfer_core.datasets import load
from transfer_core.scenarios import SCENARIOS, Task, much_ink
from transfer_core.seeds import stream
from transfer_core.shifts import Shift

SOURCE_TEST_SHARE = 0.4


class SourceData(NamedTuple):
    """Examples of the source task, each with a leading seed axis."""

    train: Examples
    test: Examples


class TargetData(NamedTuple):
    """Examples of the target task: three parts without a common image, each with a leading seed axis."""

    train: Examples
    val: Examples
    test: Examples


@cache
def max_images_per_class(name: str) -> int:
    """Largest number of training images that every class of the target has, whatever the seed.

    Examples
    --------
    >>> 100 <= max_images_per_class("mnist_to_digits") <= 110
    True
    """
    scenario = SCENARIOS[name]
    labels = _labels(scenario.target)[_members(scenario.target, None)]
    smallest = np.bincount(labels).min() * (1 if scenario.target.half is None else 0.5)
    pool_share = 1 - scenario.test_share - scenario.val_share
    # A stratified split may miss the exact share of a class by one image at each of its cuts.
    return int(smallest * pool_share) - 2


def source_data(name: str, seeds: Sequence[int]) -> SourceData:
    """Build the source task of a scenario.

    Parameters
    ----------
    name : str
        A name in `SCENARIOS` that has a source.
    seeds : sequence of int

    Returns
    -------
    SourceData

    Raises
    ------
    ValueError
        If the scenario has no source task.

    Examples
    --------
    >>> source_data("low_to_high", seeds=[0, 1]).train.inputs.shape
    (2, 540, 64)
    """
    task = SCENARIOS[name].source
    if task is None:
        raise ValueError(f"scenario {name!r} has no source task")
    parts = []
    for seed in seeds:
        images, labels = load(task.dataset).images, _labels(task)
        cut = _cut(_members(task, seed), labels, SOURCE_TEST_SHARE, stream(seed, "source"))
        parts.append([_examples(images, labels, part) for part in cut])
    return SourceData(*map(_stack, zip(*parts, strict=True)))


def target_data(
    name: str, seeds: Sequence[int], *, images_per_class: int | None, shift_amount: float = 0.0
) -> TargetData:
    """Build the target task of a scenario.

    Parameters
    ----------
    name : str
    seeds : sequence of int
    images_per_class : int or None
        Training images of each class; ``None`` takes the whole pool, classes as uneven as they are.
    shift_amount : float, default 0

    Returns
    -------
    TargetData

    Raises
    ------
    ValueError
        If a class has fewer images than asked.

    Examples
    --------
    >>> data = target_data("mnist_to_digits", seeds=[0, 1], images_per_class=5)
    >>> [part.inputs.shape for part in data]
    [(2, 50, 64), (2, 180, 64), (2, 504, 64)]
    """
    scenario = SCENARIOS[name]
    labels = _labels(scenario.target)
    parts = []
    for seed in seeds:
        pool, val, test = _target_parts(name, seed)
        images = _target_images(name, shift_amount, seed)
        if scenario.standardise:
            flat = images.reshape(len(images), -1)
            images = StandardScaler().fit(flat[pool]).transform(flat).astype(np.float32)
        first_of_each_class(pool, labels, 1)  # says so if there is only one class
        train = pool if images_per_class is None else first_of_each_class(pool, labels, images_per_class)
        parts.append([_examples(images, labels, part) for part in (train, val, test)])
    return TargetData(*map(_stack, zip(*parts, strict=True)))


# Arrays are shared by all who ask for the same task; nobody writes to an argument.
cached_source_data = lru_cache(maxsize=1)(source_data)
cached_target_data = lru_cache(maxsize=2)(target_data)


def sample_images(name: str, *, shift_amount: float, seed: int) -> dict[str, tuple[Task, Array, Array]]:
    """Pick one image of each class of both tasks, to look at.

    Returns
    -------
    dict
        ``"source"`` (where there is one) and ``"target"`` -> (task, images ``(n_classes, 8, 8)``, labels).

    Examples
    --------
    >>> samples = sample_images("digits_to_parity", shift_amount=0.0, seed=0)
    >>> [images.shape for _, images, _ in samples.values()]
    [(10, 8, 8), (2, 8, 8)]
    """
    scenario = SCENARIOS[name]
    samples = {}
    for role, task in {"source": scenario.source, "target": scenario.target}.items():
        if task is not None:
            images = _target_images(name, shift_amount, seed) if role == "target" else load(task.dataset).images
            labels = _labels(task)
            chosen = first_of_each_class(_members(task, seed), labels, 1)
            samples[role] = (task, images[chosen], labels[chosen])
    return samples


def first_of_each_class(pool: Array, labels: Array, n: int) -> Array:
    """Take the first `n` members of each class from `pool`.

    Parameters
    ----------
    pool : int ndarray of shape (n_pool,)
        Indices into `labels`.
    labels : int ndarray of shape (n_images,)
    n : int

    Returns
    -------
    int ndarray of shape (n_classes * n,)

    Raises
    ------
    ValueError
        If there is only one class, or one has fewer than `n` members.

    Examples
    --------
    >>> first_of_each_class(np.arange(5), np.array([0, 1, 0, 1, 1]), 2)
    array([0, 2, 1, 3])
    """
    present = np.unique(labels[pool])
    if len(present) < 2:
        raise ValueError(f"labels must have at least two classes, got only {present.tolist()}")
    chosen = [pool[labels[pool] == label][:n] for label in present]
    short = min(len(members) for members in chosen)
    if short < n:
        raise ValueError(f"images_per_class must be at most {short}, the size of the smallest class, got {n}")
    return np.concatenate(chosen)


@lru_cache(maxsize=64)
def _target_parts(name: str, seed: int) -> tuple[Array, Array, Array]:
    """Cut the target images: pool of training images, validation, test; the same whatever is done with them."""
    scenario = SCENARIOS[name]
    labels = _labels(scenario.target)
    pool, test = _cut(_members(scenario.target, seed), labels, scenario.test_share, stream(seed, "test"))
    pool, val = _cut(pool, labels, scenario.val_share / (1 - scenario.test_share), stream(seed, "val"))
    return pool, val, test


def _target_images(name: str, amount: float, seed: int) -> Array:
    """All images of the target's dataset, shifted."""
    scenario = SCENARIOS[name]
    images, shift = load(scenario.target.dataset).images, scenario.shift
    if shift is None or amount == 0:
        return images
    if not shift.draws:
        return _shifted_alike(scenario.target.dataset, shift, amount)
    members = _members(scenario.target, seed)
    moved = images.copy()
    moved[members] = shift.apply(images[members], amount, np.random.default_rng(stream(seed, "shift")))
    return moved


@lru_cache(maxsize=4)
def _shifted_alike(dataset: str, shift: Shift, amount: float) -> Array:
    """Shift a whole dataset once for all seeds."""
    return shift.apply(load(dataset).images, amount, np.random.default_rng(0))


def _labels(task: Task) -> Array:
    """Labels of all images of the task's dataset; those of other digits mean nothing."""
    return task.label(load(task.dataset))


def _members(task: Task, seed: int | None) -> Array:
    """List the images of a task; without a seed, before any halving."""
    dataset = load(task.dataset)
    members = np.flatnonzero(np.isin(dataset.digits, task.digits))
    if task.half is None or seed is None:
        return members
    # Halved alike for every task, whatever its labels, so that source and target share no image; by
    # digit and by ink, so that the classes of each of our tasks are halved evenly.
    strata = 2 * dataset.digits + much_ink(dataset)
    return _cut(members, strata, 0.5, stream(seed, "halves"))[task.half]


def _cut(members: Array, labels: Array, share: float, seed: int) -> tuple[Array, Array]:
    """Split indices in two, the second with this share, classes in proportion, both in random order."""
    # scikit-learn takes seeds below 2**32.
    rest, part = train_test_split(members, test_size=share, random_state=seed, stratify=labels[members])
    return rest, part


def _examples(images: Array, labels: Array, part: Array) -> Examples:
    return Examples(images[part].reshape(len(part), -1), labels[part])


def _stack(parts: Sequence[Examples]) -> Examples:
    return Examples(np.stack([part.inputs for part in parts]), np.stack([part.labels for part in parts]))
