"""Measure the study of a real network: ``python -m tools.build_real_network results/emoji/google --other results/emoji/twitter``.

`tools.build_emoji` makes the two folders. Every arm of `transfer_torch.arms` is trained at every setting of its grid, for
ten seeds and six sizes: about 3,000 trainings, which take some ten minutes on a large accelerator and days on two cores. So
each is stored when it is done, the same command goes on where the last one stopped, ``--minutes`` ends it in good order, and
``--arms``, ``--sizes``, ``--seeds`` and ``--resolution`` cut it in pieces. What is measured so far is written at the end:

- ``trainings.csv.gz``, one row per training;
- ``looks.npz``: the answers and the first filters of a few networks of the first seed;
- ``race.csv``: how long feature extraction and end-to-end take, in turns;
- ``about.json``: how all that came about.

``python -m tools.derive_real_network`` makes of these what the app shows.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from transfer_core.studies.store import Store
from transfer_torch import backbones, grid, looks, workers
from transfer_torch.arms import ARMS
from transfer_torch.cells import BATCH_SIZE, MOMENTUM, Bench, Cell, fingerprint
from transfer_torch.findings import ARM, KNOBS, summarise
from transfer_torch.race import race
from transfer_torch.splits import quotas
from transfer_torch.work import stage_multiply_adds

SIZES, N_SEEDS = (1, 2, 5, 10, 20, 40), 10
LOOKED_AT, RACED_AT = (5, 40), 5  # pictures per class
MAIN = ("feature_extraction", "end_to_end", "head_first", "stage_by_stage", "top_third", "from_scratch")
OUT = Path("results/real_network")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, and write all that is there."""
    options = _parser().parse_args(arguments)
    until = math.inf if options.minutes is None else time.monotonic() + 60 * options.minutes
    options.out.mkdir(parents=True, exist_ok=True)
    ground = workers.Ground(
        partial(backbones.load, options.backbone),
        options.folder,
        options.other,
        options.resolution,
        options.device,
        threads=workers.threads_each(options.processes),
    )
    bench = ground.bench()
    seeds = range(options.seed, options.seed + options.seeds)
    cells = _in_order(grid.cells(bench, options.arms, options.sizes, seeds, options.epochs))
    store = Store(options.store)
    todo = grid.missing(cells, store)
    progress = {"total": len(cells), "initial": len(cells) - len(todo), "mininterval": 5, "file": sys.stderr}
    done = workers.measure(todo, ground, store, options.processes, until=until) if todo else iter(())
    for _ in tqdm(done, unit="training", **progress):
        pass
    rows = grid.rows(cells, store)
    rows.to_csv(options.out / "trainings.csv.gz", index=False, float_format="%.6g")
    complete = len(rows) == len(cells)
    _write_about(options, bench, complete)
    print(f"{len(rows)} of {len(cells)} trainings are done.")
    if complete:
        _write_looks(rows, cells, bench, options.out / "looks.npz")
        raced = race(bench, RACED_AT, seeds, options.epochs, options.resolution)
        raced.to_csv(options.out / "race.csv", index=False, float_format="%.6g")


def _in_order(cells: Sequence[Cell]) -> list[Cell]:
    """Put the main arms first, then go by size: whatever time is left, ten seeds of something are whole."""
    return sorted(cells, key=lambda cell: (cell.labels["arm"] not in MAIN, cell.labels["size"]))


def _write_about(options: argparse.Namespace, bench: Bench, complete: bool) -> None:
    """Say how the results came about; folders by their last name alone."""
    val, test = quotas(bench.pictures.labels)
    stages = bench.backbone.stages
    facts: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "python -m tools.build_real_network",
        "asked": {name: value.name if isinstance(value, Path) else value for name, value in vars(options).items()},
        "complete": complete,
        "classes": list(bench.pictures.classes),
        "pictures": len(bench.pictures.labels),
        "names": list(bench.pictures.names),
        "labels": bench.pictures.labels.tolist(),
        "per_class": {"validation": val, "test": test},
        "stages": list(bench.backbone.names),
        "multiply_adds": [
            *stage_multiply_adds(stages, options.resolution),
            bench.backbone.n_features * len(bench.pictures.classes),
        ],
        "parameters": [sum(values.numel() for values in stage.parameters()) for stage in stages],
        "rates": {name: [list(rates) for rates in ARMS[name].grid] for name in options.arms},
        "batch_size": BATCH_SIZE,
        "momentum": MOMENTUM,
        "keys": dict(zip(("pictures", "other", "backbone", "machine"), bench.names, strict=True)),
        "code": fingerprint(),
        "device": torch.cuda.get_device_name() if bench.machine.device.type == "cuda" else platform.machine(),
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "numpy", "pillow")},
    }
    (options.out / "about.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _write_looks(rows: pd.DataFrame, cells: Sequence[Cell], bench: Bench, path: Path) -> None:
    """Train the best setting of each arm once more for the first seed, and look into the network."""
    best = summarise(rows).best
    chosen = {tuple(row) for row in best[[*ARM, "seed", *KNOBS]].itertuples(index=False)}
    found: dict[str, np.ndarray] = {}
    for cell in cells:
        labels = cell.labels
        if labels["seed"] != min(rows["seed"]) or labels["size"] not in LOOKED_AT:
            continue
        if tuple(labels[name] for name in (*ARM, "seed", *KNOBS)) not in chosen:
            continue
        seen, name = looks.look(bench, cell), f"{labels['arm']}.{labels['size']}"
        found |= {"shown": seen.shown, "before": seen.before, f"{name}.after": seen.after}
        found |= {f"{name}.{part}": answers.astype(np.int8) for part, answers in seen.answers.items()}
    np.savez_compressed(path, allow_pickle=False, **found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.build_real_network", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folder", type=Path, help="one folder of pictures per class")
    parser.add_argument("--other", type=Path, help="the same in another style")
    parser.add_argument("--backbone", default=backbones.DEFAULT)
    parser.add_argument("--resolution", type=int, default=128)
    parser.add_argument("--arms", type=lambda text: tuple(text.split(",")), default=tuple(ARMS))
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), default=SIZES)
    parser.add_argument("--seeds", type=int, default=N_SEEDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=None, help="end in good order after so many")
    parser.add_argument("--store", type=Path, default=OUT / "trainings.sqlite")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser


if __name__ == "__main__":
    torch.set_num_threads(1)  # of the process that only hands out work
    main()
