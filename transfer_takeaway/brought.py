"""Somebody's own data inside a record: only if asked for, and only as numbers, labels and names."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from transfer_core.datasets import Dataset
from transfer_core.scenarios import Scenario, Task, address_of, as_it_is
from transfer_takeaway.checks import RecordError
from transfer_takeaway.files import MOST_BYTES

RULES = ("same_labels", "standardise", "init_scale", "test_share", "val_share")
WORDS = ("name", "title", "look_for")
MOST_UNPACKED = 20 * MOST_BYTES


def pack(scenario: Scenario) -> dict[str, Any]:
    """Write the two tasks of a scenario as plain values.

    Parameters
    ----------
    scenario : Scenario
        Of data that somebody brought: its tasks are whole data sets, and it has no shift.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is another kind of scenario.

    Examples
    --------
    >>> data = Dataset(np.eye(4, dtype=np.float32), np.array([0, 1, 0, 1]), ("no", "yes"))
    >>> mine = Scenario("mine", "My task", "", target=Task("New", data), source=None)
    >>> unpack(pack(mine), mine.key) == mine
    True
    """
    tasks = [task for task in (scenario.target, scenario.source) if task]
    if scenario.shift or any(task.label is not as_it_is for task in tasks):
        raise ValueError(f"scenario of a record must have plain tasks and no shift, got {scenario.name!r}")
    values = {name: getattr(scenario, name) for name in (*WORDS, *RULES)}
    parts = {role: _task_out(task) for role, task in (("target", scenario.target), ("source", scenario.source)) if task}
    return values | parts


def unpack(packed: Any, key: str) -> Scenario:
    """Make the scenario again.

    Raises
    ------
    RecordError
        If the parts do not make the data of that key.
    """
    try:
        values: dict[str, Any] = {name: packed[name] for name in (*WORDS, *RULES)}
        source = packed.get("source")
        scenario = Scenario(**values, target=_task_in(packed["target"]), source=_task_in(source) if source else None)
        found = scenario.key
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, zlib.error) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError("The data in the record must be images or rows with labels, got something else.") from None
    if found != key:
        raise RecordError("The data in the record must be those of its results, got others.")
    return scenario


def hold(scenario: Scenario) -> str:
    """Give what a configuration calls it, for as long as somebody holds it."""
    return address_of(scenario)


def _task_out(task: Task) -> dict[str, Any]:
    data = task.dataset
    images = np.ascontiguousarray(data.images, dtype="<f4")
    return {
        "title": task.title,
        "classes": list(task.classes),
        "members": list(task.members),
        "half": task.half,
        "of": list(data.classes),
        "shape": list(images.shape),
        "images": base64.b64encode(zlib.compress(images.tobytes(), 9)).decode(),
        "labels": data.labels.tolist(),
    }


def _task_in(packed: Mapping[str, Any]) -> Task:
    shape = tuple(int(side) for side in packed["shape"])
    n_bytes = 4 * prod(shape)
    if min(shape) < 1 or n_bytes > MOST_UNPACKED:
        raise RecordError(
            f"The data in the record must have at most {MOST_UNPACKED // 10**6} MB, got a shape of {shape}."
        )
    reader = zlib.decompressobj()
    raw = reader.decompress(base64.b64decode(packed["images"], validate=True), n_bytes + 1)
    images = np.frombuffer(raw, "<f4").astype(np.float32).reshape(shape)
    data = Dataset(images, np.array(packed["labels"], dtype=np.int64), tuple(map(str, packed["of"])))
    half = packed["half"]
    return Task(
        str(packed["title"]),
        data,
        tuple(map(str, packed["classes"])),
        tuple(int(one) for one in packed["members"]),
        None if half is None else int(half),
    )
