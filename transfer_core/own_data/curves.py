"""Accuracy against the number of labels, for every rival, on the same nested examples and the same seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil

import numpy as np

from transfer_core.arrays import Array, Examples
from transfer_core.config import RunConfig, scenario_config
from transfer_core.examples import target_of
from transfer_core.experiment import Progress
from transfer_core.own_data.rivals import rivals_of
from transfer_core.pretraining import MAX_KEPT, pretrain_steps
from transfer_core.scenarios import Scenario
from transfer_core.splits import cached_target_data

N_SEEDS = 10
MAX_SIZES = 6
FEWEST_PER_CLASS = 2
BATCH_SIZE = 32
MOST_EPOCHS, FEWEST_EPOCHS = 60, 12
UPDATES = 1200
"""Of a training at most, unless that were too few epochs: many labels need fewer epochs."""
PRETRAINING_SHARE = 0.2
"""Of the progress, where there is a source."""
MAX_STACKED = 12 * 2**20
"""Bytes of examples that are trained on at a time: seeds that do not fit wait."""


@dataclass(frozen=True, eq=False)
class Curves:
    """What each rival reaches at each number of labels.

    Attributes
    ----------
    sizes : tuple of int
        Numbers of labels, those measured so far; the last is all that can be trained on.
    accuracy, balanced : dict of str to ndarray of shape (n_sizes, n_seeds)
        Rival -> share of test examples that are right; the same, averaged over the classes.
    n_classes : int
    n_test : int
    complete : bool
        Whether all sizes are there.
    """

    sizes: tuple[int, ...]
    accuracy: dict[str, Array]
    balanced: dict[str, Array]
    n_classes: int
    n_test: int
    complete: bool


def curve_steps(scenario: Scenario, n_seeds: int = N_SEEDS, *, embedded: bool = True) -> Iterator[Progress]:
    """Measure all rivals at ever more labels.

    Parameters
    ----------
    scenario : Scenario
    n_seeds : int
    embedded : bool
        As for `transfer_core.own_data.rivals.rivals_of`.

    Yields
    ------
    Progress
        The results are the `Curves` so far: all sizes that every rival has finished.
    """
    chunks = chunks_of(scenario, n_seeds)
    base = PRETRAINING_SHARE if scenario.source is not None else 0.0
    for number, config in enumerate(chunks if base else []):
        for share in pretrain_steps(config):
            yield Progress(base * (number + share) / len(chunks), "Pretraining on the source")
    sizes = sizes_of(scenario, chunks[0])
    done: list[dict[str, tuple[Array, Array]]] = []
    so_far = None
    n_cells = len(sizes) * len(rivals_of(chunks[0], embedded=embedded)) * len(chunks)
    cell = 0
    for quotas in sizes:
        scores: dict[str, list[tuple[Array, Array]]] = {}
        for chunk in chunks:
            config = at_size(chunk, int(quotas.sum()))
            known, asked = _examples(config, quotas)
            for name, rival in rivals_of(config, embedded=embedded).items():
                message = f"{quotas.sum():,} labels: {rival.title.lower()}"
                yield Progress(base + (1 - base) * cell / n_cells, message, so_far)
                scores.setdefault(name, []).append(_scores(rival.predict(config, known, asked), asked.labels))
                cell += 1
            if len(chunks) > 1:
                cached_target_data.cache_clear()  # large, and not needed before all other seeds have had their turn
        done.append({name: _joined(found) for name, found in scores.items()})
        so_far = partial(_curves, [int(one.sum()) for one in sizes], list(done), scenario, int(asked.labels.shape[-1]))
    yield Progress(1.0, "Measured", so_far)


def curves(scenario: Scenario, n_seeds: int = N_SEEDS) -> Curves:
    """`curve_steps` to the end."""
    *_, last = curve_steps(scenario, n_seeds)
    assert last.results is not None
    found: Curves = last.results()
    return found


def _curves(sizes: list[int], done: list[dict[str, tuple[Array, Array]]], scenario: Scenario, n_test: int) -> Curves:
    accuracy, balanced = ({name: np.stack([one[name][kind] for one in done]) for name in done[0]} for kind in (0, 1))
    complete = len(done) == len(sizes)
    return Curves(tuple(sizes[: len(done)]), accuracy, balanced, len(scenario.target.classes), n_test, complete)


def chunks_of(scenario: Scenario, n_seeds: int) -> list[RunConfig]:
    """Cut the seeds so that the examples of each chunk fit into memory; few enough that all networks are kept."""
    n_bytes = scenario.target.dataset.images.nbytes + (
        2 * scenario.source.dataset.images.nbytes if scenario.source else 0
    )
    fit = max(1, int(MAX_STACKED / n_bytes))
    if scenario.source is not None:
        fit = max(fit, ceil(n_seeds / MAX_KEPT))
    whole = scenario_config(scenario, images_per_class=None)
    return [whole.but(seed=first, n_seeds=min(fit, n_seeds - first)) for first in range(0, n_seeds, fit)]


def at_size(config: RunConfig, n_labels: int) -> RunConfig:
    """Give few labels many epochs, and many labels few."""
    updates = ceil(n_labels / BATCH_SIZE)
    n_epochs = max(FEWEST_EPOCHS, min(MOST_EPOCHS, UPDATES // updates))
    return config.but(n_epochs=n_epochs, unfreeze_epoch=n_epochs // 3, batch_size=BATCH_SIZE)


def sizes_of(scenario: Scenario, config: RunConfig) -> list[Array]:
    """Choose the numbers of labels: all that are in every seed's pool, half of them, a quarter, and so on.

    Returns
    -------
    list of int ndarray of shape (n_classes,)
        Labels per class, the fewest first; each is nested in the next.
    """
    pool = _pool(config.but(n_seeds=1))
    n_classes = len(scenario.target.classes)
    # The pools of two seeds may differ by an example of a class at each cut.
    most = np.maximum(1, np.bincount(pool.labels[0], minlength=n_classes) - 2)
    found: list[Array] = []
    for halvings in range(MAX_SIZES):
        quotas = np.maximum(1, np.round(most / 2**halvings)).astype(int)
        if found and (quotas.sum() < FEWEST_PER_CLASS * n_classes or quotas.sum() == found[-1].sum()):
            break
        found.append(quotas)
    return found[::-1]


def _pool(config: RunConfig) -> Examples:
    """All examples that may be trained on: nothing is chosen on the validation part here, so it belongs to them."""
    data = target_of(config)
    return Examples(
        np.concatenate([data.train.inputs, data.val.inputs], axis=1),
        np.concatenate([data.train.labels, data.val.labels], axis=1),
    )


def _examples(config: RunConfig, quotas: Array) -> tuple[Examples, Examples]:
    """Take the first of each class, so many per class, seed by seed; and the test examples."""
    pool = _pool(config)
    rows = [
        np.concatenate([np.flatnonzero(labels == label)[:quota] for label, quota in enumerate(quotas)])
        for labels in pool.labels
    ]
    inputs = np.stack([one[chosen] for one, chosen in zip(pool.inputs, rows, strict=True)])
    labels = np.stack([one[chosen] for one, chosen in zip(pool.labels, rows, strict=True)])
    return Examples(inputs, labels), target_of(config).test


def _scores(predicted: Array, labels: Array) -> tuple[Array, Array]:
    """Accuracy and balanced accuracy of each seed.

    Examples
    --------
    >>> [one.tolist() for one in _scores(np.array([[0, 0, 0, 0]]), np.array([[0, 0, 0, 1]]))]
    [[0.75], [0.5]]
    """
    right = predicted == labels
    balanced = [
        np.mean([hits[truth == label].mean() for label in np.unique(truth)])
        for hits, truth in zip(right, labels, strict=True)
    ]
    return right.mean(axis=-1), np.array(balanced)


def _joined(found: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Put the seeds of all chunks in a row."""
    accuracy, balanced = zip(*found, strict=True)
    return np.concatenate(accuracy), np.concatenate(balanced)
