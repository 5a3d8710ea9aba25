"""What is trained when, and how fast: phases of a run as plain data.

A `Schedule` is the one description of a run that training, the timeline on the page and the code
export all read. It is a value: it can be printed, compared and cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


def freeze_to(n_layers: int, first_trainable: int) -> tuple[bool, ...]:
    """Freeze every layer below `first_trainable`.

    Parameters
    ----------
    n_layers : int
        Number of layers, the head included.
    first_trainable : int
        Index of the lowest layer that trains, 0 (all train) to ``n_layers - 1`` (the head alone).

    Returns
    -------
    tuple of bool
        ``True`` = frozen.

    Raises
    ------
    ValueError
        If nothing would be left to train.

    Examples
    --------
    >>> freeze_to(3, 2)
    (True, True, False)
    >>> freeze_to(3, 0)
    (False, False, False)
    """
    if not 0 <= first_trainable < n_layers:
        raise ValueError(
            f"first_trainable must be between 0 and {n_layers - 1} for {n_layers} layers, got {first_trainable}"
        )
    return tuple(index < first_trainable for index in range(n_layers))


@dataclass(frozen=True)
class Phase:
    """Consecutive epochs with one mask and one set of rates.

    Attributes
    ----------
    name : str
        What trains, for people.
    n_epochs : int
        At least 1.
    frozen : tuple of bool
        One entry per layer from the inputs up, ``True`` = frozen.
    learning_rates : tuple of float
        One entry per layer; the entry of a frozen layer is unused and 0.
    """

    name: str
    n_epochs: int
    frozen: tuple[bool, ...]
    learning_rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.n_epochs < 1:
            raise ValueError(f"n_epochs of phase {self.name!r} must be 1 or more, got {self.n_epochs}")
        if len(self.frozen) != len(self.learning_rates):
            raise ValueError(
                f"learning_rates of phase {self.name!r} must have {len(self.frozen)} entries like frozen, "
                f"got {len(self.learning_rates)}"
            )
        if all(self.frozen):
            raise ValueError(f"frozen of phase {self.name!r} must leave a layer to train, got {self.frozen}")

    @property
    def first_trainable(self) -> int:
        """Index of the lowest layer that trains; everything below is a fixed function of the inputs."""
        return self.frozen.index(False)


Schedule = tuple[Phase, ...]


def n_epochs(schedule: Schedule) -> int:
    """Total length in epochs."""
    return sum(phase.n_epochs for phase in schedule)


def with_starts(schedule: Schedule) -> Iterator[tuple[int, Phase]]:
    """Pair each phase with the number of epochs before it.

    Examples
    --------
    >>> head_only = Phase("head", 3, (True, False), (0.0, 0.1))
    >>> everything = Phase("all", 2, (False, False), (0.1, 0.1))
    >>> [(start, phase.name) for start, phase in with_starts((head_only, everything))]
    [(0, 'head'), (3, 'all')]
    """
    start = 0
    for phase in schedule:
        yield start, phase
        start += phase.n_epochs


def first_epochs(schedule: Schedule, n: int) -> Schedule:
    """Keep the first `n` epochs: the schedule that actually ran when a run was stopped.

    Examples
    --------
    >>> head_only = Phase("head", 3, (True, False), (0.0, 0.1))
    >>> everything = Phase("all", 2, (False, False), (0.1, 0.1))
    >>> [phase.n_epochs for phase in first_epochs((head_only, everything), 4)]
    [3, 1]
    """
    return tuple(
        replace(phase, n_epochs=min(phase.n_epochs, n - start)) for start, phase in with_starts(schedule) if start < n
    )
