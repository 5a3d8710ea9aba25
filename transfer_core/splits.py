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

from transfer_core.datasets import load
from transfer_core.network import Array
from transfer_core.scenarios import SCENARIOS, Scenario, Task, much_ink
from transfer_core.training import Examples

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


def stream(seed: int, purpose: str) -> int:
    """Derive an independent seed for one purpose.

    Examples
    --------
    >>> stream(0, "split") == stream(0, "split"), stream(0, "split") == stream(0, "head")
    (True, False)
    """
    return int(np.random.SeedSequence([seed, *purpose.encode()]).generate_state(1)[0])


@cache
def max_images_per_class(name: str) -> int:
    """Largest number of training images that every class of the target has, whatever the seed.

    Examples
    --------
    >>> 100 <= max_images_per_class("mnist_to_digits") <= 110
    True
    """
    scenario = SCENARIOS[name]
    _, labels = _members(scenario.target, None)
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
        images, labels = _members(task, seed)
        train, test = _cut(np.arange(len(labels)), labels, SOURCE_TEST_SHARE, stream(seed, "source"))
        parts.append([_examples(images, labels, part) for part in (train, test)])
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
    parts = []
    for seed in seeds:
        images, labels = _members(scenario.target, seed)
        images = shifted(scenario, images, shift_amount, seed)
        pool, test = _cut(np.arange(len(labels)), labels, scenario.test_share, stream(seed, "test"))
        pool, val = _cut(pool, labels, scenario.val_share / (1 - scenario.test_share), stream(seed, "val"))
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
    tasks = {"source": scenario.source, "target": scenario.target}
    samples = {}
    for role, task in tasks.items():
        if task is not None:
            images, labels = _members(task, seed)
            if role == "target":
                images = shifted(scenario, images, shift_amount, seed)
            chosen = first_of_each_class(np.arange(len(labels)), labels, 1)
            samples[role] = (task, images[chosen], labels[chosen])
    return samples


def shifted(scenario: Scenario, images: Array, amount: float, seed: int) -> Array:
    """Apply the scenario's shift, if it has one and the amount is not zero."""
    if scenario.shift is None or amount == 0:
        return images
    return scenario.shift.apply(images, amount, np.random.default_rng(stream(seed, "shift")))


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


def _members(task: Task, seed: int | None) -> tuple[Array, Array]:
    """Images and labels of a task; without a seed, before any halving."""
    dataset = load(task.dataset)
    labels = task.label(dataset)
    members = np.flatnonzero(np.isin(dataset.digits, task.digits))
    if task.half is not None and seed is not None:
        # Halved alike for every task, whatever its labels, so that source and target share no image; by
        # digit and by ink, so that the classes of each of our tasks are halved evenly.
        strata = 2 * dataset.digits + much_ink(dataset)
        members = _cut(members, strata, 0.5, stream(seed, "halves"))[task.half]
    return dataset.images[members], labels[members]


def _cut(members: Array, labels: Array, share: float, seed: int) -> tuple[Array, Array]:
    """Split indices in two, the second with this share, classes in proportion, both in random order."""
    # scikit-learn takes seeds below 2**32.
    rest, part = train_test_split(members, test_size=share, random_state=seed, stratify=labels[members])
    return rest, part


def _examples(images: Array, labels: Array, part: Array) -> Examples:
    return Examples(images[part].reshape(len(part), -1), labels[part])


def _stack(parts: Sequence[Examples]) -> Examples:
    return Examples(np.stack([part.inputs for part in parts]), np.stack([part.labels for part in parts]))
