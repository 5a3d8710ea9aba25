"""How far each layer drifts, and how hard the loss pulls at it: curves over the seeds, and the sentences under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from transfer_core import STRATEGIES, RunResult
from transfer_core.schedules import with_starts
from transfer_core.wording import inside, join_words
from transfer_ui.charts.timeline import layer_names
from transfer_ui.sentences import count
from transfer_ui.verdicts import THREE

MOST_LISTED = 16


def when(epochs: Sequence[int], n_epochs: int) -> str:
    """Say at which epochs of a run something was measured.

    Examples
    --------
    >>> when([0, 1, 2], 2), when([0, 2, 6], 6)
    ('after every epoch', 'at epochs 0, 2 and 6')
    """
    if len(epochs) > n_epochs:
        return "after every epoch"
    listed = join_words([str(epoch) for epoch in epochs])
    return f"at epochs {listed}" if len(epochs) <= MOST_LISTED else f"at {len(epochs)} epochs"


def moved_sentence(results: Mapping[str, RunResult]) -> str:
    """Say which layer of the backbone moved furthest under end-to-end, and how far the same one under the others."""
    tuned = results["end_to_end"]
    moved = {name: one.drift[:, :-1].mean(axis=0) for name, one in results.items() if name in THREE}
    if not np.isfinite(moved["end_to_end"]).all():
        return "End-to-end diverged: its weights are no longer numbers, and its lines break off."
    layer = int(moved["end_to_end"].argmax())
    others = [
        f"{inside(STRATEGIES[name].title)} {100 * parts[layer]:,.0f}\u00a0%"
        for name, parts in moved.items()
        if name != "end_to_end" and np.isfinite(parts[layer])
    ]
    return (
        f"End-to-end moved {layer_names(tuned.config.n_layers)[layer]} furthest of the backbone, by "
        f"{100 * moved['end_to_end'][layer]:,.0f}\u00a0%; {join_words(others)}."
    )


def drift_sentence(results: Mapping[str, RunResult]) -> str:
    """Say whether the features have changed as much as the weights."""
    tuned = results["end_to_end"]
    weights, features = tuned.drift[:, :-1].mean(axis=0), tuned.measured["similarity"].values[-1].mean(axis=0)
    if not (np.isfinite(weights).all() and np.isfinite(features).all()):
        return "End-to-end diverged or its features died: there is nothing left to compare."
    names = layer_names(tuned.config.n_layers)
    layer = int(features.argmin())
    return (
        f"After {count(tuned.n_epochs, 'epoch')} of end-to-end, the features of {names[layer]} changed most: their "
        f"similarity is {features[layer]:.2f}, where its weights moved {100 * weights[layer]:,.0f} %."
    )


def first_updates_sentence(results: Mapping[str, RunResult]) -> str:
    """Say how the pull at the backbone changes in the first updates, with the backbone free and with the head alone."""
    series = {name: results[name].measured["first_gradients"] for name in ("end_to_end", "feature_extraction")}
    free, alone = (one.values[:, :, 0].mean(axis=1) for one in series.values())
    n_updates = len(free)
    if not np.isfinite([*free, *alone]).all():
        return f"Within {count(n_updates, 'update')}, a run diverged: its gradient at layer 1 is no longer a number."
    return (
        f"Over the first {count(n_updates, 'update')}, the gradient at layer 1 goes from {free[0]:.2g} to {free[-1]:.2g} under "
        f"end-to-end, and to {alone[-1]:.2g} while the head alone is trained."
    )


def gradient_sentence(results: Mapping[str, RunResult]) -> str:
    """Say how much less the loss pulls at the backbone once the head has been trained."""
    at_once, first = results["end_to_end"].measured["gradient"], results["progressive_unfreezing"]
    freed = next((start for start, phase in with_starts(first.schedule) if not all(phase.frozen[:-1])), None)
    start = float(at_once.values[0, :, 0].mean())
    if freed is None:
        return "At these settings progressive unfreezing never frees the backbone."
    if freed == 0:
        return "At these settings progressive unfreezing frees the backbone at once: there is no head-first phase."
    series = first.measured["gradient"]
    at = max(index for index, epoch in enumerate(series.epochs) if epoch <= freed)
    if series.epochs[at] == 0:
        return "Networks as large as these are kept at the start and the end only: what training the head changes is not shown."
    later = float(series.values[at, :, 0].mean())
    if not (np.isfinite([start, later]).all() and later > 0 and start > 0):
        return "A run diverged or its units died: there is no gradient to compare."
    ratio = start / later
    said = f"{_times(ratio)} smaller" if ratio >= 1 else f"{_times(1 / ratio)} larger"
    return (
        f"Under a new head, the gradient at layer 1 is {start:.2g}; after {count(series.epochs[at], 'epoch')} of training the "
        f"head alone it is {later:.2g}, {said}."
    )


def _times(ratio: float) -> str:
    """Write how many times, with two digits that mean something.

    Examples
    --------
    >>> _times(4.52), _times(3858.3)
    ('4.5 times', '3,900 times')
    """
    return f"{ratio:.1f} times" if ratio < 100 else f"{float(f'{ratio:.2g}'):,.0f} times"
