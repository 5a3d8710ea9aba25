"""Networks as pictures: layers as columns of units, ice where frozen, warm where trained, lines for the strongest weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arrays import Array, Params
from transfer_ui.charts.components.parts import as_bytes, colours, component

HEIGHT = 210
N_LINES = 24  # per layer


class Network(NamedTuple):
    """One network over its snapshots.

    Attributes
    ----------
    title, alt : str
    epochs : sequence of int
    frozen : sequence of tuple of bool
        Per snapshot, one entry per layer.
    moved : ndarray of shape (n_snapshots, n_units)
        Relative change of every unit above the inputs; NaN where its weights are no longer numbers.
    networks : sequence of Params
    words : sequence of str
        One per snapshot.
    """

    title: str
    alt: str
    epochs: Sequence[int]
    frozen: Sequence[tuple[bool, ...]]
    moved: Array
    networks: Sequence[Params]
    words: Sequence[str]


def strongest(network: Params, n: int = N_LINES) -> list[tuple[int, int, int, int]]:
    """Find the largest weights of each layer.

    Returns
    -------
    list of tuple
        Layer, unit below, unit above, sign.

    Examples
    --------
    >>> from transfer_core import Layer
    >>> strongest((Layer(np.array([[0.1, -3.0], [2.0, 0.0]]), np.zeros(2)),), n=2)
    [(0, 1, 0, 1), (0, 0, 1, -1)]
    """
    found = []
    for index, layer in enumerate(network):
        weights = np.nan_to_num(layer.weights)
        order = np.argsort(np.abs(weights), axis=None, kind="stable")[-n:]
        below, above = np.unravel_index(order, weights.shape)
        found += [
            (index, int(one), int(other), 1 if weights[one, other] >= 0 else -1)
            for one, other in zip(below, above, strict=True)
        ]
    return found


def data_of(networks: Sequence[Network], names: Sequence[str], mode: str) -> dict[str, Any]:
    """Put together what the browser draws.

    The deepest colour is the largest change of a unit in the last layer but one and below; its whole norm at most, or a run
    that diverges would leave the others pale.
    """
    sizes = [networks[0].networks[0][0].weights.shape[0], *(len(layer.bias) for layer in networks[0].networks[0])]
    # The head starts from nothing and moves most: its change would leave the backbone pale.
    n_backbone = sum(sizes[1:-1])
    most = min(1.0, max(float(np.nan_to_num(one.moved[:, :n_backbone]).max()) for one in networks))
    return {
        "sizes": sizes,
        "names": list(names),
        "height": HEIGHT,
        "colours": colours(mode),
        "arms": [_arm(one, most) for one in networks],
    }


def _arm(one: Network, most: float) -> dict[str, Any]:
    lines = strongest(next((network for network in reversed(one.networks) if _is_steady(network)), one.networks[0]))
    strengths = np.stack(
        [
            np.array([abs(network[layer].weights[below, above]) for layer, below, above, _ in lines])
            for network in one.networks
        ]
    )
    strengths = np.nan_to_num(strengths, posinf=0.0)
    return {
        "title": one.title,
        "alt": one.alt,
        "epochs": list(one.epochs),
        "frozen": [list(mask) for mask in one.frozen],
        "change": as_bytes(np.nan_to_num(one.moved, nan=most), most),
        "lines": lines,
        "strength": as_bytes(strengths, float(strengths.max())),
        "words": list(one.words),
    }


def _is_steady(network: Params) -> bool:
    return all(np.isfinite(layer.weights).all() for layer in network)


def show(data: dict[str, Any], key: str) -> None:
    """Draw the networks."""
    component("network")(key=key, data=data, height="content")
