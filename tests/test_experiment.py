from collections.abc import Generator
from itertools import islice

import numpy as np
import pytest

from tests.present import present
from transfer_core import (
    STRATEGIES,
    compare,
    compare_steps,
    forward,
    init_params,
    pretrain,
    pretraining,
    run,
    scenario_config,
)
from transfer_core.arrays import Examples
from transfer_core.experiment import sweep_steps
from transfer_core.measures import DEFAULT_MEASURES, Curves, relative_change
from transfer_core.schedules import n_epochs
from transfer_core.seeds import Purpose, stream
from transfer_core.splits import target_data
from transfer_core.training import train

HISTORY = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")


def _forget(monkeypatch):
    """Empty stores, so that pretraining really happens again."""
    monkeypatch.setattr(pretraining, "_finished", {})
    monkeypatch.setattr(pretraining, "_under_way", {})


def _target(config):
    return target_data(config.pair, config.seeds, images_per_class=config.images_per_class)


def test_shapes_and_ranges_of_a_result(small):
    results = compare(small.but(hidden_sizes=(16, 12)))
    assert list(results) == list(STRATEGIES)
    for name, result in results.items():
        assert result.strategy == name
        assert set(result.history) == set(HISTORY)
        assert {values.shape for values in result.history.values()} == {(2, 5)}
        assert result.layer_change.shape == (2, 4, 3)
        assert [layer.weights.shape for layer in result.params] == [(2, 64, 16), (2, 16, 12), (2, 12, 5)]
        assert result.test_accuracy.shape == (2,)
        assert ((result.test_accuracy >= 0) & (result.test_accuracy <= 1)).all()
        assert result.schedule == STRATEGIES[name].build(result.config)
        assert (result.n_epochs, result.stopped, result.n_diverged) == (4, False, 0)
        assert result.cost.seconds > 0


def test_all_arms_start_from_the_same_head_and_two_kinds_of_backbone(small):
    results = compare(small)
    heads = [result.pretrained[-1].weights for result in results.values()]
    assert all((head == heads[0]).all() for head in heads)
    source = pretrain(small).params
    for name, result in results.items():
        assert (result.pretrained[0] is source[0]) == STRATEGIES[name].pretrained
    np.testing.assert_array_equal(
        results["from_scratch"].pretrained[0].weights, results["random_features"].pretrained[0].weights
    )


def test_before_training_the_arms_of_one_backbone_measure_the_same(small):
    results = compare(small)
    for one, two in (("feature_extraction", "end_to_end"), ("from_scratch", "random_features")):
        for key in HISTORY:
            np.testing.assert_array_equal(results[one].history[key][:, 0], results[two].history[key][:, 0])
    assert (results["end_to_end"].history["val_loss"][:, 0] != results["from_scratch"].history["val_loss"][:, 0]).all()


def test_feature_extraction_leaves_the_old_task_exactly_as_it_was(small):
    results = compare(small)
    frozen, tuned, scratch = (results[name] for name in ("feature_extraction", "end_to_end", "from_scratch"))
    np.testing.assert_array_equal(frozen.source_accuracy_after, frozen.source_accuracy_before)
    np.testing.assert_array_equal(frozen.source_accuracy_before, pretrain(small).source_accuracy)
    assert (tuned.source_accuracy_after != tuned.source_accuracy_before).any()
    assert np.isnan(scratch.source_accuracy_before).all()
    assert np.isnan(scratch.source_accuracy_after).all()


def test_layer_change_is_exactly_zero_while_frozen_and_above_zero_after(small):
    change = run(small, "progressive_unfreezing").layer_change
    assert (change[:, :2, 0] == 0).all()
    assert (change[:, 2:, 0] > 0).all()
    assert (change[..., 1] > 0).all()


def test_layer_change_is_each_epochs_move_relative_to_the_layer_before_training(small):
    done = [step.results()["end_to_end"] for step in compare_steps(small, ["end_to_end"]) if step.results]
    start = done[0].pretrained[0]
    before, after = (next(one for one in done if one.n_epochs == epoch).params[0] for epoch in (2, 3))

    def flat(layer):
        return np.concatenate([layer.weights.reshape(2, -1), layer.bias], axis=1)

    expected = np.linalg.norm(flat(after) - flat(before), axis=1) / np.linalg.norm(flat(start), axis=1)
    np.testing.assert_allclose(done[-1].layer_change[:, 2, 0], expected, rtol=1e-4)


