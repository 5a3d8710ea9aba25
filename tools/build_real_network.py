"""Measure the study of a real network: ``python -m tools.build_real_network results/emoji/google --other results/emoji/twitter``.

`tools.build_emoji` makes the two folders. Every arm of `transfer_torch.arms` is trained at every setting of its grid, for
ten seeds and six sizes: about 3,000 trainings, which take tens of minutes on a large accelerator and days on two cores. So
each is stored when it is done, and the same command goes on where the last one stopped, on another machine of the same kind
too: what is shipped counts as done. ``--minutes`` ends it in good order, and ``--arms``, ``--sizes``, ``--seeds`` and
``--resolution`` cut it in pieces. What is measured so far is written at the end, with a closer look and a race of a minute
or two:

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
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from tools.processor import processor
from transfer_core.real_network.results import FILE, FOLDERS, TRAININGS
from transfer_core.studies.store import Store
from transfer_core.studies.study import Reading
from transfer_core.wording import join_words
from transfer_torch import backbones, grid, workers
from transfer_torch.arms import ARMS
from transfer_torch.cells import BATCH_SIZE, MOMENTUM, Bench, Cell, fingerprint
from transfer_torch.findings import ARM, KNOBS, complete, summarise
from transfer_torch.looks import first_filters
from transfer_torch.race import race
from transfer_torch.splits import quotas
from transfer_torch.work import stage_multiply_adds

SIZES, N_SEEDS = (1, 2, 5, 10, 20, 40), 10
LOOKED_AT, RACED_AT = (5, 40), 5  # pictures per class
MAIN = ("feature_extraction", "end_to_end", "head_first", "stage_by_stage", "top_third", "from_scratch")
AS_TODAY = frozenset({"294c661942fac128"})
"""Code of earlier days whose shipped trainings today's would repeat: before it, from scratch alone was tested otherwise."""
OUT = Path("results/real_network")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, and write all that is there."""
    options = _parser().parse_args(arguments)
    until = math.inf if options.minutes is None else time.monotonic() + 60 * options.minutes
    options.out.mkdir(parents=True, exist_ok=True)
    ground = workers.Ground(
        options.backbone,
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
    earlier = take_over(cells, bench, store)
    todo = grid.missing(cells, store)
    progress = {"total": len(cells), "initial": len(cells) - len(todo), "mininterval": 5, "file": sys.stderr}
    done = workers.measure(todo, ground, store, options.processes, until=until) if todo else iter(())
    for _ in tqdm(done, unit="training", **progress):
        pass
    rows = grid.rows(cells, store)
    rows.to_csv(options.out / TRAININGS, index=False, float_format="%.6g")
    _write_about(options, bench, earlier, len(rows) == len(cells))
    print(f"{len(rows)} of {len(cells)} trainings are done.")
    raced = race(bench, RACED_AT, seeds, options.epochs, options.resolution)
    raced.to_csv(options.out / "race.csv", index=False, float_format="%.6g")
    _write_looks(_best_of_a_seed(rows, cells), ground, options.processes, options.out / "looks.npz")


def take_over(cells: Sequence[Cell], bench: Bench, store: Store, folders: Sequence[Path] = FOLDERS) -> set[str]:
    """Count what is shipped as done, if the same code measured the same pictures with the same weights on such a machine.

    Parameters
    ----------
    cells : sequence of Cell
    bench : Bench
    store : Store
        What it lacks is put there.
    folders : sequence of Path
        Each may hold what `tools.derive_real_network` wrote.

    Returns
    -------
    set of str
        What measured them: empty if none was taken over.
    """
    return set().union(*(_take_over(cells, bench, store, folder) for folder in folders if (folder / FILE).exists()))


def _take_over(cells: Sequence[Cell], bench: Bench, store: Store, folder: Path) -> set[str]:
    made = json.loads((folder / FILE).read_text(encoding="utf-8"))["made"]
    same_code = made["code"] == fingerprint() or (made["code"] in AS_TODAY and made["versions"] == versions())
    if not same_code or (made["keys"], made["asked"]["epochs"]) != (keys_of(bench), _epochs(cells)):
        return set()
    rows = pd.read_csv(folder / TRAININGS)
    named = [*ARM, "seed", *KNOBS]
    known = {tuple(row[name] for name in named): row for row in rows.to_dict("records")}
    devices: set[str] = set()
    for cell in grid.missing(cells, store):
        row = known.get(tuple(cell.labels[name] for name in named))
        if row is not None:
            values = {str(name): np.array([value]) for name, value in row.items() if name not in named}
            store.put(cell, [Reading({}, values)])
            devices = {made["device"]}
    return devices


def versions() -> dict[str, str]:
    """Give the versions that results depend on."""
    names = ("torch", "numpy", "pillow")
    return {"python": platform.python_version()} | {name: version(name).partition("+")[0] for name in names}


def _device(bench: Bench) -> str:
    if bench.machine.device.type == "cuda":
        return torch.cuda.get_device_name()
    return f"{os.cpu_count()} cores of {processor()}"


def keys_of(bench: Bench) -> dict[str, str]:
    """Name what is measured, and with what, by content."""
    return dict(zip(("pictures", "other", "backbone", "machine"), bench.names, strict=True))


def _epochs(cells: Sequence[Cell]) -> int:
    return sum(phase.n_epochs for phase in cells[0].task.arm.schedule)


def _in_order(cells: Sequence[Cell]) -> list[Cell]:
    """Put the main arms first, then go by size: whatever time is left, ten seeds of something are whole."""
    return sorted(cells, key=lambda cell: (cell.labels["arm"] not in MAIN, cell.labels["size"]))


def _write_about(options: argparse.Namespace, bench: Bench, earlier: set[str], complete: bool) -> None:
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
        "keys": keys_of(bench),
        "code": fingerprint(),
        "device": join_words(sorted({*earlier, _device(bench)})),
        "threads": torch.get_num_threads(),
        "versions": versions(),
    }
    (options.out / "about.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _best_of_a_seed(rows: pd.DataFrame, cells: Sequence[Cell]) -> list[Cell]:
    """Find the training of the first seed at the rates that are best for each arm, where all of its rates are measured."""
    whole = complete(rows)
    best = summarise(whole).best if len(whole) else whole
    here = best[(best["seed"] == best["seed"].min()) & best["size"].isin(LOOKED_AT)]
    chosen = {tuple(row) for row in here[[*ARM, "seed", *KNOBS]].itertuples(index=False)}
    return [cell for cell in cells if tuple(cell.labels[name] for name in (*ARM, "seed", *KNOBS)) in chosen]


def _write_looks(cells: Sequence[Cell], ground: workers.Ground, n_processes: int, path: Path) -> None:
    """Train once more, and look into the network."""
    found = {"before": first_filters(ground.load(ground.backbone).stages)}
    for cell, seen in zip(cells, workers.look_into(cells, ground, n_processes), strict=True):
        name = f"{cell.labels['arm']}.{cell.labels['size']}"
        found |= {"shown": seen.shown, f"{name}.after": seen.after}
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
