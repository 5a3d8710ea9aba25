"""How results came about."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from transfer_torch.arms import ARMS
from transfer_torch.cells import BATCH_SIZE, MOMENTUM, Bench, fingerprint
from transfer_torch.splits import quotas


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
