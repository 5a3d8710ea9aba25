"""The view as a link: a configuration to query parameters and back, with a notice for whatever did not fit.

A link names the scenario and whatever differs from that scenario's defaults, so it stays short
and means the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_core.own_data.pairing import NAME
from transfer_core.wording import join_words
from transfer_ui.controls import yours
from transfer_ui.controls.knobs import KNOB, KNOBS, fitted, values_of
from transfer_ui.controls.parameters import OTHER_PARAMETERS

OF_ANOTHER_VISIT = "one that everybody has, as your own data stay in the visit that brought them"
MAX_TEXT = 2000  # characters of a run that is written inside a link: all knobs together are far shorter
MAX_QUOTED = 30  # characters of a value that are shown
MAX_NAMED = 3  # unknown settings that are named; any more are only counted


class FromLink(NamedTuple):
    """What a link asked for, as far as that was possible.

    Attributes
    ----------
    config : RunConfig
    notices : list of str
        One sentence for all unknown names together, and one per knob that was refused or corrected.
    """

    config: RunConfig
    notices: list[str]


def to_query(config: RunConfig) -> dict[str, str]:
    """Write a configuration as query parameters.

    Examples
    --------
    >>> to_query(RunConfig(images_per_class=5))
    {'scenario': 'off_centre', 'images_per_class': '5'}
    """
    values, start = values_of(config), values_of(scenario_config(config.scenario))
    changed = {knob.name: knob.text(values[knob.name]) for knob in KNOBS if values[knob.name] != start[knob.name]}
    return {"scenario": yours.name_in_link(config.scenario)} | changed


def to_text(config: RunConfig) -> str:
    """Write a configuration as the part of a link after the question mark.

    Examples
    --------
    >>> to_text(RunConfig(n_epochs=40))
    'scenario=off_centre&n_epochs=40'
    """
    return urlencode(to_query(config))


def from_query(query: Mapping[str, str]) -> FromLink:
    """Read a configuration from query parameters, correcting whatever breaks a rule.

    Examples
    --------
    >>> from_query({"images_per_class": "5"}).config.images_per_class
    5
    >>> from_query({"n_epochs": "many"}).notices
    ['n_epochs in the link must be a whole number, got `many`. Using 60.']
    """
    read = {name: text.strip() for name, text in query.items() if name in KNOB}
    refused: dict[str, str] = {}
    named = read.pop("scenario", RunConfig.scenario)
    scenario = yours.address_in_link(named)
    if scenario is None:
        refused["scenario"] = OF_ANOTHER_VISIT if named == NAME else KNOB["scenario"].rule(list(SCENARIOS))
        scenario = RunConfig.scenario
    values = values_of(scenario_config(scenario))
    for name, text in read.items():
        try:
            values[name] = KNOB[name].value(text)
        except ValueError as error:
            refused[name] = str(error)
    config, corrections = fitted(values)
    rules, used = {one.name: one.rule for one in corrections} | refused, values_of(config)
    notices = [
        _notice(name, rule, query[name], KNOB[name].text(used[name])) for name, rule in rules.items() if name in query
    ]
    # A value that another setting of the link made impossible was not typed: it is named as on the page.
    notices += [one.sentence for one in corrections if one.name not in query]
    unknown = [name for name in query if name not in KNOB and name not in OTHER_PARAMETERS]
    return FromLink(config, ([_unknown(unknown)] if unknown else []) + notices)


def from_text(text: str) -> FromLink:
    """Read a configuration from the part of a link after the question mark.

    Raises
    ------
    ValueError
        If the text is too long; the message says what it must be.

    Examples
    --------
    >>> from_text("scenario=lesson&n_epochs=40").config.n_epochs
    40
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"at most {MAX_TEXT:,} characters long")
    return from_query(dict(parse_qsl(text, keep_blank_values=True)))


def quoted(text: str) -> str:
    """Show what somebody typed without interpreting it: as code, and shortened.

    Examples
    --------
    >>> quoted("a`b" + 50 * "x")
    '`abxxxxxxxxxxxxxxxxxxxxxxxxxxx…`'
    """
    if not text.strip():
        return "nothing"
    start = text[:MAX_QUOTED]
    plain = "".join(character for character in start if character.isprintable() and character != "`")
    if not plain.strip():
        return "characters that cannot be shown"
    return f"`{plain}{'…' if len(text) > len(start) else ''}`"


def _notice(name: str, rule: str, text: str, used: str) -> str:
    return f"{name} in the link must be {rule}, got {quoted(text)}. Using {used}."


def _unknown(names: list[str]) -> str:
    if len(names) == 1:
        return f"The link names a setting that does not exist, {quoted(names[0])}. It was left out."
    shown = join_words([quoted(name) for name in names[:MAX_NAMED]])
    which = f"such as {shown}" if len(names) > MAX_NAMED else shown
    return f"The link names {len(names)} settings that do not exist, {which}. They were left out."
