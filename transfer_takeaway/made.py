"""When and with what something was computed."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version

from transfer_core.studies.fingerprint import fingerprint

PACKAGES = {"NumPy": "numpy", "SciPy": "scipy", "scikit-learn": "scikit-learn", "pandas": "pandas"}


def made_now() -> dict[str, str]:
    """Name the date, the versions and the code of this process.

    Examples
    --------
    >>> list(made_now())
    ['date', 'versions', 'code', 'machine']
    """
    versions = {"Python": platform.python_version()} | {title: version(name) for title, name in PACKAGES.items()}
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "versions": ", ".join(f"{title} {number}" for title, number in versions.items()),
        "code": fingerprint(),
        "machine": platform.machine(),
    }
