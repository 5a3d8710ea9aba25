"""Store what the default view of each scenario shows: ``python -m tools.build_views [name ...]``.

Run it again whenever a default, the data or the training changes; a test trains a sample anew and fails when a file
no longer holds.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

import numpy as np

from tools.build_studies import made_now
from transfer_core import SCENARIOS, RunConfig, compare, scenario_config
from transfer_core.archive import pack
from transfer_core.baselines import measure_baselines
from transfer_core.experiment import sweep_steps
from transfer_ui.articles.forgetting.arms import DEFAULT_STRENGTH, at_the_settings, elsewhere
from transfer_ui.articles.unfreeze.swept import sweep_epochs
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs.default_views import FOLDER, name_of

COMMAND = "python -m tools.build_views"


def build(scenario: str) -> int:
    """Compute and write one scenario's view; return its size in bytes."""
    config = scenario_config(scenario)
    epochs = sweep_epochs(config)
    *_, last = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", epochs)
    assert last.results is not None
    baselines = measure_baselines(config)
    header = {
        "made": {**made_now(), "command": COMMAND},
        "config": config.key,
        "first_swept": epochs[0],
        "baselines": list(baselines),
    }
    parts = {
        "header": json.dumps(header).encode(),
        "comparison": pack(compare(config, measures=measures_of(config))),
        "sweep": pack(last.results()),
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{scenario}.npz"
    np.savez(
        path,
        allow_pickle=False,
        **{name: np.frombuffer(part, np.uint8) for name, part in parts.items()},
        **{f"baselines/{name}": scores for name, scores in baselines.items()},
    )
    return path.stat().st_size


def build_arms(scenario: str) -> int:
    """Compute and write what the page on the old task shows; return its size in bytes."""
    config = scenario_config(scenario)
    parts: dict[str, bytes] = {}
    for ask in (at_the_settings, elsewhere):
        asked = ask(config, float(DEFAULT_STRENGTH))
        parts[name_of(asked.arms)] = pack(compare(config, asked.arms, asked.measures), asked.arms)
    header = {"made": {**made_now(), "command": COMMAND}, "config": config.key}
    path = FOLDER / f"{scenario}.arms.npz"
    np.savez(
        path,
        allow_pickle=False,
        header=np.frombuffer(json.dumps(header).encode(), np.uint8),
        **{name: np.frombuffer(part, np.uint8) for name, part in parts.items()},
    )
    return path.stat().st_size


def main(arguments: Sequence[str]) -> None:
    """Build the named scenarios, or all."""
    parser = ArgumentParser(prog=COMMAND, description="Store what the default view of each scenario shows.")
    parser.add_argument(
        "names", nargs="*", choices=[*SCENARIOS, []], metavar="name", help="of a scenario; default: all"
    )
    for name in parser.parse_args(arguments).names or SCENARIOS:
        print(f"{name}: {build(name) / 1000:.0f} kB")
        if name == RunConfig.scenario:
            print(f"{name}, the old task: {build_arms(name) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
