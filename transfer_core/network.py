"""A multilayer perceptron as pure functions: initialise, forward, loss, backward.

Nothing here knows about strategies, data or time. No function modifies an argument. Every function
maps over leading axes: weights are ``(..., fan_in, fan_out)`` and inputs ``(..., n, d)``, so ten
networks, one per seed, go through in one stacked call, and row ``s`` is what network ``s`` gives alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt

from transfer_core.arrays import Array, Gradients, Layer, Params, check_frozen, checked_labels

# Many examples go through a network in blocks of this many, so that the activations stay in the processor's cache.
BLOCK = 200


def init_params(
    layer_sizes: Sequence[int],
    *,
    seeds: int | Sequence[int],
    scale: str | float = "he",
    dtype: npt.DTypeLike = np.float32,
) -> Params:
    """Draw the weights of a network; biases start at zero.

    Parameters
    ----------
    layer_sizes : sequence of int
        Widths from the inputs to the logits, e.g. ``(64, 64, 64, 10)``.
    seeds : int or sequence of int
        A sequence gives one leading axis of its length; a single int gives none.
    scale : "he" or float, default "he"
        ``"he"`` draws normals of standard deviation ``sqrt(2 / fan_in)``, which keeps the variance of
        the activations through ReLU layers. A float multiplies standard normals.
    dtype : dtype, default float32

    Returns
    -------
    tuple of Layer

    Raises
    ------
    ValueError
        If there are fewer than two sizes, a size is below 1, or `scale` is not understood.

    References
    ----------
    He, Zhang, Ren, Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852.

    Examples
    --------
    >>> params = init_params((64, 32, 10), seeds=[0, 1, 2])
    >>> [layer.weights.shape for layer in params]
    [(3, 64, 32), (3, 32, 10)]
    >>> alone = init_params((64, 32, 10), seeds=1)
    >>> bool((alone[0].weights == params[0].weights[1]).all())
    True
    """
    if len(layer_sizes) < 2 or min(layer_sizes) < 1:
        raise ValueError(f"layer_sizes must name at least two widths of 1 or more, got {tuple(layer_sizes)}")
    if scale != "he" and not isinstance(scale, int | float):
        raise ValueError(f'scale must be "he" or a number, got {scale!r}')
    if isinstance(seeds, int | np.integer):
        rng = np.random.default_rng(seeds)
        return tuple(_draw_layer(fan_in, fan_out, scale, rng, dtype) for fan_in, fan_out in pairwise(layer_sizes))
    alone = [init_params(layer_sizes, seeds=seed, scale=scale, dtype=dtype) for seed in seeds]
    return tuple(
        Layer(np.stack([layer.weights for layer in layers]), np.stack([layer.bias for layer in layers]))
        for layers in zip(*alone, strict=True)
    )


def _draw_layer(fan_in: int, fan_out: int, scale: str | float, rng: np.random.Generator, dtype: npt.DTypeLike) -> Layer:
    """Draw one layer without leading axes."""
    spread = np.sqrt(2.0 / fan_in) if isinstance(scale, str) else float(scale)
    weights = (rng.standard_normal((fan_in, fan_out)) * spread).astype(dtype)
    return Layer(weights, np.zeros(fan_out, dtype))


def replace_head(params: Params, n_classes: int, *, seeds: int | Sequence[int], scale: str | float = "he") -> Params:
    """Put a fresh head on the same backbone.

    Parameters
    ----------
    params : tuple of Layer
    n_classes : int
        Width of the new logits.
    seeds : int or sequence of int
        As in `init_params`; the leading axes must be those of `params`.
    scale : "he" or float, default "he"

    Returns
    -------
    tuple of Layer
        The backbone layers are the very objects of `params`.

    Examples
    --------
    >>> params = init_params((64, 32, 10), seeds=0)
    >>> new = replace_head(params, 2, seeds=1)
    >>> new[0] is params[0], new[-1].weights.shape
    (True, (32, 2))
    """
    head = params[-1]
    fan_in = head.weights.shape[-2]
    (new_head,) = init_params((fan_in, n_classes), seeds=seeds, scale=scale, dtype=head.weights.dtype)
    if new_head.weights.shape[:-2] != head.weights.shape[:-2]:
        raise ValueError(
            f"seeds must give the leading axes {head.weights.shape[:-2]} of params, got {new_head.weights.shape[:-2]}"
        )
    return (*params[:-1], new_head)


def hidden(layers: Params, inputs: Array) -> tuple[Array, ...]:
    """Apply ``relu(inputs @ weights + bias)`` layer after layer.

    Parameters
    ----------
    layers : tuple of Layer
        Any run of backbone layers, even none.
    inputs : ndarray of shape (..., n, d)

    Returns
    -------
    tuple of ndarray
        The inputs, then the activations of each layer, ``(..., n, fan_out)``.
    """
    activations = [inputs]
    for layer in layers:
        activation = activations[-1] @ layer.weights
        # The array is new, so finishing it in place modifies nobody's argument and saves two copies.
        # One network's zeros instead of a scalar take the faster of NumPy's loops.
        activation += layer.bias[..., None, :]
        np.maximum(activation, np.zeros(activation.shape[-2:], activation.dtype), out=activation)
        activations.append(activation)
    return tuple(activations)


def forward(params: Params, inputs: Array) -> tuple[Array, ...]:
    """Run the network: ReLU between the layers, none after the last.

    Parameters
    ----------
    params : tuple of Layer
    inputs : ndarray of shape (..., n, d)

    Returns
    -------
    tuple of ndarray
        All activations: first the inputs, last the logits ``(..., n, n_classes)``.

    Examples
    --------
    >>> params = init_params((4, 3, 2), seeds=0)
    >>> [a.shape for a in forward(params, np.ones((5, 4), np.float32))]
    [(5, 4), (5, 3), (5, 2)]
    """
    activations = hidden(params[:-1], inputs)
    logits = activations[-1] @ params[-1].weights
    logits += params[-1].bias[..., None, :]
    return (*activations, logits)


def predict_logits(params: Params, inputs: Array) -> Array:
    """Logits alone: `forward` without keeping the activations that only `backward` needs.

    Parameters
    ----------
    params : tuple of Layer
    inputs : ndarray of shape (..., n, d)

    Returns
    -------
    ndarray of shape (..., n, n_classes)

    Examples
    --------
    >>> params, inputs = init_params((4, 3, 2), seeds=0), np.ones((5, 4), np.float32)
    >>> bool((predict_logits(params, inputs) == forward(params, inputs)[-1]).all())
    True
    """
    blocks = []
    for start in range(0, max(inputs.shape[-2], 1), BLOCK):
        activation = inputs[..., start : start + BLOCK, :]
        for layer in params[:-1]:
            activation = hidden((layer,), activation)[-1]
        blocks.append(forward(params[-1:], activation)[-1])
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=-2)


def cross_entropy(logits: Array, labels: Array) -> Array:
    """Mean cross-entropy over the examples.

    Parameters
    ----------
    logits : ndarray of shape (..., n, n_classes)
    labels : int ndarray of shape (..., n)
        Values 0 to ``n_classes - 1``.

    Returns
    -------
    ndarray of shape (...)
        Nats, one value per leading index.

    Raises
    ------
    ValueError
        If a label is out of range.

    Examples
    --------
    >>> float(cross_entropy(np.zeros((3, 4)), np.array([0, 1, 2]))) == float(np.log(4))
    True
    """
    losses, _ = losses_and_hits(logits, checked_labels(labels, logits))
    return cast(Array, losses.mean(axis=-1))


def losses_and_hits(logits: Array, labels: Array) -> tuple[Array, Array]:
    """Look once at what `cross_entropy` and `accuracy` take the mean of.

    Parameters
    ----------
    logits : ndarray of shape (..., n, n_classes)
    labels : int ndarray of shape (..., n)
        Not checked.

    Returns
    -------
    losses : ndarray of shape (..., n)
        Cross-entropy of each example, nats.
    hits : bool ndarray of shape (..., n)
        Whether its largest logit is the label's; of several as large, the first counts, and logits of which one is not
        a number say nothing.

    Examples
    --------
    >>> losses, hits = losses_and_hits(np.array([[2.0, 1.0], [0.0, 3.0], [4.0, 4.0]]), np.array([0, 0, 0]))
    >>> losses.round(2).tolist(), hits.tolist()
    ([0.31, 3.05, 0.69], [True, False, True])
    """
    # log softmax(z)_y = (z_y - m) - log sum_k exp(z_k - m) for any m; m = max z cannot overflow.
    by_class = _by_class(logits)
    by_class -= by_class.max(axis=-2, keepdims=True)
    chosen = np.take_along_axis(by_class, labels[..., None, :], axis=-2)[..., 0, :]
    hits = chosen == 0
    if np.count_nonzero(by_class < 0) < by_class.size - hits.size:  # a largest logit is not alone, or no number
        hits = _hits(logits, labels)
    return np.log(np.exp(by_class, out=by_class).sum(axis=-2)) - chosen, hits


def _by_class(logits: Array) -> Array:
    """Copy with the classes on the last axis but one, where NumPy reduces several times faster."""
    return np.swapaxes(logits, -1, -2).copy(order="C")


def accuracy(logits: Array, labels: Array) -> Array:
    """Share of the examples whose largest logit is the label's, 0 to 1, one per leading index.

    An example is wrong if one of its logits is not a number, as those of a network that diverged are.

    Examples
    --------
    >>> float(accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0])))
    0.5
    >>> float(accuracy(np.array([[np.nan, np.nan], [0.0, 3.0]]), np.array([0, 1])))
    0.5
    """
    return cast(Array, _hits(logits, labels).mean(axis=-1))


def _hits(logits: Array, labels: Array) -> Array:
    """Whether the largest logit is the label's. Where one is not a number, argmax would name the first such: no hit."""
    guesses = logits.argmax(axis=-1)
    largest = np.take_along_axis(logits, guesses[..., None], axis=-1)[..., 0]
    return np.asarray((guesses == labels) & ~np.isnan(largest))


