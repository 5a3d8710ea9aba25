"""Keras 3, on PyTorch: one optimizer over all phases, the model compiled anew for each."""

from __future__ import annotations

from transfer_core import Schedule
from transfer_ui.export.code import fill, number
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.recipe import Recipe

TEMPLATE = '''\
"""$title in Keras.

Task: $task, seed $seed of the run on screen.
Needs: pip install keras torch numpy, and KERAS_BACKEND=torch in the environment
Data: $data_file, from the same page, beside this file

$outcome
"""

import keras
import numpy as np

# %% Settings: the knobs of the run on screen
$settings

$phases

# %% Data, and the network before training
with np.load(DATA_FILE, allow_pickle=False) as stored:
    data = {name: stored[name] for name in stored.files}

# Weight decay as a penalty, whose gradient is WEIGHT_DECAY * parameter; on biases too.
penalty = keras.regularizers.L2(WEIGHT_DECAY / 2)
n_layers = sum(name.startswith("bias_") for name in data)
model = keras.Sequential([keras.Input((data["weights_0"].shape[0],))])
for i in range(n_layers):
    layer = keras.layers.Dense(
        data[f"bias_{i}"].size,
        activation="relu" if i < n_layers - 1 else None,  # the head gives logits
        kernel_regularizer=penalty,
        bias_regularizer=penalty,
    )
    model.add(layer)
    layer.set_weights([data[f"weights_{i}"], data[f"bias_{i}"]])
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
metrics = [
    keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="cross_entropy"),
    keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
]
$optimizer

# Built while nothing is frozen, so that it knows the layers that are freed later.
optimizer.build(model.trainable_variables)


# %% Evaluation
def evaluate(part):
    """Loss, without the penalty, and accuracy on "train", "val" or "test"."""
    inputs, labels = data[f"{part}_inputs"], data[f"{part}_labels"]
    found = model.evaluate(
        inputs,
        labels,
        batch_size=len(labels),
        return_dict=True,
        verbose=0,
    )
    return {
        f"{part}_loss": found["cross_entropy"],
        f"{part}_accuracy": found["accuracy"],
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
model.compile(optimizer, loss_fn, metrics=metrics)
record()  # epoch 0: before any training
for n_epochs, rates in PHASES:
    for layer, rate in zip(model.layers, rates, strict=True):
        layer.trainable = rate is not None
$set_rates    # What is trainable counts from here; the same optimizer keeps its momentum.
    model.compile(optimizer, loss_fn, metrics=metrics)
    for _ in range(n_epochs):
        order = rng.permutation(len(labels))
        model.fit(
            inputs[order],
            labels[order],
            batch_size=BATCH_SIZE,
            shuffle=False,  # they are in the order of the run on screen
            verbose=0,
        )
        record()

# %% The result, on images that nothing was fitted or chosen on
test = evaluate("test")
print(f"test accuracy: {test['test_accuracy']:.4f}")
'''

ONE_RATE = """
# %% Optimizer: every trained layer has the same rate in every phase
optimizer = keras.optimizers.SGD(learning_rate=$rate, momentum=MOMENTUM)"""

# Keras has one rate for all variables and keeps it inside the velocity; this is the documented way
# to write an optimizer of one's own.
SEVERAL_RATES = '''

# %% Optimizer
class LayerwiseSGD(keras.optimizers.Optimizer):
    """SGD with a rate for each layer, kept out of the velocity, as in PyTorch."""

    def __init__(self, momentum):
        super().__init__(learning_rate=1.0)
        self.momentum = momentum
        self.rates = {}  # path of a variable -> its learning rate

    def build(self, variables):
        """Give every variable a velocity."""
        super().build(variables)
        self.velocities = {
            variable.path: self.add_variable_from_reference(variable, name="velocity")
            for variable in variables
        }

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable: v = m v + g, then w = w - rate v."""
        velocity = self.velocities[variable.path]
        self.assign(velocity, self.momentum * velocity + gradient)
        rate = learning_rate * self.rates[variable.path]
        self.assign_sub(variable, rate * velocity)


optimizer = LayerwiseSGD(MOMENTUM)'''

SET_RATES = """\
        for variable in layer.variables:
            optimizer.rates[variable.path] = rate
"""


def write(recipe: Recipe) -> str:
    """Write the script; the optimizer of the library where a single rate says it all."""
    rates = _trained_rates(recipe.schedule)
    if len(rates) == 1:
        return fill(TEMPLATE, recipe, optimizer=ONE_RATE.replace("$rate", number(*rates)), set_rates="")
    return fill(TEMPLATE, recipe, optimizer=SEVERAL_RATES, set_rates=SET_RATES)


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
            "A change of `trainable` counts from the next `compile`, and compiling with a new optimizer forgets all momentum.",
            "Each phase compiles with the same optimizer object. It is built before anything is frozen, so it knows "
            "every layer.",
        ),
        Habit(
            "On JAX an optimizer must be built for exactly the trainable variables; otherwise `fit` stops with an error.",
            "The script is for PyTorch as the backend: there an optimizer may know layers that are frozen.",
        ),
        Habit(
            "An optimizer has one learning rate for all layers.",
            "Where the schedule has several rates, the script brings a small optimizer with one rate per layer; where it "
            "has one, it uses `keras.optimizers.SGD`.",
        ),
        Habit(
            "The velocity holds the rate: after a change of rate, steps at the old rate go on for a while.",
            "The script's own optimizer keeps the rate out of the velocity, as PyTorch and the lab do.",
        ),
        Habit(
            "`weight_decay` of an optimizer shrinks the parameters apart from the gradient.",
            "The script adds an L2 penalty instead; its gradient passes through the momentum, as in the lab.",
        ),
        Habit(
            "The loss that `fit` prints is a mean over the epoch, while the weights still move, and has the penalty in it.",
            "The script measures after each epoch with `evaluate`, without the penalty.",
        ),
    ),
    checked=Checked(is_run=True, versions=("keras==3.15.1", "torch==2.13.0"), backend="PyTorch"),
)
