"""What to do now, how certain that is, when it would change, and what more labels would probably bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.own_data.contents import counted
from transfer_core.own_data.curves import Curves
from transfer_core.own_data.rivals import Rival
from transfer_core.statistics import MIN_SEEDS, Interval, Verdict, mean_interval, verdict
from transfer_core.wording import inside, interval_words, number_words, verdict_evidence, verdict_sentence

MORE = 100
"""Labels that one might add."""
N_FITTED = 3
"""Sizes through which the line is drawn that says what more labels would bring."""


Basis = Literal["pretrained", "embeddings", "images", "numbers"]
UNTESTED: Mapping[Basis, str] = {
    "pretrained": "larger networks and images, augmentation, and other learning rates than those of the lab",
    "embeddings": "training the model that the numbers come from end to end, augmentation, and other models",
    "images": "a pretrained backbone, convolutional networks, augmentation, and images at their full size",
    "numbers": "a backbone pretrained on similar data, trees and forests, and other learning rates than those of the lab",
}


class Change(NamedTuple):
    """Where another rival would be the one to choose.

    Attributes
    ----------
    n_labels : int
        The largest measured number of labels at which it was ahead.
    leader : str
    """

    n_labels: int
    leader: str


def measured(curves: Curves, *, balanced: bool) -> dict[str, Array]:
    """Give the accuracy that decides, rival -> ``(n_sizes, n_seeds)``."""
    return curves.balanced if balanced else curves.accuracy


def verdict_now(curves: Curves, *, balanced: bool) -> Verdict:
    """Compare the rivals at all the labels there are."""
    return verdict({name: values[-1] for name, values in measured(curves, balanced=balanced).items()})


def recommended(curves: Curves, *, balanced: bool) -> str:
    """Name the rival to choose: the best, or the simplest of those that cannot be told apart from it."""
    found = verdict_now(curves, balanced=balanced)
    if not found.inconclusive:
        return found.leader
    return _simplest([name for name in curves.accuracy if name in {found.leader, *found.tied}])


def last_change(curves: Curves, *, balanced: bool) -> Change | None:
    """Find the largest size below the last at which another rival was clearly ahead of the one to choose now.

    Examples
    --------
    >>> low, high = np.linspace(0.4, 0.42, 6), np.linspace(0.8, 0.82, 6)
    >>> scores = {"a": np.stack([high, low]), "b": np.stack([low, high])}
    >>> last_change(Curves((10, 20), scores, scores, 2, 30, True), balanced=False)
    Change(n_labels=10, leader='a')
    """
    scores = measured(curves, balanced=balanced)
    now = verdict_now(curves, balanced=balanced)
    level = {now.leader, *now.tied}
    for place in reversed(range(len(curves.sizes) - 1)):
        then = verdict({name: values[place] for name, values in scores.items()})
        if not level & {then.leader, *then.tied}:
            return Change(curves.sizes[place], then.leader)
    return None


def gain_of_more(curves: Curves, name: str, *, balanced: bool, more: int = MORE) -> Interval | None:
    """Extend the curve of a rival: a straight line over the logarithm of the labels, seed by seed.

    Parameters
    ----------
    curves : Curves
    name : str
    balanced : bool
    more : int
        Labels to be added.

    Returns
    -------
    Interval or None
        Of the gain in accuracy; ``None`` where there are too few sizes for a line.

    Examples
    --------
    >>> sizes = (25, 50, 100)
    >>> line = np.log2(np.array(sizes))[:, None] / 10 + np.zeros(6)
    >>> [round(edge, 6) for edge in gain_of_more(Curves(sizes, {"a": line}, {}, 2, 30, True), "a", balanced=False)]
    [0.1, 0.1, 0.1]
    """
    if len(curves.sizes) < N_FITTED:
        return None
    values = measured(curves, balanced=balanced)[name][-N_FITTED:]
    places = np.log(curves.sizes[-N_FITTED:])
    slopes = np.polyfit(places, values, 1)[0]
    gains = slopes * np.log((curves.sizes[-1] + more) / curves.sizes[-1])
    return mean_interval(np.minimum(gains, 1 - values[-1]))  # nobody is right more often than always


class Recommendation(NamedTuple):
    """The answer, sentence by sentence.

    Attributes
    ----------
    headline : str
        At most fifteen words.
    now, certainty, change, more, untested : str
        What to do, how certain that is, when it would change, what more labels would bring, what was not tested.
    """

    headline: str
    now: str
    certainty: str
    change: str
    more: str
    untested: str


def recommend(curves: Curves, rivals: Mapping[str, Rival], *, balanced: bool, basis: Basis) -> Recommendation:
    """Word the recommendation.

    Parameters
    ----------
    curves : Curves
    rivals : mapping of str to Rival
    balanced : bool
        Whether balanced accuracy decides.
    basis : {"pretrained", "embeddings", "images", "numbers"}
        What the rivals stand on: a network pretrained here, the features of another model, or the data as they are.
    """
    found = verdict_now(curves, balanced=balanced)
    titles = {name: rival.title for name, rival in rivals.items()}
    choice = recommended(curves, balanced=balanced)
    kind = "balanced accuracy" if balanced else "test accuracy"
    scores = measured(curves, balanced=balanced)[choice]
    mean = mean_interval(scores[-1])
    n, is_open = curves.sizes[-1], found.inconclusive and found.closest[1].n >= MIN_SEEDS
    now = (
        f"With {counted(n, 'label')}, {inside(rivals[choice].advice)}. It reaches {100 * mean.mean:.1f} % {kind} "
        f"({interval_words(100 * mean.low, 100 * mean.high)}) on {counted(curves.n_test, 'example')} it has not seen."
    )
    if found.inconclusive:
        now = f"{now} It is the simplest of those that cannot be told apart."
    return Recommendation(
        f"{titles[choice]} will do: nothing is clearly better." if is_open else verdict_sentence(found, titles),
        now,
        verdict_evidence(found, titles, kind) or f"Fewer than {MIN_SEEDS} seeds say nothing about certainty.",
        _change_words(curves, titles, balanced=balanced),
        _more_words(curves, choice, titles, balanced=balanced),
        f"Not tested: {UNTESTED[basis]}.",
    )


def _simplest(level: list[str]) -> str:
    """Prefer what needs the least: no training, then no network, then a head alone."""
    ladder = [
        "zero_shot",
        "nearest_neighbour",
        "logistic_regression",
        "linear_head",
        "linear_network",
        "hidden_head",
        "small_network",
        "feature_extraction",
    ]
    return min(level, key=lambda name: ladder.index(name) if name in ladder else len(ladder))


def _change_words(curves: Curves, titles: dict[str, str], *, balanced: bool) -> str:
    change = last_change(curves, balanced=balanced)
    if change is None:
        fewest = curves.sizes[0]
        return f"From {counted(fewest, 'label')} up, nothing else was clearly better: fewer labels would not change the advice."
    return (
        f"With {counted(change.n_labels, 'label')} or fewer the advice would be another: there, "
        f"{inside(titles[change.leader])} was clearly ahead."
    )


def _more_words(curves: Curves, choice: str, titles: dict[str, str], *, balanced: bool) -> str:
    gain = gain_of_more(curves, choice, balanced=balanced)
    if gain is None:
        return f"There are too few labels to say what {MORE} more would bring: fewer than {N_FITTED} sizes could be measured."
    low, high = 100 * gain.low, 100 * gain.high
    return (
        f"{MORE} more labels would probably bring {inside(titles[choice])} {number_words(100 * gain.mean)} points "
        f"({interval_words(low, high)}), if the curve goes on as a straight line over the logarithm of the labels. "
        "The interval is over splits of these data; new data may differ more."
    )
