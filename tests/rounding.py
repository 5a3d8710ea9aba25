"""Whether two machines may have computed the same results.

They round differently. A calm training ends the same but for a few images that change sides; one near the edge of
divergence makes of the last bit another training, so that some seeds end elsewhere, up or down. Neither moves the mean over
the seeds by more than its spread allows; a changed computation does, or changes most of the seeds.
"""

import numpy as np

FEW_IMAGES = 0.02
"""What a seed's accuracy may differ by in a calm training."""
CALM, SPREAD = 0.005, 5.0
"""What the mean over the seeds may differ by: a small amount, and this many of its standard errors."""
MOST = 1e6
"""What has diverged may be any number, or none."""


def gaps(now, then):
    """Subtract seed by seed; numbers beyond those of an accuracy on a logarithmic scale."""
    now, then = (np.nan_to_num(np.asarray(one, float), nan=MOST, posinf=MOST).clip(-MOST, MOST) for one in (now, then))
    return np.arcsinh(now) - np.arcsinh(then)


def check_mean(now, then, name):
    """Fail if the mean over the seeds has moved by more than rounding can explain."""
    gap = gaps(now, then)
    error = gap.std(ddof=1) / np.sqrt(gap.size)
    assert abs(gap.mean()) <= CALM + SPREAD * error, f"{name}: {now} against {then}"


def share_of_calm(pairs):
    """Share of all seeds' results that are the same but for a few images."""
    return np.mean(np.concatenate([np.abs(gaps(now, then)) <= FEW_IMAGES for now, then in pairs]))
