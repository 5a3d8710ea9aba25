"""Examples of a scenario's tasks, cut into parts that share no image, with a seed axis.

The split depends on the seed alone, so every strategy sees the same one, and the few-shot training
sets are nested: 5 images per class are the first 5 of the 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array, Examples
from transfer_core.datasets import Dataset
from transfer_core.scenarios import Scenario, Task, much_ink
from transfer_core.seeds import Purpose, stream
from transfer_core.shifts import Shift
from transfer_core.stratified import stratified_split

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


@lru_cache(maxsize=64)
def max_images_per_class(scenario: Scenario) -> int:
    """Largest number of training images that every class of the target has, whatever the seed.

    Examples
    --------
    >>> from transfer_core.scenarios import SCENARIOS
    >>> 100 <= max_images_per_class(SCENARIOS["mnist_to_digits"]) <= 110
    True
    """
    labels = scenario.target.labels[_members(scenario.target, None)]
    smallest = np.bincount(labels).min() * (1 if scenario.target.half is None else 0.5)
    pool_share = 1 - scenario.test_share - scenario.val_share
    # A stratified split may miss the exact share of a class by one image at each of its cuts.
    return int(smallest * pool_share) - 2


def source_data(scenario: Scenario, seeds: Sequence[int]) -> SourceData:
    """Build the source task of a scenario.

    Parameters
    ----------
    scenario : Scenario
        One that has a source.
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
    >>> from transfer_core.scenarios import SCENARIOS
    >>> source_data(SCENARIOS["low_to_high"], seeds=[0, 1]).train.inputs.shape
    (2, 540, 64)
    """
    task = scenario.source
    if task is None:
        raise ValueError(f"scenario {scenario.name!r} has no source task")
    parts = []
    for seed in seeds:
        cut = _cut(_members(task, seed), task.labels, SOURCE_TEST_SHARE, stream(seed, Purpose.SOURCE_SPLIT))
        parts.append([_examples(task.dataset.images, task.labels, part) for part in cut])
    return SourceData(*map(_stack, zip(*parts, strict=True)))


def target_data(
    scenario: Scenario, seeds: Sequence[int], *, images_per_class: int | None, shift_amount: float = 0.0
) -> TargetData:
    """Build the target task of a scenario.

    Parameters
    ----------
    scenario : Scenario
    seeds : sequence of int
    images_per_class : int or None
        Training images per class; ``None`` takes the whole pool, in which classes may be unbalanced.
    shift_amount : float, default 0

    Returns
    -------
    TargetData

    Raises
    ------
    ValueError
        If a class has fewer images than requested.

    Examples
    --------
    >>> from transfer_core.scenarios import SCENARIOS
    >>> data = target_data(SCENARIOS["mnist_to_digits"], seeds=[0, 1], images_per_class=5)
    >>> [part.inputs.shape for part in data]
    [(2, 50, 64), (2, 180, 64), (2, 504, 64)]
    """
    labels = scenario.target.labels
    parts = []
    for seed in seeds:
        pool, val, test = _target_parts(scenario, seed)
        images = _target_images(scenario, shift_amount, seed)
        if scenario.standardise:
            images = _standardised(images.reshape(len(images), -1), pool)
        first_of_each_class(pool, labels, 1)  # says so if there is only one class
        train = pool if images_per_class is None else first_of_each_class(pool, labels, images_per_class)
        parts.append([_examples(images, labels, part) for part in (train, val, test)])
    return TargetData(*map(_stack, zip(*parts, strict=True)))


# Arrays are shared by all callers that ask for the same task; nobody writes to an argument.
cached_source_data = lru_cache(maxsize=1)(source_data)
cached_target_data = lru_cache(maxsize=2)(target_data)


def as_target_inputs(scenario: Scenario, images: Array, *, shift_amount: float, seed: int) -> Array:
    """Treat new images as those of the target: shifted as far, and scaled alike.

    Parameters
    ----------
    scenario : Scenario
    images : ndarray of shape (n, *image_shape)
        In the units of the data set.
    shift_amount : float
    seed : int

    Returns
    -------
    ndarray of shape (n, d)

    Examples
    --------
    >>> from transfer_core.scenarios import SCENARIOS
    >>> blank = np.zeros((1, 8, 8), np.float32)
    >>> float(as_target_inputs(SCENARIOS["digits_to_inverted"], blank, shift_amount=1.0, seed=0).min())
    1.0
    """
    shift = scenario.shift
    if shift is not None and shift_amount:
        images = shift.apply(images, shift_amount, np.random.default_rng(_shift_seed(shift, seed)))
    rows = images.reshape(len(images), -1)
    if not scenario.standardise:
        return rows
    known = _target_images(scenario, shift_amount, seed).reshape(-1, rows.shape[1])
    return _standardised(np.concatenate([known, rows]), _target_parts(scenario, seed)[0])[len(known) :]


def _shift_seed(shift: Shift, seed: int) -> int:
    """Seed the generator of a shift: one that draws does so anew per seed."""
    return stream(seed, Purpose.SHIFT) if shift.draws else 0


def sample_images(scenario: Scenario, *, shift_amount: float, seed: int) -> dict[str, tuple[Task, Array, Array]]:
    """Pick one image per class of both tasks, to look at.

    Returns
    -------
    dict
        ``"source"`` (where there is one) and ``"target"`` -> (task, images ``(n_classes, *image_shape)``, labels).

    Examples
    --------
    >>> from transfer_core.scenarios import SCENARIOS
    >>> samples = sample_images(SCENARIOS["digits_to_parity"], shift_amount=0.0, seed=0)
    >>> [images.shape for _, images, _ in samples.values()]
    [(10, 8, 8), (2, 8, 8)]
    """
    samples = {}
    for role, task in {"source": scenario.source, "target": scenario.target}.items():
        if task is not None:
            images = _target_images(scenario, shift_amount, seed) if role == "target" else task.dataset.images
            chosen = first_of_each_class(_members(task, seed), task.labels, 1)
            samples[role] = (task, images[chosen], task.labels[chosen])
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
def _target_parts(scenario: Scenario, seed: int) -> tuple[Array, Array, Array]:
    """Cut the target images: pool of training images, validation, test; the same whatever their use."""
    target = scenario.target
    members = _members(target, seed)
    pool, test = _cut(members, target.labels, scenario.test_share, stream(seed, Purpose.TEST_SPLIT))
    pool, val = _cut(
        pool, target.labels, scenario.val_share / (1 - scenario.test_share), stream(seed, Purpose.VAL_SPLIT)
    )
    return pool, val, test


def _target_images(scenario: Scenario, amount: float, seed: int) -> Array:
    """All images of the target's data set, shifted."""
    images, shift = scenario.target.dataset.images, scenario.shift
    if shift is None or amount == 0:
        return images
    if not shift.draws:
        return _shifted_alike(scenario.target.dataset, shift, amount)
    members = _members(scenario.target, seed)
    moved = images.copy()
    moved[members] = shift.apply(images[members], amount, np.random.default_rng(_shift_seed(shift, seed)))
    return moved


