"""A look inside the networks of a comparison, as functions that another process can find by name. Without pandas.

Nothing is trained whose weights are kept, as those of the latest trainings are, by whichever hand; what must be trained
leaves its weights behind, so that one training serves the layers over all seeds, the networks of any seed, and the comparison.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from transfer_core import STRATEGIES, Progress, RunConfig, RunResult, Schedule, arm_of, compare_steps
from transfer_core.archive import pack, unpack
from transfer_core.arrays import Layer, Params
from transfer_core.experiment import scores_of
from transfer_core.measures import Series
from transfer_core.pretraining import pretrain
from transfer_core.wording import inside
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs.kept_weights import KEPT
from transfer_ui.runs.looking_back import first_gradients
from transfer_ui.runs.shared import shared_results
from transfer_ui.runs.weights import Keeping, Weights, plan

TRAINING = 0.9  # of the progress, if something must be trained
AGAIN = "Training again, for weights that were not kept: {}"


def inside_steps(config: RunConfig, known: Mapping[str, RunResult]) -> Iterator[Progress]:
    """Give a comparison with what is measured of the layers, over all seeds.

    Parameters
    ----------
    config : RunConfig
    known : mapping of str to RunResult
        Strategy name -> run of the same arm on the same data; may be empty.
    """
    name, shared = f"inside by kept weights {config.key}", shared_results()
    weights = KEPT.find(config)
    missing = [one for one in STRATEGIES if one not in known or one not in weights]
    packed = shared.get(name) if missing else None
    if packed:
        there = unpack(packed, config)
        yield Progress(1.0, "Trained by another server", lambda: there)
        return
    results = dict(known)
    if missing:
        trained, fresh = yield from _train(config, missing, again=any(one in known for one in missing))
        results, weights = results | trained, weights | fresh
    found = {}
    for one in STRATEGIES:
        result = results[one]
        first = {"first_gradients": first_gradients(config, one)}
        found[one] = replace(result, measured=result.measured | weights[one].of_layers(config, result.arm) | first)
        yield Progress(TRAINING + (1 - TRAINING) * len(found) / len(STRATEGIES), "Looking at the layers")
    yield Progress(1.0, f"Epoch {config.n_epochs} of {config.n_epochs}", lambda: found)
    if shared.is_kept and len({one.plan.epochs for one in weights.values()}) == 1:
        shared.put(name, pack(found))


def _train(
    config: RunConfig, missing: list[str], again: bool = False
) -> Generator[Progress, None, tuple[dict[str, RunResult], dict[str, Weights]]]:
    """Train some strategies, and keep their weights; if their results are known and only the weights are missing, say so."""
    keeping = Keeping(config)
    for progress in compare_steps(config, missing, (*measures_of(config), keeping)):
        message = AGAIN.format(inside(progress.message)) if again else progress.message
        yield Progress(TRAINING * progress.fraction, message)
    assert progress.results is not None
    fresh = dict(zip(missing, keeping.weights(), strict=True))
    KEPT.add(config, fresh)
    return {name: scores_of(result) for name, result in progress.results().items()}, fresh


class OneSeed(NamedTuple):
    """A run of one seed, of which the weights are known.

    Attributes
    ----------
    config : RunConfig
        Of that seed alone.
    strategy : str
    schedule : tuple of Phase
    measured : dict of str to Series
        As from `transfer_core.measures.Snapshots`.
    """

    config: RunConfig
    strategy: str
    schedule: Schedule
    measured: dict[str, Series]


class Taken(NamedTuple):
    """One seed's networks.

    Attributes
    ----------
    runs : dict of str to OneSeed
        By strategy.
    source : tuple of Layer
        The pretrained network under its old head; empty if nothing was pretrained.
    """

    runs: dict[str, OneSeed]
    source: Params


def snapshot_steps(config: RunConfig, seed: int) -> Iterator[Progress]:
    """Give the weights of one seed's networks at a few epochs.

    Networks so large that they are kept of the first seeds only are trained anew for any other seed, alone.

    Parameters
    ----------
    config : RunConfig
    seed : int
        One of its seeds.
    """
    row = config.seeds.index(seed)
    if row >= plan(config).n_rows:
        config, row = config.but(seed=seed, n_seeds=1), 0
    weights = KEPT.find(config)
    missing = [name for name in STRATEGIES if name not in weights]
    if missing:
        _, fresh = yield from _train(config, missing)
        weights |= fresh
    taken = _taken(config, row, weights)
    yield Progress(1.0, "Trained", lambda: taken)


def _taken(config: RunConfig, row: int, weights: Mapping[str, Weights]) -> Taken:
    alone, runs = config.but(seed=config.seeds[row], n_seeds=1), {}
    for name, one in weights.items():
        arm = arm_of(config, name)
        networks = one.of_seed(arm.start_params(config), row)
        runs[name] = OneSeed(alone, name, arm.schedule, _snapshots(one.plan.epochs, networks))
    source = pretrain(config).params if config.has_old_task else ()
    return Taken({name: runs[name] for name in STRATEGIES}, tuple(_row(layer, row) for layer in source))


def _snapshots(epochs: tuple[int, ...], networks: Sequence[Params]) -> dict[str, Series]:
    """Write networks as `transfer_core.measures.Snapshots` does."""
    measured = {}
    for index, layers in enumerate(zip(*networks, strict=True)):
        for name, parts in (("weights", [one.weights for one in layers]), ("bias", [one.bias for one in layers])):
            measured[f"{name}_{index}"] = Series(epochs, np.stack(parts))
    return measured


def _row(layer: Layer, row: int) -> Layer:
    return Layer(layer.weights[row], layer.bias[row])