def test_layer_change_sees_a_single_bit_of_a_bias_and_nothing_else():
    old = init_params((4, 3), seeds=[0, 1])
    bias = old[0].bias.copy()
    bias[1, 0] = np.nextafter(np.float32(0), np.float32(1))
    change = relative_change((old[0]._replace(bias=bias),), old, np.ones((2, 1), np.float32))
    assert change[0, 0] == 0
    assert change[1, 0] > 0


def test_accuracy_is_measured_on_the_test_images(small):
    result = run(small, "end_to_end")
    test = _target(small).test
    guesses = forward(result.params, test.inputs)[-1].argmax(axis=-1)
    np.testing.assert_allclose(result.test_accuracy, (guesses == test.labels).mean(axis=-1))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_row_of_a_run_equals_that_seed_alone(small, strategy):
    stacked = run(small.but(n_seeds=3), strategy)
    for seed in range(3):
        alone = run(small.but(n_seeds=1, seed=seed), strategy)
        for key in HISTORY:
            np.testing.assert_array_equal(alone.history[key][0], stacked.history[key][seed])
        np.testing.assert_array_equal(alone.params[0].weights[0], stacked.params[0].weights[seed])
        assert alone.test_accuracy[0] == stacked.test_accuracy[seed]
        np.testing.assert_array_equal(alone.source_accuracy_after[0], stacked.source_accuracy_after[seed])


def test_same_configuration_gives_the_same_bits_twice(small, monkeypatch):
    one = run(small, "end_to_end")
    _forget(monkeypatch)
    two = run(small, "end_to_end")
    assert one.params[0].weights is not two.params[0].weights
    assert one.params[0].weights.tobytes() == two.params[0].weights.tobytes()
    assert one.history["val_loss"].tobytes() == two.history["val_loss"].tobytes()


def test_an_arm_does_not_depend_on_its_company(small):
    np.testing.assert_array_equal(
        run(small, "end_to_end").history["val_loss"], compare(small)["end_to_end"].history["val_loss"]
    )


def test_unfreezing_at_the_last_epoch_is_feature_extraction(small):
    results = compare(small.but(unfreeze_epoch=4), ["feature_extraction", "progressive_unfreezing"])
    one, two = results.values()
    for key in HISTORY:
        np.testing.assert_array_equal(one.history[key], two.history[key])
    assert one.cost._replace(seconds=0) == two.cost._replace(seconds=0)


def test_unfreezing_at_epoch_0_with_the_full_rate_is_end_to_end(small):
    config = small.but(unfreeze_epoch=0, unfrozen_learning_rate=small.backbone_learning_rate)
    one, two = compare(config, ["end_to_end", "progressive_unfreezing"]).values()
    for key in HISTORY:
        np.testing.assert_array_equal(one.history[key], two.history[key])


@pytest.mark.parametrize("unfreeze_epoch", [1, 3])
def test_gradual_unfreezing_equals_the_uncached_path(small, unfreeze_epoch):
    config = small.but(hidden_sizes=(16, 12), gradual=True, unfreeze_epoch=unfreeze_epoch, layer_decay=0.5)
    result = run(config, "progressive_unfreezing")
    target = _target(config)
    seeds = [stream(seed, Purpose.BATCHES) for seed in config.seeds]
    *_, plain = train(
        result.pretrained, result.schedule, target.train, batch_seeds=seeds, momentum=config.momentum,
        cache_features=False, measures=DEFAULT_MEASURES, others={"val": target.val},
    )  # fmt: skip
    np.testing.assert_allclose(result.history["val_loss"][:, -1], plain.metrics["val_loss"], rtol=1e-4)
    for layer, other in zip(result.params, plain.params, strict=True):
        np.testing.assert_allclose(layer.weights, other.weights, atol=1e-5)


def test_a_stopped_comparison_gives_what_there_is(small):
    steps = compare_steps(small, ["feature_extraction", "progressive_unfreezing"])
    progress = next(step for step in steps if step.message == "Epoch 3 of 4")
    assert isinstance(steps, Generator)
    steps.close()
    complete = compare(small, ["progressive_unfreezing"])["progressive_unfreezing"]
    stopped = present(progress.results)()["progressive_unfreezing"]
    assert (stopped.stopped, stopped.n_epochs, n_epochs(stopped.schedule)) == (True, 2, 2)
    assert [phase.n_epochs for phase in stopped.schedule] == [2]
    assert stopped.cost.multiply_adds < complete.cost.multiply_adds
    np.testing.assert_array_equal(stopped.history["val_loss"], complete.history["val_loss"][:, :3])


