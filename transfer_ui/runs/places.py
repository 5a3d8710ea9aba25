"""Where something is computed, and what is known there: a visitor's own data are theirs, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import NamedTuple, TypeVar

import streamlit as st

from transfer_core import RunConfig
from transfer_core.pretraining import is_shipped
from transfer_ui.runs import own
from transfer_ui.runs.cores import n_workers
from transfer_ui.runs.default_views import default_view
from transfer_ui.runs.known_arms import AmongLooks, KnownArms
from transfer_ui.runs.steps import single_step
from transfer_ui.runs.waiting import quietly
from transfer_ui.runs.workbench import Workbench

T = TypeVar("T")


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
    found: T = quietly(data.bench, (name, config), partial(single_step, function, config), network_of(config))
    return found


def network_of(config: RunConfig) -> Hashable:
    """Name what pretraining depends on: runs that share the network are trained where it is. That of the default is shipped."""
    return None if is_shipped(config) else (config.pair, config.hidden_sizes, config.pretrain_epochs, config.seeds)
