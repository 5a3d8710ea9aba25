"""What a crowd waited for: the records, and the rows that sum them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import linear_regression, median
from time import perf_counter

from benchmarks._common import print_row


@dataclass(frozen=True)
class Waited:
    """What one click meant for one visitor.

    Attributes
    ----------
    visitor : str
    at : float
        Seconds since the crowd came.
    first : bool
        Whether it opened a link, instead of changing a setting.
    seconds : float
        Until the picture was complete.
    """

    visitor: str
    at: float
    first: bool
    seconds: float

    @property
    def in_class(self) -> bool:
        """Whether the visitor does what the class does."""
        return self.visitor.startswith("class")


@dataclass
class Log:
    """What has happened.

    Attributes
    ----------
    started : float
    cpu : float
        CPU seconds that the server and its processes took for the crowd.
    drawing : float
        Those of the server alone.
    waits : list of Waited
    errors : list of str
    memory : list of tuples
        Seconds since the start, MB of the server, MB of its processes.
    """

    started: float = field(default_factory=perf_counter)
    cpu: float = 0.0
    drawing: float = 0.0
    waits: list[Waited] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.started


def percentile(seconds: Sequence[float], share: float = 0.95) -> float:
    """Give the time that this share of the waits does not exceed.

    Examples
    --------
    >>> percentile(range(1, 101)), percentile([3.0])
    (95, 3.0)
    """
    ordered = sorted(seconds)
    return ordered[max(0, round(share * len(ordered)) - 1)]


def print_waits(what: str, waits: Sequence[Waited], aim: str, command: str) -> None:
    """Print median, 95 % and worst of some waits."""
    seconds = [wait.seconds for wait in waits]
    if seconds:
        figures = f"{median(seconds):.2f} / {percentile(seconds):.2f} / {max(seconds):.2f} s"
        print_row(f"{what}, {len(seconds)} views: median / 95 % / worst", figures, aim, command)


def print_minutes(log: Log, command: str) -> None:
    """Print what each minute was like, and the slopes after the second."""
    minutes = []
    for minute in range(int(max(wait.at for wait in log.waits) // 60) + 1):
        waits = [wait.seconds for wait in log.waits if wait.at // 60 == minute]
        memory = [first + others for at, first, others in log.memory if at // 60 == minute]
        if waits and memory:
            minutes.append((minute, memory[-1], percentile(waits)))
            print_row(f"minute {minute}: memory; 95 %", f"{memory[-1]:.0f} MB; {percentile(waits):.2f} s", "", command)
    later = minutes[2:]
    if len(later) > 2:
        for what, index, unit in (("memory", 1, "MB"), ("95 %", 2, "s")):
            slope = linear_regression([one[0] for one in later], [one[index] for one in later]).slope
            print_row(f"slope of the {what} from minute 2 on", f"{slope:+.2f} {unit} a minute", "", command)
