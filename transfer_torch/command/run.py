"""A measurement from start to end: pictures, backbone, trainings, files, verdicts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from transfer_core.studies.store import Store, StoreError
from transfer_torch import grid, workers
from transfer_torch.arms import ARMS, Rates
from transfer_torch.cells import Bench, Cell
from transfer_torch.command.arguments import SIZES
from transfer_torch.command.files import write_all
from transfer_torch.errors import MeasureError
from transfer_torch.estimate import seconds, time_words
from transfer_torch.findings import advice, doubts, sentences, summarise
from transfer_torch.splits import most_per_class, quotas

STORE = "trainings.sqlite"
Tell = Callable[[str], object]


def listing() -> str:
    """List the arms, one per line, with the rates that each chooses from.

    Examples
    --------
    >>> listing().splitlines()[0]
    'feature_extraction  Freeze the pretrained backbone and train a new head on its features.'
    """
    lines = []
    for name, recipe in ARMS.items():
        lines += [f"{name:<19} {recipe.summary}", f"{'':<19} Rates: {rates_words(recipe.grid)}."]
    return "\n".join(lines)


def rates_words(rates: tuple[Rates, ...]) -> str:
    """Say what an arm chooses from.

    Examples
    --------
    >>> rates_words((Rates(0.1), Rates(0.1, 0.01)))
    'head 0.1; head 0.1 and backbone 0.01'
    """
    return "; ".join(
        f"head {one.head:g}" + (f" and backbone {one.backbone:g}" if one.backbone else "") for one in rates
    )


def measure(options: argparse.Namespace, tell: Tell, say: Tell) -> None:
    """Measure as asked: print the answer, write it down.

    Parameters
    ----------
    options : Namespace
    tell, say : callable
        For results, and for what happens on the way.
    """
    ground = _ground(options)
    bench, sizes, seeds = _prepared(options, ground, say)
    cells = grid.cells(bench, options.arms, sizes, seeds, options.epochs)
    store = _store(options.out)
    todo = grid.missing(cells, store)
    if options.dry_run:
        done = len(cells) - len(todo)
        tell(
            f"{len(cells)} trainings, {done} of them done: {time_words(seconds(todo, bench))} on {bench.machine.name}."
        )
        return
    doing = (
        workers.measure(todo, ground, store, options.processes)
        if todo and options.processes > 1
        else grid.measure(todo, bench, store)
    )
    _follow(doing, len(cells), len(cells) - len(todo))
    rows = grid.rows(cells, store)
    found = summarise(rows)
    lines = [*sentences(found), *doubts(found)]
    if len(options.arms) > 1:
        lines.append(advice(found))
    for path in write_all(options, bench, rows, found, lines):
        tell(f"Wrote {path}")
    tell(_table(found.table))
    tell("\n".join(lines))
    if store.trouble:
        say(f"The results are complete, but not kept: {store.trouble}.")


def _ground(options: argparse.Namespace) -> workers.Ground:
    """Say what every process that trains makes its bench of."""
    threads = workers.threads_each(options.processes) if options.processes > 1 else 0
    return workers.Ground(
        options.backbone, options.folder, options.other, options.resolution, options.device, options.mixed, threads
    )


def _prepared(options: argparse.Namespace, ground: workers.Ground, say: Tell) -> tuple[Bench, tuple[int, ...], range]:
    """Read pictures and weights, and see what can be asked of them."""
    bench = ground.bench(say)
    pictures = bench.pictures
    seeds = range(options.seed, options.seed + options.seeds)
    most = most_per_class(pictures, seeds)
    sizes = options.sizes or tuple(size for size in SIZES if size <= most)
    if max(sizes) > most:
        val, test = quotas(pictures.labels)
        raise MeasureError(
            f"--sizes must be at most {most}, what the smallest class leaves after {val} to validate and {test} to test, "
            f"got {max(sizes)}"
        )
    return bench, sizes, seeds


def _store(out: Path) -> Store:
    try:
        return Store(out / STORE)
    except StoreError as error:
        raise MeasureError(f"--out must be a folder that can be written ({error})") from error


def _follow(doing: Iterator[Cell], n_cells: int, done: int) -> None:
    """Train with a bar that shows the time left."""
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread of its own: the end of a process that was interrupted would wait for it
    for _ in tqdm(doing, total=n_cells, initial=done, unit="training", file=sys.stderr):
        pass


def _table(table: pd.DataFrame) -> str:
    """Write what matters most of a table for a terminal."""
    shown = table.assign(arm=[ARMS[name].title for name in table["arm"]])
    shown = shown.sort_values(["style", "size"], ascending=[False, True], kind="stable")
    columns = ["style", "size", "arm", "mean", "low", "high", "seconds"]
    return shown[columns].to_string(index=False, float_format="{:.3f}".format)
