"""Plain NumPy: the core's few functions, readable in one go."""

from __future__ import annotations

from transfer_ui.export.code import fill
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.recipe import Recipe

TEMPLATE = '''\
"""$title in plain NumPy.

Task: $task, seed $seed of the run on screen.
Needs: pip install numpy
Data: $data_file, from the same page, beside this file

$outcome
"""

from pathlib import Path

import numpy as np

# %% Settings: the knobs of the run on screen
$settings

$phases

# %% Data, and the network before training
$find_data
with np.load(data_path, allow_pickle=False) as stored:
    data = {name: stored[name] for name in stored.files}
n_layers = sum(name.startswith("bias_") for name in data)
params = [(data[f"weights_{i}"], data[f"bias_{i}"]) for i in range(n_layers)]


# %% Forward, loss and backward
def forward(inputs):
    """Activations of all layers: first the inputs, last the logits; ReLU between."""
    activations = [inputs]
    for i, (weights, bias) in enumerate(params):
        outputs = activations[-1] @ weights + bias
        activations.append(outputs if i == n_layers - 1 else np.maximum(outputs, 0))
    return activations


def log_softmax(logits):
    """Logarithm of the class probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def backward(activations, labels, lowest):
    """Gradients of the mean cross-entropy, from the head down to the layer `lowest`."""
    delta = np.exp(log_softmax(activations[-1]))
    delta[np.arange(len(labels)), labels] -= 1
    delta /= len(labels)
    gradients = {}
    for i in range(n_layers - 1, lowest - 1, -1):
        gradients[i] = activations[i].T @ delta, delta.sum(axis=0)
        if i > lowest:  # through the weights, then through the ReLU below
            delta = (delta @ params[i][0].T) * (activations[i] > 0)
    return gradients


def evaluate(part):
    """Loss and accuracy on "train", "val" or "test"."""
    labels = data[f"{part}_labels"]
    logits = forward(data[f"{part}_inputs"])[-1]
    loss = -log_softmax(logits)[np.arange(len(labels)), labels].mean()
    accuracy = (logits.argmax(axis=1) == labels).mean()
    return {f"{part}_loss": loss, f"{part}_accuracy": accuracy}


def record():
    """Add a point to the curves."""
    row = evaluate("train") | evaluate("val")
    print(f"epoch {len(history)}:", *(f"{k} {v:.4f}" for k, v in row.items()))
    history.append(row)


# %% Training: SGD with momentum, phase by phase
inputs, labels = data["train_inputs"], data["train_labels"]
rng = np.random.default_rng(BATCH_SEED)
velocity = [(np.zeros_like(weights), np.zeros_like(bias)) for weights, bias in params]
history = []
record()  # epoch 0: before any training
for n_epochs, rates in PHASES:
    trained = [i for i, rate in enumerate(rates) if rate is not None]
    for _ in range(n_epochs):
        order = rng.permutation(len(labels))
        for start in range(0, len(labels), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            gradients = backward(forward(inputs[batch]), labels[batch], trained[0])
            # Neither the weights nor the velocity of a frozen layer are touched.
            for i in trained:
                for p, v, g in zip(params[i], velocity[i], gradients[i], strict=True):
                    v *= MOMENTUM
                    v += g + WEIGHT_DECAY * p
                    p -= rates[i] * v
        record()

# %% Evaluation on images used for no fitting and no choice
test = evaluate("test")
print(f"test accuracy: {test['test_accuracy']:.4f}")
'''


def write(recipe: Recipe) -> str:
    """Write the script."""
    return fill(TEMPLATE, recipe)


FRAMEWORK = Framework(
    title="Plain NumPy",
    order=6,
    write=write,
    words=(
        Word("Frozen layer", "it is left out of the update", "nothing is frozen"),
        Word("Learning rate of a layer", "a factor in the update", "none"),
        Word("Momentum", "`velocity = momentum * velocity + gradient`", "none"),
        Word("Weight decay", "`gradient + weight_decay * parameter`", "none"),
        Word("Minibatch order", "`rng.permutation(n)`, once per epoch", "the given order"),
    ),
    habits=(
        Habit(
            "NumPy computes in double precision unless told otherwise.",
            "The arrays in the file are in single precision, as on screen, and plain Python numbers keep them so.",
        ),
        Habit(
            "Nothing stops the backward pass at a frozen layer.",
            "`backward` is told the lowest trained layer and stops there: that is what freezing saves.",
        ),
    ),
    checked=Checked(is_run=True, versions=("NumPy",)),
)
