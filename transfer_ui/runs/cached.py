"""Runs for the pages: computed once, shared by all visitors, with progress and Stop if they take long."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from transfer_core import Arm, RunConfig, RunResult, Schedule, scenario_config
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES, has_zero_shot
from transfer_core.measures import DEFAULT_MEASURES
from transfer_core.pretraining import is_shipped, pretraining_multiply_adds
from transfer_core.training import Measure
from transfer_ui.rows import OWN
from transfer_ui.runs import own
from transfer_ui.runs.cores import n_workers
from transfer_ui.runs.default_views import View, default_arms, default_view
from transfer_ui.runs.guesses import Request
from transfer_ui.runs.inside_steps import inside_steps, snapshot_steps
from transfer_ui.runs.known_arms import AmongLooks, KnownArms, as_compared
from transfer_ui.runs.steps import (
    Samples,
    arms_steps,
    comparison_steps,
    schedule_steps,
    see_samples,
    single_step,
    unfreeze_sweep_steps,
)
from transfer_ui.runs.turns import FIRST_HAND
from transfer_ui.runs.waiting import Outcome, keep_place, outcome, quietly
from transfer_ui.runs.workbench import Workbench

Draw = Callable[[Any], object]
T = TypeVar("T")

BASELINE_FIELDS = ("shift_amount", "hidden_sizes", "pretrain_epochs", "images_per_class", "n_seeds", "seed")


@st.cache_resource(show_spinner=False, on_release=Workbench.close)
def workbench() -> Workbench:
    """Get the one workbench of this server."""
    return Workbench(n_workers())


@st.cache_resource(show_spinner=False)
def known_arms() -> KnownArms:
    """Get the runs that comparisons share; those of the default view are among them."""
    known = KnownArms()
    view = default_view(RunConfig())
    if view:
        known.add(view.comparison)
    return known


class Place(NamedTuple):
    """Where something is computed, and what is known there.

    Attributes
    ----------
    bench : Workbench
    known : KnownArms or AmongLooks
    """

    bench: Workbench
    known: KnownArms | AmongLooks


def place_of(config: RunConfig) -> Place:
    """Find where the runs of a configuration are computed: those of a visitor's own data are theirs, and nobody else's."""
    data = own.of(config)
    return Place(data.bench, data.known) if data else Place(workbench(), known_arms())


def from_data(config: RunConfig, name: str, function: Callable[[RunConfig], T]) -> T:
    """Get something that must see the data: a visitor's own are in a process of theirs.

    Parameters
    ----------
    config : RunConfig
    name : str
        What it is called there.
    function : callable
        Of the configuration; it must be possible to pickle it.
    """
    data = own.of(config)
    if data is None:
        return function(config)
    found: T = quietly(data.bench, (name, config), partial(single_step, function, config), _network(config))
    return found


def comparison(config: RunConfig, draw: Draw | None = None, beside: Sequence[Request] = ()) -> Outcome:
    """Compare all strategies; results so far can be drawn meanwhile.

    Parameters
    ----------
    config : RunConfig
    draw : callable, optional
        Shows the results so far.
    beside : sequence of Request
        What the page asks for next, such as `baselines_of` the configuration.
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
    return [*comparison, *baselines_of(config).values()]


def comparison_of(config: RunConfig) -> Request:
    """Name the comparison of a configuration, and say how to begin it."""
    steps = partial(comparison_steps, config, place_of(config).known.find(config))
    return Request(("compare", config), steps, _network(config))


def unfreeze_sweep(config: RunConfig, epochs: tuple[int, ...], draw: Draw | None = None) -> Outcome:
    """Run progressive unfreezing for several unfreeze epochs; results are keyed by the epoch as text."""
    view = _stored_sweep(config, epochs)
    if view:
        keep_place()
        return Outcome(view.sweep, False, view.made)
    asked = sweep_of(config, epochs)
    return outcome(place_of(config).bench, asked.key, asked.make_steps, draw, asked.family)


def _stored_sweep(config: RunConfig, epochs: tuple[int, ...]) -> View | None:
    view = default_view(config)
    return view if view and list(view.sweep) == [str(epoch) for epoch in epochs] else None


def sweep_of(config: RunConfig, epochs: tuple[int, ...]) -> Request:
    """Name the sweep of the unfreeze epoch, and say how to begin it."""
    # The unfreeze epoch is what is swept: its own value does not make a different sweep.
    key = ("sweep", config.but(unfreeze_epoch=0), epochs)
    return Request(key, partial(unfreeze_sweep_steps, config, epochs), _network(config))


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
        known_arms().add(stored.results)
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
    return Request(("arms", asked.config, *asked.arms.items(), *asked.measures), steps, _network(asked.config))


def computed_again(config: RunConfig, arms: Mapping[str, Arm]) -> Outcome:
    """Train arms anew, whatever is stored or known of them: to see whether a saved run still holds."""
    key = ("again", config, *arms.items())
    steps = partial(arms_steps, config, arms, DEFAULT_MEASURES, {})
    return outcome(place_of(config).bench, key, steps, None, _network(config))


