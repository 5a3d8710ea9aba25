"""Runs exported scripts one after the other in one process, and keeps what they found.

``python -m tests.run_scripts FOLDER MARK`` writes beside each ``NAME.py`` a ``NAME.MARK.npz``: the curves, the
test accuracy, and all weights and biases after every epoch, ``(n_epochs + 1, fan_in, fan_out)`` and
``(n_epochs + 1, fan_out)``.
"""

import os
import sys
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
    np.savez(script.with_suffix(f".{mark}.npz"), **curves, **arrays, test_accuracy=names["test"]["test_accuracy"])


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    for path in sorted(Path().glob("*.py")):
        print(path, flush=True)
        run(path, sys.argv[2])
