"""Images as points in one fixed plane of features, before and after each strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_ui.charts.components.parts import as_bytes, colours, component

REACH = 5  # times the range at the start, on either side
HINT = "Drag over a panel, or choose a class, to select the same images everywhere. Hover shows an image."


class Panel(NamedTuple):
    """One network over its snapshots.

    Attributes
    ----------
    title, alt : str
    epochs : sequence of int
    places : ndarray of shape (n_snapshots, n_images, 2)
        NaN where a network diverged: nothing is drawn then.
    answers : int ndarray of shape (n_snapshots, n_images)
        Classes that the network names; empty if it knows none of them.
    words : sequence of str
        One per snapshot.
    """

    title: str
    alt: str
    epochs: Sequence[int]
    places: Array
    answers: Array
    words: Sequence[str]


def _range(panels: Sequence[Panel]) -> tuple[Array, Array]:
    """Find the range of all panels; where features run away they leave it, or those of the other panels would be one point."""
    starts, everywhere = (
        np.concatenate([places.reshape(-1, 2) for places in found])
        for found in ([panel.places[0] for panel in panels], [panel.places for panel in panels])
    )
    first, last = np.nanmin(starts, axis=0), np.nanmax(starts, axis=0)
    reach = REACH * (last - first)
    return (
        np.maximum(np.nanmin(everywhere, axis=0), first - reach),
        np.minimum(np.nanmax(everywhere, axis=0), last + reach),
    )


def data_of(
    panels: Sequence[Panel],
    images: Array,
    shape: tuple[int, int],
    labels: Array,
    classes: Sequence[str],
    mode: str,
    hint: str = HINT,
) -> dict[str, Any]:
    """Put together what the browser draws, all panels on one scale.

    Parameters
    ----------
    panels : sequence of Panel
    images : ndarray of shape (n_images, height * width)
    shape : (int, int)
        Rows and columns of an image.
    labels : int ndarray of shape (n_images,)
    classes : sequence of str
    mode : {"light", "dark"}
    hint : str, optional
    """
    low, high = _range(panels)
    ink = images - images.min()
    return {
        "images": as_bytes(ink, float(ink.max())),
        "shape": list(shape),
        "labels": labels.tolist(),
        "classes": list(classes),
        "answers": list(classes),
        "hint": hint,
        "colours": colours(mode),
        "panels": [
            {
                "title": panel.title,
                "alt": panel.alt,
                "epochs": list(panel.epochs),
                "gone": np.isnan(panel.places).any(axis=(1, 2)).tolist(),
                "x": as_bytes(panel.places[..., 0] - low[0], float(high[0] - low[0])),
                "y": as_bytes(panel.places[..., 1] - low[1], float(high[1] - low[1])),
                "answers": as_bytes(panel.answers, 255.0),
                "words": list(panel.words),
            }
            for panel in panels
        ],
    }


def show(data: dict[str, Any], key: str) -> None:
    """Draw the planes."""
    component("features")(key=key, data=data, height="content")
