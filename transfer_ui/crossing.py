"""How many images until fine-tuning overtakes freezing: which sizes to try, and how to word what comes out."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core import RunConfig, RunResult
from transfer_core.splits import max_images_per_class
from transfer_core.statistics import MIN_SEEDS, evidence_words, gap_words, join_words, paired_gap
from transfer_ui.charts.sizes import BORDER

SIZES = (1, 2, 5, 10, 20, 50, 100)
ABOUT = (
    "Each point is a whole training, mean over the seeds; the band is its 95 % interval. Learning rates and epochs are the "
    "same at every size, so more images also mean more updates. One data set and one small network: your crossing is yours."
)


def sizes_to_try(config: RunConfig) -> tuple[int, ...]:
    """Choose the numbers of images per class that the scenario can give.

    Examples
    --------
    >>> sizes_to_try(RunConfig())
    (1, 2, 5, 10, 20, 50, 100)
    """
    return tuple(count for count in SIZES if count <= max_images_per_class(config.scenario))


def in_all(results: Mapping[str, RunResult]) -> dict[int, RunResult]:
    """Key a sweep over images per class by the training images of all classes together."""
    return {int(text) * result.config.layer_sizes[-1]: result for text, result in results.items()}


def crossing(feature_extraction: Mapping[int, RunResult], end_to_end: Mapping[int, RunResult]) -> tuple[str, list[str]]:
    """Say where the lead passes from freezing to fine-tuning, and at which sizes each is ahead.

    Parameters
    ----------
    feature_extraction, end_to_end : mapping of int to RunResult
        Training images in all -> run.

    Returns
    -------
    tuple of (str, list of str)
        The answer, and the evidence.
    """
    frozen, full = feature_extraction, end_to_end
    sizes = sorted(frozen.keys() & full.keys())
    gaps = {size: paired_gap(full[size].test_accuracy, frozen[size].test_accuracy) for size in sizes}
    if not gaps or gaps[sizes[0]].n < MIN_SEEDS:
        return f"Not enough runs to say which is ahead: it takes {MIN_SEEDS} seeds or more.", []
    ahead = {sign: [size for size in sizes if gaps[size].sign == sign] for sign in (-1, 0, 1)}
    words = {
        -1: "Feature extraction is clearly ahead at",
        0: "Too close to call at",
        1: "End-to-end is clearly ahead at",
    }
    where = [
        f"{words[sign]} {join_words([f'{size:,}' for size in ahead[sign]])}." for sign in (-1, 0, 1) if ahead[sign]
    ]
    ends = [
        f"at {size:,}, end-to-end is {gap_words(gaps[size])} {'ahead' if gaps[size].interval.mean >= 0 else 'behind'} "
        f"{evidence_words(gaps[size])}"
        for size in (sizes[0], sizes[-1])
    ]
    return _turn(ahead[-1], ahead[1], sizes), [
        f"Training images, all classes together. {' '.join(where)}",
        f"In figures: {'; '.join(ends)}.",
    ]


def _turn(frozen_leads: list[int], full_leads: list[int], sizes: list[int]) -> str:
    """Word where the sign of the gap changes, if it does."""
    rule = f"the lesson's rule freezes below {BORDER:,}"
    if frozen_leads and full_leads:
        if max(frozen_leads) < min(full_leads):
            return f"The sign changes between {max(frozen_leads):,} and {min(full_leads):,} training images; {rule}."
        return f"The lead changes sides more than once between {sizes[0]:,} and {sizes[-1]:,} training images; {rule}."
    if full_leads:
        return f"Freezing is never clearly ahead here, from {sizes[0]:,} training images on; {rule}."
    if frozen_leads:
        return f"End-to-end is never clearly ahead here, up to {sizes[-1]:,} training images; {rule}."
    return f"Too close to call at every size here, from {sizes[0]:,} to {sizes[-1]:,} training images."
