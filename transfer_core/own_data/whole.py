"""Strategies at all the labels there are, epoch by epoch; what leaves the process has their numbers and none of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np

from transfer_core.arrays import Array
from transfer_core.config import RunConfig, scenario_config
from transfer_core.datasets import Dataset
from transfer_core.experiment import Progress, RunResult, compare_steps
from transfer_core.own_data.curves import N_SEEDS, at_size, chunks_of, sizes_of
from transfer_core.scenarios import Scenario, Task

MOST_AT_ONCE = 96 * 2**20
"""Bytes of examples, those of all seeds together, that are trained on at a time where seeds do not wait for each other."""
FEWER_SEEDS = (6, 3, 2)


def whole_steps(scenario: Scenario, n_seeds: int = N_SEEDS) -> Iterator[Progress]:
    """Train all strategies at all the labels there are, some seeds at a time.

    Parameters
    ----------
    scenario : Scenario
        With a source.
    n_seeds : int

    Yields
    ------
    Progress
        The results are the runs so far, name -> `RunResult`, of the seeds that have finished.
    """
    chunks = at_all_labels(scenario, n_seeds)
    done: list[dict[str, RunResult]] = []
    so_far: Callable[[], dict[str, RunResult]] | None = None
    for number, chunk in enumerate(chunks):
        for step in compare_steps(chunk):
            yield Progress((number + step.fraction) / len(chunks), step.message, so_far)
        assert step.results is not None
        found: Mapping[str, RunResult] = step.results()
        done = [*done, {name: _slim(one) for name, one in found.items()}]
        so_far = partial(_together, done)
    yield Progress(1.0, "Trained", so_far)


def at_all_labels(scenario: Scenario, n_seeds: int = N_SEEDS) -> list[RunConfig]:
    """List the configurations that train on all labels: one for all seeds, or several if the data are large."""
    chunks = chunks_of(scenario, n_seeds)
    n_labels = int(sizes_of(scenario, chunks[0])[-1].sum())
    return [at_size(chunk, n_labels) for chunk in chunks]


def start_of(scenario: Scenario, n_seeds: int = N_SEEDS) -> dict[str, Any]:
    """Choose the fields of a `RunConfig` that trains all strategies as `whole_steps` does.

    All seeds are trained at once by whoever trains them so: where the examples are large, there are fewer seeds.
    """
    config = at_all_labels(scenario, n_seeds)[0]
    n_bytes = sum(task.dataset.images.nbytes for task in (scenario.target, scenario.source) if task)
    n_seeds = next((n for n in (n_seeds, *FEWER_SEEDS) if n * n_bytes <= MOST_AT_ONCE), FEWER_SEEDS[-1])
    named = ("images_per_class", "n_epochs", "unfreeze_epoch", "batch_size")
    return {name: getattr(config, name) for name in named} | {"n_seeds": n_seeds}


def without_data(config: RunConfig, n_seeds: int | None = None) -> RunConfig:
    """Copy a configuration whose scenario has the classes and the shape of the data, and one blank example in their place.

    Parameters
    ----------
    config : RunConfig
    n_seeds : int, optional
        Of the copy; by default as many.

    Examples
    --------
    >>> data = Dataset(np.ones((4, 3), np.float32), np.array([0, 1, 0, 1]), ("no", "yes"))
    >>> mine = Scenario("mine", "Mine", "", target=Task("New", data), source=None)
    >>> blank = without_data(scenario_config(mine, images_per_class=None))
    >>> blank.layer_sizes, blank.pair.target.classes, blank.pair.target.dataset.images.tolist()
    ((3, 64, 64, 2), ('no', 'yes'), [[0.0, 0.0, 0.0]])
    """
    pair = config.pair
    blank = replace(pair, target=_blank(pair.target), source=_blank(pair.source) if pair.source else None)
    settings = {one.name: getattr(config, one.name) for one in fields(config) if one.init and one.name != "scenario"}
    return scenario_config(blank, **settings | {"n_seeds": n_seeds or config.n_seeds})


def _blank(task: Task) -> Task:
    data = task.dataset
    nothing = Dataset(np.zeros((1, *data.image_shape), np.float32), np.zeros(1, np.int64), data.classes)
    return Task(task.title, nothing, task.classes, task.members)


def _slim(result: RunResult) -> RunResult:
    """Keep the curves and the scores."""
    return replace(result, measured={}, pretrained=(), params=())


def _together(done: Sequence[Mapping[str, RunResult]]) -> dict[str, RunResult]:
    """Put the seeds of all chunks in a row."""
    n_seeds = sum(next(iter(one.values())).config.n_seeds for one in done)
    config = without_data(next(iter(done[0].values())).config, n_seeds)
    return {name: _joined([one[name] for one in done], config) for name in done[0]}


def _joined(results: Sequence[RunResult], config: RunConfig) -> RunResult:
    first = results[0]

    def seeds(name: str) -> Array:
        return np.concatenate([getattr(one, name) for one in results])

    return replace(
        first,
        config=config,
        history={metric: np.concatenate([one.history[metric] for one in results]) for metric in first.history},
        test_accuracy=seeds("test_accuracy"),
        source_accuracy_before=seeds("source_accuracy_before"),
        source_accuracy_after=seeds("source_accuracy_after"),
    )
