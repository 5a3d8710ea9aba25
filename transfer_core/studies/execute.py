"""Cells computed one by one: here, in processes of this machine, or on a Dask cluster.

An executor is anything with the interface of `concurrent.futures.Executor`. The store is consulted
before and updated after every cell, so a study that was killed resumes where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.blas import on_one_thread
from transfer_core.experiment import Progress
from transfer_core.studies.fingerprint import fingerprint
from transfer_core.studies.store import Store
from transfer_core.studies.study import Cell, Label, Reading

_AtCell = tuple[Cell, Mapping[str, Label], Mapping[str, Array]]
"""A reading, and the cell that it was taken in."""


class Done(NamedTuple):
    """A cell that is done.

    Attributes
    ----------
    place : int
        Its place in the list of cells.
    readings : list of Reading
    n_done : int
        Cells done so far, including this one.
    stored : bool
        Whether it had been computed before.
    """

    place: int
    readings: list[Reading]
    n_done: int
    stored: bool


class OtherCode(RuntimeError):
    """A worker has other code than the process that asks: its results would be filed under a wrong name."""


def measure(cell: Cell, code: str) -> list[Reading]:
    """Do one cell, with BLAS on one thread: several cells share the machine, and small products gain nothing.

    Parameters
    ----------
    cell : Cell
    code : str
        The `fingerprint` of whoever asks.

    Returns
    -------
    list of Reading

    Raises
    ------
    OtherCode
        If this process has another fingerprint.
    """
    if code != fingerprint():
        raise OtherCode(
            f"the workers must run the same code, data and versions as you, got {fingerprint()}, not {code}"
        )
    with on_one_thread():
        return cell.task.measure(cell.config)


def execute(cells: Sequence[Cell], store: Store, executor: Executor | None = None) -> Iterator[Done]:
    """Do all cells that are not done yet.

    Parameters
    ----------
    cells : sequence of Cell
    store : Store
    executor : Executor, optional
        Where to do them; by default here and now, one after another.

    Yields
    ------
    Done
        Those from the store first, then each as it is finished and stored; every cell once.
    """
    n_done = 0
    waiting: dict[str, list[int]] = {}  # cells of the same key are done once
    for place, (cell, found) in enumerate(zip(cells, store.get_all(cells), strict=True)):
        if found is None:
            waiting.setdefault(cell.key, []).append(place)
        else:
            n_done += 1
            yield Done(place, found, n_done, True)
    for places, readings in _measured(cells, list(waiting.values()), executor):
        store.put(cells[places[0]], readings)
        for place in places:
            n_done += 1
            yield Done(place, readings, n_done, False)


def study_steps(cells: Sequence[Cell], store: Store) -> Iterator[Progress]:
    """`execute` here, cell by cell, for callers that take turns.

    Yields
    ------
    Progress
        Its results are the list of `Done` so far.
    """
    done: list[Done] = []
    for one in execute(cells, store):
        done.append(one)
        if not one.stored:
            yield Progress(len(done) / len(cells), f"{len(done)} of {len(cells)} trainings", partial(list, list(done)))
    yield Progress(1.0, f"{len(done)} of {len(cells)} trainings", partial(list, done))


def _measured(
    cells: Sequence[Cell], waiting: Sequence[list[int]], executor: Executor | None
) -> Iterator[tuple[list[int], list[Reading]]]:
    if executor is None:
        for places in waiting:
            yield places, measure(cells[places[0]], fingerprint())
        return
    futures = {executor.submit(measure, cells[places[0]], fingerprint()): places for places in waiting}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def rows(cells: Sequence[Cell], done: Sequence[Done]) -> pd.DataFrame:
    """Put readings together: one row per cell, reading and seed.

    Parameters
    ----------
    cells : sequence of Cell
    done : sequence of Done
        In any order, and not necessarily all.

    Returns
    -------
    DataFrame
        Label columns, ``seed``, and one column per measured quantity, in the order of the cells.
    """
    readings = [
        (cells[one.place], *reading) for one in sorted(done, key=lambda one: one.place) for reading in one.readings
    ]
    frames = [_frame(list(alike)) for _, alike in groupby(readings, _columns)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _columns(reading: _AtCell) -> tuple[str, ...]:
    cell, labels, values = reading
    return (*cell.labels, *labels, "seed", *values)


def _frame(readings: Sequence[_AtCell]) -> pd.DataFrame:
    """Put together readings of the same columns; with a frame for each of them, pandas would take ten times as long."""
    columns: dict[str, list[Any]] = {name: [] for name in _columns(readings[0])}
    for cell, labels, values in readings:
        seeds = cell.config.seeds
        for name, label in {**cell.labels, **labels}.items():
            columns[name] += [label] * len(seeds)
        columns["seed"] += seeds
        for name, value in values.items():
            columns[name] += np.asarray(value, float).tolist()
    return pd.DataFrame(columns)
