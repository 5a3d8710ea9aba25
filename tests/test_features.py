"""Features as clouds, and a drawing as data: each against an independent way."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from tools.build_mnist_8x8 import to_uci_format
from transfer_core import SCENARIOS, splits
from transfer_core.drawing import to_ink
from transfer_core.features import linear_cka, principal_plane, separability
from transfer_core.splits import as_target_inputs, target_data


@pytest.fixture
def cloud():
    return np.random.default_rng(0).normal(size=(40, 6)) * np.array([5, 3, 1, 1, 0.5, 0.1])


def test_cka_ignores_a_rotation_and_a_scale_and_sees_what_else_changes(cloud):
    rng = np.random.default_rng(1)
    turned = 3 * cloud @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 7
    assert linear_cka(cloud, turned) == pytest.approx(1)
    assert linear_cka(cloud, rng.normal(size=(40, 6))) < 0.5
    assert np.isnan(linear_cka(cloud, np.zeros((40, 3))))


def test_cka_is_that_of_the_centred_gram_matrices_network_by_network(cloud):
    other = np.maximum(cloud[:, ::-1], 0)
    centre = np.eye(40) - 1 / 40
    one, two = (centre @ (part @ part.T) @ centre for part in (cloud, other))
    expected = np.sum(one * two) / np.sqrt(np.sum(one**2) * np.sum(two**2))
    found = linear_cka(np.stack([cloud, cloud]), np.stack([other, cloud]))
    np.testing.assert_allclose(found, [expected, 1])


def test_plane_is_that_of_principal_components_up_to_its_direction(cloud):
    expected = PCA(2).fit_transform(cloud)
    np.testing.assert_allclose(np.abs(principal_plane(cloud).places(cloud)), np.abs(expected), atol=1e-9)


def test_separability_is_one_nearest_neighbour_with_each_left_out(cloud):
    labels = (cloud[:, 0] > 0).astype(int)
    nearest = cross_val_predict(KNeighborsClassifier(1), cloud, labels, cv=LeaveOneOut())
    assert separability(cloud, labels) == pytest.approx(accuracy_score(labels, nearest))


@pytest.mark.parametrize(
    ("name", "amount"),
    [("mnist_to_digits", 30.0), ("digits_to_inverted", 1.0), ("digits_to_permuted", 1.0), ("lesson", 0.0)],
)
def test_a_new_image_is_treated_as_the_target_images_were(name, amount):
    scenario = SCENARIOS[name]
    _, val, _ = splits._target_parts(scenario, 3)
    known = target_data(scenario, [3], images_per_class=2, shift_amount=amount).val.inputs[0]
    found = as_target_inputs(scenario, scenario.target.dataset.images[val[:5]], shift_amount=amount, seed=3)
    np.testing.assert_allclose(found, known[:5], atol=1e-6)


@pytest.fixture
def seven():
    drawing = np.zeros((56, 56), bool)
    drawing[8:13, 14:40] = True
    for step in range(34):
        drawing[12 + step : 14 + step, 36 - step // 2 : 41 - step // 2] = True
    return drawing


def test_a_drawing_is_reduced_as_the_digits_of_mnist_were(seven):
    expected = to_uci_format(np.where(seven, 255, 0)) / 16
    assert np.abs(to_ink(seven, (8, 8)) - expected).mean() < 0.03
    assert to_ink(seven, (8, 8)).dtype == np.float32


def test_where_on_the_pad_a_digit_is_drawn_does_not_matter(seven):
    np.testing.assert_array_equal(to_ink(np.roll(seven, (5, -10), axis=(0, 1)), (8, 8)), to_ink(seven, (8, 8)))


@pytest.mark.parametrize("shape", [(8, 8), (12, 20), (28, 28)])
def test_an_empty_pad_is_blank_and_a_full_one_full(shape):
    assert (to_ink(np.zeros((56, 56), bool), shape) == 0).all()
    full = to_ink(np.ones((56, 56), bool), shape)
    assert full.shape == shape
    assert (full[:, shape[1] // 2] == 1).all()
