import numpy as np
import pytest

from transfer_core import SCENARIOS
from transfer_core.datasets import load
from transfer_core.shifts import INVERSION, NOISE, PERMUTATION, ROTATION, add_noise, invert, permute_pixels, rotate

USED = {id(scenario.shift): scenario.shift for scenario in SCENARIOS.values() if scenario.shift}
SHIFTS = {shift.title: shift for shift in (*USED.values(), ROTATION, INVERSION, NOISE, PERMUTATION)}


def _rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture
def images():
    return load("digits").images[:20]  # read-only: a shift that writes to them fails


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS)
def test_every_shift_leaves_the_images_alone_at_0_and_moves_all_of_them_at_most(shift, images):
    np.testing.assert_allclose(shift.apply(images, 0.0, _rng()), images, atol=1e-6)
    moved = shift.apply(images, shift.max_amount, _rng())
    assert (moved != images).any(axis=(1, 2)).all()


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS)
def test_every_shift_returns_a_new_array_of_the_same_kind(shift, images):
    moved = shift.apply(images, shift.max_amount / 2, _rng())
    assert moved.dtype == images.dtype
    assert moved.shape == images.shape
    assert not np.shares_memory(moved, images)
    assert -1e-6 <= moved.min() <= moved.max() <= 1 + 1e-6


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS)
def test_every_shift_repeats_with_the_generator(shift, images):
    one, two = (shift.apply(images, shift.max_amount / 2, _rng(4)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS)
def test_the_slider_of_every_shift_reaches_its_end(shift):
    steps = shift.max_amount / shift.step
    assert steps == pytest.approx(round(steps))
    assert steps >= 2


def test_rotation_is_anticlockwise_about_the_centre(images):
    np.testing.assert_allclose(rotate(images, 90, _rng()), np.rot90(images, axes=(1, 2)), atol=1e-5)


def test_a_small_rotation_moves_less_than_a_large_one(images):
    small, large = (np.abs(rotate(images, amount, _rng()) - images).mean() for amount in (5, 30))
    assert 0 < small < large


def test_full_inversion_is_the_negative_and_half_is_grey(images):
    np.testing.assert_allclose(invert(images, 1.0, _rng()), 1 - images)
    np.testing.assert_allclose(invert(images, 0.5, _rng()), 0.5)


def test_noise_has_the_deviation_that_is_asked_for():
    grey = np.full((500, 8, 8), 0.5, np.float32)
    noisy = add_noise(grey, 0.1, _rng())
    assert noisy.std() == pytest.approx(0.1, rel=0.02)
    assert noisy.mean() == pytest.approx(0.5, abs=0.002)


def test_noise_is_cut_to_the_range_of_ink(images):
    noisy = add_noise(images, 1.0, _rng())
    assert (noisy.min(), noisy.max()) == (0, 1)


@pytest.mark.parametrize(("amount", "n_moved"), [(0.0, 0), (0.1, 6), (0.5, 32), (1.0, 64)])
def test_permutation_moves_its_share_and_loses_no_pixel(amount, n_moved):
    numbered = np.arange(128.0).reshape(2, 8, 8)
    moved = permute_pixels(numbered, amount, _rng())
    assert (moved != numbered).sum(axis=(1, 2)).tolist() == [n_moved] * 2
    np.testing.assert_array_equal(np.sort(moved, axis=None), np.sort(numbered, axis=None))
    np.testing.assert_array_equal(moved[1] - 64, moved[0])  # the same places in every image
