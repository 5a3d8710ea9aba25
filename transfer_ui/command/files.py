"""Table and chart of a study as files, each written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from transfer_core.studies.study import Cell, Study, Summary
from transfer_core.wording import sentence_case
from transfer_ui.command.boundary import WRONG_ARGUMENTS, leave, reason

Write = Callable[[Path], object]

WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "csv": lambda table, path: table.to_csv(path, index=False),
    "parquet": lambda table, path: table.to_parquet(path, index=False),
}


def check_places(paths: Sequence[Path]) -> None:
    """Leave if these files cannot be written: better to say so now than after an hour."""
    folder = paths[0].parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        leave(f"--out must be a folder that can be written, got {str(folder)!r} ({reason(error)}).", WRONG_ARGUMENTS)
    for path in paths:
        if path.is_dir():
            leave(f"--out must have room for a file, got a folder {str(path)!r}.", WRONG_ARGUMENTS)


def write(writers: dict[Path, Write]) -> dict[Path, str]:
    """Write as many of the files as possible.

    Parameters
    ----------
    writers : dict of Path to callable

    Returns
    -------
    dict of Path to str
        The reason, for each file that could not be written.
    """
    failed = {}
    for path, write_to in writers.items():
        try:
            with put_in_place(path) as part:
                write_to(part)
        except OSError as error:
            failed[path] = reason(error)
    return failed


def write_chart(study: Study, found: Summary, cells: Sequence[Cell], path: Path) -> None:
    """Write the chart as one file that needs nothing else, not even a network connection."""
    from transfer_ui.charts.study import standalone

    n_seeds = max(cell.config.n_seeds for cell in cells)
    verdicts = [
        f"{sentence_case(finding.verdict)}: {study.claims[name].text}" for name, finding in found.findings.items()
    ]
    chart = standalone(study, found.table, [f"{n_seeds} seeds, {len(cells)} cells.", *verdicts])
    chart.save(path, format="html", inline=True)


@contextmanager
def put_in_place(path: Path) -> Iterator[Path]:
    """Have a file written beside its place and then moved there: nobody finds half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
