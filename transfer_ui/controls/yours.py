"""The scenario that this visitor's own data are, as the controls and the link know it. The link calls it by one name.

Who brings them and where they are is above the controls: here is only what the session says of them.
"""

from __future__ import annotations

from typing import Protocol

from transfer_core import SCENARIOS, RunConfig
from transfer_core.own_data.pairing import NAME
from transfer_core.scenarios import Scenario, scenario_at
from transfer_ui import session

STATE = "own_data"
"""Where the session holds what was brought."""
GONE = "The data that were chosen as the scenario are not here any more: the controls show one that everybody has."
OF_THE_LAB = "This page is about the lab's own data; what you brought stays chosen on the other pages."
NOT_FOR_A_CLASS = (
    "Your own data stay in your visit, so a link for a class cannot carry them: choose a scenario that everybody has."
)


class Brought(Protocol):
    """What the session holds."""

    @property
    def scenario(self) -> Scenario | None:
        """As a scenario, if it can be one."""


def scenario() -> Scenario | None:
    """Get the scenario that was brought in this visit, if there is one."""
    here: Brought | None = session.held(STATE)
    return here.scenario if here else None


def addresses() -> tuple[str, ...]:
    """List the scenarios of this visit: ours, and the visitor's own."""
    own = scenario()
    return (*SCENARIOS, *([own.address] if own else []))


def at(address: str) -> Scenario:
    """Find a scenario of this visit, or one that is just being left."""
    found = scenario_at(address)
    return SCENARIOS[RunConfig.scenario] if found is None else found


def is_own(address: str) -> bool:
    """Whether a scenario is a visitor's own.

    Examples
    --------
    >>> is_own("yours@0f1e"), is_own("lesson")
    (True, False)
    """
    return address.startswith(f"{NAME}@")


def name_in_link(address: str) -> str:
    """Name a scenario in the link, where nothing of the data may stand.

    Examples
    --------
    >>> name_in_link("yours@0f1e"), name_in_link("lesson")
    ('yours', 'lesson')
    """
    return NAME if is_own(address) else address


def address_in_link(name: str) -> str | None:
    """Find what a link names; ``None`` if this visit has no such scenario.

    Examples
    --------
    >>> address_in_link("lesson"), address_in_link("yours@0f1e") is None
    ('lesson', True)
    """
    if name in SCENARIOS:
        return name
    own = scenario() if name == NAME else None
    return own.address if own else None


def scenario_is_chosen() -> bool:
    """Whether this visitor has chosen their own data."""
    chosen: RunConfig | None = session.held("config")
    return chosen is not None and is_own(chosen.scenario)


def of_the_lab(config: RunConfig) -> RunConfig:
    """Give settings on the lab's own data, for a page that takes no other.

    Examples
    --------
    >>> of_the_lab(RunConfig(seed=3)).seed
    3
    """
    return RunConfig() if is_own(config.scenario) else config


def are_gone(config: RunConfig) -> bool:
    """Whether a configuration is about own data that this visit does not hold, or not any more."""
    return is_own(config.scenario) and config.scenario not in addresses()
