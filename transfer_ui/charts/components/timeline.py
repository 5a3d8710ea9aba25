"""A schedule as a timeline whose handle goes from one schedule to the next: the look is that of `transfer_ui.charts.timeline`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log
from typing import Any

from transfer_core import Phase, Schedule
from transfer_core.schedules import n_epochs
from transfer_ui.charts.components.parts import colours, component
from transfer_ui.charts.timeline import RATES, ROW_HEIGHT, layer_names, words
from transfer_ui.palette import FROZEN, INK, ON_TRAINED, TRAINED_RANGE


def trained_colour(rate: float, mode: str) -> str:
    """Colour of a layer that is trained, deeper for a higher rate.

    Examples
    --------
    >>> trained_colour(0.0001, "light"), trained_colour(2.0, "light")
    ('#fde3cc', '#c2410c')
    """
    low, high = map(log, RATES)
    share = min(max((log(rate) - low) / (high - low), 0.0), 1.0)
    ends = [[int(end[at : at + 2], 16) for at in (1, 3, 5)] for end in TRAINED_RANGE[mode]]
    mixed = [round(first + share * (last - first)) for first, last in zip(*ends, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def data_of(schedules: Sequence[Schedule], mode: str) -> dict[str, Any]:
    """Put together what the browser draws: each phase once, and every schedule as phases with their lengths.

    Parameters
    ----------
    schedules : sequence of Schedule
        Of one length; a handle goes from one to the next.
    mode : {"light", "dark"}
    """
    kinds: dict[Phase, int] = {}
    lengths = [
        [[kinds.setdefault(replace(phase, n_epochs=1), len(kinds)), phase.n_epochs] for phase in schedule]
        for schedule in schedules
    ]
    return {
        "layers": layer_names(len(schedules[0][0].frozen))[::-1],
        "phases": [_looks(phase, mode) for phase in kinds],
        "schedules": lengths,
        "at": 0,
        "n_epochs": n_epochs(schedules[0]),
        "row": ROW_HEIGHT,
        "alt": words(schedules[0]),
        "handle": "",
        "colours": colours(mode),
    }


def _looks(phase: Phase, mode: str) -> dict[str, Any]:
    """How a phase looks, the head first; a frozen layer has no rate to write on it."""
    deep, below, above = ON_TRAINED[mode]
    layers = [
        {"rate": "", "fill": FROZEN[mode], "ink": INK[mode]}
        if frozen
        else {"rate": f"{rate:.2g}", "fill": trained_colour(rate, mode), "ink": above if rate >= deep else below}
        for frozen, rate in zip(phase.frozen, phase.learning_rates, strict=True)
    ]
    return {"name": phase.name, "layers": layers[::-1]}


def show(schedule: Schedule, mode: str, key: str) -> None:
    """Draw one schedule."""
    component("timeline")(key=key, data=data_of([schedule], mode))


def show_with_handle(
    data: dict[str, Any], at: int, schedule: Schedule, label: str, key: str, on_move: Callable[[], None]
) -> int | None:
    """Draw a schedule with a handle that goes through others of the same length.

    Parameters
    ----------
    data : dict
        Of `data_of`, for the handle at epoch 0, 1, ...
    at : int
    schedule : Schedule
        The one at that epoch.
    label : str
        What the handle sets.
    key : str
    on_move : callable
        Called before the page is drawn again; `moved_to` tells where the handle is now.

    Returns
    -------
    int or None
        Where the handle has just been moved to; ``None`` if it has not.
    """
    data = data | {"at": at, "alt": words(schedule), "handle": label}
    return moved_to(component("timeline")(key=key, data=data, on_epoch_change=on_move), len(data["schedules"]))


def moved_to(state: Any, n_places: int) -> int | None:
    """Read where the browser says that the handle has been moved to; ``None`` if that is no place for it.

    Examples
    --------
    >>> moved_to({"epoch": 3}, 5), moved_to({"epoch": 5}, 5), moved_to({"epoch": True}, 5), moved_to(None, 5)
    (3, None, None, None)
    """
    epoch = (state or {}).get("epoch")
    return epoch if type(epoch) is int and 0 <= epoch < n_places else None
