import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from tests.app import ROOT
from tests.present import present
from transfer_core import SCENARIOS, forward, pretrain, scenario_config
from transfer_core.baselines import logistic_regression, nearest_neighbour, zero_shot
from transfer_core.examples import target_of
from transfer_core.splits import target_data


def _config(name, **changes):
    return scenario_config(name, hidden_sizes=(16,), pretrain_epochs=3, images_per_class=5, n_seeds=2, **changes)


@pytest.mark.parametrize("name", SCENARIOS)
def test_zero_shot_exists_where_the_labels_mean_the_same(name):
    config = scenario_config(name, hidden_sizes=(8,), pretrain_epochs=1, n_seeds=1)
    found = zero_shot(config)
    assert (found is not None) == SCENARIOS[name].same_labels
    if found is not None:
        assert found.shape == (1,)


def test_zero_shot_needs_a_pretrained_network():
    assert zero_shot(_config("mnist_to_digits").but(pretrain_epochs=0)) is None


def test_zero_shot_counts_the_hits_of_the_network_as_it_is():
    config = _config("digits_to_digits")
    test = target_data(config.pair, config.seeds, images_per_class=5).test
    guesses = forward(pretrain(config).params, test.inputs)[-1].argmax(axis=-1)
    found = present(zero_shot(config))
    np.testing.assert_allclose(found, (guesses == test.labels).mean(axis=-1))
    assert (found > 0.5).all()


def test_zero_shot_suffers_from_the_shift():
    scores = [
        present(zero_shot(_config("digits_to_inverted").but(shift_amount=amount))).mean() for amount in (0.0, 1.0)
    ]
    assert scores[1] < scores[0] - 0.3


def test_logistic_regression_is_scikit_learns_on_the_same_images():
    config = _config("digits_to_permuted")
    data = target_data(config.pair, config.seeds, images_per_class=5, shift_amount=1.0)
    for seed, found in enumerate(logistic_regression(config)):
        model = LogisticRegression(max_iter=1000).fit(data.train.inputs[seed], data.train.labels[seed])
        assert found == (model.predict(data.test.inputs[seed]) == data.test.labels[seed]).mean()


def test_logistic_regression_gains_from_more_images():
    few, many = (logistic_regression(_config("low_to_high").but(images_per_class=n)).mean() for n in (1, 50))
    assert 0.3 < few < many - 0.05


def test_the_nearest_neighbour_is_that_of_scikit_learn():
    config = scenario_config("off_centre", images_per_class=2, n_seeds=2)
    train, _, test = target_of(config)
    for seed, found in enumerate(nearest_neighbour(config)):
        model = KNeighborsClassifier(1).fit(train.inputs[seed], train.labels[seed])
        assert found == pytest.approx(model.score(test.inputs[seed], test.labels[seed]))


# Notes on how many threads each BLAS library has where the regression is fitted; SciPy brings its own only then.
NOTE = """
import numpy as np
from threadpoolctl import threadpool_info
from transfer_core.baselines import linear_labels
from transfer_core.blas import on_one_thread
with on_one_thread():
    import sklearn.linear_model as models
class Watched(models.LogisticRegression):
    def fit(self, *data):
        print(*(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"))
        return super().fit(*data)
models.LogisticRegression = Watched
linear_labels(np.eye(4), np.arange(4) % 2, np.eye(4))
print(*(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"))
"""


def test_logistic_regression_keeps_the_library_of_scipy_to_one_thread_too():
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", NOTE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["1 1", "2 2"]
