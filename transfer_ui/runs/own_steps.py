"""A closer look at a visitor's data, as functions that a process of their own can find by name. Without pandas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from transfer_core import Arm, Progress, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.examples import target_of
from transfer_core.experiment import compare_steps, scores_of
from transfer_core.measures import DEFAULT_MEASURES, Drift, FinalAccuracy, Gradients, Similarity, Snapshots
from transfer_core.old_task import old_task_measures
from transfer_core.own_data.answering import Question, paired
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.curves import N_SEEDS
from transfer_core.own_data.stand_in import at_home
from transfer_core.own_data.whole import at_all_labels, whole_steps, without_data
from transfer_core.scenarios import Scenario
from transfer_core.training import Measure
from transfer_ui.lost_images import Lost, lost_images, old_images
from transfer_ui.runs.steps import MOST_IMAGES
from transfer_ui.runs.weights import n_snapshots

SHARE_HERE = 0.4
"""Of the progress of the old task: the arms at the settings, which are followed closely."""


class OldTask(NamedTuple):
    """What became of the old task.

    Attributes
    ----------
    runs : dict of str to RunResult
        Arms at the settings of the answer, with the measures of `transfer_core.old_task`.
    elsewhere : dict of str to RunResult
        Where the same arms end at other rates and strengths, as far as these have been trained.
    lost : dict of str to list of Lost
        Arm -> images of the first seed that it has lost; empty where there are none.
    """

    runs: dict[str, RunResult]
    elsewhere: dict[str, RunResult]
    lost: dict[str, list[Lost]]


class Networks(NamedTuple):
    """One seed's networks.

    Attributes
    ----------
    runs : dict of str to RunResult
        Strategy -> run, with snapshots.
    inputs, labels : ndarray
        Validation examples of that seed, the first of many.
    """

    runs: dict[str, RunResult]
    inputs: Array
    labels: Array


_held: list[Scenario] = []


def hold_steps(contents: Contents, question: Question, source: Contents | None, visit: int) -> Iterator[Progress]:
    """Keep a visitor's data in this process, where configurations of theirs find them from now on."""
    _held[:] = [at_home(paired(contents, question, source).scenario, visit)]
    yield Progress(1.0, "Looked through the data")


def inside_steps(
    contents: Contents, question: Question, source: Contents | None, n_seeds: int = N_SEEDS
) -> Iterator[Progress]:
    """Train all strategies at all labels, and measure what happens to the layers on the way."""
    yield Progress(0.0, "Looking through the data")
    scenario = paired(contents, question, source).scenario
    del contents, source  # from here on their memory is needed for other things
    yield from whole_steps(scenario, n_seeds, measures_of=_inside_measures)


def _inside_measures(config: RunConfig) -> tuple[Measure, ...]:
    return (*DEFAULT_MEASURES, Drift(), Similarity(), Gradients())


def network_steps(contents: Contents, question: Question, source: Contents | None, seed: int) -> Iterator[Progress]:
    """Train one seed's networks as the answer did, and keep their weights at a few epochs."""
    yield Progress(0.0, "Looking through the data")
    scenario = paired(contents, question, source).scenario
    del contents, source
    config = at_all_labels(scenario)[0].but(seed=seed, n_seeds=1)
    for step in compare_steps(config, None, [Snapshots(0, n_snapshots(config))]):
        yield step._replace(results=None)
    assert step.results is not None
    inputs, labels = (part[0, :MOST_IMAGES].copy() for part in target_of(config).val)
    blank = without_data(config)
    runs = {name: scores_of(one) for name, one in step.results().items()}
    networks = Networks({name: replace(one, config=blank) for name, one in runs.items()}, inputs, labels)
    yield Progress(1.0, "Trained", partial(_same, networks))


def old_task_steps(
    contents: Contents,
    question: Question,
    source: Contents | None,
    arms: Mapping[str, Arm],
    elsewhere: Mapping[str, Arm],
    n_seeds: int = N_SEEDS,
) -> Iterator[Progress]:
    """Follow the old task closely under some arms, and see where others end.

    Parameters
    ----------
    contents, question, source
        As for `transfer_core.own_data.answering.answer_steps`.
    arms : mapping of str to Arm
        At the settings of the answer.
    elsewhere : mapping of str to Arm
    n_seeds : int
    """
    yield Progress(0.0, "Looking through the data")
    scenario = paired(contents, question, source).scenario
    del contents, source
    for step in whole_steps(scenario, n_seeds, arms, _old_measures):
        yield Progress(SHARE_HERE * step.fraction, step.message)
    assert step.results is not None
    found = OldTask(step.results(), {}, {})
    found = found._replace(lost=_lost(scenario, found.runs))
    for index, (name, arm) in enumerate(elsewhere.items()):
        for step in whole_steps(scenario, n_seeds, {name: arm}, _ends):
            share = (index + step.fraction) / len(elsewhere)
            message = f"Other rates: {index + 1} of {len(elsewhere)}"
            yield Progress(SHARE_HERE + (1 - SHARE_HERE) * share, message, partial(_same, found))
        assert step.results is not None
        found = found._replace(elsewhere=found.elsewhere | step.results())
    yield Progress(1.0, "Trained", partial(_same, found))


def _old_measures(config: RunConfig) -> tuple[Measure, ...]:
    return (*DEFAULT_MEASURES, *old_task_measures(config))


def _ends(config: RunConfig) -> tuple[Measure, ...]:
    return (FinalAccuracy(),)


def _lost(scenario: Scenario, runs: Mapping[str, RunResult]) -> dict[str, list[Lost]]:
    if not scenario.target.dataset.is_image:
        return {}
    images = old_images(at_all_labels(scenario)[0])
    return {name: lost_images(run, images) for name, run in runs.items()}


def _same(found: Any) -> Any:
    return found
