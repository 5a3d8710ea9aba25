"""Compute the default studies and store what they found: ``python -m tools.build_studies [name ...]``.

Cells that the store of this machine has already are not done again.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import joblib
import numpy as np
import pandas as pd
import scipy
import sklearn

from transfer_core.studies.execute import execute
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import write
from transfer_core.studies.store import Store, default_path
from transfer_core.studies.workers import processes

COMMAND = "python -m tools.build_studies"


def made_now() -> dict[str, str]:
    """Say when and with what this is computed."""
    versions = {"Python": platform.python_version()} | {
        name: module.__version__
        for name, module in (("NumPy", np), ("SciPy", scipy), ("scikit-learn", sklearn), ("pandas", pd))
    }
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "machine": f"{platform.machine()}, {joblib.cpu_count()} cores",
        "command": COMMAND,
    }


def main(names: Sequence[str]) -> None:
    """Compute the named studies, or all of them."""
    store = Store(default_path())
    with processes(joblib.cpu_count()) as executor:
        for name in names or STUDIES:
            study = STUDIES[name]
            cells = study.cells(study.default_configs())
            done = sorted(execute(cells, store, executor), key=lambda one: one.place)
            print(write(study, made_now(), cells, [one.readings for one in done]))


if __name__ == "__main__":
    main(sys.argv[1:])
