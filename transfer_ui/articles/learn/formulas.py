"""The mathematics tied to the code: each formula beside the line that computes it and the number it gave in this run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from transfer_core import STRATEGIES, RunConfig, arm_of, network, training
from transfer_core.arrays import Layer, layer_norm
from transfer_core.wording import number_words
from transfer_ui.articles.inside.seen import probabilities
from transfer_ui.articles.inside.step import Step, first_update
from transfer_ui.charts.timeline import layer_names

FROZEN, FULL = "feature_extraction", "end_to_end"


class Line(NamedTuple):
    """A line of the core, as it stands there.

    Attributes
    ----------
    code : str
    module : str
    number : int
        Of the line in its file.
    """

    code: str
    module: str
    number: int


class Formula(NamedTuple):
    """A formula, where it is computed, and what came out.

    Attributes
    ----------
    latex : str
    function : callable
        Whose source has the line.
    begins : str
        How the line begins: enough to find it.
    gave : callable
        ``(frozen, full) -> str``: the number, from the first update of both approaches.
    """

    latex: str
    function: Callable[..., Any]
    begins: str
    gave: Callable[[Step, Step], str]


def line_of(function: Callable[..., Any], begins: str) -> Line:
    """Find the one line of a function that begins like this.

    Raises
    ------
    ValueError
        If there is none, or more than one.

    Examples
    --------
    >>> line_of(network.cross_entropy, "losses,").code
    'losses, _ = losses_and_hits(logits, checked_labels(labels, logits))'
    """
    lines, first = inspect.getsourcelines(function)
    found = [(number, line.strip()) for number, line in enumerate(lines, first) if line.strip().startswith(begins)]
    if len(found) != 1:
        raise ValueError(f"begins must name one line of {function.__name__}, got {begins!r} for {len(found)}")
    return Line(found[0][1], function.__module__, found[0][0])


def updates(config: RunConfig) -> tuple[Step, Step]:
    """Make the first update of the first seed: with the backbone frozen, and end-to-end."""
    alone = config.but(n_seeds=1)
    made = []
    for name in (FROZEN, FULL):
        start = tuple(Layer(layer.weights[0], layer.bias[0]) for layer in arm_of(alone, name).start_params(alone))
        made.append(first_update(alone, name, start, STRATEGIES[name].build(alone)[0]))
    return made[0], made[1]


def _loss(frozen: Step, full: Step) -> str:
    return f"{full.losses[0]:.3f} nats on {len(full.batch.labels)} images, for both: no weight has moved yet"


def _delta(frozen: Step, full: Step) -> str:
    n, label = len(full.batch.labels), int(full.batch.labels[0])
    p = float(probabilities(full.activations[-1])[0, label])
    return f"true class of the first image: ({p:.3f} − 1) / {n} = {number_words((p - 1) / n, '.3f')}"


def _gradient(frozen: Step, full: Step) -> str:
    first, head = full.gradients[0], full.gradients[-1]
    assert first is not None
    assert head is not None
    missing = "not computed when frozen" if frozen.gradients[0] is None else "and it is computed when frozen, too"
    return f"norm {layer_norm(head):.2f} at the head; {layer_norm(first):.2f} at layer 1, {missing}"


def _chain(frozen: Step, full: Step) -> str:
    runs = [len(step.before) - 1 - step.frozen.index(False) for step in (frozen, full)]
    return f"run {runs[1]} times end-to-end, {runs[0]} times with the backbone frozen"


def _update(frozen: Step, full: Step) -> str:
    gradient = full.gradients[-1]
    assert gradient is not None
    place = np.unravel_index(int(np.abs(gradient.weights).argmax()), gradient.weights.shape)
    old, new = (float(params[-1].weights[place]) for params in (full.before, full.after))
    slope, rate = float(gradient.weights[place]), full.rates[-1]
    name = layer_names(len(full.before))[-1]
    return (
        f"one weight of the {name}: {number_words(old, '.4f')} − {rate:g} × ({number_words(slope, '.4f')}) = "
        f"{number_words(new, '.4f')}"
    )


FORMULAS = (
    Formula(
        r"L = -\tfrac1n \textstyle\sum_i \log\,\mathrm{softmax}(z_i)_{y_i}",
        network.losses_and_hits,
        "return np.log(",
        _loss,
    ),
    Formula(
        r"\delta_{\text{head}} = \tfrac1n\big(\mathrm{softmax}(z) - \text{one-hot}(y)\big)",
        network.backward,
        "by_class -= labels",
        _delta,
    ),
    Formula(
        r"\nabla_{W_\ell} L = a_{\ell-1}^{\top}\,\delta_\ell",
        network.backward,
        "gradients[index] = ",
        _gradient,
    ),
    Formula(
        r"\delta_{\ell-1} = \big(\delta_\ell\, W_\ell^{\top}\big) \odot [\,a_{\ell-1} > 0\,]",
        network.backward,
        "delta = delta @",
        _chain,
    ),
    Formula(r"w \leftarrow w - \eta\, v", training._moved, "moved = velocity", _update),
)


def draw(config: RunConfig) -> None:
    """Draw each formula, its line and its number, for the first update of both approaches."""
    frozen, full = updates(config)
    for formula in FORMULAS:
        line = line_of(formula.function, formula.begins)
        with st.container(border=True):
            left, right = st.columns(2, gap="medium", vertical_alignment="center")
        left.latex(formula.latex)
        left.markdown(f"Here: {formula.gave(frozen, full)}.")
        right.code(line.code, language="python", wrap_lines=True)
        right.caption(f"`{line.module}`, line {line.number}")
