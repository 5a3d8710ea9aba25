"""How many cores this server may use, and how many worker processes that is worth."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

VARIABLE = "FREEZE_OR_FINE_TUNE_WORKERS"
MAX_WORKERS = 8
USEFUL = 2  # more of them gain nothing: their server draws no faster


def n_workers() -> int:
    """Decide how many worker processes there are: none on a machine with less than two cores, where a thread trains.

    The environment variable ``FREEZE_OR_FINE_TUNE_WORKERS`` sets another.
    """
    cores = usable_cores()
    usual = USEFUL if cores >= USEFUL else 0
    asked = os.environ.get(VARIABLE, "")
    if not asked:
        return usual
    if asked.isdecimal() and int(asked) <= MAX_WORKERS:
        return int(asked)
    logging.getLogger(__name__).warning(
        "%s must be a whole number from 0 to %d, got %.40r. Using %d.", VARIABLE, MAX_WORKERS, asked, usual
    )
    return usual


def usable_cores(system: Path = Path("/")) -> float:
    """Count the cores that this process may run on, as far as its share of them goes.

    Parameters
    ----------
    system : Path
        Where Linux describes itself.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([float(cores), *_quotas(system)])


def _quotas(system: Path) -> Iterator[float]:
    """Cores that the groups of this process may use, from its own to the outermost; nothing where there is no limit."""
    groups = system / "sys/fs/cgroup"
    for group in {groups, *_own_groups(system, groups)}:
        with suppress(OSError, ValueError):  # version 2
            quota, period = (group / "cpu.max").read_text().split()
            yield int(quota) / int(period)
    with suppress(OSError, ValueError):  # version 1
        quota, period = ((groups / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        if int(quota) > 0:
            yield int(quota) / int(period)


def _own_groups(system: Path, groups: Path) -> Iterator[Path]:
    with suppress(OSError):
        for line in (system / "proc/self/cgroup").read_text().splitlines():
            number, _, place = line.split(":", 2)
            if number == "0":
                group = groups / place.lstrip("/")
                yield from (group, *(one for one in group.parents if one.is_relative_to(groups)))
