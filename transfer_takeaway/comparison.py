"""A comparison as a record, and back to what would compute it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from transfer_core.arms import Arm, arm_of
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.config import RunConfig
from transfer_core.examples import target_of
from transfer_core.experiment import RunResult
from transfer_core.scenarios import Scenario, Task, scenario_at
from transfer_core.schedule_text import ScheduleError, from_text, to_text
from transfer_core.strategies import STRATEGIES
from transfer_takeaway import brought
from transfer_takeaway.checks import RecordError
from transfer_takeaway.made import made_now
from transfer_takeaway.record import Facts, Record, Row
from transfer_takeaway.settings import to_config, to_values


def of_comparison(
    results: Mapping[str, RunResult],
    baselines: Mapping[str, Array],
    titles: Mapping[str, str],
    *,
    answer: str,
    evidence: Sequence[str] = (),
    settings: Facts = (),
    made: Mapping[str, str] | None = None,
    with_data: bool = False,
    about: Facts | None = None,
    data: Scenario | None = None,
) -> Record:
    """Put a comparison on record.

    Parameters
    ----------
    results : mapping of str to RunResult
        All of one configuration: strategies, and schedules of one's own that start from the pretrained network.
    baselines : mapping of str to ndarray of shape (n_seeds,)
    titles : mapping of str to str
        What each of them is called.
    answer : str
    evidence : sequence of str
    settings : sequence of (str, str)
        In the words of the controls.
    made : mapping of str to str, optional
        When and with what; by default now and with this.
    with_data : bool, default False
        Put images and labels in the file, if they are not the lab's own.
    about : sequence of (str, str), optional
        What the data are, where they are not at hand; by default `facts` of the configuration.
    data : Scenario, optional
        Put these data in the file: those that the configuration stands in for.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        If an arm is neither a strategy's nor a plain schedule.

    Examples
    --------
    >>> from transfer_core import compare
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    >>> saved = of_comparison(compare(config, ["end_to_end"]), {}, {"end_to_end": "End to end"}, answer="One arm.")
    >>> asked_of(saved).config == config, saved.rows[0].title
    (True, 'End to end')
    """
    config = next(iter(results.values())).config
    pair = config.pair
    asked: dict[str, Any] = {
        "config": to_values(config),
        "data": pair.key,
        "arms": {name: _asked_arm(name, result) for name, result in results.items()},
        "baselines": list(baselines),
        "stopped_after": next((one.n_epochs for one in results.values() if one.stopped), None),
    }
    if with_data and scenario_at(pair.name) is not pair:
        asked["brought"] = brought.pack(pair)
    elif data is not None:
        asked["brought"] = brought.pack(data)
    trained = [Row(name, titles[name], one.test_accuracy, one.history, _numbers(one)) for name, one in results.items()]
    return Record(
        kind="comparison",
        title=pair.title,
        answer=answer,
        evidence=tuple(evidence),
        settings=tuple(settings),
        data=facts(config) if about is None else tuple(about),
        made=made_now() if made is None else dict(made),
        asked=asked,
        rows=(*trained, *(Row(name, titles[name], scores) for name, scores in baselines.items())),
    )


def facts(config: RunConfig) -> Facts:
    """Say what the data are: examples, classes and parts of both tasks.

    Examples
    --------
    >>> facts(RunConfig())[0]
    ('Target task', 'UCI digits, off centre: 1,797 examples of 10 by 10, 10 classes')
    """
    pair, parts = config.pair, target_of(config.but(n_seeds=1))
    train, val, test = (part.labels.shape[-1] for part in parts)
    found = [("Target task", task_words(pair.target))]
    found += [("Source task", task_words(pair.source))] if pair.source else []
    return (
        *found,
        ("Target classes", ", ".join(pair.target.classes)),
        ("Examples per seed", f"{train:,} to train, {val:,} to validate, {test:,} to test"),
        ("Checksum of the data", pair.key[:16]),
    )


def shape_words(shape: Sequence[int]) -> str:
    """Say how large an example is.

    Examples
    --------
    >>> shape_words((8, 8)), shape_words((1280,))
    ('8 by 8', '1,280 numbers')
    """
    return " by ".join(map(str, shape)) if len(shape) == 2 else f"{shape[0]:,} numbers"


def task_words(task: Task) -> str:
    """Say how many examples a task has, how large, and of how many classes."""
    data = task.dataset
    half = ", half of them" if task.half is not None else ""
    return f"{task.title}: {len(data.labels):,} examples of {shape_words(data.image_shape)}{half}, {len(task.classes)} classes"


def _asked_arm(name: str, result: RunResult) -> str:
    """Write the schedule of an arm; nothing if it is what its strategy makes."""
    arm = result.arm
    if name in STRATEGIES and arm == arm_of(result.config, name):
        return ""
    if arm != Arm(arm.schedule):
        raise ValueError(f"arms of a record must be strategies or schedules, got {name!r}")
    return to_text(arm.schedule)


def _numbers(result: RunResult) -> dict[str, float]:
    before, after = result.source_accuracy_before.mean(), result.source_accuracy_after.mean()
    return {
        "old_task_before": float(before),
        "old_task_after": float(after),
        "multiply_adds": result.cost.multiply_adds,
        "trainable_parameters": result.cost.trainable_parameters,
    }


class Asked(NamedTuple):
    """What computes a comparison again.

    Attributes
    ----------
    config : RunConfig
    arms : dict of str to Arm
    baselines : tuple of str
    scenario : Scenario or None
        Data that the record brought; whoever computes must hold on to it.
    """

    config: RunConfig
    arms: dict[str, Arm]
    baselines: tuple[str, ...]
    scenario: Scenario | None


def asked_of(record: Record) -> Asked:
    """Find out what would compute a comparison again.

    Parameters
    ----------
    record : Record

    Returns
    -------
    Asked

    Raises
    ------
    RecordError
        If its settings are not sound, its data are not here, or it was stopped.
    """
    asked = record.asked
    if asked.get("stopped_after") is not None:
        raise RecordError("This run was stopped before its end, so it can be shown but not recomputed.")
    settings, arms, names = (asked.get(name) for name in ("config", "arms", "baselines"))
    if not isinstance(settings, dict) or not isinstance(arms, dict) or not isinstance(names, list):
        raise RecordError("The record must name its settings, arms and baselines, got something else.")
    scenario = brought.unpack(asked["brought"], str(asked.get("data"))) if "brought" in asked else None
    if scenario is not None:
        settings = settings | {"scenario": brought.hold(scenario)}
    elif scenario_at(str(settings.get("scenario"))) is None:
        raise RecordError(
            "The data of this record are not part of it and not here, so it can be shown but not recomputed."
        )
    config = to_config(settings)
    try:
        made = {name: _arm(config, name, str(schedule)) for name, schedule in arms.items()}
    except ScheduleError as error:
        raise RecordError(f"In the record, {error}.") from None
    if not made:
        raise RecordError("The record must name at least one arm, got none.")
    return Asked(config, made, tuple(name for name in BASELINES if name in names), scenario)


def _arm(config: RunConfig, name: str, schedule: str) -> Arm:
    if schedule:
        return Arm(from_text(schedule, config.n_layers))
    if name not in STRATEGIES:
        raise RecordError("The record must have a strategy or a schedule for each arm, got neither.")
    return arm_of(config, name)