def test_all_strategies_of_a_snapshot_have_done_the_same_epochs(small):
    for step in compare_steps(small, ["feature_extraction", "end_to_end", "from_scratch"]):
        if step.results:
            results = step.results()
            done = {result.n_epochs for result in results.values()}
            assert len(done) == 1
            assert done == {n_epochs(result.schedule) for result in results.values()}
            assert done == {result.layer_change.shape[1] for result in results.values()}


def test_before_the_first_epoch_is_done_there_are_no_results(small):
    steps = [step for step in compare_steps(small, ["end_to_end"]) if step.message == "Epoch 1 of 4"]
    assert steps
    assert not any(step.results for step in steps)


def test_progress_rises_to_one_and_names_both_stages(small, monkeypatch):
    _forget(monkeypatch)
    steps = list(compare_steps(small, ["end_to_end"]))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert steps[0].message == "Pretraining on the source task"
    assert steps[0].results is None
    assert steps[-1].message == "Epoch 4 of 4"
    assert next(compare_steps(small, ["end_to_end"])).message == "Epoch 1 of 4"


def test_too_high_a_rate_is_counted_and_does_not_warn(small):
    result = run(small.but(backbone_learning_rate=100.0, weight_decay=1.0, n_epochs=40), "end_to_end")
    assert result.n_diverged == 2
    assert not result.stopped


@pytest.mark.parametrize(("strategies", "message"), [(["nope"], "got nope"), ([], "got none")])
def test_comparison_refuses_strategies(small, strategies, message):
    with pytest.raises(ValueError, match=f"strategies must be among .*{message}"):
        compare(small, strategies)


def test_sweep_equals_single_runs_and_reports_finished_ones_only(small):
    seen = list(sweep_steps(small, "progressive_unfreezing", "unfreeze_epoch", [0, 4]))
    fractions = [step.fraction for step in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    final = present(seen[-1].results)()
    assert list(final) == ["0", "4"]
    for value, result in final.items():
        alone = run(small.but(unfreeze_epoch=int(value)), "progressive_unfreezing")
        np.testing.assert_array_equal(result.val_accuracy, alone.val_accuracy)
        np.testing.assert_array_equal(result.source_accuracy_after, alone.source_accuracy_after)
    later = [step for step in sweep_steps(small, "end_to_end", "momentum", [0.0, 0.5]) if 0.5 < step.fraction < 1]
    assert all(list(present(step.results)()) == ["0.0"] for step in later)
    assert final["0"].params == ()


def _lesson_losses(layers, inputs, labels, n_epochs, rate):
    """Loss curve of the lesson's network with a frozen first layer, in its own manner: the loss of an
    epoch is taken before the update of that epoch, and 1e-8 is added inside the logarithm.
    """
    (first, shift), (head, bias) = [(w.astype(float), b.astype(float)) for w, b in layers]
    features = np.clip(inputs.astype(float) @ first + shift, 0, None)
    wanted, losses = np.eye(head.shape[1])[labels], []
    for _ in range(n_epochs):
        scores = np.exp(features @ head + bias)
        shares = scores / scores.sum(axis=1, keepdims=True)
        losses.append(-np.log((shares * wanted).sum(axis=1) + 1e-8).mean())
        error = (shares - wanted) / len(labels)
        head, bias = head - rate * features.T @ error, bias - rate * error.sum(axis=0)
    return np.array(losses)


def test_the_lesson_scenario_follows_the_lessons_loss_curve():
    config = scenario_config("lesson", n_seeds=2)
    result = run(config, "feature_extraction")
    target = _target(config)
    seeds = [0, 1]
    exact = tuple(type(layer)(*(a.astype(float) for a in layer)) for layer in result.pretrained)
    train_set = Examples(target.train.inputs.astype(float), target.train.labels)
    epochs = train(exact, result.schedule, train_set, batch_seeds=seeds, batch_size=None, measures=[Curves(("train",))])
    doubled = list(islice(epochs, 30))
    for row in seeds:
        layers = [(layer.weights[row], layer.bias[row]) for layer in result.pretrained]
        losses = _lesson_losses(layers, target.train.inputs[row], target.train.labels[row], 100, 0.1)
        assert losses[-1] < losses[0] - 0.05
        # Ours has column 0 before any update, so the lesson's epoch e is our column e, up to 99.
        np.testing.assert_allclose(result.history["train_loss"][row, :100], losses, rtol=2e-5)
        np.testing.assert_allclose([e.metrics["train_loss"][row] for e in doubled], losses[:30], rtol=1e-6)
