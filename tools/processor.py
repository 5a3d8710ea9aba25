"""What the machine computes with, in the words of what was measured there."""

from __future__ import annotations

import platform
from pathlib import Path


def processor() -> str:
    """Name the processor, as exactly as the system tells.

    Examples
    --------
    >>> bool(processor())
    True
    """
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
