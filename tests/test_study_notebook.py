"""The notebook: its other starts against independent oracles, and its verdicts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from transfer_core import pretraining
from transfer_core.arms import arm_of
from transfer_core.config import RunConfig, scenario_config
from transfer_core.studies.questions.notebook import (
    HE,
    NO_NETWORK,
    NOTEBOOK,
    PRETRAINED,
    HeScale,
    TrainedOnMnist,
    standardised,
    summarise,
)
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME


@pytest.fixture(scope="module")
def config() -> RunConfig:
    return scenario_config("lesson", hidden_sizes=(8,), n_seeds=2, pretrain_epochs=1)


def _on_mnist(config):
    return arm_of(config, "feature_extraction", start=TrainedOnMnist()).start_params(config)


def test_he_start_is_the_notebooks_with_another_scale(config):
    theirs = arm_of(config, "feature_extraction").start_params(config)
    for ours, its in zip(HeScale().params(config), theirs, strict=True):
        fan_in = its.weights.shape[-2]
        assert np.allclose(ours.weights, its.weights * np.sqrt(2 / fan_in) / 0.01, rtol=1e-4)


def test_pretrained_start_has_the_notebooks_head_on_a_trained_backbone(config):
    theirs = arm_of(config, "feature_extraction").start_params(config)
    trained, untrained = _on_mnist(config), _on_mnist(config.but(pretrain_epochs=0))
    assert (trained[-1].weights == theirs[-1].weights).all()
    assert (trained[0].weights != untrained[0].weights).any()
    assert np.allclose(untrained[0].weights, HeScale().params(config)[0].weights)


def test_a_backbone_that_diverges_is_trained_again_more_slowly(config, monkeypatch):
    epochs, rates = pretraining._epochs, []

    def wild_at_first(examples, start, seeds, n_epochs, rate):
        rates.append(rate)
        for epoch in epochs(examples, start, seeds, n_epochs, rate):
            yield epoch._replace(params=start) if len(rates) == 1 else epoch

    monkeypatch.setattr(pretraining, "_epochs", wild_at_first)
    other = config.but(seed=7)  # not one that is kept from before
    trained, untrained = _on_mnist(other), _on_mnist(other.but(pretrain_epochs=0))
    assert rates[:2] == [pretraining.PRETRAIN_LEARNING_RATE, pretraining.PRETRAIN_LEARNING_RATE / 2]
    assert (trained[0].weights != untrained[0].weights).any(axis=(1, 2)).all()


def test_standardising_is_that_of_scikit_learn():
    images = np.random.default_rng(0).random((2, 20, 3))
    images[:, :, 1] = 0.5  # a pixel that is always the same
    expected = np.stack([StandardScaler().fit_transform(one) for one in images])
    assert np.allclose(standardised(images), expected, atol=1e-12)


def rows(frozen: float, full: float, progressive: float, pixels: float = 0.9, n: int = 6) -> pd.DataFrame:
    """Make the notebook's own results; from the other starts all approaches are alike."""
    own = {"feature_extraction": frozen, "end_to_end": full, "progressive_unfreezing": progressive}
    points = [(NO_NETWORK, "logistic_regression", pixels)]
    points += [
        (start, name, own[name] if start == NOTEBOOK else 0.9) for start in (NOTEBOOK, HE, PRETRAINED) for name in own
    ]
    return pd.DataFrame(
        [
            {"scenario": "lesson", "start": start, "strategy": strategy, "seed": seed, "test_accuracy": accuracy}
            | {"val_score": accuracy, "train_accuracy": 0.8}
            for start, strategy, accuracy in points
            for seed in range(n)
        ]
    )


@pytest.mark.parametrize(
    ("measured", "best", "features"),
    [
        ((0.95, 0.8, 0.96), CONFIRMED, CONFIRMED),
        ((0.7, 0.8, 0.75), REFUTED, REFUTED),
        ((0.9, 0.8, 0.9), SAME, SAME),
    ],
)
def test_verdicts_follow_their_rules(measured, best, features):
    findings = summarise(rows(*measured)).findings
    assert (findings["progressive_best"].verdict, findings["pretrained_features"].verdict) == (best, features)
