"""What the default view of each scenario shows, computed once and shipped: a first visit need not wait for training.

``python -m tools.build_views`` writes the files; a test trains a sample anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from transfer_core import SCENARIOS, Arm, RunConfig, RunResult, scenario_config
from transfer_core.archive import unpack
from transfer_core.arrays import Array

FOLDER = Path(__file__).parents[2] / "transfer_core" / "data" / "views"


class View(NamedTuple):
    """Stored results of one scenario at its own settings.

    Attributes
    ----------
    made : dict of str to str
        When and with what they were computed.
    comparison : dict of str to RunResult
        Strategy name -> run, without weights.
    sweep : dict of str to RunResult
        Unfreeze epoch as text -> run, without weights.
    baselines : dict of str to ndarray of shape (n_seeds,)
    derived : dict of str to object
        What pages have made of the comparison and of the sweep.
    """

    made: dict[str, str]
    comparison: dict[str, RunResult]
    sweep: dict[str, RunResult]
    baselines: dict[str, Array]
    derived: dict[str, Any]


def default_view(config: RunConfig) -> View | None:
    """Find what was stored for exactly these settings and these data.

    Examples
    --------
    >>> default_view(RunConfig(seed=7)) is None
    True
    >>> sorted(default_view(RunConfig()).baselines)
    ['logistic_regression', 'nearest_neighbour', 'zero_shot']
    """
    return read(config.scenario) if _is_start_of_ours(config) else None


def _is_start_of_ours(config: RunConfig) -> bool:
    return config.scenario in SCENARIOS and config == scenario_config(config.scenario)


@lru_cache(maxsize=16)
def read(scenario: str) -> View | None:
    """Read the file of a scenario, if there is one for its present data."""
    path = FOLDER / f"{scenario}.npz"
    if not path.exists():  # a scenario of one's own has none
        return None
    with np.load(path, allow_pickle=False) as stored:
        entries = dict(stored)
    header = json.loads(entries["header"].tobytes())
    config = scenario_config(scenario)
    if header["config"] != config.key:
        return None
    swept = config.but(unfreeze_epoch=header["first_swept"])
    return View(
        header["made"],
        unpack(entries["comparison"].tobytes(), config),
        unpack(entries["sweep"].tobytes(), swept),
        {name: entries[f"baselines/{name}"] for name in header["baselines"]},
        {},
    )


class StoredArms(NamedTuple):
    """Stored results of some arms at a scenario's own settings.

    Attributes
    ----------
    made : dict of str to str
        When and with what they were computed.
    results : dict of str to RunResult
        Name -> run, without weights.
    derived : dict of str to object
        What pages have made of them.
    """

    made: dict[str, str]
    results: dict[str, RunResult]
    derived: dict[str, Any]


def default_arms(config: RunConfig, arms: Mapping[str, Arm]) -> StoredArms | None:
    """Find what was stored for exactly these settings, data and arms.

    Examples
    --------
    >>> default_arms(RunConfig(), {}) is None
    True
    """
    return _read_arms(config, tuple(arms.items())) if _is_start_of_ours(config) else None


def name_of(arms: Mapping[str, Arm]) -> str:
    """Name some arms by all that they are."""
    return hashlib.sha256(repr([*arms.items()]).encode()).hexdigest()[:16]


@lru_cache(maxsize=16)
def _read_arms(config: RunConfig, named: tuple[tuple[str, Arm], ...]) -> StoredArms | None:
    path, arms = FOLDER / f"{config.scenario}.arms.npz", dict(named)
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        header = json.loads(stored["header"].tobytes())
        if header["config"] != config.key or name_of(arms) not in stored:
            return None
        packed = stored[name_of(arms)].tobytes()
    return StoredArms(header["made"], unpack(packed, config, arms), {})
