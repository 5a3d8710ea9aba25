"""Runs exported scripts one after the other in one process, and keeps what they found.

``python -m tests.run_scripts FOLDER MARK --only NAME... --without MODULE...`` writes beside each ``NAME.py`` a
``NAME.MARK.npz``: the curves, the test accuracy, all weights and biases after every epoch,
``(n_epochs + 1, fan_in, fan_out)`` and ``(n_epochs + 1, fan_out)``, and the backend of Keras, if it was used. The scripts
find none of the modules.
"""

import argparse
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import numpy as np

BEGINS = "history = []"


def arrays_of(names):
    """Weights and biases of a running script, layer by layer, whatever the framework."""
    if isinstance(names.get("params"), list):
        return [array.copy() for layer in names["params"] for array in layer]
    if hasattr(names["model"], "get_weights"):
        return [np.array(array) for array in names["model"].get_weights()]
    return [array.detach().numpy().T.copy() for array in names["model"].parameters()]


def hide(modules: set[str]) -> None:
    """Let it seem as if modules were not installed."""

    class Finder(PathFinder):
        @classmethod
        def find_spec(cls, name, *rest):
            return None if name in modules else super().find_spec(name, *rest)

    sys.meta_path[sys.meta_path.index(PathFinder)] = Finder


def run(script: Path, mark: str) -> None:
    """Run a script with a history that looks at the network whenever a point is added."""
    names: dict[str, Any] = {"__name__": "__main__"}
    snapshots: list[list[np.ndarray]] = []

    class Watched(list[dict[str, float]]):
        def append(self, row):
            super().append({key: float(value) for key, value in row.items()})
            snapshots.append(arrays_of(names))

    source = script.read_text(encoding="utf-8")
    assert source.count(BEGINS) == 1, script
    names["watched"] = history = Watched()  # a list by itself, or one that belongs to a callback
    exec(compile(source.replace(BEGINS, "history = watched"), str(script), "exec"), names)
    curves: dict[str, Any] = {metric: [row[metric] for row in history] for metric in history[0]}
    arrays: dict[str, Any] = {
        f"array_{index}": np.stack(epochs) for index, epochs in enumerate(zip(*snapshots, strict=True))
    }
    backend = names["keras"].config.backend() if "keras" in names else ""
    test_accuracy = names["test"]["test_accuracy"]
    np.savez(script.with_suffix(f".{mark}.npz"), **curves, **arrays, test_accuracy=test_accuracy, backend=backend)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("mark")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--without", nargs="*")
    asked = parser.parse_args()
    hide(set(asked.without))
    os.chdir(asked.folder)
    for name in asked.only:
        print(name, flush=True)
        run(Path(f"{name}.py"), asked.mark)
