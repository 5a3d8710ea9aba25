"""Baselines of a configuration: measured once, for all runs that share them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

from transfer_core import RunConfig, scenario_config
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES, has_zero_shot
from transfer_ui.runs.default_views import default_view
from transfer_ui.runs.guesses import Request
from transfer_ui.runs.places import network_of, place_of
from transfer_ui.runs.steps import baseline_steps
from transfer_ui.runs.turns import FIRST_HAND
from transfer_ui.runs.waiting import quietly

FIELDS = ("shift_amount", "hidden_sizes", "pretrain_epochs", "images_per_class", "n_seeds", "seed")
"""What affects them."""


def measured(config: RunConfig, meanwhile: Callable[[], object] | None = None) -> dict[str, Array]:
    """Test accuracy of every baseline that makes sense here.

    Parameters
    ----------
    config : RunConfig
    meanwhile : callable, optional
        Shows what there is to show without them; called if they must be waited for.
    """
    view = default_view(_shared(config))
    if view:
        return view.baselines
    meanwhile = cache(meanwhile) if meanwhile else None  # once, however many there are to wait for
    bench = place_of(config).bench
    found: dict[str, Array | None] = {
        name: quietly(bench, *request, meanwhile=meanwhile) for name, request in requests_of(config).items()
    }
    return {name: scores for name, scores in found.items() if scores is not None}


def requests_of(config: RunConfig) -> dict[str, Request]:
    """Name the baselines of a configuration, and say how to measure each; none if they are stored."""
    shared = _shared(config)
    if default_view(shared):
        return {}
    return {
        name: Request(
            (name, shared),
            partial(baseline_steps, name, shared),
            network_of(shared) if baseline.pretrained else FIRST_HAND,
        )
        for name, baseline in BASELINES.items()
    }


def to_come(config: RunConfig) -> list[str]:
    """Name the baselines that a configuration has, before any is measured."""
    return [name for name, baseline in BASELINES.items() if not baseline.pretrained or has_zero_shot(config)]


def measured_again(config: RunConfig, names: Sequence[str]) -> dict[str, Array]:
    """Measure baselines anew, whatever is stored or known of them: to see whether a saved run still holds."""
    found = {
        name: quietly(place_of(config).bench, ("again", name, config), partial(baseline_steps, name, config))
        for name in names
    }
    return {name: scores for name, scores in found.items() if scores is not None}


def _shared(config: RunConfig) -> RunConfig:
    """Forget what does not affect them, such as rates and epochs: runs that differ only there share them."""
    return scenario_config(config.pair).but(**{name: getattr(config, name) for name in FIELDS})
