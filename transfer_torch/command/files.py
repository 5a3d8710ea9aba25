"""What a measurement leaves behind: tables, chart, and a record of how they came about."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from transfer_torch.cells import Bench
from transfer_torch.chart import chart, write
from transfer_torch.errors import MeasureError
from transfer_torch.findings import Findings
from transfer_torch.record import about

TITLE = "Freeze or fine-tune? On a real network"


def write_all(
    options: argparse.Namespace, bench: Bench, rows: pd.DataFrame, found: Findings, lines: Sequence[str]
) -> list[Path]:
    """Write everything; each file whole or not at all.

    Returns
    -------
    list of Path
    """
    record = about(options, bench, lines)
    subtitle = [f"{options.folder.name}, {options.backbone}, {options.seeds} seeds, {record['date'][:10]}.", *lines]
    writers: dict[str, Callable[[Path], object]] = {
        "table.csv": lambda path: found.table.to_csv(path, index=False),
        "trainings.csv": lambda path: rows.to_csv(path, index=False),
        "record.json": lambda path: path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8"),
        "chart.html": lambda path: write(chart(found.table, TITLE, subtitle), path),
    }
    for name, write_to in writers.items():
        part = options.out / f".{os.getpid()}.{name}"
        try:
            write_to(part)
            part.replace(options.out / name)
        except OSError as error:
            raise MeasureError(
                f"--out must be a folder that can be written, got {str(options.out)!r} ({error})"
            ) from error
        finally:
            part.unlink(missing_ok=True)
    return [options.out / name for name in writers]
