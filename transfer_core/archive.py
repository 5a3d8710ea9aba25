"""Results as bytes, without the weights: to ship them with the product, and to share them between servers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from transfer_core.arms import Arm, arm_of
from transfer_core.arrays import Array
from transfer_core.config import RunConfig
from transfer_core.costs import Cost
from transfer_core.experiment import RunResult, scores_of
from transfer_core.measures import Series
from transfer_core.schedules import first_epochs

SCORES = ("test_accuracy", "source_accuracy_before", "source_accuracy_after")
FEW = 8  # an array with fewer different values than this share of its size is kept as a list of them, and their places


def pack(results: Mapping[str, RunResult], arms: Mapping[str, Arm] | None = None) -> bytes:
    """Write what a comparison, a sweep or a few arms found as one compressed file, exactly.

    Parameters
    ----------
    results : mapping of str to RunResult
        Finished, all with the same seeds, epochs and measures.
    arms : mapping of str to Arm, optional
        What was trained under each name, if not what its strategy makes of its configuration: `unpack` must be given
        them again.

    Returns
    -------
    bytes
        An NPZ file without pickled objects.

    Raises
    ------
    ValueError
        If an arm is another one, or a run was stopped.

    Examples
    --------
    >>> from transfer_core import compare
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    >>> results = compare(config, ["end_to_end"])
    >>> again = unpack(pack(results), config)["end_to_end"]
    >>> bool((again.history["val_loss"] == results["end_to_end"].history["val_loss"]).all()), again.params
    (True, ())
    """
    kept = {name: scores_of(result) for name, result in results.items()}
    first = next(iter(kept.values()))
    heads = []
    for name, result in kept.items():
        if result.stopped or result.arm != (arms[name] if arms else arm_of(result.config, result.strategy)):
            whose = "the arms that are named" if arms else "a strategy's own arm"
            raise ValueError(f"only finished runs of {whose} can be packed, got {name!r}")
        heads.append([name, result.strategy, _changes(first.config, result.config), list(result.cost)])
    epochs = {name: series.epochs for name, series in first.measured.items()}
    arrays = {f"history/{name}": [one.history[name] for one in kept.values()] for name in first.history}
    arrays |= {f"measured/{name}": [one.measured[name].values for one in kept.values()] for name in epochs}
    arrays |= {name: [getattr(one, name) for one in kept.values()] for name in SCORES}
    header = json.dumps({"arms": heads, "epochs": epochs}).encode()
    entries = {"header": np.frombuffer(header, np.uint8)}
    for name, values in arrays.items():
        entries |= _entries(name, np.stack(values))
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **entries)
    return file.getvalue()


def unpack(packed: bytes, config: RunConfig, arms: Mapping[str, Arm] | None = None) -> dict[str, RunResult]:
    """Read what `pack` wrote.

    Parameters
    ----------
    packed : bytes
    config : RunConfig
        That of the first result.
    arms : mapping of str to Arm, optional
        As for `pack`.

    Returns
    -------
    dict of str to RunResult
        Without weights; ``drift`` still works.
    """
    with np.load(io.BytesIO(packed), allow_pickle=False) as stored:
        entries = dict(stored)
    header = json.loads(entries.pop("header").tobytes())
    names = {name.split("|")[0] for name in entries}
    arrays = {name: _array(entries, name) for name in sorted(names)}
    results = {}
    for index, (name, strategy, changes, counted) in enumerate(header["arms"]):
        own = config.but(**changes)
        arm, cost = arms[name] if arms else arm_of(own, strategy), Cost(*counted)
        part = {name: values[index] for name, values in arrays.items()}
        results[name] = RunResult(
            config=own,
            strategy=strategy,
            arm=arm,
            schedule=first_epochs(arm.schedule, own.n_epochs),
            history=_under("history/", part),
            measured={
                name: Series(tuple(header["epochs"][name]), values)
                for name, values in _under("measured/", part).items()
            },
            pretrained=(),
            params=(),
            cost=cost,
            **{name: part[name] for name in SCORES},
        )
    return results


def _changes(before: RunConfig, after: RunConfig) -> dict[str, Any]:
    """Fields in which two configurations differ."""
    pairs = {field.name: (getattr(before, field.name), getattr(after, field.name)) for field in fields(RunConfig)}
    return {name: new for name, (old, new) in pairs.items() if old != new}


def _entries(name: str, values: Array) -> dict[str, Array]:
    """Keep an array as it is, or as its few different values and the place of each: accuracies are counts of images."""
    levels, places = np.unique(values, return_inverse=True)
    if len(levels) * FEW > values.size or np.isnan(levels).any():
        return {name: values}
    kind = np.uint8 if len(levels) <= 256 else np.uint16
    return {f"{name}|levels": levels, f"{name}|places": places.reshape(values.shape).astype(kind)}


def _array(entries: Mapping[str, Array], name: str) -> Array:
    return entries[name] if name in entries else entries[f"{name}|levels"][entries[f"{name}|places"]]


def _under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}
