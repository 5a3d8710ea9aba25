"""How long trainings would take: one stage timed at a time, and the epochs counted that go through it."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import torch

from transfer_core.schedules import Schedule
from transfer_torch.cells import BATCH_SIZE, Bench, Cell
from transfer_torch.splits import split

FORWARD, FORWARD_AND_BACKWARD = 1, 3  # passes: the gradients of weights and of inputs cost a pass each


def seconds(todo: Sequence[Cell], bench: Bench) -> float:
    """Estimate how long some cells take.

    Parameters
    ----------
    todo : sequence of Cell
    bench : Bench

    Returns
    -------
    float
        Seconds, to within a factor of two or so.
    """
    costs = stage_seconds(bench)
    n_classes = len(bench.pictures.classes)
    total = 0.0
    for cell in todo:
        n_train = cell.config.size * n_classes
        n_judged = sum(map(len, split(bench.pictures, cell.config.seed)[1:])) * (2 if bench.other_inputs else 1)
        passes = schedule_passes(cell.task.arm.schedule, len(costs), n_train, n_judged)
        total += sum(cost * n for cost, n in zip(costs, passes, strict=True))
    return total


def schedule_passes(schedule: Schedule, n_stages: int, n_train: int, n_judged: int) -> list[int]:
    """Count the passes of one picture through each stage.

    Examples
    --------
    >>> from transfer_torch.arms import Rates, head_first
    >>> schedule_passes(head_first(2, 4, Rates(0.1, 0.1)), 2, n_train=10, n_judged=5)
    [75, 75]
    """
    passes = [n_train + n_judged] * n_stages  # judged at the end
    for phase in schedule:
        for stage in range(n_stages):
            trains = stage >= phase.first_trainable
            passes[stage] += n_train * phase.n_epochs * FORWARD_AND_BACKWARD if trains else 0
    return passes


def stage_seconds(bench: Bench) -> list[float]:
    """Time a picture in each stage, forward."""
    passed = bench.inputs.rows(torch.zeros(min(BATCH_SIZE, len(bench.pictures.labels)), dtype=torch.long))
    found = []
    with torch.no_grad():
        for stage in bench.stages:
            stage(passed)  # the first time prepares what the others use
            bench.machine.wait()
            started = perf_counter()
            passed = stage(passed)
            bench.machine.wait()
            found.append((perf_counter() - started) / len(passed))
    return found


def time_words(estimate: float) -> str:
    """Say roughly how long.

    Examples
    --------
    >>> [time_words(one) for one in (0.4, 90, 5400, 200000)]
    ['less than a minute', 'about 2 minutes', 'about 1.5 hours', 'about 2.3 days']
    """
    if estimate < 60:
        return "less than a minute"
    if estimate < 3600:
        n = round(estimate / 60)
        return f"about {n} minute{'s' if n > 1 else ''}"
    return f"about {estimate / 3600:.1f} hours" if estimate < 86400 else f"about {estimate / 86400:.1f} days"
