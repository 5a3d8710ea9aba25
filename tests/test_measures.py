"""Measures: what each gives against an independent way, what it costs, and that nothing is paid for nothing."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

from transfer_core import RunConfig, compare, forward, measures, pretrain, training
from transfer_core.arms import NewHead, Random, arm_of
from transfer_core.examples import source_of, target_of
from transfer_core.features import linear_cka
from transfer_core.measures import (
    Confusion,
    Curves,
    Drift,
    Gradients,
    LayerChange,
    Similarity,
    Snapshots,
    snapshot_epochs,
)
from transfer_core.network import backward

ALL = (
    Curves(("train", "val", "test")),
    LayerChange(),
    Drift(),
    Snapshots(row=1, most=3),
    Confusion("val"),
    Similarity(most=3),
    Gradients(most=3),
)


@pytest.fixture(scope="module")
def config():
    return RunConfig(
        scenario="low_to_high",
        hidden_sizes=(16, 12),
        pretrain_epochs=3,
        images_per_class=6,
        n_epochs=4,
        unfreeze_epoch=2,
        n_seeds=2,
    )


@pytest.fixture(scope="module")
def result(config):
    return compare(config, ["progressive_unfreezing"], ALL)["progressive_unfreezing"]


def _probabilities(params, inputs, row):
    logits = forward(params, inputs)[-1][row].astype(float)
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def test_curves_end_where_scikit_learn_says(config, result):
    for part, examples in target_of(config)._asdict().items():
        for row in range(2):
            shares, labels = _probabilities(result.params, examples.inputs, row), examples.labels[row]
            loss = log_loss(labels, shares, labels=range(5))
            series = result.history if part != "test" else {name: one.values.T for name, one in result.measured.items()}
            np.testing.assert_allclose(series[f"{part}_loss"][row, -1], loss, rtol=1e-5)
            assert series[f"{part}_accuracy"][row, -1] == accuracy_score(labels, shares.argmax(axis=-1))


def test_confusion_is_that_of_scikit_learn_and_taken_once(config, result):
    found, val = result.measured["confusion"], target_of(config).val
    assert found.epochs == (4,)
    for row in range(2):
        answers = _probabilities(result.params, val.inputs, row).argmax(axis=-1)
        np.testing.assert_array_equal(found.values[0, row], confusion_matrix(val.labels[row], answers, labels=range(5)))


def test_drift_is_0_before_training_and_while_frozen_and_ends_as_the_result_says(result):
    drift = result.measured["drift"]
    assert drift.epochs == (0, 1, 2, 3, 4)
    assert (drift.values[:3, :, :2] == 0).all()
    assert (drift.values[3:] > 0).all()
    np.testing.assert_array_equal(drift.values[-1], result.drift)

    def flat(layer):
        return np.concatenate([layer.weights.reshape(2, -1), layer.bias], axis=1)

    pairs = zip(result.params, result.pretrained, strict=True)
    expected = [np.linalg.norm(flat(new) - flat(old), axis=1) / np.linalg.norm(flat(old), axis=1) for new, old in pairs]
    np.testing.assert_allclose(result.drift, np.stack(expected, axis=-1), rtol=1e-5)


def test_snapshots_are_the_weights_of_their_row_at_their_epochs(result):
    for index, (start, end) in enumerate(zip(result.pretrained, result.params, strict=True)):
        series = result.measured[f"weights_{index}"]
        assert series.epochs == (0, 2, 4)
        np.testing.assert_array_equal(series.values[0], start.weights[1])
        np.testing.assert_array_equal(series.values[-1], end.weights[1])
        np.testing.assert_array_equal(result.measured[f"bias_{index}"].values[-1], end.bias[1])


def test_similarity_is_exactly_1_while_frozen_and_ends_at_the_cka_of_the_features(config, result):
    series, val = result.measured["similarity"], target_of(config).val
    assert series.epochs == (0, 2, 4)
    assert (series.values[:2] == 1).all()
    before, after = (forward(params, val.inputs)[1:-1] for params in (result.pretrained, result.params))
    expected = np.stack([linear_cka(old, new) for old, new in zip(before, after, strict=True)], axis=-1)
    np.testing.assert_allclose(series.values[-1], expected, rtol=1e-6)
    assert (series.values[-1] < 1).all()


def test_gradients_of_frozen_layers_are_those_they_would_have(config, result):
    series, (inputs, labels) = result.measured["gradient"], target_of(config).train
    assert series.epochs == (0, 2, 4)
    for params, found in ((result.pretrained, series.values[0]), (result.params, series.values[-1])):
        free = backward(params, forward(params, inputs), labels, (False,) * 3)
        flat = [np.concatenate([layer.weights.reshape(2, -1), layer.bias], axis=1) for layer in free if layer]
        np.testing.assert_allclose(found, np.stack([np.linalg.norm(one, axis=1) for one in flat], axis=-1), rtol=1e-5)
    assert (series.values[:, :, 0] > 0).all()


@pytest.mark.parametrize(("n_epochs", "most"), [(1, 2), (7, 3), (200, 21), (5, 100)])
def test_snapshots_hold_both_ends_and_are_never_too_many(n_epochs, most):
    epochs = snapshot_epochs(n_epochs, most)
    assert (epochs[0], epochs[-1]) == (0, n_epochs)
    assert len(epochs) <= most


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: type(measure).__name__)
def test_a_run_keeps_no_more_of_a_measure_than_it_says(config, measure):
    result = compare(config, ["end_to_end"], [measure])["end_to_end"]
    kept = [series.values for series in result.measured.values()] + list(result.history.values())
    assert kept
    assert 0 < sum(array.nbytes for array in kept) <= measure.n_bytes(config)


def test_without_measures_nothing_is_looked_at(config, monkeypatch):
    for module, names in ((training, ["predict_logits"]), (measures, ["losses_and_hits", "relative_change"])):
        for name in names:
            monkeypatch.setattr(module, name, lambda *args, name=name: pytest.fail(f"{name} was computed"))
    for epoch in arm_of(config, "progressive_unfreezing").epochs(config):
        assert epoch.metrics == {}


def test_a_result_without_measures_still_knows_where_it_stands(config):
    result = compare(config, ["end_to_end"], ())["end_to_end"]
    assert (result.history, result.measured) == ({}, {})
    assert (result.n_epochs, result.stopped, result.n_diverged) == (4, False, 0)
    np.testing.assert_array_equal(result.test_accuracy, compare(config, ["end_to_end"])["end_to_end"].test_accuracy)


def test_a_measure_sees_the_same_numbers_through_cached_features(config):
    seen = {}

    def whole(moment):
        for part in moment.data:
            full = forward(moment.params, moment.data[part].inputs)[-1]
            seen[moment.number, part] = np.abs(moment.logits(part) - full).max()
        return {}

    list(arm_of(config.but(gradual=True), "progressive_unfreezing").epochs(config, [whole]))
    assert {part for _, part in seen} == {"train", "val", "test"}
    assert max(seen.values()) < 1e-4


def test_source_accuracy_is_defined_once(config):
    result = compare(config, ["end_to_end"], ())["end_to_end"]
    found = measures.source_accuracies(config, result.params)
    np.testing.assert_array_equal(found["source_accuracy_after"], result.source_accuracy_after)
    np.testing.assert_array_equal(found["source_accuracy_before"], result.source_accuracy_before)
    assert len(source_of(config).test.labels) == 2


def test_a_backbone_that_never_moved_is_not_measured_on_the_source_again(config, monkeypatch):
    frozen, tuned = (arm_of(config, name).trained(config) for name in ("feature_extraction", "end_to_end"))
    before = pretrain(config)
    measured = measures.measured_accuracy((*frozen[:-1], before.params[-1]), source_of(config).test)
    monkeypatch.setattr(measures, "measured_accuracy", lambda *args: "measured")
    np.testing.assert_array_equal(measures.source_accuracies(config, frozen)["source_accuracy_after"], measured)
    assert measures.source_accuracies(config, tuned)["source_accuracy_after"] == "measured"


def test_arms_of_ones_own_are_compared_beside_strategies(config):
    held = arm_of(config, "end_to_end", anchor=1.0)
    loud = arm_of(config, "end_to_end", head=NewHead(scale=3.0))
    arms = {
        "plain": arm_of(config, "end_to_end"),
        "l2_sp": held,
        "loud head": loud,
        "random": arm_of(config, "from_scratch"),
    }
    results = compare(config, arms)
    assert list(results) == list(arms)
    assert results["l2_sp"].drift[:, 0].max() < results["plain"].drift[:, 0].min()
    np.testing.assert_array_equal(
        results["loud head"].pretrained[-1].weights, 3 * results["plain"].pretrained[-1].weights
    )
    assert np.isnan(results["random"].source_accuracy_after).all()
    assert results["random"].arm.start == Random()


def test_arms_of_different_length_end_together(config):
    arms = {"short": arm_of(config.but(n_epochs=2), "end_to_end"), "long": arm_of(config, "end_to_end")}
    results = compare(config, arms)
    assert [result.n_epochs for result in results.values()] == [2, 4]
    assert not any(result.stopped for result in results.values())


def test_no_arm_at_all_is_refused(config):
    with pytest.raises(ValueError, match="arms must hold at least one arm, got none"):
        compare(config, {})
