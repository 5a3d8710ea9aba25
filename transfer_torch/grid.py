"""Which trainings answer the question, and doing those that are not done yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from transfer_core.studies.store import Store
from transfer_torch.arms import ARMS
from transfer_torch.cells import Bench, Cell, Setting, Training


def cells(bench: Bench, arms: Sequence[str], sizes: Sequence[int], seeds: Sequence[int], n_epochs: int) -> list[Cell]:
    """Lay out the grid: seed by seed, so that whatever is done first has all arms and sizes.

    Parameters
    ----------
    bench : Bench
    arms : sequence of str
        Names in `transfer_torch.arms.ARMS`.
    sizes, seeds : sequence of int
    n_epochs : int
        The same for every arm.
    """
    n_stages = len(bench.backbone.stages)
    return [
        Cell(
            {"arm": name, "size": size, "seed": seed, "head_rate": rates.head, "backbone_rate": rates.backbone},
            Setting(*bench.names, size=size, seed=seed),
            Training(
                ARMS[name].arm(n_stages, n_epochs, rates), ARMS[name].batch_statistics, ARMS[name].statistics_anew
            ),
        )
        for seed in seeds
        for size in sizes
        for name in arms
        for rates in ARMS[name].grid
    ]


def missing(grid: Sequence[Cell], store: Store) -> list[Cell]:
    """Which cells are not done yet."""
    return [cell for cell, found in zip(grid, store.get_all(grid), strict=True) if found is None]


def measure(todo: Sequence[Cell], bench: Bench, store: Store) -> Iterator[Cell]:
    """Do cells one after another; each is stored before it is yielded."""
    for cell in todo:
        store.put(cell, cell.task.measure(bench, cell.config))
        yield cell


def rows(grid: Sequence[Cell], store: Store) -> pd.DataFrame:
    """Put the stored results in a table: one row per cell."""
    table = []
    for cell, readings in zip(grid, store.get_all(grid), strict=True):
        for reading in readings or []:
            table.append({**cell.labels, **{name: float(np.squeeze(value)) for name, value in reading.values.items()}})
    return pd.DataFrame(table)
