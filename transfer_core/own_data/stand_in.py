"""Data that stay in one process while their scenario is spoken of in another: there, a stand-in has its key and its counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from transfer_core.datasets import Dataset
from transfer_core.own_data.pairing import LOOK_FOR, NAME, TITLE
from transfer_core.scenarios import Scenario, Task, address_of, scenario_at

HOME = ".home"


class Outline(NamedTuple):
    """What may be known of a scenario where its data are not.

    Attributes
    ----------
    key : str
        Of the content: what stands in for other data is another scenario.
    counts, source_counts : mapping of str to int
        Class -> examples.
    source_title : str
    shape : tuple of int
        Of an image, or the length of a row.
    settings : mapping
        Fields of `RunConfig` to start with.
    """

    key: str
    counts: Mapping[str, int]
    source_counts: Mapping[str, int]
    source_title: str
    shape: tuple[int, ...]
    settings: Mapping[str, Any]


class AtHome(Scenario):
    """A scenario that travels without its data: whoever is sent it finds what has the same address there."""

    @property
    def address(self) -> str:
        """Its own, so that the same data with all that is in them, as in a record, do not take its place."""
        return f"{super().address}{HOME}{vars(self).get('_visit', '')}"

    def __reduce__(self) -> tuple[Callable[..., Scenario], tuple[Any, ...]]:
        return _found, (self.address,)


def at_home(scenario: Scenario, visit: int | str = "") -> AtHome:
    """Keep the data of a scenario in this process, where it can be found by its address as long as somebody holds it.

    Parameters
    ----------
    scenario : Scenario
    visit : int or str, optional
        Part of the address: two visitors may bring the same data, and each leaves with their own.
    """
    values = {one.name: getattr(scenario, one.name) for one in fields(scenario)}
    return _registered(AtHome(**values), scenario.key, visit)


def stand_in(outline: Outline, visit: int | str = "") -> AtHome:
    """Stand in for a scenario whose data are elsewhere; arguments as for `at_home`.

    Examples
    --------
    >>> from transfer_core import scenario_config
    >>> found = stand_in(Outline("0f1e", {"no": 40, "yes": 30}, {"a": 9, "b": 9}, "Older", (3,), {"n_epochs": 20}))
    >>> scenario_config(found, images_per_class=5, unfreeze_epoch=2).layer_sizes, found.address
    ((3, 64, 64, 2), 'yours@0f1e.home')
    """
    target, source = (_blank(counts, outline.shape) for counts in (outline.counts, outline.source_counts))
    found = AtHome(
        NAME,
        TITLE,
        LOOK_FOR,
        Task(TITLE, target),
        Task(outline.source_title, source),
        same_labels=target.classes == source.classes,
        settings=MappingProxyType(dict(outline.settings)),
    )
    return _registered(found, outline.key, visit)


class _Blank(Dataset):
    """As many examples of each class as there are elsewhere, all of them nought: they take no memory."""

    def __post_init__(self) -> None:
        """Check nothing: an array that repeats one number would be copied in full."""


def _blank(counts: Mapping[str, int], shape: tuple[int, ...]) -> Dataset:
    labels = np.repeat(np.arange(len(counts)), list(counts.values()))
    labels.setflags(write=False)
    return _Blank(np.broadcast_to(np.float32(0), (len(labels), *shape)), labels, tuple(counts))


def _registered(found: AtHome, key: str, visit: int | str) -> AtHome:
    vars(found).update(key=key, _visit=visit)  # the key is known from elsewhere, or at a price
    address_of(found)
    return found


def _found(address: str) -> Scenario:
    found = scenario_at(address)
    if found is None:
        raise LookupError("the data of this scenario are not here any more")
    return found
