"""What a visitor may want next: the neighbours of the present setting, trained while nobody waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from transfer_core import SCENARIOS, RunConfig
from transfer_ui.controls import sidebar
from transfer_ui.controls.knobs import KNOB, KNOBS, config_of, fitted, values_of
from transfer_ui.runs import cached, own, places
from transfer_ui.runs.guesses import Request
from transfer_ui.runs.waiting import session

MOST_USED = ("images_per_class", "backbone_learning_rate", "unfreeze_epoch")
REACH = 2  # values on each side of the knob that was moved last


class Move(NamedTuple):
    """How a visitor has just moved a knob.

    Attributes
    ----------
    name : str
        Of the knob.
    step : int
        1 if up, -1 if down: whoever moves a slider often moves it further.
    """

    name: str
    step: int


def prepare(config: RunConfig, presets: Sequence[RunConfig] = ()) -> None:
    """Have the neighbours of the present setting trained; call it when the page has been drawn.

    Parameters
    ----------
    config : RunConfig
    presets : sequence of RunConfig
        Settings that are one click away.
    """
    if own.of(config):
        return  # nothing is trained ahead on a visitor's own data: the process is for what somebody waits for
    before: RunConfig | None = st.session_state.get("ahead_of")
    if before is not None and before != config:
        st.session_state.last_move = move_between(before, config)
    st.session_state.ahead_of = config
    places.workbench().ahead(session(), partial(requests, config, st.session_state.get("last_move"), presets))


def move_between(before: RunConfig, after: RunConfig) -> Move | None:
    """Find the one knob that was moved; ``None`` if several were, as by a preset.

    Examples
    --------
    >>> move_between(RunConfig(), RunConfig(images_per_class=20))
    Move(name='images_per_class', step=1)
    """
    old, new = values_of(before), values_of(after)
    moved = [knob for knob in KNOBS if old[knob.name] != new[knob.name]]
    if len(moved) != 1:
        return None
    name, options = moved[0].name, moved[0].options(new)
    up = old[name] not in options or options.index(old[name]) < options.index(new[name])
    return Move(name, 1 if up else -1)


def requests(config: RunConfig, move: Move | None = None, presets: Sequence[RunConfig] = ()) -> list[Request]:
    """List what to train ahead, the likeliest first: each comparison with its baselines."""
    wanted = dict.fromkeys([*neighbours(config, move), *presets, *next_scenario(config)])
    return [request for one in wanted if one != config for request in cached.requests_of(one)]


def neighbours(config: RunConfig, move: Move | None = None) -> Iterator[RunConfig]:
    """Turn the knob that was moved last a little further and back, then the most used ones.

    Examples
    --------
    >>> [one.images_per_class for one in neighbours(RunConfig(), Move("images_per_class", 1))][:4]
    [20, 5, 30, 3]
    >>> [one.images_per_class for one in neighbours(RunConfig())]
    [20, 5, 10, 10, 10, 10]
    """
    last = move.name if move and move.name != "scenario" else None
    moves = [(move, REACH)] if move and last else []
    moves += [(Move(name, 1), 1) for name in MOST_USED if name != last]
    values = values_of(config)
    for (name, step), reach in moves:
        options = KNOB[name].options(values)
        at = options.index(values[name])
        for distance in range(1, reach + 1):
            for place in (at + distance * step, at - distance * step):
                if 0 <= place < len(options):
                    yield fitted(values | {name: options[place]})[0]


def next_scenario(config: RunConfig) -> Iterator[RunConfig]:
    """Go to the scenario next in the list, as the control would."""
    names = list(SCENARIOS)
    if config.scenario in names[:-1]:
        yield config_of(sidebar.move_to(names[names.index(config.scenario) + 1], config)[0])
