"""How many moves of a scripted session are answered from memory, with and without training ahead.

``python -m benchmarks.ahead`` plays what is under the pages, no browser needed: a minute and a half.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks._common import print_header, print_row
from transfer_core import RunConfig
from transfer_ui.controls.presets import PRESETS
from transfer_ui.runs import ahead, baseline_scores, cached
from transfer_ui.runs.workbench import Workbench

THINKING = (
    3.0  # seconds of a core between a picture and the next move: whatever else the machine does, guesses get these
)
IDLE = 1.0  # seconds without any work after which there is none left
N_PROCESSES = 2


def moves() -> Iterator[RunConfig]:
    """Play a visitor: sliders, mostly step by step, sometimes back or by a leap, and two presets."""
    config = RunConfig()
    yield config
    turns: list[dict[str, Any]] = [
        {"images_per_class": 20},
        {"images_per_class": 30},
        {"images_per_class": 50},
        {"images_per_class": 5},  # a leap
        {"images_per_class": 10},  # back to where it was
        {"backbone_learning_rate": 0.1},
        {"backbone_learning_rate": 0.2},
        {"backbone_learning_rate": 0.5},
        {"backbone_learning_rate": 0.05},  # back
        {"unfreeze_epoch": 21},
        {"unfreeze_epoch": 40},  # a leap
        {"unfreeze_epoch": 41},
        {"hidden_width": 32},  # another network must be pretrained
        {"hidden_width": 16},
        {"seed": 10},
    ]
    for changes in turns:
        sizes = (changes.pop("hidden_width"),) * len(config.hidden_sizes) if "hidden_width" in changes else None
        config = config.but(**changes, **({"hidden_sizes": sizes} if sizes else {}))
        yield config
    for preset in PRESETS[:2]:
        yield preset.config


def play(bench: Workbench, guessing: bool) -> tuple[list[float], int]:
    """Play the session; give the seconds until each picture is complete, and how many were there at once."""
    seconds, at_once, before, move = [], 0, None, None
    for config in moves():
        started = monotonic()
        asked = [cached.comparison_of(config), *baseline_scores.requests_of(config).values()]
        jobs = [bench.job(*request) for request in asked]
        at_once += all(job.ended for job in jobs)
        for job in jobs:
            with bench.waiting_for(job, "visitor"):
                while not job.wait(1):
                    pass
            if job.error:
                raise job.error
        seconds.append(monotonic() - started)
        move = ahead.move_between(before, config) if before else None
        before = config
        if guessing:
            presets = [preset.config for preset in PRESETS]
            bench.ahead("visitor", lambda asked=(config, move, presets): ahead.requests(*asked))  # type: ignore[misc]
            think(bench)
    return seconds, at_once


def think(bench: Workbench) -> None:
    """Look at the picture until the workers have used their time, or have nothing left to do."""
    until = latest = cpu_seconds(bench)
    until += THINKING
    changed = monotonic()
    while latest < until and monotonic() - changed < IDLE:
        sleep(0.05)
        now = cpu_seconds(bench)
        if now > latest:
            latest, changed = now, monotonic()


def cpu_seconds(bench: Workbench) -> float:
    """CPU time of the worker processes, from Linux."""
    ticks = 0
    for hand in bench.hands:
        if hand.process_id:
            fields = Path(f"/proc/{hand.process_id}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the shares."""
    print_header("A scripted session, with and without training ahead")
    for guessing in (False, True):
        with closing(Workbench(N_PROCESSES)) as bench:
            seconds, at_once = play(bench, guessing)
            used = cpu_seconds(bench)
        what = f"moves answered from memory, {'trained ahead' if guessing else 'nothing trained ahead'}"
        print_row(what, f"{at_once} of {len(seconds)}", "", "python -m benchmarks.ahead")
        print_row(
            "  seconds until the picture is complete, median and worst",
            f"{sorted(seconds)[len(seconds) // 2]:.2f}, {max(seconds):.2f}",
            "",
            "",
        )
        print_row("  CPU seconds of the worker processes", f"{used:.1f}", "", "")


if __name__ == "__main__":
    main()
