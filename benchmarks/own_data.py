"""What a visitor's own data cost: seconds to the findings, the first learning curve and the end, and the peak of memory.

Seconds are given twice: as a clock sees them, and as processor time, which other work on the machine does not lengthen.

``python -m benchmarks.own_data`` measures 5,000 rows of 512 numbers, in a process of their own as on the page.
"""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from transfer_core.own_data.answering import Answer, answer_steps, first_question
from transfer_core.own_data.files import read_steps
from transfer_core.own_data.limits import MEGABYTE
from transfer_ui.runs.apart import Apart
from transfer_ui.runs.hands import MakeSteps

LOOK = 0.02  # seconds between two looks


def embeddings(n_rows: int, n_numbers: int, n_classes: int) -> bytes:
    """Make rows whose classes are not easily told apart."""
    rng = np.random.default_rng(0)
    labels = np.arange(n_rows) % n_classes
    rows = rng.normal(size=(n_rows, n_numbers)).astype(np.float32)
    rows[:, :n_classes] += 2 * np.eye(n_classes, dtype=np.float32)[labels]
    file = io.BytesIO()
    np.savez(file, embedding=rows, label=labels)
    return file.getvalue()


def _peak(process_id: int | None) -> int:
    """Peak of the memory of a process, in bytes; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def _processor_seconds(process_id: int | None) -> float:
    """Processor time of this process, of those that it has started and that have ended, and of one that runs."""
    ours = sum(os.times()[:4])
    try:
        user, system = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return ours
    return ours + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _watched(make_steps: MakeSteps, look: Callable[[Any, int | None], None]) -> tuple[Any, int]:
    """Compute apart; give the results and the peak of memory."""
    run, peak = Apart(make_steps), 0
    while not run.wait(LOOK):
        peak = max(peak, _peak(run.process_id))
        look(run.results, run.process_id)
    if run.error:
        raise run.error
    return run.results, peak


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--numbers", type=int, default=512)
    parser.add_argument("--classes", type=int, default=10)
    asked = parser.parse_args()
    data = embeddings(asked.rows, asked.numbers, asked.classes)
    started = monotonic()
    processor_started = _processor_seconds(None)
    seen: dict[str, tuple[float, float]] = {}

    def note(what: str, process_id: int | None) -> None:
        if what not in seen:
            seen[what] = monotonic() - started, _processor_seconds(process_id) - processor_started

    def look(results: Answer | None, process_id: int | None) -> None:
        if results is not None:
            note("findings", process_id)
        if results is not None and results.curves is not None:
            note("first curve", process_id)
            if len(results.curves.sizes) > 1:
                note("second size", process_id)

    contents, of_reading = _watched(partial(read_steps, "embeddings.npz", data), lambda *_: None)
    _, of_answering = _watched(partial(answer_steps, contents, first_question(contents)), look)
    note("all", None)
    print(f"{asked.rows:,} rows of {asked.numbers:,} numbers, {len(data) / MEGABYTE:.1f} MB")
    for what, (seconds, processor) in seen.items():
        print(f"{what}: after {seconds:.1f} s, {processor:.1f} s of a processor")
    print(f"peak of memory: {of_reading / MEGABYTE:.0f} MB reading, {of_answering / MEGABYTE:.0f} MB answering")


if __name__ == "__main__":
    main()
