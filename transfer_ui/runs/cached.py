"""Runs for the pages: computed once, shared by all visitors, with progress and Stop if they take long."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from transfer_core import Arm, RunConfig, RunResult, Schedule, scenario_config
from transfer_core.arrays import Array
from transfer_core.measures import DEFAULT_MEASURES
from transfer_core.pretraining import pretraining_multiply_adds
from transfer_core.training import Measure
from transfer_ui.rows import OWN
from transfer_ui.runs import baseline_scores, own
from transfer_ui.runs.default_views import View, default_arms, default_view
from transfer_ui.runs.guesses import Request
from transfer_ui.runs.inside_steps import inside_steps, snapshot_steps
from transfer_ui.runs.known_arms import as_compared
from transfer_ui.runs.places import from_data, network_of, place_of
from transfer_ui.runs.steps import (
    Samples,
    arms_steps,
    comparison_steps,
    schedule_steps,
    see_samples,
    unfreeze_sweep_steps,
)
from transfer_ui.runs.waiting import Outcome, keep_place, outcome

Draw = Callable[[Any], object]


def comparison(config: RunConfig, draw: Draw | None = None, beside: Sequence[Request] = ()) -> Outcome:
    """Compare all strategies; results so far can be drawn meanwhile.

    Parameters
    ----------
    config : RunConfig
    draw : callable, optional
        Shows the results so far.
    beside : sequence of Request
        What the page asks for next, such as the baselines of the configuration.
    """
    view = default_view(config)
    if view:
        keep_place()
        return Outcome(view.comparison, False, view.made, derived=view.derived)
    asked, (bench, known) = comparison_of(config), place_of(config)
    found = outcome(bench, asked.key, asked.make_steps, draw, asked.family, beside)
    if not found.stopped:
        known.add(found.results)
    elif not all(result.stopped for result in found.results.values()):
        # Arms that were known have run to their end: beside arms cut short they would win by their longer training.
        return Outcome({}, True)
    return found


def is_known(config: RunConfig) -> bool:
    """Whether a comparison is there at once: stored, or finished here."""
    return default_view(config) is not None or place_of(config).bench.has_finished(("compare", config))


def sweep_is_known(config: RunConfig, epochs: tuple[int, ...]) -> bool:
    """Whether a sweep of the unfreeze epoch is there at once."""
    return _stored_sweep(config, epochs) is not None or place_of(config).bench.has_finished(
        sweep_of(config, epochs).key
    )


def requests_of(config: RunConfig) -> list[Request]:
    """List what a comparison with its baselines would train; nothing of what is stored."""
    comparison = [] if default_view(config) else [comparison_of(config)]
    return [*comparison, *baseline_scores.requests_of(config).values()]


def comparison_of(config: RunConfig) -> Request:
    """Name the comparison of a configuration, and say how to begin it."""
    steps = partial(comparison_steps, config, place_of(config).known.find(config))
    return Request(("compare", config), steps, network_of(config))


def unfreeze_sweep(config: RunConfig, epochs: tuple[int, ...], draw: Draw | None = None) -> Outcome:
    """Run progressive unfreezing for several unfreeze epochs; results are keyed by the epoch as text."""
    view = _stored_sweep(config, epochs)
    if view:
        keep_place()
        return Outcome(view.sweep, False, view.made, derived=view.derived)
    asked = sweep_of(config, epochs)
    return outcome(place_of(config).bench, asked.key, asked.make_steps, draw, asked.family)


def _stored_sweep(config: RunConfig, epochs: tuple[int, ...]) -> View | None:
    view = default_view(config)
    return view if view and list(view.sweep) == [str(epoch) for epoch in epochs] else None


def sweep_of(config: RunConfig, epochs: tuple[int, ...]) -> Request:
    """Name the sweep of the unfreeze epoch, and say how to begin it."""
    # The unfreeze epoch is what is swept: its own value does not make a different sweep.
    key = ("sweep", config.but(unfreeze_epoch=0), epochs)
    return Request(key, partial(unfreeze_sweep_steps, config, epochs), network_of(config))


class Arms(NamedTuple):
    """Arms to train at some settings, and what to look at.

    Attributes
    ----------
    config : RunConfig
    arms : mapping of str to Arm
    measures : tuple of Measure
    series : tuple of str
        What is needed of it: a run that is known needs no training if it has all of this. Where it ends is always known.
    """

    config: RunConfig
    arms: Mapping[str, Arm]
    measures: tuple[Measure, ...]
    series: tuple[str, ...]


def arms(asked: Arms, draw: Draw | None = None, beside: Sequence[Request] = ()) -> Outcome:
    """Train arms one after another; those that have finished can be drawn meanwhile.

    Parameters
    ----------
    asked : Arms
    draw : callable, optional
        Shows the results so far.
    beside : sequence of Request
        What the page asks for next, such as `arms_of` others.
    """
    stored = default_arms(asked.config, asked.arms)
    if stored:
        place_of(asked.config).known.add(stored.results)
        return Outcome(stored.results, False, stored.made, derived=stored.derived)
    request, (bench, known) = arms_of(asked), place_of(asked.config)
    found = outcome(bench, request.key, request.make_steps, draw, request.family, beside)
    known.add(found.results)  # even if stopped: each has run to its end
    return found


def are_known(asked: Arms) -> bool:
    """Whether these arms are there at once: stored, or finished here."""
    return default_arms(asked.config, asked.arms) is not None or place_of(asked.config).bench.has_finished(
        arms_of(asked).key
    )


def arms_of(asked: Arms) -> Request:
    """Name the training of some arms, and say how to begin it."""
    known = place_of(asked.config).known.find(asked.config, asked.arms, asked.series)
    steps = partial(arms_steps, asked.config, asked.arms, asked.measures, known)
    return Request(("arms", asked.config, *asked.arms.items(), *asked.measures), steps, network_of(asked.config))


def computed_again(config: RunConfig, arms: Mapping[str, Arm]) -> Outcome:
    """Train arms anew, whatever is stored or known of them: to see whether a saved run still holds."""
    key = ("again", config, *arms.items())
    steps = partial(arms_steps, config, arms, DEFAULT_MEASURES, {})
    return outcome(place_of(config).bench, key, steps, None, network_of(config))


def own_schedule(config: RunConfig, schedule: Schedule, draw: Draw | None = None) -> Outcome:
    """Train a schedule of the visitor's own, as one more arm of the comparison; results so far can be drawn meanwhile."""
    bench, known = place_of(config)
    steps = partial(schedule_steps, config, OWN, schedule, known.find(config, {OWN: Arm(schedule)}))
    found = outcome(bench, (OWN, config, schedule), steps, draw, network_of(config))
    if not found.stopped:
        known.add(found.results)
    return found


