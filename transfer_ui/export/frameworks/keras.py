"""Keras 3, on any of its backends: one optimizer per phase, with the momentum passed on."""

from __future__ import annotations

from transfer_core import Schedule
from transfer_ui.export.code import fill, number
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.recipe import Recipe

TEMPLATE = '''\
"""$title in Keras.

Task: $task, seed $seed of the run on screen.
Needs: pip install keras numpy, and one of tensorflow, jax and torch
Data: $data_file, from the same page, beside this file

$outcome
"""

import os
from importlib.util import find_spec
from pathlib import Path

# Any backend will do. Unless KERAS_BACKEND names one, take the first that is installed.
os.environ.setdefault(
    "KERAS_BACKEND",
    next(filter(find_spec, ("tensorflow", "jax", "torch")), "tensorflow"),
)

import keras
import numpy as np

# %% Settings: the knobs of the run on screen
$settings

$phases

# %% Data, and the network before training
$find_data
with np.load(data_path, allow_pickle=False) as stored:
    data = {name: stored[name] for name in stored.files}

# Weight decay as a penalty, whose gradient is WEIGHT_DECAY * parameter; on biases too.
penalty = keras.regularizers.L2(WEIGHT_DECAY / 2)
n_layers = sum(name.startswith("bias_") for name in data)
model = keras.Sequential([keras.Input((data["weights_0"].shape[0],))])
for i in range(n_layers):
    layer = keras.layers.Dense(
        data[f"bias_{i}"].size,
        activation="relu" if i < n_layers - 1 else None,  # the head outputs logits
        kernel_regularizer=penalty,
        bias_regularizer=penalty,
    )
    model.add(layer)
    layer.set_weights([data[f"weights_{i}"], data[f"bias_{i}"]])
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


# %% Evaluation
def evaluate(part):
    """Loss, without the penalty, and accuracy on "train", "val" or "test"."""
    inputs, labels = data[f"{part}_inputs"], data[f"{part}_labels"]
    logits = model(inputs)
    hits = keras.metrics.sparse_categorical_accuracy(labels, logits)
    return {
        f"{part}_loss": float(loss_fn(labels, logits)),
        f"{part}_accuracy": float(keras.ops.mean(hits)),
    }


def record():
    """Add a point to the curves."""
    row = evaluate("train") | evaluate("val")
    print(f"epoch {len(history)}:", *(f"{k} {v:.4f}" for k, v in row.items()))
    history.append(row)
$optimizer_class

# %% Training, phase by phase
inputs, labels = data["train_inputs"], data["train_labels"]
rng = np.random.default_rng(BATCH_SEED)
history = []
velocities = {}  # path of a variable -> its momentum, from one phase to the next
record()  # epoch 0: before any training
for n_epochs, rates in PHASES:
    for layer, rate in zip(model.layers, rates, strict=True):
        layer.trainable = rate is not None
    # On JAX an optimizer knows only what trains, so each phase has its own.
    trained = model.trainable_variables
    optimizer = $optimizer
    optimizer.build(trained)
    # (Without momentum SGD keeps no velocities, hence not strict.)
    for variable, velocity in zip(trained, optimizer.momentums, strict=False):
        velocity.assign(velocities.get(variable.path, velocity))
    model.compile(optimizer, loss_fn)
    for _ in range(n_epochs):
        order = rng.permutation(len(labels))
        model.fit(
            inputs[order],
            labels[order],
            batch_size=BATCH_SIZE,
            shuffle=False,  # already in the order of the run on screen
            verbose=0,
        )
        record()
    for variable, velocity in zip(trained, optimizer.momentums, strict=False):
        velocities[variable.path] = keras.ops.convert_to_numpy(velocity)

# %% The result, on images used for no fitting and no choice
test = evaluate("test")
print(f"test accuracy: {test['test_accuracy']:.4f}")
'''

# Every trained layer has the same rate in every phase, so the library's own optimizer will do.
ONE_RATE = "keras.optimizers.SGD($rate, momentum=MOMENTUM)"

