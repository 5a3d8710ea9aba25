"""What a measurement leaves behind: tables, chart, a report to print, and a record of how they came about."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import torch

from transfer_takeaway import files
from transfer_takeaway.record import Record, table_of
from transfer_takeaway.report.figures import Figure, Line, by_size
from transfer_takeaway.report.page import to_html
from transfer_torch.arms import ARMS
from transfer_torch.cells import BATCH_SIZE, MOMENTUM, Bench, fingerprint
from transfer_torch.chart import chart, write
from transfer_torch.errors import MeasureError
from transfer_torch.findings import Findings
from transfer_torch.splits import quotas

LOOKS = {name: recipe.look for name, recipe in ARMS.items()}
TITLE = "Freeze or fine-tune? On a real network"


def write_all(
    options: argparse.Namespace, bench: Bench, rows: pd.DataFrame, found: Findings, lines: Sequence[str]
) -> list[Path]:
    """Write everything; each file whole or not at all.

    Returns
    -------
    list of Path
    """
    record = record_of(options, bench, found, lines)
    subtitle = [f"{options.folder.name}, {options.backbone}, {options.seeds} seeds, {record.made['date']}.", *lines]
    writers: dict[str, Callable[[Path], object]] = {
        "table.csv": lambda path: found.table.to_csv(path, index=False),
        "trainings.csv": lambda path: rows.to_csv(path, index=False),
        "record.json": lambda path: path.write_bytes(files.write(record)),
        "report.html": lambda path: path.write_text(to_html(record, pictures(found), LOOKS), encoding="utf-8"),
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


def record_of(options: argparse.Namespace, bench: Bench, found: Findings, lines: Sequence[str]) -> Record:
    """Put a measurement on record; folders by their last name alone."""
    val, test = quotas(bench.pictures.labels)
    classes = bench.pictures.classes
    *evidence, answer = lines or ("One arm was measured, so there is nothing to compare.",)
    asked = {
        name: value.name if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
        for name, value in vars(options).items()
    }
    rates = {name: [list(one) for one in ARMS[name].grid] for name in options.arms}
    shown = found.table[["style", "size", "arm", "mean", "low", "high", "n", "head_rate", "backbone_rate", "seconds"]]
    shown = shown.assign(arm=[ARMS[name].title for name in shown["arm"]])
    return Record(
        kind="measurement",
        title=f"{options.folder.name} with {bench.backbone.name}",
        answer=answer,
        evidence=tuple(evidence),
        settings=(
            ("Backbone", bench.backbone.name),
            ("Stages", ", ".join(bench.backbone.names)),
            ("Resolution", str(options.resolution)),
            ("Arms", ", ".join(ARMS[name].title for name in options.arms)),
            ("Epochs", str(options.epochs)),
            ("Seeds", f"{options.seeds}, from {options.seed}"),
            ("Batch size", str(BATCH_SIZE)),
            ("Momentum", str(MOMENTUM)),
        ),
        data=(
            ("Folder", options.folder.name),
            ("Pictures", f"{len(bench.pictures.labels):,} in {len(classes)} classes"),
            ("Classes", ", ".join(classes)),
            ("Per class", f"{val} to validate, {test} to test"),
            ("Checksum of the pictures", bench.pictures.key[:16]),
        ),
        made={
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "versions": ", ".join(
                [f"Python {platform.python_version()}"]
                + [f"{name} {version(name)}" for name in ("torch", "numpy", "pillow")]
            ),
            "code": fingerprint(),
            "machine": torch.cuda.get_device_name() if bench.machine.device.type == "cuda" else platform.machine(),
            "threads": str(torch.get_num_threads()),
        },
        asked={
            "options": asked,
            "rates": rates,
            "keys": dict(zip(("pictures", "other", "backbone", "machine"), bench.names, strict=True)),
        },
        tables={"Results": table_of([*shown.columns], shown.to_numpy().tolist())},
    )


def pictures(found: Findings) -> list[Figure]:
    """Draw accuracy against pictures per class, one picture per style."""
    drawn = []
    for style, at_style in found.table.groupby("style", sort=False):
        lines = [
            Line(str(arm), ARMS[str(arm)].title, *(one[name].tolist() for name in ("size", "mean", "low", "high")))
            for arm, one in at_style.sort_values("size").groupby("arm", sort=False)
        ]
        caption = f"Test accuracy in the {style}, at the rates chosen on validation. Band: 95 % interval."
        drawn.append(by_size(lines, caption, "Training pictures per class", LOOKS))
    return drawn
