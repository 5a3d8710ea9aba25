"""Cells in several processes at once: small networks leave most of an accelerator, or all cores but one, idle."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from pathlib import Path

import torch

from transfer_core.studies.store import Store
from transfer_core.studies.study import Reading
from transfer_core.studies.workers import processes
from transfer_torch.backbones import load
from transfer_torch.cells import Bench, Cell
from transfer_torch.looks import Look, look
from transfer_torch.machine import Machine
from transfer_torch.network import Backbone
from transfer_torch.pictures import read, read_other


@dataclass(frozen=True)
class Ground:
    """What a bench is made of, small enough to be sent to another process, where it equals what was sent before.

    Attributes
    ----------
    backbone : str
        Its name.
    folder : Path
    other : Path or None
        The same pictures in another style.
    resolution : int
        Pixels.
    device : str
        As in `Machine`.
    mixed : bool
    threads : int
        Of each process; 0 leaves it to PyTorch.
    load : callable
        Gives the backbone by its name; a function that another process can import.
    """

    backbone: str
    folder: Path
    other: Path | None
    resolution: int
    device: str
    mixed: bool = False
    threads: int = 0
    load: Callable[[str], Backbone] = load

    def bench(self, tell: Callable[[str], object] = print) -> Bench:
        """Read pictures and weights."""
        if self.threads:
            torch.set_num_threads(self.threads)
        machine = Machine(self.device, mixed=self.mixed, tell=tell)
        pictures = read(self.folder, self.resolution)
        other = read_other(self.other, self.resolution, pictures) if self.other else None
        return Bench(self.load(self.backbone), pictures, machine, other)


def measure(
    todo: Sequence[Cell], ground: Ground, store: Store, n_processes: int, *, until: float = float("inf")
) -> Iterator[Cell]:
    """Do cells, several at a time; each is stored before it is yielded.

    Parameters
    ----------
    todo : sequence of Cell
    ground : Ground
    store : Store
    n_processes : int
    until : float
        Clock of `time.monotonic` after which nothing is begun any more; what is under way is finished and kept.
    """
    with processes(n_processes) as executor:
        waiting = {executor.submit(_measured, ground, cell): cell for cell in todo}
        for done in as_completed(waiting):
            if done.cancelled():
                continue
            cell = waiting[done]
            store.put(cell, done.result())
            yield cell
            if time.monotonic() > until:
                for one in waiting:
                    one.cancel()


def look_into(cells: Sequence[Cell], ground: Ground, n_processes: int) -> list[Look]:
    """Take a closer look at some trainings, several at a time.

    Parameters
    ----------
    cells : sequence of Cell
    ground : Ground
    n_processes : int
    """
    with processes(n_processes) as executor:
        return list(executor.map(_looked_into, repeat(ground), cells))


def threads_each(n_processes: int) -> int:
    """Cores for each process, so that they do not wait for one another.

    Examples
    --------
    >>> threads_each(10_000)
    1
    """
    return max(1, (os.cpu_count() or 1) // n_processes)


@lru_cache(maxsize=1)
def _bench(ground: Ground) -> Bench:
    return ground.bench()


def _measured(ground: Ground, cell: Cell) -> list[Reading]:
    return cell.task.measure(_bench(ground), cell.config)


def _looked_into(ground: Ground, cell: Cell) -> Look:
    return look(_bench(ground), cell)