def baselines_again(config: RunConfig, names: Sequence[str]) -> dict[str, Array]:
    """Measure baselines anew, likewise."""
    found = {
        name: quietly(
            place_of(config).bench, ("again", name, config), partial(single_step, BASELINES[name].measure, config)
        )
        for name in names
    }
    return {name: scores for name, scores in found.items() if scores is not None}


def own_schedule(config: RunConfig, schedule: Schedule, draw: Draw | None = None) -> Outcome:
    """Train a schedule of the visitor's own, as one more arm of the comparison; results so far can be drawn meanwhile."""
    bench, known = place_of(config)
    steps = partial(schedule_steps, config, OWN, schedule, known.find(config, {OWN: Arm(schedule)}))
    found = outcome(bench, (OWN, config, schedule), steps, draw, _network(config))
    if not found.stopped:
        known.add(found.results)
    return found


def inside(config: RunConfig) -> Outcome:
    """Compare all strategies as `comparison` does, and measure what happens to the layers on the way.

    This takes a look at the weights that the comparison left, whichever hand trained which of its arms. Where there are none,
    as of a stored result, they are trained, once; a comparison at the same settings then finds its runs among them.
    """
    (bench, known), compared = place_of(config), comparison_of(config)
    if bench.has_finished(compared.key):  # perhaps as a guess, which nobody has looked at yet
        known.add(bench.job(*compared).result)
    asked = inside_of(config)
    found = outcome(bench, asked.key, asked.make_steps, None, asked.family)
    if not found.stopped:
        known.add(found.once("arms", lambda: {name: as_compared(one) for name, one in found.results.items()}))
    return found


def inside_of(config: RunConfig) -> Request:
    """Name the look inside a comparison, and say how to begin it."""
    steps = partial(inside_steps, config, place_of(config).known.find(config))
    return Request(("inside", config), steps, _network(config))


def snapshots(config: RunConfig, seed: int) -> Outcome:
    """Get the weights of one seed's networks at a few epochs, as `transfer_ui.runs.inside_steps.Taken`."""
    asked = snapshots_of(config, seed)
    return outcome(place_of(config).bench, asked.key, asked.make_steps, None, asked.family)


def snapshots_of(config: RunConfig, seed: int) -> Request:
    """Name the snapshots of one seed, and say how to make them."""
    return Request(("snapshots", config, seed), partial(snapshot_steps, config, seed), _network(config))


def _network(config: RunConfig) -> Hashable:
    """Name what pretraining depends on: runs that share the network are trained where it is. That of the default is shipped."""
    return None if is_shipped(config) else (config.pair, config.hidden_sizes, config.pretrain_epochs, config.seeds)


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


def baselines(config: RunConfig, meanwhile: Callable[[], object] | None = None) -> dict[str, Array]:
    """Test accuracy of every baseline that makes sense here.

    Parameters
    ----------
    config : RunConfig
    meanwhile : callable, optional
        Shows what there is to show without them; called if they must be waited for.
    """
    view = default_view(_shared_by_baselines(config))
    if view:
        return view.baselines
    meanwhile = cache(meanwhile) if meanwhile else None  # once, however many there are to wait for
    bench = place_of(config).bench
    found: dict[str, Array | None] = {
        name: quietly(bench, *request, meanwhile=meanwhile) for name, request in baselines_of(config).items()
    }
    return {name: scores for name, scores in found.items() if scores is not None}


def baselines_of(config: RunConfig) -> dict[str, Request]:
    """Name the baselines of a configuration, and say how to measure each; none if they are stored."""
    shared = _shared_by_baselines(config)
    if default_view(shared):
        return {}
    return {
        name: Request(
            (name, shared),
            partial(single_step, baseline.measure, shared),
            _network(shared) if baseline.pretrained else FIRST_HAND,
        )
        for name, baseline in BASELINES.items()
    }


def baselines_to_come(config: RunConfig) -> list[str]:
    """Name the baselines that a configuration has, before any is measured."""
    return [name for name, baseline in BASELINES.items() if not baseline.pretrained or has_zero_shot(config)]


def _shared_by_baselines(config: RunConfig) -> RunConfig:
    """Forget what does not affect the baselines, such as rates and epochs: runs that differ only there share them."""
    return scenario_config(config.pair).but(**{name: getattr(config, name) for name in BASELINE_FIELDS})


_our_samples = st.cache_data(max_entries=100, show_spinner=False)(see_samples)


def samples(config: RunConfig) -> Samples:
    """One image per class: role -> (title of the task, class names, images)."""
    # Nothing else in a configuration affects them.
    seen = scenario_config(config.pair).but(shift_amount=config.shift_amount, seed=config.seed)
    return from_data(seen, "samples", see_samples) if own.of(config) else _our_samples(seen)
