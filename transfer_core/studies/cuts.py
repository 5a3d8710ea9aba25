"""What the lowest layers of a donor are worth: gains over training from scratch, by donor and by where they are cut."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.studies.summaries import points, scores

BASE = "from_scratch"
Gains = Mapping[tuple[str, int], Array]
"""By arm and number of layers taken: one gain per seed."""


def gains(rows: pd.DataFrame) -> Gains:
    """Subtract the accuracy of training from scratch from that of every cut, seed by seed.

    Parameters
    ----------
    rows : DataFrame
        Of one scenario, one rate per arm and cut.

    Returns
    -------
    dict of (arm, layers) to ndarray of shape (n_seeds,)
    """
    base = scores(rows, "test_accuracy", arm=BASE)
    return {
        (str(arm), int(layers)): scores(cut, "test_accuracy") - base
        for (arm, layers), cut in points(rows[rows["arm"] != BASE], ["arm", "layers"])
    }


def along(cuts: Gains, arm: str) -> Array:
    """Collect the gains of one arm, shape ``(n_cuts, n_seeds)``, the first cut first.

    Examples
    --------
    >>> along({("a", 2): np.array([0.1]), ("a", 1): np.array([0.2]), ("b", 1): np.array([0.3])}, "a").tolist()
    [[0.2], [0.1]]
    """
    return np.stack([values for (name, _), values in sorted(cuts.items()) if name == arm])


def fall(cuts: Gains) -> Array:
    """Compare the first pretrained layer alone, frozen, with all of them."""
    frozen = along(cuts, "pretrained, frozen")
    return np.asarray(frozen[0] - frozen[-1])


def first_to_random(cuts: Gains) -> Array:
    """Compare a frozen pretrained first layer with a frozen random one."""
    return cuts["pretrained, frozen", 1] - cuts["random, frozen", 1]


def first_to_middle(cuts: Gains, arm: str = "pretrained, frozen") -> Array:
    """Compare the first layer alone, frozen, with the cuts in the middle on average."""
    frozen = along(cuts, arm)
    return np.asarray(frozen[0] - frozen[1:-1].mean(axis=0))


def last_to_middle(cuts: Gains, arm: str = "pretrained, frozen") -> Array:
    """Compare all layers frozen with the cuts in the middle on average.

    Examples
    --------
    >>> cuts = {("a", n): np.array([gain]) for n, gain in enumerate([0.1, -0.3, -0.1], 1)}
    >>> first_to_middle(cuts, "a").round(2).tolist(), last_to_middle(cuts, "a").round(2).tolist()
    ([0.4], [0.2])
    """
    frozen = along(cuts, arm)
    return np.asarray(frozen[-1] - frozen[1:-1].mean(axis=0))


def middle_to_all(cuts: Gains) -> Array:
    """Compare the cuts in the middle on average with all pretrained layers frozen."""
    return -last_to_middle(cuts)


def specific(cuts: Gains) -> Array:
    """How much more the network's own layers are worth than pretrained ones: at the last cut minus at the first.

    Examples
    --------
    >>> cuts = {("own, frozen", 1): 0.9, ("own, frozen", 2): 0.9, ("pretrained, frozen", 1): 0.8, ("pretrained, frozen", 2): 0.5}
    >>> specific({cut: np.array([gain]) for cut, gain in cuts.items()}).round(2).tolist()
    [0.3]
    """
    worth_more = along(cuts, "own, frozen") - along(cuts, "pretrained, frozen")
    return np.asarray(worth_more[-1] - worth_more[0])


def tuned_to_scratch(cuts: Gains) -> Array:
    """Average the transferred and tuned layers over the cuts."""
    return np.asarray(along(cuts, "pretrained, tuned").mean(axis=0))
