from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from tests.present import present
from transfer_core import Layer, accuracy, backward, cross_entropy, forward, init_params, replace_head
from transfer_core.network import BLOCK, hidden, losses_and_hits, predict_logits

SIZES = (4, 5, 4, 3, 3)
MASKS = [mask for mask in product((False, True), repeat=4) if not all(mask)]


def _problem(lead=(), sizes=SIZES, n=6, dtype=np.float64):
    """Random network (biases too) and examples, with these leading axes."""
    rng = np.random.default_rng(3)
    params = tuple(Layer(rng.normal(size=(*lead, i, o)), rng.normal(size=(*lead, o))) for i, o in pairwise(sizes))
    params = tuple(Layer(w.astype(dtype), b.astype(dtype)) for w, b in params)
    inputs = rng.normal(size=(*lead, n, sizes[0])).astype(dtype)
    return params, inputs, rng.integers(0, sizes[-1], size=(*lead, n))


def _numeric_gradients(params, inputs, labels, eps=1e-6):
    """Central differences of the summed loss; networks on a leading axis do not see each other."""
    arrays = [array.copy() for layer in params for array in layer]
    network = tuple(Layer(*arrays[i : i + 2]) for i in range(0, len(arrays), 2))
    slopes = []
    for array in arrays:
        slope = np.empty_like(array)
        for index in np.ndindex(array.shape):
            middle = array[index]
            array[index] = middle + eps
            above = cross_entropy(forward(network, inputs)[-1], labels).sum()
            array[index] = middle - eps
            below = cross_entropy(forward(network, inputs)[-1], labels).sum()
            array[index] = middle
            slope[index] = (above - below) / (2 * eps)
        slopes.append(slope)
    return [Layer(*slopes[i : i + 2]) for i in range(0, len(slopes), 2)]


@pytest.mark.parametrize("lead", [(), (3,), (2, 2)], ids=["alone", "seed axis", "two axes"])
def test_gradients_equal_central_differences_for_every_mask(lead):
    params, inputs, labels = _problem(lead)
    expected = _numeric_gradients(params, inputs, labels)
    activations = forward(params, inputs)
    for mask in MASKS:
        for frozen, found, wanted in zip(mask, backward(params, activations, labels, mask), expected, strict=True):
            if frozen:
                assert found is None, mask
            else:
                found = present(found)
                np.testing.assert_allclose(found.weights, wanted.weights, atol=1e-8, err_msg=str(mask))
                np.testing.assert_allclose(found.bias, wanted.bias, atol=1e-8, err_msg=str(mask))


def test_gradients_of_a_shared_network_do_not_depend_on_memory_layout():
    params, _, _ = _problem()
    _, inputs, labels = _problem((2, 3))
    swapped = np.ascontiguousarray(inputs.swapaxes(0, 1)).swapaxes(0, 1)
    mask = (False,) * 4
    plain = backward(params, forward(params, inputs), labels, mask)
    other = backward(params, forward(params, swapped), labels, mask)
    for one, two in zip(plain, other, strict=True):
        np.testing.assert_allclose(present(two).weights, present(one).weights, atol=1e-12)


def test_a_mask_may_be_a_list():
    params, inputs, labels = _problem()
    activations = forward(params, inputs)
    listed = backward(params, activations, labels, [True, False, True, False])
    assert [gradient is None for gradient in listed] == [True, False, True, False]


def test_the_pass_stops_below_the_lowest_trainable_layer():
    params, inputs, labels = _problem()
    activations = forward(params, inputs)
    expected = backward(params, activations, labels, (True, True, False, False))[2]
    unread: Any = None
    found = backward(
        (unread, unread, *params[2:]), (unread, unread, *activations[2:]), labels, (True, True, False, False)
    )[2]
    np.testing.assert_array_equal(present(found).weights, present(expected).weights)


