"""Which of several arms may be the best: a test that knows that the leader was chosen by the very seeds that test it."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np

from transfer_core.arrays import Array

LEVEL = 0.05
EXACT_SEEDS = 11  # up to here every way to flip the seeds is tried: 1,024 of them
N_FLIPS = 2000


def contenders(scores: Array) -> tuple[int, ...]:
    """Find the arms that may be the best; all others are clearly behind.

    Parameters
    ----------
    scores : ndarray of shape (n_seeds, n_arms)
        Paired within a seed; higher is better. All must be finite.

    Returns
    -------
    tuple of int
        Positions of the arms, in order. The one with the highest mean is always among them.

    Notes
    -----
    The model confidence set. Of all pairs of arms, take the one whose gap is largest for its scatter. If no arm were
    better than another, flipping the sign of a seed's gaps would give data just as likely: the test asks how often the
    largest gap of all pairs is then as large as the one that was seen. If that is rare, the arm behind leaves, and
    the same is asked of the rest. So a best arm leaves in at most 5 % of cases, however many arms there are and however
    they depend on each other.

    An arm that passes the same test against each of the others alone is the only contender. That needs no correction:
    to win by luck it must be lucky in every pair. `tools.selection_error` measures both.

    References
    ----------
    Hansen, Lunde, Nason (2011), "The model confidence set", Econometrica 79. Berger (1982), "Multiparameter hypothesis
    testing and acceptance sampling", Technometrics 24 (each of the others). Fisher (1935), "The design of
    experiments", section 21 (flipping).

    Examples
    --------
    >>> noise = np.array([2, -1, 1, -2, 2, -2, 1, -1]) / 100
    >>> contenders(np.stack([0.9 + noise, 0.9 - noise, np.full(8, 0.5)], axis=1))
    (0, 1)
    """
    scores = np.asarray(scores, dtype=float)
    return _contenders(scores.shape, scores.tobytes())


# A page asks for the same comparison several times per drawing.
@lru_cache(maxsize=2000)
def _contenders(shape: tuple[int, int], values: bytes) -> tuple[int, ...]:
    scores = np.frombuffer(values).reshape(shape)
    n_seeds, n_arms = shape
    if n_arms < 2 or not n_seeds:
        return tuple(range(n_arms))
    ours, theirs = np.array(list(combinations(range(n_arms), 2))).T
    # Flipping changes the sum of a pair's gaps, not that of their squares: sum / root is as good as Student's t.
    norms = np.sqrt(((scores[:, ours] - scores[:, theirs]) ** 2).sum(axis=0))
    sums = _flips(n_seeds) @ scores
    with np.errstate(invalid="ignore"):
        leads = np.nan_to_num((sums[:, ours] - sums[:, theirs]) / norms)  # equal in every seed: no lead
    sizes = np.abs(leads)
    seen = sizes[0] - 1e-9  # rounding must not make the same gap a smaller one
    leader = scores.mean(axis=0).argmax()
    its_own = (ours == leader) | (theirs == leader)
    if ((sizes[:, its_own] >= seen[its_own]).mean(axis=0) <= LEVEL).all():
        return (int(leader),)
    remaining = np.ones(n_arms, bool)
    while remaining.sum() > 1:
        pairs = np.flatnonzero(remaining[ours] & remaining[theirs])
        widest = pairs[seen[pairs].argmax()]
        if (sizes[:, pairs].max(axis=1) >= seen[widest]).mean() > LEVEL:
            break
        remaining[theirs[widest] if leads[0, widest] > 0 else ours[widest]] = False
    return tuple(np.flatnonzero(remaining).tolist())


@lru_cache(maxsize=8)
def _flips(n_seeds: int) -> Array:
    """Signs for the seeds, one row per way to flip them; the first flips none. The rest repeat no row's mirror image."""
    if n_seeds <= EXACT_SEEDS:
        ways = np.arange(2 ** (n_seeds - 1))
        return 1.0 - 2.0 * ((ways[:, None] >> np.arange(n_seeds)) & 1)
    drawn = np.random.default_rng(0).choice((-1.0, 1.0), size=(N_FLIPS, n_seeds))
    return np.vstack([np.ones(n_seeds), drawn[1:]])
