"""Weights before, now and their difference: the first layer as images, deeper layers as heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arrays import Array, Params
from transfer_ui.charts.components.parts import as_signed_bytes, colours, component

RUN_AWAY = 5  # times as far as the arm in the middle


class Weights(NamedTuple):
    """The weights of one arm over its snapshots.

    Attributes
    ----------
    title, alt : str
    epochs : sequence of int
    networks : sequence of Params
    words : sequence of str
        One per snapshot.
    """

    title: str
    alt: str
    epochs: Sequence[int]
    networks: Sequence[Params]
    words: Sequence[str]


def data_of(
    arms: Sequence[Weights], units: Sequence[int], shape: tuple[int, int], names: Sequence[str], mode: str
) -> dict[str, Any]:
    """Put together what the browser draws; one scale for all weights, one for all their changes, of the arms that end in numbers.

    Parameters
    ----------
    arms : sequence of Weights
    units : sequence of int
        Units of the first layer, in their order on the picture.
    shape : (int, int)
        Rows and columns of an image.
    names : sequence of str
        Of the layers above the first.
    mode : {"light", "dark"}
    """
    first = [_images(arm.networks, units) for arm in arms]
    changes = [_changes(arm.networks, 0)[..., list(units)].swapaxes(1, 2) for arm in arms]
    deeper = [[_changes(arm.networks, index) for index in range(1, len(arm.networks[0]))] for arm in arms]
    steady = [all(np.isfinite(layer.weights).all() for layer in arm.networks[-1]) for arm in arms]
    most = _largest([one if ends else one[:1] for one, ends in zip(first, steady, strict=True)], [True] * len(first))
    moved = _largest(changes, steady)
    tops = [_largest([maps[index] for maps in deeper], steady) for index in range(len(names))]
    return {
        "shape": list(shape),
        "numbers": [unit + 1 for unit in units],
        "maps": [
            {"title": f"{name}, change", "shape": list(one.shape[1:])}
            for name, one in zip(names, deeper[0], strict=True)
        ],
        "colours": colours(mode),
        "arms": [
            {
                "title": arm.title,
                "alt": arm.alt,
                "epochs": list(arm.epochs),
                "words": list(arm.words),
                "units": as_signed_bytes(images, most),
                "changes": as_signed_bytes(change, moved),
                "maps": [as_signed_bytes(one, top) for one, top in zip(maps, tops, strict=True)],
            }
            for arm, images, change, maps in zip(arms, first, changes, deeper, strict=True)
        ],
    }


def _images(networks: Sequence[Params], units: Sequence[int]) -> Array:
    """Weights into some units of the first layer, ``(n_snapshots, n_units, n_inputs)``."""
    images: Array = np.nan_to_num(
        np.stack([network[0].weights[:, units].T for network in networks]), posinf=0.0, neginf=0.0
    )
    return images


def _largest(changes: Sequence[Array], steady: Sequence[bool]) -> float:
    """Find the largest change of the arms that end in numbers; 0 if none does.

    An arm that runs away, many times as far as those in the middle, leaves the scale: the others would have no colour.

    Examples
    --------
    >>> _largest([np.array([0.0]), np.array([0.1]), np.array([1e6])], [True] * 3)
    0.5
    """
    found = sorted(float(np.abs(one).max()) for one, ends in zip(changes, steady, strict=True) if ends)
    moved = [one for one in found if one]
    return min(moved[-1], RUN_AWAY * moved[(len(moved) - 1) // 2]) if moved else 0.0


def _changes(networks: Sequence[Params], index: int) -> Array:
    """How far each weight of a layer is from its start, ``(n_snapshots, fan_in, fan_out)``; 0 where it is no number."""
    start = networks[0][index].weights
    with np.errstate(over="ignore", invalid="ignore"):
        changes = np.stack([network[index].weights - start for network in networks])
    finite: Array = np.nan_to_num(changes, posinf=0.0, neginf=0.0)
    return finite


def show(data: dict[str, Any], key: str) -> None:
    """Draw the weights."""
    component("weights")(key=key, data=data, height="content")
