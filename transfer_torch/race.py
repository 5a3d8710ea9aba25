"""What feature extraction saves: timed in turns, so that whatever else a machine does meets all that is compared."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from transfer_torch.arms import ARMS
from transfer_torch.cells import Bench, Setting, Training
from transfer_torch.work import multiply_adds, stage_multiply_adds

WAYS = {
    "cached": ("feature_extraction", True),
    "uncached": ("feature_extraction", False),
    "end_to_end": ("end_to_end", True),
}


def race(bench: Bench, size: int, seeds: Sequence[int], n_epochs: int, side: int) -> pd.DataFrame:
    """Train feature extraction, with cached features and without, and end-to-end, in turns.

    Parameters
    ----------
    bench : Bench
    size : int
        Pictures per class.
    seeds : sequence of int
        One round per seed.
    n_epochs, side : int
        Epochs, and pixels of a picture.

    Returns
    -------
    DataFrame
        One row per round: ``seconds_...`` and ``multiply_adds_...`` of each.
    """
    n_classes, n_stages = len(bench.pictures.classes), len(bench.backbone.stages)
    per_stage = [*stage_multiply_adds(bench.stages, side), bench.backbone.n_features * n_classes]
    arms = {way: ARMS[name].arm(n_stages, n_epochs, ARMS[name].grid[0]) for way, (name, _) in WAYS.items()}
    counts = {}
    for way, (_, cached) in WAYS.items():
        forward, backward = multiply_adds(arms[way].schedule, per_stage, size * n_classes)
        whole = sum(per_stage) * size * n_classes * n_epochs
        counts[way] = (forward if cached else whole) + backward
    rows = []
    for number, seed in enumerate(
        [seeds[0], *seeds]
    ):  # what is done for the first time takes longer: a round for nothing
        seconds = {}
        for way, (_, cached) in WAYS.items():
            setting = Setting(*bench.names, size=size, seed=seed)
            # Features that an earlier round left would make this one look quicker than it is.
            fresh = bench.anew()
            seconds[way] = Training(arms[way], False).train(fresh, setting, cache_features=cached).seconds
        if number:
            row: dict[str, float] = {"seed": seed}
            for way in WAYS:
                row |= {f"seconds_{way}": seconds[way], f"multiply_adds_{way}": float(counts[way])}
            rows.append(row)
    return pd.DataFrame(rows)
