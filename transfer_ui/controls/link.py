"""The view as a link: a configuration to query parameters and back, with a word on what did not fit.

A link names the scenario and whatever differs from what that scenario starts with, so it stays short
and means the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_ui.controls.address import OTHER_PARAMETERS
from transfer_ui.controls.knobs import KNOB, KNOBS, fitted, values_of


class FromLink(NamedTuple):
    """What a link asked for, as far as it could be followed.

    Attributes
    ----------
    config : RunConfig
    notices : list of str
        One sentence for each value that was refused or corrected.
    """

    config: RunConfig
    notices: list[str]


def to_query(config: RunConfig) -> dict[str, str]:
    """Write a configuration as query parameters.

    Examples
    --------
    >>> to_query(RunConfig(images_per_class=5))
    {'scenario': 'mnist_to_digits', 'images_per_class': '5'}
    """
    values, start = values_of(config), values_of(scenario_config(config.scenario))
    changed = {knob.name: knob.text(values[knob.name]) for knob in KNOBS if values[knob.name] != start[knob.name]}
    return {"scenario": config.scenario} | changed


def to_text(config: RunConfig) -> str:
    """Write a configuration as the part of a link behind the question mark.

    Examples
    --------
    >>> to_text(RunConfig(n_epochs=40))
    'scenario=mnist_to_digits&n_epochs=40'
    """
    return urlencode(to_query(config))


def from_query(query: Mapping[str, str]) -> FromLink:
    """Read a configuration from query parameters, correcting what breaks a rule.

    Examples
    --------
    >>> from_query({"images_per_class": "5"}).config.images_per_class
    5
    >>> from_query({"n_epochs": "many"}).notices
    ['n_epochs in the link must be a whole number, got `many`. Using 60.']
    """
    notices = []
    scenario = query.get("scenario", RunConfig.scenario)
    if scenario not in SCENARIOS:
        notices.append(_notice("scenario", KNOB["scenario"].rule(list(SCENARIOS)), scenario, RunConfig.scenario))
        scenario = RunConfig.scenario
    values = values_of(scenario_config(scenario))
    for name, text in query.items():
        if name in OTHER_PARAMETERS or name == "scenario":
            continue
        if name not in KNOB:
            notices.append(f"The link names a setting that does not exist, {quoted(name)}. It was left out.")
            continue
        try:
            values[name] = KNOB[name].value(text)
        except ValueError as error:
            notices.append(_notice(name, str(error), text, KNOB[name].text(values[name])))
    config, corrections = fitted(values)
    for name, rule, asked, used in corrections:
        notices.append(_notice(name, rule, query.get(name, KNOB[name].text(asked)), used))
    return FromLink(config, notices)


def quoted(text: str) -> str:
    """Show what somebody typed without giving it a meaning: as code, and not at length.

    Examples
    --------
    >>> quoted("a`b" + 50 * "x")
    '`abxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`'
    """
    plain = "".join(character for character in text if character.isprintable() and character != "`")
    return f"`{plain[:30]}{'…' if len(plain) > 30 else ''}`" if plain.strip() else "nothing"


def _notice(name: str, rule: str, text: str, used: str) -> str:
    return f"{name} in the link must be {rule}, got {quoted(text)}. Using {used}."
