import numpy as np
import pytest
from scipy.stats import t

from transfer_core.student import student_quantile, student_tail


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 6, 9, 10, 19, 39, 99, 400, 1001])
def test_student_quantile_is_scipys(degrees):
    found = student_quantile(degrees)
    one_off = 1e-13 * found * t.pdf(found, degrees)  # in the thirteenth digit; the quantiles of SciPy 1.15 have ten
    assert t.cdf(found, degrees) == pytest.approx(0.975, abs=one_off)


@pytest.mark.parametrize("degrees", [5, 9, 19, 99])
def test_the_tail_is_scipys(degrees):
    for value in np.linspace(-6, 6, 25):
        assert student_tail(value, degrees) == pytest.approx(t.sf(value, degrees), rel=1e-6, abs=1e-12)
    assert student_tail(1e6, degrees) >= 0
    assert student_tail(-1e6, degrees) <= 1
