"""fastai: the schedule in its own words, ``opt.freeze_to``, ``fit`` and ``slice``."""

from __future__ import annotations

from math import isclose

from transfer_core import Phase, Schedule
from transfer_ui.export.code import WIDTH, bracketed, fill, number, phase_comment
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.recipe import Recipe

TEMPLATE = '''\
"""$title in fastai.

Task: $task, seed $seed of the run on screen.
Needs: pip install fastai
Data: $data_file, from the same page, beside this file

$outcome
"""

from functools import partial
from pathlib import Path

import numpy as np
import torch
from fastai.basics import SGD, Callback, DataLoader, DataLoaders, Learner, params
from torch import nn

# %% Settings: the knobs of the run on screen
$settings

# %% Data, and the network before training
$torch_network
$torch_sequential
loss_fn = nn.CrossEntropyLoss()

rng = np.random.default_rng(BATCH_SEED)
train_images, val_images = (
    list(zip(data[f"{part}_inputs"], data[f"{part}_labels"], strict=True))
    for part in ("train", "val")
)
train_loader = DataLoader(
    train_images,
    bs=BATCH_SIZE,
    shuffle=True,
    shuffle_fn=lambda indices: rng.permutation(len(indices)).tolist(),
)
val_loader = DataLoader(val_images, bs=len(val_images))


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
    history.append(evaluate("train") | evaluate("val"))


class Curves(Callback):
    """Adds a point to the curves; the training loss that fastai prints is smoothed."""

    def after_epoch(self):
        """Measure both parts."""
        record()


# %% Learner: one parameter group per layer
learn = Learner(
    DataLoaders(train_loader, val_loader),
    model,
    loss_func=loss_fn,
    opt_func=partial(SGD, mom=MOMENTUM, decouple_wd=False),
    splitter=lambda model: [params(layer) for layer in layers],
    wd=WEIGHT_DECAY,
    wd_bn_bias=True,
    cbs=Curves(),
)

# %% Training, phase by phase
# `learn.freeze_to` would freeze in the same way, but also clear the momentum.
learn.create_opt()
history = []
record()  # epoch 0: before any training
$fits

# %% The result, on images used for no fitting and no choice
for epoch, row in enumerate(history):
    print(f"epoch {epoch}:", *(f"{k} {v:.4f}" for k, v in row.items()))
test = evaluate("test")
print(f"test accuracy: {test['test_accuracy']:.4f}")
'''


def write(recipe: Recipe) -> str:
    """Write the script: two calls per phase."""
    return fill(TEMPLATE, recipe, fits="\n".join(fit_lines(phase, recipe.name) for phase in recipe.schedule))


def fit_lines(phase: Phase, strategy: str) -> str:
    """Write a phase in fastai's words.

    Examples
    --------
    >>> print(fit_lines(Phase("layer 2 and up", 4, (True, False, False), (0.0, 0.01, 0.1)), "progressive_unfreezing"))
    # Layer 2 and up: "Learning rate after unfreezing", "Rate decay per layer"
    learn.opt.freeze_to(1)
    learn.fit(4, slice(0.001, 0.1))
    """
    # A slice spans all groups, frozen ones too, so its lower end is that of the lowest layer.
    call = f"learn.fit({phase.n_epochs}, {_rates(phase)})"
    if len(call) > WIDTH:
        rates = "".join(f"        {number(rate)},\n" for rate in phase.learning_rates)
        call = f"learn.fit(\n    {phase.n_epochs},\n    [\n{rates}    ],\n)"
    return f"{phase_comment(phase, strategy)}\nlearn.opt.freeze_to({phase.first_trainable})\n{call}"


def _rates(phase: Phase) -> str:
    """One rate, a slice if each layer has the same factor to the next, or else a list."""
    below, trained = phase.first_trainable, phase.learning_rates[phase.first_trainable :]
    head = trained[-1]
    if all(rate == head for rate in trained):
        return number(head)
    if trained[0] > 0:
        factor = (head / trained[0]) ** (1 / (len(trained) - 1))
        even = [head / factor**steps for steps in reversed(range(len(trained)))]
        if all(isclose(rate, other, rel_tol=1e-6) for rate, other in zip(trained, even, strict=True)):
            return f"slice({number(trained[0] / factor**below)}, {number(head)})"
    return bracketed([number(rate) for rate in phase.learning_rates])


def cannot_say(schedule: Schedule) -> str:
    """Explain what `freeze_to` cannot express."""
    lowest = [phase.first_trainable for phase in schedule]
    if any(any(phase.frozen[first:]) for phase, first in zip(schedule, lowest, strict=True)):
        return "fastai freezes from the inputs up to some layer; here a layer is frozen above one that trains."
    if lowest != sorted(lowest, reverse=True):
        return (
            "In fastai, a layer that is frozen after it has trained keeps a gradient of zero, and momentum keeps moving "
            "it; here a layer is frozen again."
        )
    return ""


FRAMEWORK = Framework(
    title="fastai",
    order=5,
    write=write,
    words=(
        Word("Backbone", "body", "–"),
        Word("Frozen layer", "below the `n` of `freeze_to(n)`", "nothing; `fine_tune` freezes all but the last group"),
        Word("Learning rate of a layer", "a `slice` over the groups", "`slice(hi)`: a tenth for all but the last"),
        Word("Rate decay per layer", "`slice(lo, hi)`: equal factors from group to group", "`fine_tune`: 100 in all"),
        Word("Momentum", "`mom` of `SGD`", "Adam, momentum cycled from 0.95 to 0.85"),
        Word("Weight decay", "`wd`", "0.01 in Adam, apart from the gradient, not on biases"),
        Word("Phase", "`freeze_to`, then `fit`", "one epoch frozen, then yours: `fine_tune`"),
    ),
    habits=(
        Habit(
            "`fine_tune(n)` trains one epoch more than `n` and halves the rate when it unfreezes; each phase has a "
            "one-cycle schedule with a warm-up.",
            "The script calls `opt.freeze_to` and `fit`, which keep the rates constant, as on screen.",
        ),
        Habit(
            "Weight decay acts apart from the gradient and leaves biases out.",
            "`decouple_wd=False` and `wd_bn_bias=True` give the lab's, which is added to every gradient.",
        ),
        Habit(
            "`learn.freeze_to` and `learn.unfreeze` clear the momentum of all layers.",
            "The script calls `learn.opt.freeze_to`, so the head keeps its momentum when the backbone is freed.",
        ),
        Habit(
            "A layer frozen after it has trained keeps moving, because its gradient is zeroed, not removed; and "
            "`freeze_to` cannot express a frozen layer above a trained one.",
            "No strategy in this lab needs either; for a schedule of your own that does, no fastai script is offered.",
        ),
        Habit(
            "The training loss it prints is smoothed over minibatches.",
            "A callback measures both curves after each epoch.",
        ),
    ),
    checked=Checked(
        is_run=False,
        versions=("fastai==2.8.12",),
        why_not="fastai requires torchvision and spaCy, which take too long to install there. Run by hand with fastai "
        "2.8.12, for the same strategies, it agreed with the lab as closely as the others.",
    ),
    cannot_say=cannot_say,
)
