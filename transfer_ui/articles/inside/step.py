"""One update, laid open: forward, loss, backward with the frozen layers missing, step; in numbers and in the source."""

from __future__ import annotations

import inspect
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, Phase, RunConfig, training
from transfer_core.arrays import Array, Examples, Gradients, Layer, Params, layer_norm
from transfer_core.network import backward, cross_entropy, forward
from transfer_core.training import initial_state, train_step
from transfer_core.wording import inside, join_words, number_words, sentence_case
from transfer_ui import nouns
from transfer_ui.articles.inside.seen import Seen, probabilities, small_batch
from transfer_ui.charts.timeline import layer_names
from transfer_ui.shell import plain

NOT_COMPUTED = "not computed"


class Step(NamedTuple):
    """One update on a small batch.

    Attributes
    ----------
    strategy : str
    batch : Examples
    before, after : tuple of Layer
    frozen : tuple of bool
    rates : tuple of float
    activations : tuple of ndarray
        Inputs first, logits last, before the update.
    gradients : tuple of (Layer or None)
    """

    strategy: str
    batch: Examples
    before: Params
    after: Params
    frozen: tuple[bool, ...]
    rates: tuple[float, ...]
    activations: tuple[Array, ...]
    gradients: Gradients

    @property
    def losses(self) -> tuple[float, float]:
        """Loss on the batch before and after, nats."""
        return tuple(  # type: ignore[return-value]
            float(cross_entropy(forward(params, self.batch.inputs)[-1], self.batch.labels))
            for params in (self.before, self.after)
        )


def first_step(one: Seen, batch: Examples) -> Step:
    """Make the first update of an arm that was run."""
    return first_update(one.config, one.run.strategy, one.networks[0], one.run.schedule[0], batch)


def first_update(config: RunConfig, strategy: str, before: Params, phase: Phase, batch: Examples | None = None) -> Step:
    """Make the first update of a strategy, on one training image of each of the first few classes.

    Parameters
    ----------
    config : RunConfig
        Its first seed gives the images, unless they are given.
    strategy : str
    before : tuple of Layer
        One network, without a seed axis.
    phase : Phase
        The first of its schedule.
    batch : Examples, optional
        Of `transfer_ui.articles.inside.seen.small_batch`.
    """
    batch = small_batch(config) if batch is None else batch
    activations = forward(before, batch.inputs)
    state = train_step(
        initial_state(before),
        *batch,
        frozen=phase.frozen,
        learning_rates=phase.learning_rates,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
    )
    gradients = backward(before, activations, batch.labels, phase.frozen)
    return Step(strategy, batch, before, state.params, phase.frozen, phase.learning_rates, activations, gradients)


def layer_table(step: Step) -> pd.DataFrame:
    """One row per layer, in the order of the forward pass."""
    rows = []
    for index, name in enumerate(layer_names(len(step.before))):
        gradient, old, new = step.gradients[index], step.before[index], step.after[index]
        place = _steepest(gradient, old)
        rows.append(
            {
                "layer": name,
                "output, mean": f"{step.activations[index + 1].mean():.3f}",
                "gradient, norm": NOT_COMPUTED if gradient is None else f"{layer_norm(gradient):.3f}",
                "learning rate": "frozen" if step.frozen[index] else f"{step.rates[index]:g}",
                "one weight before": number_words(float(old.weights[place]), ".5f"),
                "after": number_words(float(new.weights[place]), ".5f"),
                "same object": "yes" if new is old else "no",
            }
        )
    return pd.DataFrame(rows)


def _steepest(gradient: Layer | None, layer: Layer) -> tuple[int, int]:
    """Place of the weight with the largest gradient, or the largest weight where there is none."""
    values = np.abs(np.nan_to_num(layer.weights if gradient is None else gradient.weights))
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)


def sentence(step: Step) -> str:
    """Say what one update does to the loss, and which layers it skips."""
    before, after = step.losses
    names = layer_names(len(step.before))
    skipped = [name for name, gradient in zip(names, step.gradients, strict=True) if gradient is None]
    said = (
        f"{join_words(skipped)} got no gradient and came back as the same object"
        if skipped
        else "every layer got a gradient"
    )
    return (
        f"One step of {inside(STRATEGIES[step.strategy].title)} takes the loss on these {len(step.batch.labels)} images from "
        f"{before:.3f} to {after:.3f} nats; {said}."
    )


def draw(one: Seen, step: Step) -> None:
    """Draw the step in numbers, and the code that makes it."""
    st.dataframe(
        layer_table(step),
        hide_index=True,
        width="stretch",
        alt="The first update layer by layer: output, gradient, weight before and after",
    )
    classes = one.config.pair.target.classes
    shares = [probabilities(forward(params, step.batch.inputs)[-1]) for params in (step.before, step.after)]
    own = [part[np.arange(len(step.batch.labels)), step.batch.labels] for part in shares]
    said = [
        f"{classes[label]}: {100 * old:.1f} → {100 * new:.1f} %"
        for label, old, new in zip(step.batch.labels, *own, strict=True)
    ]
    st.markdown(nouns.said(one.config.pair, sentence(step)))
    plain.show(f"Probability of the true class before and after: {'; '.join(said)}.", key="step")
    st.caption("The code below is what ran.")
    for title, function in (
        ("forward", forward),
        ("backward", backward),
        ("train_step", training.train_step),
        ("the update inside it", training._step),
    ):
        with st.expander(f"`{title}`" if " " not in title else sentence_case(title), icon=":material/code:"):
            st.code(inspect.getsource(function), language="python")
