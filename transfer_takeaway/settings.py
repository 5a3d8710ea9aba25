"""A configuration as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from transfer_core.config import ConfigError, RunConfig
from transfer_takeaway.checks import RecordError

NAMES = tuple(one.name for one in fields(RunConfig) if one.init)


def to_values(config: RunConfig) -> dict[str, Any]:
    """Write the fields that make a configuration.

    Examples
    --------
    >>> to_config(to_values(RunConfig(n_seeds=3))) == RunConfig(n_seeds=3)
    True
    """
    return {name: getattr(config, name) for name in NAMES} | {"hidden_sizes": list(config.hidden_sizes)}


def to_config(values: Mapping[str, Any]) -> RunConfig:
    """Make a configuration of them.

    Raises
    ------
    RecordError
        If a field is missing, unknown or breaks its rule.
    """
    try:
        return RunConfig(**{**values, "hidden_sizes": tuple(values["hidden_sizes"])})
    except ConfigError as error:
        raise RecordError(f"The record's {error}.") from None
    except (KeyError, TypeError, ValueError, OverflowError):
        raise RecordError("The record must name its settings, got something else.") from None
