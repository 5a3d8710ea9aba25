"""Cells per second: the default map here, on one and two processes, and on a Dask cluster of two workers.

Workers are warm: starting a process takes a second or two and is printed beside it. Needs the packages of
``requirements-dask.txt``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from time import perf_counter

from benchmarks._common import print_header, print_row
from transfer_core.studies.execute import execute
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.store import Store
from transfer_core.studies.study import Cell
from transfer_core.studies.workers import processes

COMMAND = "python -m benchmarks.studies"
STUDY = STUDIES["decision_map"]


def default_map(first_seed: int = 0) -> list[Cell]:
    """Lay out the default decision map: 24 cells of five strategies and ten seeds, 60 epochs."""
    return STUDY.cells(STUDY.default_configs(seed=first_seed))


def run(cells: Sequence[Cell], executor: Executor | None = None) -> tuple[float, float]:
    """Do all cells; give the seconds to the first complete cell of the map, and to the last."""
    started, first, n_strategies = perf_counter(), 0.0, 5
    for done in execute(cells, Store(None), executor):
        if done.n_done == n_strategies:
            first = perf_counter() - started
    return first, perf_counter() - started


def warm(executor: Executor, cells: Sequence[Cell]) -> float:
    """Let every worker import what it needs; give the seconds that took."""
    started = perf_counter()
    list(execute([cells[0], *cells[5:8]], Store(None), executor))
    return perf_counter() - started


@contextmanager
def dask() -> Iterator[Executor]:
    """Start a local cluster of two workers of one thread each."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,  # type: ignore[no-untyped-call]
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        yield client.get_executor()


def main() -> None:
    """Measure, and print a row each."""
    print_header("Studies: the default decision map, 120 cells of ten trainings")
    cells = default_map()
    first, here = run(cells)
    print_row("here, first cell of the map", f"{first:.2f} s", "under 1 s", COMMAND)
    print_row("here, all of it", f"{here:.1f} s", "at most 15 s", COMMAND)
    seconds = {}
    workers: dict[str, Callable[[], object]] = {
        "one process": lambda: processes(1),
        "two processes": lambda: processes(2),
        "Dask, two workers": dask,
    }
    for name, start in workers.items():
        with start() as executor:  # type: ignore[attr-defined]
            starting = warm(executor, cells)
            seconds[name] = min(run(cells, executor)[1] for _ in range(2))
        rate = f"{len(cells) / seconds[name]:.1f} cells/s"
        print_row(f"{name}, all of it (start {starting:.1f} s)", f"{seconds[name]:.1f} s, {rate}", "", COMMAND)
    scaling = seconds["one process"] / seconds["two processes"]
    print_row("two processes against one", f"{scaling:.2f} x", "1.8 x", COMMAND)
    added = seconds["Dask, two workers"] / seconds["two processes"] - 1
    print_row("what Dask adds over two processes", f"{100 * added:+.0f} %", "", COMMAND)


if __name__ == "__main__":
    main()