@lru_cache(maxsize=4)
def _shifted_alike(dataset: Dataset, shift: Shift, amount: float) -> Array:
    """Shift a whole data set once for all seeds."""
    return shift.apply(dataset.images, amount, np.random.default_rng(_shift_seed(shift, 0)))


def _members(task: Task, seed: int | None) -> Array:
    """List the images of a task; without a seed, before any halving."""
    dataset = task.dataset
    members = np.flatnonzero(np.isin(dataset.labels, task.members))
    if task.half is None or seed is None:
        return members
    # Halved alike for every task, whatever its labels, so that source and target share no image; by class
    # and by ink, so that the classes of each of our tasks are halved evenly.
    strata = 2 * dataset.labels + much_ink(dataset)
    if np.unique(strata[members], return_counts=True)[1].min() < 2:  # nothing to halve
        strata = dataset.labels
    return _cut(members, strata, 0.5, stream(seed, Purpose.HALVES))[task.half]


def _cut(members: Array, labels: Array, share: float, seed: int) -> tuple[Array, Array]:
    """Split indices in two, the second part with this share, classes in proportion, both in random order."""
    rest, part = stratified_split(labels[members], share, seed)
    return members[rest], members[part]


def _standardised(rows: Array, pool: Array) -> Array:
    """Give every input mean 0 and standard deviation 1 over the pool; one that never varies there is only centred."""
    known = rows[pool].astype(np.float64)
    mean, deviation = known.mean(axis=0), known.std(axis=0)
    deviation[deviation < 10 * np.finfo(np.float64).eps] = 1.0
    standardised: Array = (rows - mean.astype(rows.dtype)) / deviation.astype(rows.dtype)
    return standardised


def _examples(images: Array, labels: Array, part: Array) -> Examples:
    return Examples(images[part].reshape(len(part), -1), labels[part])


def _stack(parts: Sequence[Examples]) -> Examples:
    return Examples(np.stack([part.inputs for part in parts]), np.stack([part.labels for part in parts]))