def test_two_two_two_network_worked_by_hand():
    # x = (1, 2): hidden before ReLU (1 + 2, -1 + 0) = (3, -1), after (3, 0); logits (3, 0) + (0, 3).
    params = (
        Layer(np.array([[1.0, -1.0], [1.0, 0.0]]), np.zeros(2)),
        Layer(np.array([[1.0, 0.0], [4.0, -4.0]]), np.array([0.0, 3.0])),
    )
    inputs, labels = np.array([[1.0, 2.0]]), np.array([0])
    activations = forward(params, inputs)
    np.testing.assert_array_equal(activations[0], inputs)
    np.testing.assert_array_equal(activations[1], [[3, 0]])
    np.testing.assert_array_equal(activations[2], [[3, 3]])
    assert cross_entropy(activations[-1], labels) == pytest.approx(np.log(2))
    # Probabilities one half each: dL/dz = (-1/2, 1/2), handed down (-1/2, -4), the second unit is off.
    first, head = map(present, backward(params, activations, labels, (False, False)))
    np.testing.assert_allclose(head.weights, [[-1.5, 1.5], [0.0, 0.0]])
    np.testing.assert_allclose(head.bias, [-0.5, 0.5])
    np.testing.assert_allclose(first.weights, [[-0.5, 0.0], [-1.0, 0.0]])
    np.testing.assert_allclose(first.bias, [-0.5, 0])


def test_loss_equals_scikit_learns_log_loss():
    params, inputs, _ = _problem(n=30)
    labels = np.arange(30) % 3
    logits = forward(params, inputs)[-1] / 10  # scikit-learn cuts probabilities near 0
    assert cross_entropy(logits, labels) == pytest.approx(log_loss(labels, softmax(logits, axis=-1)), rel=1e-12)


def test_loss_of_huge_logits_neither_overflows_nor_loses_the_gap():
    assert cross_entropy(np.array([[1000.0, 0.0]]), np.array([1])) == 1000
    assert cross_entropy(np.array([[1000.0, 0.0]]), np.array([0])) == 0


def test_accuracy_counts_largest_logits_per_leading_index():
    logits = np.array([[[2.0, 1.0], [0.0, 3.0]], [[2.0, 1.0], [4.0, 3.0]]])
    np.testing.assert_array_equal(accuracy(logits, np.zeros((2, 2), int)), [0.5, 1.0])


@pytest.mark.parametrize("values", [(0, 1), (0, 1, np.inf), (0, 1, -np.inf), (0, 1, np.nan), (0, 5e-324, -5e-324)])
def test_a_hit_is_what_argmax_says_in_a_tie_and_beyond_numbers_but_no_number_is_a_miss(values):
    rng = np.random.default_rng(0)
    logits, labels = rng.choice(np.array(values, float), size=(4, 50, 3)), rng.integers(3, size=(4, 50))
    with np.errstate(invalid="ignore", divide="ignore"):
        _, hits = losses_and_hits(logits, labels)
    says_something = ~np.isnan(logits).any(axis=-1)
    np.testing.assert_array_equal(hits, (logits.argmax(axis=-1) == labels) & says_something)
    np.testing.assert_array_equal(hits.mean(axis=-1), accuracy(logits, labels))


def test_a_network_that_diverged_is_never_right():
    assert accuracy(np.full((2, 30, 3), np.nan), np.zeros((2, 30), int)).tolist() == [0.0, 0.0]