def inside(config: RunConfig) -> Outcome:
    """Look into the networks of a comparison: what happened to their layers. A comparison under way is waited for.

    This takes a look at the weights that the comparison left, whichever hand trained which of its arms. Where there are none,
    as of a stored result, they are trained, once; a comparison at the same settings then finds its runs among them.
    """
    if comparison(config).stopped:
        return Outcome({}, True)
    (bench, known), asked = place_of(config), inside_of(config)
    found = outcome(bench, asked.key, asked.make_steps, None, asked.family)
    if not found.stopped:
        known.add(found.once("arms", lambda: {name: as_compared(one) for name, one in found.results.items()}))
    return found


def inside_of(config: RunConfig) -> Request:
    """Name the look inside a comparison, and say how to begin it."""
    steps = partial(inside_steps, config, place_of(config).known.find(config))
    return Request(("inside", config), steps, network_of(config))


def snapshots(config: RunConfig, seed: int) -> Outcome:
    """Get the weights of one seed's networks at a few epochs, as `transfer_ui.runs.inside_steps.Taken`."""
    asked = snapshots_of(config, seed)
    return outcome(place_of(config).bench, asked.key, asked.make_steps, None, asked.family)


def snapshots_of(config: RunConfig, seed: int) -> Request:
    """Name the snapshots of one seed, and say how to make them."""
    return Request(("snapshots", config, seed), partial(snapshot_steps, config, seed), network_of(config))


def pretraining_of(results: Mapping[str, RunResult]) -> Callable[[RunConfig], float]:
    """Find what counts the multiply-adds of pretraining one network on the source task of some runs."""
    config = next(iter(results.values())).config
    if own.of(config) is None:
        return pretraining_multiply_adds
    known = from_data(config, "pretraining", pretraining_multiply_adds)
    return lambda asked: known


def inked(config: RunConfig, images: Array) -> Array:
    """Give images as they are drawn, where more is darker: a visitor's photos are dark where their numbers are low."""
    data = own.of(config)
    return 1 - images if data and data.are_photos else images


_our_samples = st.cache_data(max_entries=100, show_spinner=False)(see_samples)


def samples(config: RunConfig) -> Samples:
    """One image per class: role -> (title of the task, class names, images)."""
    # Nothing else in a configuration affects them.
    seen = scenario_config(config.pair).but(shift_amount=config.shift_amount, seed=config.seed)
    return from_data(seen, "samples", see_samples) if own.of(config) else _our_samples(seen)
