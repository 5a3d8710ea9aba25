import numpy as np
import pytest
from scipy.stats import bootstrap

from transfer_core.resampling import N_RESAMPLES, resamples

SCORES = np.array([0.90, 0.85, 0.95, 0.88, 0.91, 0.93, 0.86, 0.92])


def test_resamples_are_scipys_bootstrap():
    theirs = bootstrap((SCORES,), np.mean, n_resamples=N_RESAMPLES, method="percentile", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(SCORES[resamples(len(SCORES))].mean(axis=-1), theirs.bootstrap_distribution)


def test_nobody_can_write_into_draws_that_are_shared():
    with pytest.raises(ValueError, match="read-only"):
        resamples(5)[0, 0] = 1
