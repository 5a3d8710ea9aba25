from collections.abc import Generator

import numpy as np
import pytest

from transfer_core import Layer, RunConfig, init_params, pretrain, pretraining, scenario_config
from transfer_core.pretraining import (
    SHIPPED,
    is_pretrained,
    is_shipped,
    load_shipped,
    pretrain_anew,
    pretrain_steps,
)
from transfer_core.seeds import Purpose, stream
from transfer_core.training import train


@pytest.fixture
def counted(monkeypatch):
    """Empty stores, and a list that grows by one with each training that starts."""
    started = []

    def counting(*args, **options):
        started.append(1)
        return train(*args, **options)

    monkeypatch.setattr(pretraining, "_finished", {})
    monkeypatch.setattr(pretraining, "_under_way", {})
    monkeypatch.setattr(pretraining, "train", counting)
    return started


def test_a_pretrained_network_knows_the_source_task(small):
    found = pretrain(small.but(pretrain_epochs=10))
    assert [layer.weights.shape for layer in found.params] == [(2, 64, 16), (2, 16, 5)]
    assert found.source_accuracy.shape == (2,)
    assert (found.source_accuracy > 0.9).all()


def test_without_epochs_the_backbone_stays_random(small):
    found = pretrain(small.but(pretrain_epochs=0))
    drawn = init_params((64, 16, 5), seeds=[stream(seed, Purpose.PRETRAINED) for seed in (0, 1)])
    np.testing.assert_array_equal(found.params[0].weights, drawn[0].weights)
    assert (found.source_accuracy < 0.6).all()


def test_without_a_source_the_backbone_is_random_and_has_no_source_accuracy():
    found = pretrain(RunConfig(scenario="lesson", hidden_sizes=(400,), n_seeds=2))
    assert np.isnan(found.source_accuracy).all()
    assert found.params[0].weights.std() == pytest.approx(0.01, rel=0.02)
    assert found.params[-1].weights.shape == (2, 400, 10)


def test_a_row_equals_that_seed_alone(small):
    stacked = pretrain(small.but(n_seeds=3))
    for seed in range(3):
        alone = pretrain(small.but(n_seeds=1, seed=seed))
        for layer, other in zip(alone.params, stacked.params, strict=True):
            np.testing.assert_array_equal(layer.weights[0], other.weights[seed])
        assert alone.source_accuracy[0] == stacked.source_accuracy[seed]


def test_progress_rises_to_one_and_then_there_is_nothing_left(small, counted):
    assert not is_pretrained(small)
    assert list(pretrain_steps(small)) == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert is_pretrained(small)
    assert list(pretrain_steps(small)) == []
    assert len(counted) == 1


def test_target_knobs_do_not_ask_for_another_pretraining(small, counted):
    one = pretrain(small)
    assert pretrain(small.but(images_per_class=3, n_epochs=9, momentum=0.1, backbone_learning_rate=0.5)) is one
    assert len(counted) == 1


@pytest.mark.parametrize(
    "changes",
    [{"scenario": "digits_to_digits"}, {"hidden_sizes": (8,)}, {"pretrain_epochs": 2}, {"n_seeds": 1}, {"seed": 1}],
    ids=str,
)
def test_source_knobs_do(small, counted, changes):
    assert pretrain(small) is not pretrain(small.but(**changes))
    assert len(counted) == 2


def test_two_who_wait_share_one_training(small, counted):
    config = small.but(pretrain_epochs=6)
    first, second = pretrain_steps(config), pretrain_steps(config)
    shares = [next(steps) for _ in range(3) for steps in (first, second)]
    assert shares == pytest.approx([n / 6 for n in range(6)])
    assert list(first) == [1]
    assert list(second) == []
    assert len(counted) == 1


def test_one_who_leaves_does_not_lose_the_work(small, counted):
    first = pretrain_steps(small)
    next(first)
    assert isinstance(first, Generator)
    first.close()
    assert list(pretrain_steps(small)) == pytest.approx([1 / 3, 2 / 3, 1])
    assert len(counted) == 1


def test_the_networks_used_longest_ago_are_let_go(small, counted):
    configs = [small.but(seed=seed, pretrain_epochs=1) for seed in range(pretraining.MAX_KEPT)]
    for config in configs:
        pretrain(config)
    pretrain(configs[0])  # used again, so the second is now the oldest
    pretrain(small.but(seed=100, pretrain_epochs=1))
    assert [is_pretrained(config) for config in configs] == [True, False] + (pretraining.MAX_KEPT - 2) * [True]
    assert len(counted) == pretraining.MAX_KEPT + 1


def test_trainings_that_were_abandoned_are_let_go(small, counted):
    waiting = [pretrain_steps(small.but(seed=seed)) for seed in range(pretraining.MAX_KEPT + 1)]
    for steps in waiting:
        next(steps)
    assert len(pretraining._under_way) == pretraining.MAX_KEPT
    assert list(waiting[0])[-1] == 1  # its work was let go, so it starts over and still arrives
    assert is_pretrained(small)


@pytest.mark.parametrize("scenario", SHIPPED)
def test_shipped_networks_are_what_training_gives(scenario):
    shipped, trained = load_shipped(scenario), pretrain_anew(scenario_config(scenario))
    for stored, layer in zip(shipped.params, trained.params, strict=True):
        np.testing.assert_allclose(stored.weights, layer.weights, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(stored.bias, layer.bias, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(shipped.source_accuracy, trained.source_accuracy)


@pytest.mark.parametrize("scenario", SHIPPED)
def test_a_shipped_scenario_starts_from_the_shipped_networks(scenario, counted):
    found = pretrain(scenario_config(scenario))
    np.testing.assert_array_equal(found.params[0].weights, load_shipped(scenario).params[0].weights)
    assert not counted


def test_the_networks_of_the_default_configuration_are_shipped():
    assert is_shipped(RunConfig())


def test_a_network_that_diverges_is_trained_again_more_slowly_and_no_other(small, monkeypatch):
    config = small.but(n_seeds=3, pretrain_epochs=4)
    calm = pretrain_anew(config)
    rates = []
    epochs = pretraining._epochs

    def wild_for_the_second(examples, start, seeds, n_epochs, rate):
        rates.append((seeds, rate))
        for epoch in epochs(examples, start, seeds, n_epochs, rate):
            if len(seeds) == 3:
                broken = [array.copy() for layer in epoch.params for array in layer]
                for array in broken:
                    array[1] = np.nan
                layers = zip(broken[::2], broken[1::2], strict=True)
                epoch = epoch._replace(params=tuple(Layer(*layer) for layer in layers))
            yield epoch

    monkeypatch.setattr(pretraining, "_epochs", wild_for_the_second)
    mended = pretrain_anew(config)
    rate = pretraining.PRETRAIN_LEARNING_RATE
    assert rates == [((0, 1, 2), rate), ((1,), rate / 2)]
    assert np.isfinite(mended.source_accuracy).all()
    for then, now in zip(calm.params, mended.params, strict=True):
        np.testing.assert_array_equal(then.weights[[0, 2]], now.weights[[0, 2]])
        assert np.isfinite(now.weights).all()


def test_a_deep_network_of_many_seeds_comes_out_whole():
    config = RunConfig(scenario="low_to_high", hidden_sizes=(48, 48, 48, 48), n_seeds=10, seed=100)
    found = pretrain_anew(config)
    assert found.source_accuracy.min() > 0.5
