import numpy as np
import pytest
from scipy.special import stdtrit
from scipy.stats import bootstrap, norm, t

from transfer_core.resampling import N_RESAMPLES, resamples, student_quantile
from transfer_core.statistics import mean_interval

SCORES = np.array([0.90, 0.85, 0.95, 0.88, 0.91, 0.93, 0.86, 0.92])


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 6, 9, 10, 19, 39, 99, 400, 1001])
def test_student_quantile_is_scipys(degrees):
    assert student_quantile(degrees) == pytest.approx(stdtrit(degrees, 0.975), rel=1e-13)


def test_resamples_are_scipys_bootstrap():
    theirs = bootstrap((SCORES,), np.mean, n_resamples=N_RESAMPLES, method="percentile", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(SCORES[resamples(len(SCORES))].mean(axis=-1), theirs.bootstrap_distribution)


def test_interval_is_scipys_percentile_interval_at_the_expanded_level():
    n = len(SCORES)
    level = 1 - 2 * norm.cdf(-np.sqrt(n / (n - 1)) * t.ppf(0.975, n - 1))
    theirs = bootstrap(
        (SCORES,),
        np.mean,
        n_resamples=N_RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert mean_interval(SCORES)[1:] == pytest.approx(tuple(theirs), abs=1e-14)


def test_nobody_can_write_into_draws_that_are_shared():
    with pytest.raises(ValueError, match="read-only"):
        resamples(5)[0, 0] = 1
