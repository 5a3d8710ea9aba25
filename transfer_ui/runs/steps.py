"""What a hand does, as functions that another process can find by name. Without pandas, which would double its memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from transfer_core import STRATEGIES, Arm, Progress, RunConfig, RunResult, Schedule, compare_steps
from transfer_core.archive import pack, unpack
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.experiment import scores_of, sweep_steps
from transfer_core.scenarios import Task
from transfer_core.splits import sample_images
from transfer_core.training import Measure
from transfer_core.wording import inside
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs.kept_weights import KEPT
from transfer_ui.runs.shared import shared_results
from transfer_ui.runs.weights import Keeping

MOST_IMAGES = 300  # of a seed's validation part that are drawn and listed; our validation parts have fewer


def single_step(function: Callable[..., Any], *args: Any) -> Iterator[Progress]:
    """Call a function, as a job of one step."""
    result = function(*args)
    yield Progress(1.0, "", lambda: result)


def baseline_steps(name: str, config: RunConfig) -> Iterator[Progress]:
    """Measure a baseline: test accuracy by seed, or ``None`` where it makes no sense."""
    if name == "logistic_regression":
        _import_scikit_learn_alone()
    yield from single_step(BASELINES[name].measure, config)


def _import_scikit_learn_alone() -> None:
    """Spare a worker 60 MB: scikit-learn imports pandas where it finds it, though it can do without.

    Only where no other thread may import it meanwhile, as the server's do.
    """
    if {"streamlit", "pandas", "sklearn"} & sys.modules.keys():
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # "there is none", for the next line alone
    try:
        import sklearn.linear_model  # noqa: F401
    finally:
        del sys.modules["pandas"]


Samples = dict[str, tuple[str, list[str], Array]]
"""Role -> (title of the task, class names, images)."""


def see_samples(config: RunConfig) -> Samples:
    """Get one image per class of each task."""

    def described(task: Task, images: Array, labels: Array) -> tuple[str, list[str], Array]:
        return task.title, [task.classes[label] for label in labels], images

    return {
        role: described(*sample)
        for role, sample in sample_images(config.pair, shift_amount=config.shift_amount, seed=config.seed).items()
    }


def comparison_steps(config: RunConfig, known: Mapping[str, RunResult]) -> Iterator[Progress]:
    """`transfer_core.compare_steps` without the weights; nothing is trained that is known, or that another server has.

    The weights of what is trained are kept for whoever then looks inside.

    Parameters
    ----------
    config : RunConfig
    known : mapping of str to RunResult
        Strategy name -> run of the same arm on the same data; may be empty.
    """
    missing, keeping = [name for name in STRATEGIES if name not in known], Keeping(config)
    measures = (*measures_of(config), keeping)
    steps = compare_steps(config, missing, measures) if missing else iter([Progress(1.0, "", dict)])
    yield from _shared(f"comparison with the old task {config.key}", config, steps, known)
    KEPT.add(config, dict(zip(missing, keeping.weights(), strict=False)))  # none if another server had it


def unfreeze_sweep_steps(config: RunConfig, epochs: Sequence[int]) -> Iterator[Progress]:
    """`transfer_core.experiment.sweep_steps` over the unfreeze epoch, likewise."""
    first = config.but(unfreeze_epoch=epochs[0])
    steps = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", epochs)
    yield from _shared(f"sweep {first.key} {epochs}", first, steps)


def arms_steps(
    config: RunConfig, arms: Mapping[str, Arm], measures: Sequence[Measure], known: Mapping[str, RunResult]
) -> Iterator[Progress]:
    """Train arms one after another, without the weights; results so far are those of the arms that have finished.

    Parameters
    ----------
    config : RunConfig
    arms : mapping of str to Arm
    measures : sequence of Measure
    known : mapping of str to RunResult
        Arms that need no training; may be empty.
    """
    done = dict(known)
    missing = [name for name in arms if name not in known]
    for index, name in enumerate(missing):
        so_far = partial(_in_order, arms, dict(done)) if done else None
        for progress in compare_steps(config, {name: arms[name]}, measures):
            share = (index + progress.fraction) / len(missing)
            yield Progress(share, f"Training {index + 1} of {len(missing)}, {inside(progress.message)}", so_far)
        assert progress.results is not None
        done[name] = scores_of(progress.results()[name])
    yield Progress(1.0, f"{len(arms)} trainings", partial(_in_order, arms, done))


def schedule_steps(
    config: RunConfig, name: str, schedule: Schedule, known: Mapping[str, RunResult]
) -> Iterator[Progress]:
    """Train one schedule from the pretrained network, as `transfer_core.compare_steps` does, unless its run is known."""
    if known:
        yield Progress(1.0, "", partial(dict, known))
        return
    for progress in compare_steps(config, {name: Arm(schedule)}, measures_of(config)):
        yield progress._replace(results=progress.results and partial(_scores, progress.results, {}))


def _in_order(arms: Mapping[str, Arm], done: Mapping[str, RunResult]) -> dict[str, RunResult]:
    return {name: done[name] for name in arms if name in done}


def _shared(
    name: str, config: RunConfig, steps: Iterator[Progress], known: Mapping[str, RunResult] = MappingProxyType({})
) -> Iterator[Progress]:
    shared = shared_results()
    packed = shared.get(name)
    if packed:
        found = unpack(packed, config)
        yield Progress(1.0, "Trained by another server", lambda: found)
        return
    for progress in steps:
        if progress.results:
            progress = progress._replace(results=partial(_scores, progress.results, known))
        yield progress
    if shared.is_kept and progress.results:
        shared.put(name, pack(progress.results()))


def _scores(results: Callable[[], dict[str, RunResult]], known: Mapping[str, RunResult]) -> dict[str, RunResult]:
    """Results in the order of the strategies, or in their own."""
    found = {**known, **{name: scores_of(result) for name, result in results().items()}}
    return {name: found[name] for name in STRATEGIES} if known else found
