"""The weights of a run as a file of numbers: an NPZ, which holds nothing that could run."""

from __future__ import annotations

from typing import IO
from zipfile import BadZipFile

import numpy as np

from transfer_core.arrays import Array, Layer
from transfer_core.measures import Series
from transfer_ui.runs.weights import Plan, Weights

AS_AT_THE_START = -1


def write(file: IO[bytes], weights: Weights) -> None:
    """Write the weights of a run.

    Parameters
    ----------
    file : binary file
    weights : Weights
        A layer that several epochs share is written once.

    Examples
    --------
    >>> from io import BytesIO
    >>> layer, none = Layer(np.ones((1, 2, 2)), np.zeros((1, 2))), Series((), np.zeros((0, 1, 1)))
    >>> file = BytesIO()
    >>> write(file, Weights(Plan((0, 1, 2), 1, ()), ((None, layer), (None, layer)), none, none))
    >>> _ = file.seek(0)
    >>> read(file).networks[1]
    (None, Layer(weights=array([[[1., 1.],
            [1., 1.]]]), bias=array([[0., 0.]])))
    """
    layers: list[Layer] = []
    places: dict[int, int] = {}
    for layer in (one for network in weights.networks for one in network if one is not None):
        if id(layer) not in places:
            places[id(layer)] = len(layers)
            layers.append(layer)
    which = [
        [AS_AT_THE_START if layer is None else places[id(layer)] for layer in network] for network in weights.networks
    ]
    arrays: dict[str, Array] = {
        "epochs": np.array(weights.plan.epochs),
        "n_rows": np.array(weights.plan.n_rows),
        "between": np.array(weights.plan.between, int),
        "networks": np.array(which, int),
    }
    for name, series in (("drift", weights.drift), ("similarity", weights.similarity)):
        arrays |= {f"{name}_epochs": np.array(series.epochs, int), f"{name}_values": series.values}
    for place, layer in enumerate(layers):
        arrays |= {f"weights_{place}": layer.weights, f"bias_{place}": layer.bias}
    np.savez(file, allow_pickle=False, **arrays)


def read(file: IO[bytes]) -> Weights | None:
    """Read what `write` wrote; ``None`` if it is anything else."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            which = stored["networks"]
            layers = {
                place: Layer(stored[f"weights_{place}"], stored[f"bias_{place}"])
                for place in np.unique(which[which != AS_AT_THE_START]).tolist()
            }
            networks = tuple(tuple(layers.get(place) for place in network) for network in which.tolist())
            drift, similarity = (
                Series(tuple(stored[f"{name}_epochs"].tolist()), stored[f"{name}_values"])
                for name in ("drift", "similarity")
            )
            plan = Plan(tuple(stored["epochs"].tolist()), int(stored["n_rows"]), tuple(stored["between"].tolist()))
    except (OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, BadZipFile):
        return None
    return Weights(plan, networks, drift, similarity)
