"""A schedule as a short text: the same in a link, on the command line and in a notebook.

``20-f-f-0.05_40-0.02-0.02-0.02`` is twenty epochs in which only the head trains, at 0.05, then forty in which all three
layers train at 0.02. ``_`` separates phases; each holds its epochs, then one entry per layer from the inputs up, a rate or
``f`` for frozen. A link and a shell take these characters as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from transfer_core.schedules import Phase, Schedule, n_epochs

MAX_TEXT = 2000  # characters: more than the longest schedule within the bounds below has
MAX_PHASES = 12
MAX_EPOCHS = 10_000
MAX_RATE = 100.0  # as for every rate of a configuration
BETWEEN_PHASES, BETWEEN_LAYERS, FROZEN = "_", "-", "f"
_WHOLE, _DECIMAL = re.compile(r"[1-9][0-9]{0,5}"), re.compile(r"[0-9]{1,3}(\.[0-9]{1,30})?")


class ScheduleError(ValueError):
    """A text is no schedule; the message names the part, the rule and the value.

    Parameters
    ----------
    part, rule, value : str

    Examples
    --------
    >>> print(ScheduleError("phase 1 of schedule", "leave a layer to train", "f-f"))
    phase 1 of schedule must leave a layer to train, got 'f-f'
    """

    def __init__(self, part: str, rule: str, value: str) -> None:
        super().__init__(f"{part} must {rule}, got {value!r}")
        self.part, self.rule, self.value = part, rule, value


def to_text(schedule: Schedule) -> str:
    """Write a schedule; `from_text` gives the same one back, to the last bit of its rates.

    Parameters
    ----------
    schedule : tuple of Phase

    Returns
    -------
    str

    Examples
    --------
    >>> to_text((phase_of(20, [None, None, 0.05]), phase_of(40, [0.00001, 0.02, 0.02])))
    '20-f-f-0.05_40-0.00001-0.02-0.02'
    """
    return BETWEEN_PHASES.join(
        BETWEEN_LAYERS.join([str(phase.n_epochs), *map(_written, phase.frozen, phase.learning_rates)])
        for phase in schedule
    )


def from_text(text: str, n_layers: int | None = None, *, max_epochs: int = MAX_EPOCHS) -> Schedule:
    """Read a schedule.

    Parameters
    ----------
    text : str
    n_layers : int, optional
        Layers of the network, the head included; by default as many as the first phase names.
    max_epochs : int, optional
        Of all phases together.

    Returns
    -------
    tuple of Phase

    Raises
    ------
    ScheduleError
        For the first part that breaks a rule.

    Examples
    --------
    >>> [(phase.name, phase.n_epochs) for phase in from_text("20-f-f-0.05_40-0.02-0.02-0.02")]
    [('head only', 20), ('all layers', 40)]
    >>> from_text("20-f-f-f")
    Traceback (most recent call last):
    transfer_core.schedule_text.ScheduleError: phase 1 of schedule must leave a layer to train, got 'f-f-f'

    An arm trains it, beside any strategy:

    >>> from transfer_core import Arm, RunConfig, compare
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=2, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    >>> sorted(compare(config, {"mine": Arm(from_text("1-f-f-0.05_1-f-0.02-0.02", config.n_layers))}))
    ['mine']
    """
    if not 0 < len(text) <= MAX_TEXT:
        raise ScheduleError("schedule", f"have 1 to {MAX_TEXT:,} characters", _short(text))
    parts = text.split(BETWEEN_PHASES)
    if len(parts) > MAX_PHASES:
        raise ScheduleError("schedule", f"have at most {MAX_PHASES} phases", str(len(parts)))
    schedule: Schedule = ()
    for number, part in enumerate(parts, start=1):
        expected = n_layers or (len(schedule[0].frozen) if schedule else None)
        schedule += (_phase(part, f"phase {number} of schedule", expected),)
    if n_epochs(schedule) > max_epochs:
        raise ScheduleError("schedule", f"have at most {max_epochs:,} epochs in all", str(n_epochs(schedule)))
    return schedule


def phase_of(n_epochs: int, rates: Sequence[float | None]) -> Phase:
    """Make a phase of its length and its rates, named after what trains.

    Parameters
    ----------
    n_epochs : int
    rates : sequence of (float or None)
        One entry per layer from the inputs up; ``None`` is frozen.

    Examples
    --------
    >>> phase_of(3, [None, 0.1])
    Phase(name='head only', n_epochs=3, frozen=(True, False), learning_rates=(0.0, 0.1))
    """
    frozen = tuple(rate is None for rate in rates)
    return Phase(_name(frozen), n_epochs, frozen, tuple(rate or 0.0 for rate in rates))


def rates_of(phase: Phase) -> list[float | None]:
    """List the rates of a phase, ``None`` for a frozen layer.

    Examples
    --------
    >>> rates_of(phase_of(3, [None, 0.1]))
    [None, 0.1]
    """
    return [None if cold else rate for cold, rate in zip(phase.frozen, phase.learning_rates, strict=True)]


def with_layers(schedule: Schedule, n_layers: int) -> Schedule:
    """Fit a schedule to a network of another depth: the head and the layers below it stay as they are.

    A further layer at the bottom does as the lowest one did. If a phase would train nothing once layers are gone, the
    lowest that is left trains at the rate of those.

    Examples
    --------
    >>> to_text(with_layers(from_text("5-f-0.1_5-0.02-0.1"), 3)), to_text(with_layers(from_text("5-0.02-f-f"), 2))
    ('5-f-f-0.1_5-0.02-0.02-0.1', '5-0.02-f')
    """
    return tuple(_deeper_or_shallower(phase, n_layers) for phase in schedule)


def _deeper_or_shallower(phase: Phase, n_layers: int) -> Phase:
    rates = rates_of(phase)
    kept = [rates[0]] * (n_layers - len(rates)) + rates[max(0, len(rates) - n_layers) :]
    if all(rate is None for rate in kept):
        kept[0] = next(rate for rate in reversed(rates) if rate is not None)
    return phase if len(kept) == len(rates) else phase_of(phase.n_epochs, kept)


def _phase(text: str, part: str, n_layers: int | None) -> Phase:
    epochs, *entries = text.split(BETWEEN_LAYERS)
    if not _WHOLE.fullmatch(epochs):
        raise ScheduleError(part, "begin with its epochs, a whole number from 1", _short(epochs))
    if n_layers and len(entries) != n_layers:
        raise ScheduleError(part, f"have {n_layers} layers after its epochs", str(len(entries)))
    if not entries:
        raise ScheduleError(part, "have one entry per layer after its epochs", _short(text))
    names = [*(f"layer {index}" for index in range(1, len(entries))), "head"]
    rates = [_rate(entry, f"{name} in {part}") for name, entry in zip(names, entries, strict=True)]
    if all(rate is None for rate in rates):
        raise ScheduleError(part, "leave a layer to train", _short(BETWEEN_LAYERS.join(entries)))
    return phase_of(int(epochs), rates)


def _rate(text: str, part: str) -> float | None:
    if text == FROZEN:
        return None
    rate = float(text) if _DECIMAL.fullmatch(text) else 0.0
    if not 0 < rate <= MAX_RATE:
        raise ScheduleError(part, f"be {FROZEN} (frozen) or a rate above 0 and at most {MAX_RATE:g}", _short(text))
    return rate


def _written(frozen: bool, rate: float) -> str:
    return FROZEN if frozen else np.format_float_positional(rate, trim="-")


def _name(frozen: Sequence[bool]) -> str:
    """Say what trains, as the strategies do."""
    trained = [index for index, cold in enumerate(frozen) if not cold]
    top = len(frozen) - 1
    if trained == [top]:
        return "head only"
    if len(trained) == len(frozen):
        return "all layers"
    if trained == list(range(trained[0] if trained else 0, top + 1)):
        return f"layer {trained[0] + 1} and up"
    names = ["head" if index == top else f"layer {index + 1}" for index in trained]
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
