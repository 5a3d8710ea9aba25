"""What a measurement leaves behind: tables, chart, and a record of how they came about."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from transfer_torch.arms import ARMS
from transfer_torch.cells import BATCH_SIZE, MOMENTUM, Bench, fingerprint
from transfer_torch.chart import chart, write
from transfer_torch.errors import MeasureError
from transfer_torch.findings import Findings
from transfer_torch.splits import quotas

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


def about(options: argparse.Namespace, bench: Bench, lines: Sequence[str]) -> dict[str, Any]:
    """Say how the results came about: configuration, versions, machine, date; folders by their last name alone."""
    val, test = quotas(bench.pictures.labels)
    asked = {name: str(value.name) if isinstance(value, Path) else value for name, value in vars(options).items()}
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "asked": asked,
        "answers": list(lines),
        "classes": list(bench.pictures.classes),
        "pictures": len(bench.pictures.labels),
        "per_class": {"validation": val, "test": test},
        "stages": list(bench.backbone.names),
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
