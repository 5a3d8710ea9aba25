import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from tests.present import present
from transfer_core import (
    Layer,
    Phase,
    TrainState,
    cross_entropy,
    forward,
    init_params,
    initial_state,
    train_step,
    training,
)
from transfer_core.arrays import Examples
from transfer_core.measures import DEFAULT_MEASURES
from transfer_core.schedules import freeze_to
from transfer_core.training import minibatch_orders, train

SIZES = (6, 8, 7, 3)
RATES = (0.02, 0.05, 0.1)
HEAD = Phase("head", 3, freeze_to(3, 2), (0.0, 0.0, 0.1))
TOP = Phase("top", 3, freeze_to(3, 1), (0.0, 0.05, 0.1))
ALL = Phase("all", 3, freeze_to(3, 0), RATES)
GRADUAL = (HEAD, TOP, ALL)


def _examples(n_seeds=2, n=20, dtype=np.float32, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size=(n_seeds, n))
    inputs = rng.normal(size=(n_seeds, n, 6)) + labels[..., None]
    return Examples(inputs.astype(dtype), labels)


def _watched(examples):
    return {"measures": DEFAULT_MEASURES, "others": {"val": examples}}


def _last(params, schedule, examples, **options):
    options = {"batch_seeds": range(len(examples.labels))} | options
    *_, last = train(params, schedule, examples, **_watched(examples), **options)
    return last


