"""Jobs that leave a trace, for the tests of the workbench; a worker process finds them by name."""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from transfer_core import Arm, Progress
from transfer_core.datasets import content_key
from transfer_core.schedules import n_epochs
from transfer_ui.runs.known_arms import key_of_arm


class Log:
    """Lines that several processes write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{line}\n")

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []


def turns(log: Log, name: str, n: int, pause: float = 0.0, work: float = 0.0) -> Callable[[], Iterator[Progress]]:
    """Steps that write down their turns; they can be pickled. After each comes a pause, or work for the processor."""
    return partial(_turns, log, name, n, pause, work)


def _turns(log: Log, name: str, n: int, pause: float, work: float) -> Iterator[Progress]:
    for step in range(n):
        log.add(name)
        time.sleep(pause)
        until = time.thread_time() + work
        while time.thread_time() < until:
            pass
        yield Progress((step + 1) / n, f"step {step}", partial(_result, step, os.getpid()))


def _result(step: int, process: int) -> dict[str, int]:
    return {"step": step, "process": process}


def noting(log: Log, steps: Callable[..., Iterator[Progress]]) -> Callable[..., Iterator[Progress]]:
    """Steps that write down each arm that is trained to its end, by all that its run depends on; they can be pickled."""
    return partial(_noting, log, steps)


def _noting(log: Log, steps: Callable[..., Iterator[Progress]], *args: object) -> Iterator[Progress]:
    epochs = Arm.epochs

    def noted(arm, config, measures=()):
        for epoch in epochs(arm, config, measures):
            if epoch.number == n_epochs(arm.schedule):
                log.add(content_key(key_of_arm(config, arm)))
            yield epoch

    under_way = steps(*args)
    while True:  # other jobs have their turns between two steps
        Arm.epochs = noted  # type: ignore[method-assign]
        try:
            step = next(under_way, None)
        finally:
            Arm.epochs = epochs  # type: ignore[method-assign]
        if step is None:
            return
        yield step


def working(seconds: float) -> Iterator[Progress]:
    """Use the processor for so long."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        yield Progress(0.0, "working")


def broken() -> Iterator[Progress]:
    yield Progress(0.5, "half")
    raise ValueError("broken on purpose")


class Awkward(Exception):
    """It cannot be read again once it has been pickled."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def awkward() -> Iterator[Progress]:
    print("a stray line on standard output")
    yield Progress(0.5, "half")
    raise Awkward("of", "two")


def dying(log: Log, times: int) -> Iterator[Progress]:
    """Kill the process that does this, so many times."""
    log.add("begun")
    yield Progress(0.1, "begun")
    if len(log.lines()) <= times:
        os.kill(os.getpid(), 9)
    yield Progress(1.0, "done", partial(_result, 1, os.getpid()))
