"""PyTorch: one optimizer, one parameter group per layer."""

from __future__ import annotations

from transfer_ui.export.code import fill
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.recipe import Recipe

TEMPLATE = '''\
"""$title in PyTorch.

Task: $task, seed $seed of the run on screen.
Needs: pip install torch numpy
Data: $data_file, from the same page, beside this file

$outcome
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

# %% Settings: the knobs of the run on screen
$settings

$phases

# %% Data, and the network before training
$torch_network
$torch_sequential
loss_fn = nn.CrossEntropyLoss()

# %% Optimizer
# It owns every layer from the start, so none is missed when it is freed. SGD skips
# parameters without a gradient: a frozen layer keeps its weights and its momentum.
optimizer = torch.optim.SGD(
    [{"params": layer.parameters()} for layer in layers],
    momentum=MOMENTUM,
    weight_decay=WEIGHT_DECAY,
)


# %% Evaluation
@torch.no_grad()
def evaluate(part):
    """Loss and accuracy on "train", "val" or "test"."""
    labels = data[f"{part}_labels"]
    logits = model(data[f"{part}_inputs"])
    accuracy = (logits.argmax(dim=1) == labels).float().mean()
    return {
        f"{part}_loss": loss_fn(logits, labels).item(),
        f"{part}_accuracy": accuracy.item(),
    }


def record():
    """Add a point to the curves."""
    row = evaluate("train") | evaluate("val")
    print(f"epoch {len(history)}:", *(f"{k} {v:.4f}" for k, v in row.items()))
    history.append(row)


# %% Training, phase by phase
inputs, labels = data["train_inputs"], data["train_labels"]
rng = np.random.default_rng(BATCH_SEED)
history = []
record()  # epoch 0: before any training
for n_epochs, rates in PHASES:
    for layer, group, rate in zip(layers, optimizer.param_groups, rates, strict=True):
        layer.requires_grad_(rate is not None)
        group["lr"] = rate or 0.0
    for _ in range(n_epochs):
        order = torch.from_numpy(rng.permutation(len(labels)))
        for batch in order.split(BATCH_SIZE):
            optimizer.zero_grad()  # sets them to None, which makes freezing exact
            loss_fn(model(inputs[batch]), labels[batch]).backward()
            optimizer.step()
        record()

# %% The result, on images used for no fitting and no choice
test = evaluate("test")
print(f"test accuracy: {test['test_accuracy']:.4f}")
'''


def write(recipe: Recipe) -> str:
    """Write the script."""
    return fill(TEMPLATE, recipe)


FRAMEWORK = Framework(
    title="PyTorch",
    order=1,
    write=write,
    words=(
        Word("Frozen layer", "`layer.requires_grad_(False)`", "every parameter trains"),
        Word("Learning rate of a layer", "`lr` of its parameter group", "one group, `lr=0.001`"),
        Word("Momentum", "`momentum` of `torch.optim.SGD`", "`0`"),
        Word("Weight decay", "`weight_decay`: added to the gradient, for biases too", "`0`"),
        Word("Phase", "your own loop over epochs", "none"),
        Word("Minibatch order", "`DataLoader(shuffle=True)`", "the given order"),
        Word("Random weights", "`nn.init`", "uniform; biases are random too"),
    ),
    habits=(
        Habit(
            "A layer that is frozen after it has trained may keep moving: with a gradient of zero, momentum and weight "
            "decay still act.",
            "`zero_grad()` stays at its default, which removes the gradients, and SGD skips a parameter without one.",
        ),
        Habit(
            "An optimizer made from the trainable parameters never learns of those unfrozen later: they get a "
            "gradient, but no update.",
            "One optimizer owns all layers from the start, each in a group of its own, and a phase sets the rates.",
        ),
        Habit(
            "A new optimizer per phase starts without momentum.",
            "The optimizer is the same in all phases, so the head keeps its momentum when the backbone is freed.",
        ),
    ),
    checked=Checked(is_run=True, versions=("torch==2.13.0",)),
)