def backward(params: Params, activations: Sequence[Array], labels: Array, frozen: Sequence[bool]) -> Gradients:
    """Gradients of `cross_entropy`, all taken at the same parameters.

    Parameters
    ----------
    params : tuple of Layer
    activations : sequence of ndarray
        What `forward` returned for these parameters.
    labels : int ndarray of shape (..., n)
    frozen : sequence of bool
        One entry per layer, ``True`` = frozen.

    Returns
    -------
    tuple of (Layer or None)
        ``None`` for a frozen layer. The pass stops below the lowest trainable layer: this is where
        a frozen backbone saves its time.

    Raises
    ------
    ValueError
        If the mask does not fit or freezes everything, or a label is out of range.

    Examples
    --------
    >>> params = init_params((4, 3, 2), seeds=0)
    >>> activations = forward(params, np.ones((5, 4), np.float32))
    >>> gradients = backward(params, activations, np.zeros(5, int), frozen=(True, False))
    >>> gradients[0] is None, gradients[1].weights.shape
    (True, (3, 2))
    """
    logits = activations[-1]
    n_examples, n_classes = logits.shape[-2:]
    check_frozen(frozen, len(params))
    labels = checked_labels(labels, logits)
    lowest = list(frozen).index(False)

    # L = mean_i [ log sum_k exp(z_ik) - z_{i, y_i} ]  gives
    # dL/dz_ik = ( softmax(z_i)_k - [k = y_i] ) / n.
    by_class = _by_class(logits)
    by_class -= by_class.max(axis=-2, keepdims=True)
    np.exp(by_class, out=by_class)
    by_class /= by_class.sum(axis=-2, keepdims=True)
    by_class -= labels[..., None, :] == np.arange(n_classes)[:, None]
    by_class /= n_examples
    delta = np.swapaxes(by_class, -1, -2)
    ones = np.ones(n_examples, delta.dtype)

    gradients: list[Layer | None] = [None] * len(params)
    for index in range(len(params) - 1, lowest - 1, -1):
        # z = a W + b  gives  dL/dW = a^T dL/dz  and  dL/db = sum over the examples of dL/dz.
        below = activations[index]
        if not frozen[index]:
            gradients[index] = Layer(np.swapaxes(below, -1, -2) @ delta, ones @ delta)
        if index > lowest:
            # dL/da = dL/dz W^T; and a = max(z', 0) passes it on only where a > 0.
            # (BLAS is quicker with a copy of W^T than with a view.)
            delta = delta @ np.swapaxes(params[index].weights, -1, -2).copy()
            delta *= below > 0
    return tuple(gradients)