# Keras has one rate for all variables and keeps it inside the velocity; this is the documented way
# to write a custom optimizer.
SEVERAL_RATES = "LayerwiseSGD([rate for rate in rates if rate is not None])"
LAYERWISE_SGD = '''

# %% Optimizer
class LayerwiseSGD(keras.optimizers.Optimizer):
    """SGD with one rate per layer, kept out of the velocity, as in PyTorch."""

    def __init__(self, rates):
        super().__init__(learning_rate=1.0)
        self.rates = rates  # of the layers that train

    def build(self, variables):
        """Give every variable a velocity."""
        super().build(variables)
        self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable: v = m v + g, then w = w - rate v."""
        index = self._get_variable_index(variable)  # as the optimizers of Keras do
        velocity = self.momentums[index]
        self.assign(velocity, MOMENTUM * velocity + gradient)
        rate = self.rates[index // 2]  # a layer has two variables: kernel and bias
        self.assign_sub(variable, learning_rate * rate * velocity)
'''


def write(recipe: Recipe) -> str:
    """Write the script, with the library's own optimizer if there is only one rate."""
    rates = _trained_rates(recipe.schedule)
    if len(rates) == 1:
        return fill(TEMPLATE, recipe, optimizer=ONE_RATE.replace("$rate", number(*rates)), optimizer_class="")
    return fill(TEMPLATE, recipe, optimizer=SEVERAL_RATES, optimizer_class=LAYERWISE_SGD)


def _trained_rates(schedule: Schedule) -> set[float]:
    """All rates at which any layer is ever trained."""
    return {
        rate
        for phase in schedule
        for frozen, rate in zip(phase.frozen, phase.learning_rates, strict=True)
        if not frozen
    }


FRAMEWORK = Framework(
    title="Keras",
    order=2,
    write=write,
    words=(
        Word("Backbone", "base model", "–"),
        Word("Frozen layer", "`layer.trainable = False`, then `compile`", "every layer trains"),
        Word("Learning rate of a layer", "no such thing: one rate per optimizer", "`learning_rate=0.01` for all"),
        Word("Momentum", "`momentum` of `keras.optimizers.SGD`; the rate is inside the velocity", "`0.0`"),
        Word("Weight decay", "an `L2` regularizer of half the size", "none"),
        Word("Phase", "`compile` and `fit` again", "–"),
        Word("Minibatch order", "`fit(shuffle=True)`", "shuffled, with its own random numbers"),
    ),
    habits=(
        Habit(
            "Keras computes on the backend that `KERAS_BACKEND` or its settings file names, and stops at the import if "
            "that one is not installed; its default is TensorFlow.",
            "The script runs on TensorFlow, JAX and PyTorch. Unless `KERAS_BACKEND` is set, it takes the first one "
            "installed.",
        ),
        Habit(
            "A change of `trainable` takes effect at the next `compile`, and compiling with a new optimizer discards all "
            "momentum.",
            "Each phase compiles with its own optimizer; the script keeps the velocities and passes them on.",
        ),
        Habit(
            "On JAX an optimizer must be built for exactly the trainable variables; otherwise `fit` stops with an error.",
            "The optimizer of each phase is built after its layers are frozen, so the same code runs on every backend.",
        ),
        Habit(
            "An optimizer has one learning rate for all layers.",
            "If the schedule has several rates, the script defines a small optimizer with one rate per layer; if it has "
            "only one, `keras.optimizers.SGD` suffices.",
        ),
        Habit(
            "The velocity includes the rate: after a change of rate, steps at the old rate linger for a while.",
            "The script's own optimizer keeps the rate out of the velocity, as PyTorch and the lab do.",
        ),
        Habit(
            "`weight_decay` of an optimizer shrinks the parameters directly, not through the gradient.",
            "The script adds an L2 penalty instead; its gradient passes through the momentum, as in the lab.",
        ),
        Habit(
            "The loss that `fit` prints is a mean over the epoch, taken while the weights still move, and includes the "
            "penalty.",
            "The script measures after each epoch, without the penalty.",
        ),
    ),
    checked=Checked(
        is_run=True,
        versions=("keras==3.15.1", "tensorflow-cpu==2.21.0", "jax==0.10.2", "torch==2.13.0"),
        backends=("tensorflow", "jax", "torch"),
    ),
)
