"""Keras 3 on somebody's own pictures, on any backend: a model of keras.applications, and one rate per stage."""

from __future__ import annotations

from transfer_ui.export.pictures.backbones import Backbone
from transfer_ui.export.pictures.parts import DATA, HEAD, MEASURE, SETTINGS, VERDICT, fill
from transfer_ui.export.pictures.plan import Plan

IMPORTS = """
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
from PIL import Image, ImageOps
"""

SCALED = """
# This backbone scales its inputs itself.
pixels = images.astype(np.float32)
"""

PREPROCESSED = """
# As the backbone was trained.
preprocess = keras.applications.@module@.preprocess_input
pixels = preprocess(images.astype(np.float32))
"""

TRAIN = '''

# %% Network: stages that are freed from the top, and a new head
def new_network(seed, pretrained):
    """Make a base model and a new head, the same for all arms of a seed."""
    base = getattr(keras.applications, BACKBONE)(
        weights="imagenet" if PRETRAINED and pretrained else None,
        include_top=False,
        pooling="avg",
        input_shape=(SIDE, SIDE, 3),
    )
    head = keras.layers.Dense(
        int(n_classes),
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
    )
    inputs = keras.Input((SIDE, SIDE, 3))
    # Batch norm uses the statistics that it was pretrained with, even if it trains:
    # with those of the minibatch we lost 2 to 6 points of accuracy up to 20 pictures
    # per class and gained nothing above. An untrained network has none to use.
    features = base(inputs, training=False if pretrained else None)
    return base, head, keras.Model(inputs, head(features))


def stage_of(layer):
    """Find the stage of a layer; whatever has none is in the lowest."""
    places = (i for i, starts in enumerate(STAGES) if layer.name.startswith(starts))
    return next(places, 0)


class StagewiseSGD(keras.optimizers.Optimizer):
    """SGD with a rate per variable, kept out of the velocity, as in PyTorch."""

    def __init__(self, rates, n_warm):
        # From almost nothing to 1 in the first updates, if the backbone trains.
        grow = keras.optimizers.schedules.PolynomialDecay(
            1 / max(n_warm, 1), max(n_warm, 1), 1.0
        )
        super().__init__(learning_rate=grow if n_warm else 1.0)
        self.rates = rates

    def build(self, variables):
        """Give every variable a velocity."""
        super().build(variables)
        self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable: v = m v + g, then w = w - rate v."""
        index = self._get_variable_index(variable)  # as the optimizers of Keras do
        velocity = self.momentums[index]
        gradient = gradient + WEIGHT_DECAY * variable
        self.assign(velocity, MOMENTUM * velocity + gradient)
        self.assign_sub(variable, learning_rate * self.rates[index] * velocity)


# %% Training: `compile` and `fit`, phase by phase
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def train(seed, arm, rates, places):
    """Train one network on the pictures at some places."""
    keras.utils.set_random_seed(seed)
    base, head, model = new_network(seed, arm["pretrained"])
    for n_epochs, frozen_share in arm["phases"]:
        lowest, top = round(frozen_share * len(STAGES)), len(STAGES) - 1
        for layer in base.layers:
            layer.trainable = stage_of(layer) >= lowest
        rate_at = {head_variable.path: rates[0] for head_variable in head.variables}
        for layer in base.layers:
            rate = rates[1] * STAGE_DECAY ** (top - stage_of(layer))
            rate_at |= {variable.path: rate for variable in layer.variables}
        fitted, inputs = model, pixels[places]
        if lowest > top:
            # A frozen base gives the same features in every epoch: once will do.
            inputs = base.predict(inputs, batch_size=BATCH_SIZE, verbose=0)
            fitted = keras.Sequential([keras.Input((inputs.shape[1],)), head])
        trained = fitted.trainable_variables
        n_warm = 0 if lowest > top else WARM_UP * -(-len(places) // BATCH_SIZE)
        # A change of `trainable` takes effect at the next `compile`; the new optimizer
        # has no momentum, which a few updates build up again.
        optimizer = StagewiseSGD([rate_at[one.path] for one in trained], n_warm)
        optimizer.build(trained)
        fitted.compile(optimizer, loss_fn)
        rng = np.random.default_rng(seed)  # the same minibatches for all arms of a seed
        for _ in range(n_epochs):
            order = rng.permutation(len(places))
            fitted.fit(
                inputs[order],
                labels[places][order],
                batch_size=BATCH_SIZE,
                shuffle=False,  # already in the order of the seed
                verbose=0,
            )
    return model


def accuracy(model, places):
    """Give the share of some pictures that are told right."""
    logits = model.predict(pixels[places], batch_size=BATCH_SIZE, verbose=0)
    return float(np.mean(logits.argmax(axis=1) == labels[places]))
'''


def write(plan: Plan, backbone: Backbone) -> str:
    """Write the script."""
    scale = PREPROCESSED.replace("@module@", backbone.preprocess) if backbone.preprocess else SCALED
    template = HEAD + IMPORTS + SETTINGS + DATA + scale + TRAIN + MEASURE + VERDICT
    return fill(template, plan, backbone, "Keras", "keras numpy, one of tensorflow, jax and torch, and")