def _assert_same_params(one, two):
    for layer, other in zip(one, two, strict=True):
        np.testing.assert_array_equal(layer.weights, other.weights)
        np.testing.assert_array_equal(layer.bias, other.bias)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_full_batch_updates_equal_scikit_learns_classifier(momentum):
    # scikit-learn keeps u = m u - lr g and adds it; with a constant rate u = -lr v, the same path.
    inputs, labels = (part[0] for part in _examples(n=30, dtype=np.float64))
    model = MLPClassifier(
        (8, 7), solver="sgd", alpha=0, momentum=momentum, nesterovs_momentum=False, learning_rate_init=0.1,
        batch_size=30, shuffle=False, warm_start=True, max_iter=1, tol=0, n_iter_no_change=1000,
    )  # fmt: skip
    state = initial_state(init_params(SIZES, seeds=4, dtype=np.float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(inputs, labels)
        for n_updates in (1, 6):  # a warm start keeps the weights and forgets the momentum
            model.coefs_ = [layer.weights.copy() for layer in state.params]
            model.intercepts_ = [layer.bias.copy() for layer in state.params]
            ours = initial_state(state.params)
            losses = []
            for _ in range(n_updates):
                losses.append(cross_entropy(forward(ours.params, inputs)[-1], labels))
                ours = train_step(
                    ours, inputs, labels, frozen=(False,) * 3, learning_rates=(0.1,) * 3, momentum=momentum
                )
            model.set_params(max_iter=n_updates).fit(inputs, labels)
            np.testing.assert_allclose(model.loss_curve_[-n_updates:], losses, rtol=1e-10)
            for layer, weights, bias in zip(ours.params, model.coefs_, model.intercepts_, strict=True):
                np.testing.assert_allclose(layer.weights, weights, atol=1e-12)
                np.testing.assert_allclose(layer.bias, bias, atol=1e-12)


def test_weight_decay_momentum_and_rates_by_hand():
    # One weight, input 0: the gradient is that of the bias alone, so the weight only decays.
    layer = Layer(np.array([[2.0, -2.0]]), np.zeros(2))
    state = TrainState((layer,), (Layer(np.array([[1.0, 0.0]]), np.zeros(2)),))
    new = train_step(
        state, np.zeros((1, 1)), np.array([0]), frozen=(False,), learning_rates=(0.1,), momentum=0.5, weight_decay=0.25
    )
    # v = 0.5 * (1, 0) + 0.25 * (2, -2) = (1, -0.5); w = w - 0.1 v. Bias: g = (-1/2, 1/2).
    np.testing.assert_allclose(present(new.velocity[0]).weights, [[1.0, -0.5]])
    np.testing.assert_allclose(new.params[0].weights, [[1.9, -1.95]])
    np.testing.assert_allclose(new.params[0].bias, [0.05, -0.05])


def test_each_layer_moves_at_its_own_rate():
    inputs, labels = _examples(dtype=np.float64)
    start = initial_state(init_params(SIZES, seeds=[0, 1], dtype=np.float64))
    unit = train_step(start, inputs, labels, frozen=(False,) * 3, learning_rates=(1, 1, 1))
    scaled = train_step(start, inputs, labels, frozen=(False,) * 3, learning_rates=RATES)
    for index, rate in enumerate(RATES):
        before = start.params[index].weights
        np.testing.assert_allclose(
            scaled.params[index].weights - before, rate * (unit.params[index].weights - before), atol=1e-14
        )


@pytest.mark.parametrize(
    "frozen", [(True, True, False), (True, False, False), (False, True, False), (False, False, True)]
)
def test_frozen_layers_come_back_as_the_same_objects(frozen):
    inputs, labels = _examples()
    options: dict[str, Any] = {"learning_rates": RATES, "momentum": 0.9, "weight_decay": 0.1}
    fresh = initial_state(init_params(SIZES, seeds=[0, 1]))
    trained = train_step(fresh, inputs, labels, frozen=(False,) * 3, **options)
    assert all(buffer is not None for buffer in trained.velocity)
    for state in (fresh, trained):
        new = train_step(state, inputs, labels, frozen=frozen, **options)
        for index, cold in enumerate(frozen):
            assert (new.params[index] is state.params[index]) == cold
            assert (new.velocity[index] is state.velocity[index]) == cold


def test_frozen_layers_keep_their_bits_over_a_whole_run():
    params = init_params(SIZES, seeds=[0, 1])
    bits = [layer.weights.tobytes() + layer.bias.tobytes() for layer in params]
    last = _last(params, (HEAD, TOP), _examples(), batch_size=8, momentum=0.9, weight_decay=0.1)
    after = [layer.weights.tobytes() + layer.bias.tobytes() for layer in last.params]
    assert [one == two for one, two in zip(bits, after, strict=True)] == [True, False, False]


def test_a_layer_frozen_after_training_stands_still():
    steps = train(
        init_params(SIZES, seeds=[0, 1]), (ALL, HEAD), _examples(), batch_seeds=[0, 1], momentum=0.9, batch_size=8
    )
    epochs = {epoch.number: epoch.params for epoch in steps}
    assert epochs[6][0] is epochs[3][0]
    assert epochs[6][1] is epochs[3][1]
    assert epochs[6][2] is not epochs[3][2]


def test_neither_a_step_nor_a_run_writes_to_its_arguments():
    examples = _examples()
    state = initial_state(init_params(SIZES, seeds=[0, 1]))
    options: dict[str, Any] = {"learning_rates": RATES, "momentum": 0.9, "weight_decay": 0.1}
    state = train_step(state, *examples, frozen=(False,) * 3, **options)
    for array in (*examples, *(a for layer in (*state.params, *map(present, state.velocity)) for a in layer)):
        array.setflags(write=False)
    train_step(state, *examples, frozen=(False,) * 3, **options)
    for batch_size in (None, 8):
        _last(state.params, GRADUAL, examples, batch_size=batch_size, momentum=0.9, weight_decay=0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_follows_the_dtype_of_the_parameters(dtype):
    last = _last(init_params(SIZES, seeds=[0, 1], dtype=dtype), GRADUAL, _examples(dtype=dtype), momentum=0.9)
    assert {array.dtype for layer in last.params for array in layer} == {np.dtype(dtype)}
    assert last.metrics["train_loss"].dtype == dtype


@pytest.mark.parametrize(
    "rates", [np.array(RATES), tuple(np.float64(rate) for rate in RATES)], ids=["array", "scalars"]
)
def test_rates_from_numpy_do_not_change_the_dtype(rates):
    state = initial_state(init_params(SIZES, seeds=[0, 1]))
    new = train_step(state, *_examples(), frozen=(False,) * 3, learning_rates=rates, momentum=0.9, weight_decay=0.1)
    assert new.params[0].weights.dtype == np.float32


@pytest.mark.parametrize("batch_size", [None, 7, 20, 100])
def test_a_row_of_a_stacked_training_equals_that_seed_alone(batch_size):
    seeds, examples = (5, 9, 2), _examples(3)
    options = {"batch_size": batch_size, "momentum": 0.9, "weight_decay": 0.01}
    stacked = list(
        train(init_params(SIZES, seeds=seeds), GRADUAL, examples, **_watched(examples), batch_seeds=seeds, **options)
    )
    for row, seed in enumerate(seeds):
        part = Examples(*(array[row : row + 1] for array in examples))
        alone = train(init_params(SIZES, seeds=[seed]), GRADUAL, part, **_watched(part), batch_seeds=[seed], **options)
        for ours, theirs in zip(alone, stacked, strict=True):
            _assert_same_params(ours.params, [Layer(w[row : row + 1], b[row : row + 1]) for w, b in theirs.params])
            assert ours.metrics.keys() == theirs.metrics.keys()
            for key, values in ours.metrics.items():
                np.testing.assert_array_equal(values[0], theirs.metrics[key][row])


def test_same_seeds_give_the_same_bits_twice():
    params = init_params(SIZES, seeds=[0, 1])
    one, two = (_last(params, GRADUAL, _examples(), batch_size=8, momentum=0.9) for _ in range(2))
    _assert_same_params(one.params, two.params)


@pytest.mark.parametrize(
    "schedule", [(HEAD,), (HEAD, ALL), GRADUAL, (ALL, HEAD, ALL)], ids=["extraction", "at once", "gradual", "again"]
)
@pytest.mark.parametrize("batch_size", [None, 8])
def test_cached_features_change_nothing_but_the_time(schedule, batch_size):
    params, examples = init_params(SIZES, seeds=[0, 1], dtype=np.float64), _examples(dtype=np.float64)
    options = {"batch_size": batch_size, "momentum": 0.9, "weight_decay": 0.01}
    runs = [
        list(
            train(params, schedule, examples, **_watched(examples), batch_seeds=[0, 1], cache_features=cache, **options)
        )
        for cache in (True, False)
    ]
    assert len(runs[0]) == 1 + 3 * len(schedule)
    for cached, plain in zip(*runs, strict=True):
        for key, values in plain.metrics.items():
            np.testing.assert_allclose(cached.metrics[key], values, rtol=1e-8, atol=1e-12)
        for layer, other in zip(cached.params, plain.params, strict=True):
            np.testing.assert_allclose(layer.weights, other.weights, rtol=1e-9, atol=1e-12)


def test_a_run_is_the_steps_that_train_step_makes_with_momentum_kept_across_phases():
    params, examples = init_params(SIZES, seeds=[3]), _examples(1)
    state, orders = initial_state(params), minibatch_orders(20, [3])
    for frozen in (HEAD.frozen,) * 3 + (ALL.frozen,) * 3:
        order = next(orders)[0]
        for start in range(0, 20, 8):  # 8, 8 and the last 4
            batch = (array[:, order[start : start + 8]] for array in examples)
            state = train_step(state, *batch, frozen=frozen, learning_rates=RATES, momentum=0.9)
    last = _last(params, (HEAD, ALL), examples, batch_seeds=[3], batch_size=8, momentum=0.9, cache_features=False)
    _assert_same_params(last.params, state.params)


def test_the_frozen_prefix_is_left_out_of_every_step(monkeypatch):
    depths = []

    def watched(params, inputs):
        depths.append(len(params))
        return forward(params, inputs)

    monkeypatch.setattr(training, "forward", watched)
    steps = train(init_params(SIZES, seeds=[0, 1]), GRADUAL, _examples(), batch_seeds=[0, 1], batch_size=None)
    list(steps)
    assert depths == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_orders_are_new_permutations_each_epoch_and_a_seeds_own():
    orders = minibatch_orders(50, [0, 1])
    first, second = next(orders), next(orders)
    assert (np.sort(first, axis=-1) == np.arange(50)).all()
    assert (first[0] != first[1]).any()
    assert (first != second).any()
    np.testing.assert_array_equal(next(minibatch_orders(50, [1]))[0], first[1])


def test_epochs_are_numbered_and_the_first_is_before_training():
    params, examples = init_params(SIZES, seeds=[0, 1]), _examples()
    epochs = list(train(params, (HEAD, ALL), examples, **_watched(examples), batch_seeds=[0, 1]))
    assert [epoch.number for epoch in epochs] == list(range(7))
    assert epochs[0].params is params
    assert epochs[0].seconds == 0 < epochs[1].seconds < epochs[6].seconds
    np.testing.assert_array_equal(
        epochs[0].metrics["train_loss"], cross_entropy(forward(params, examples.inputs)[-1], examples.labels)
    )
    assert (epochs[6].metrics["train_loss"] < epochs[0].metrics["train_loss"]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frozen": (False, False)}, "frozen must have one entry for each of the 3 layers, got 2"),
        ({"learning_rates": (0.1,) * 4}, "learning_rates must have one entry for each of the 3 layers, got 4"),
        ({"frozen": (True,) * 3}, "frozen must leave at least one layer to train"),
        ({"labels": np.full((2, 20), 3)}, "labels must be between 0 and 2 .* got values from 3 to 3"),
        ({"labels": np.full((2, 20), -1)}, "labels must be between 0 and 2"),
        ({"inputs": np.full((2, 20, 6), np.nan)}, "inputs must be finite"),
        ({"inputs": np.full((2, 20, 6), np.inf)}, "inputs must be finite"),
    ],
)
def test_step_and_run_refuse(change, message):
    fields = {
        "inputs": _examples().inputs,
        "labels": _examples().labels,
        "frozen": (False,) * 3,
        "learning_rates": RATES,
    }
    fields |= change
    state = initial_state(init_params(SIZES, seeds=[0, 1]))
    with pytest.raises(ValueError, match=message):
        train_step(state, **fields)
    if "labels" in change or "inputs" in change:
        bad = Examples(fields["inputs"], fields["labels"])
        for train_set, watched in ((bad, {}), (_examples(), _watched(bad))):
            with pytest.raises(ValueError, match=message):
                next(train(state.params, (ALL,), train_set, batch_seeds=[0, 1], **watched))


def test_run_refuses_a_schedule_for_another_network():
    with pytest.raises(ValueError, match="frozen must have one entry for each of the 3 layers, got 2"):
        next(
            train(
                init_params(SIZES, seeds=[0, 1]),
                (Phase("p", 1, (True, False), (0.0, 0.1)),),
                _examples(),
                batch_seeds=[0, 1],
            )
        )