def test_losses_of_examples_are_log_softmax_at_the_label():
    logits = np.random.default_rng(0).normal(size=(2, 20, 3), scale=10)
    labels = np.arange(40).reshape(2, 20) % 3
    losses, hits = losses_and_hits(logits, labels)
    expected = np.take_along_axis(log_softmax(logits, axis=-1), labels[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(losses, -expected, rtol=1e-12)
    np.testing.assert_array_equal(hits, logits.argmax(axis=-1) == labels)


@pytest.mark.parametrize("n", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_logits_computed_in_blocks_are_those_of_a_whole_pass(n):
    params, inputs, _ = _problem((2,), n=n)
    logits = predict_logits(params, inputs)
    assert logits.shape == (2, n, 3)
    np.testing.assert_allclose(logits, forward(params, inputs)[-1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_of_a_stack_equals_that_seed_alone(dtype):
    seeds = (7, 3, 11)
    stacked = init_params((64, 16, 16, 5), seeds=seeds, dtype=dtype)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(3, 20, 64)).astype(dtype)
    labels = rng.integers(0, 5, size=(3, 20))
    activations = forward(stacked, inputs)
    gradients = [*map(present, backward(stacked, activations, labels, (False,) * 3))]
    losses = cross_entropy(activations[-1], labels)
    for row, seed in enumerate(seeds):
        alone = init_params((64, 16, 16, 5), seeds=seed, dtype=dtype)
        outputs = forward(alone, inputs[row])
        np.testing.assert_array_equal(outputs[-1], activations[-1][row])
        np.testing.assert_array_equal(cross_entropy(outputs[-1], labels[row]), losses[row])
        for index, gradient in enumerate(map(present, backward(alone, outputs, labels[row], (False,) * 3))):
            np.testing.assert_array_equal(alone[index].weights, stacked[index].weights[row])
            np.testing.assert_array_equal(gradient.weights, gradients[index].weights[row])
            np.testing.assert_array_equal(gradient.bias, gradients[index].bias[row])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_follows_the_dtype_of_the_parameters(dtype):
    params = init_params((4, 5, 3), seeds=[0, 1], dtype=dtype)
    inputs, labels = np.ones((2, 6, 4), dtype), np.zeros((2, 6), int)
    activations = forward(params, inputs)
    gradients = [*map(present, backward(params, activations, labels, (False, False)))]
    arrays = [*activations, *(a for layer in (*params, *gradients) for a in layer)]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    assert cross_entropy(activations[-1], labels).dtype == dtype
    assert replace_head(params, 2, seeds=[0, 1])[-1].weights.dtype == dtype


def test_no_function_writes_to_its_arguments():
    params, inputs, labels = _problem((2,))
    for array in (inputs, labels, *(a for layer in params for a in layer)):
        array.setflags(write=False)
    activations = forward(params, inputs)
    for array in activations:
        array.setflags(write=False)
    backward(params, activations, labels, (False,) * 4)
    predict_logits(params, inputs)
    cross_entropy(activations[-1], labels)
    losses_and_hits(activations[-1], labels)
    accuracy(activations[-1], labels)
    replace_head(params, 2, seeds=[0, 1])


def test_hidden_of_no_layers_is_the_inputs():
    inputs = np.ones((2, 3))
    assert hidden((), inputs) == (inputs,)


def test_he_scale_keeps_the_second_moment_through_relu():
    params = init_params((400, 400, 400), seeds=0)
    assert params[0].weights.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert not any(layer.bias.any() for layer in params)


def test_a_number_as_scale_multiplies_standard_normals():
    unit = init_params((10, 20, 3), seeds=5, scale=1.0, dtype=np.float64)
    small = init_params((10, 20, 3), seeds=5, scale=0.01, dtype=np.float64)
    np.testing.assert_allclose(small[1].weights, 0.01 * unit[1].weights)
    assert unit[0].weights.std() == pytest.approx(1, rel=0.2)


def test_other_seeds_give_other_weights():
    one, two = init_params((4, 3), seeds=[0, 1])[0].weights
    assert (one != two).all()


@pytest.mark.parametrize(
    ("sizes", "scale", "message"), [((4,), "he", "layer_sizes"), ((4, 0), "he", "layer_sizes"), ((4, 2), "x", "scale")]
)
def test_init_refuses(sizes, scale, message):
    with pytest.raises(ValueError, match=message):
        init_params(sizes, seeds=0, scale=scale)


def test_replace_head_keeps_the_backbone_objects():
    params = init_params((4, 5, 6, 3), seeds=[0, 1])
    new = replace_head(params, 7, seeds=[2, 3])
    assert new[0] is params[0]
    assert new[1] is params[1]
    assert new[2].weights.shape == (2, 6, 7)


def test_replace_head_refuses_seeds_that_do_not_fit():
    with pytest.raises(ValueError, match="seeds must give the leading axes"):
        replace_head(init_params((4, 3), seeds=[0, 1]), 2, seeds=[0, 1, 2])
