"""The networks as pictures, and their weights as images: what the browser draws, and the sentences under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.wording import inside, join_words
from transfer_ui.articles.inside.seen import Seen
from transfer_ui.charts import timeline
from transfer_ui.charts.components.network import Network
from transfer_ui.charts.components.network import data_of as network_data
from transfer_ui.charts.components.weights import Weights
from transfer_ui.charts.components.weights import data_of as weights_data
from transfer_ui.charts.timeline import layer_names
from transfer_ui.sentences import percent
from transfer_ui.verdicts import THREE

N_UNITS = 6  # of the first layer, drawn as images
DIVERGED = "diverged"


def headline(results: Mapping[str, RunResult]) -> str:
    """Say how far fine-tuning moved the backbone, and that freezing did not, over all seeds."""
    frozen = float(results["feature_extraction"].drift[:, :-1].max())
    held = "changed no bit of the backbone" if frozen == 0 else f"moved it by {percent(frozen)}"
    drift = results["end_to_end"].drift[:, :-1].mean(axis=0)
    if not np.isfinite(drift).all():
        return f"End-to-end fine-tuning diverged; feature extraction {held}."
    index = int(drift.argmax())
    return f"End-to-end moved layer {index + 1} by {100 * drift[index]:,.0f}\u00a0%; feature extraction {held}."


def evidence(results: Mapping[str, RunResult]) -> str:
    """Say what progressive unfreezing did, and to the features, over all seeds."""
    moved = {name: float(results[name].drift[:, :-1].mean()) for name in ("end_to_end", "progressive_unfreezing")}
    kept = {name: float(results[name].measured["similarity"].values[-1, :, -1].mean()) for name in moved}
    if not np.isfinite([*moved.values(), *kept.values()]).all():
        return "Where a run diverged, no numbers are left to compare."
    return (
        f"Backbone, mean over layers and seeds: end-to-end moved {percent(moved['end_to_end'])} of its norm, progressive "
        f"unfreezing {percent(moved['progressive_unfreezing'])}. Similarity of the last features to those at the start, by CKA: "
        f"{kept['end_to_end']:.2f} and {kept['progressive_unfreezing']:.2f}."
    )


def about_seeds(results: Mapping[str, RunResult]) -> list[str]:
    """Say over which seeds the features were compared, if not over all: large networks are kept of some only."""
    tuned = results["end_to_end"]
    n_seen, n_seeds = tuned.measured["similarity"].values.shape[1], tuned.config.n_seeds
    if n_seen == n_seeds:
        return []
    return [
        f"Networks as large as these are kept for the first {n_seen} of {n_seeds} seeds: similarity and gradients are means "
        "over those."
    ]


def draw_schedules(config: RunConfig, mode: str) -> None:
    """Draw what is known before any training: which layers each strategy freezes, and when."""
    for column, name in zip(st.columns(len(THREE), gap="medium"), THREE, strict=True):
        with column:
            st.markdown(f"**{STRATEGIES[name].short}**")
            timeline.show_schedule(STRATEGIES[name].build(config), mode, small=True)


def networks(seen: Mapping[str, Seen], mode: str) -> dict[str, Any]:
    """Everything that the picture of the networks needs."""
    n_layers = next(iter(seen.values())).config.n_layers
    drawn = [
        Network(one.title, _network_alt(one), one.epochs, one.frozen, one.moved, one.networks, _moved_words(one))
        for one in seen.values()
    ]
    return network_data(drawn, ["inputs", *layer_names(n_layers)], mode)


def _network_alt(one: Seen) -> str:
    """Say where a network ends."""
    return (
        f"{one.title}, from the first to the last epoch a picture of its layers. At the end: {_moved_words(one)[-1]}."
    )


def _layer_moves(one: Seen) -> Array:
    """Mean relative change of the units of each layer, ``(n_snapshots, n_layers)``."""
    widths = [len(layer.bias) for layer in one.networks[0]]
    parts = np.split(one.moved, np.cumsum(widths)[:-1], axis=1)
    return np.stack([part.mean(axis=1) for part in parts], axis=1)


def _moved_words(one: Seen) -> list[str]:
    """Say at each snapshot how far the backbone has moved; a frozen layer has not."""
    said = []
    for changed, moves, lost in zip(one.n_changed[:, :-1], _layer_moves(one), one.diverged, strict=True):
        steps = [_step_words(move) if bits else "0" for bits, move in zip(changed, moves[:-1], strict=True)]
        said.append(DIVERGED if lost else "backbone moved " + " · ".join(steps))
    return said


def _step_words(move: float) -> str:
    """Write a share that is not 0, and does not read as if it were.

    Examples
    --------
    >>> _step_words(0.224), _step_words(0.003)
    ('22 %', '<1 %')
    """
    return f"{100 * move:,.0f} %" if move >= 0.01 else "<1 %"


def moved_sentence(seen: Mapping[str, Seen]) -> str:
    """Say which unit of the backbone moved furthest, in which arms none moved at all, and which diverged."""
    lost = [inside(STRATEGIES[name].title) for name, one in seen.items() if one.diverged[-1]]
    gone = f"; {join_words(lost)} diverged" if lost else ""
    steady = {name: one for name, one in seen.items() if not one.diverged[-1]}
    if not steady:
        return "Every network here diverged: no weights are left to compare."
    backbones = {name: one.moved[-1, : -len(one.networks[0][-1].bias)] for name, one in steady.items()}
    still = [name for name, one in steady.items() if not one.n_changed[-1, :-1].any()]
    name = max(backbones, key=lambda arm: float(backbones[arm].max()))
    if name in still:
        return f"No unit of the backbone moved{gone}."
    unit = int(backbones[name].argmax())
    widths = [len(layer.bias) for layer in seen[name].networks[0]]
    layer = int(np.searchsorted(np.cumsum(widths), unit, side="right"))
    said = (
        f"Unit {unit - sum(widths[:layer]) + 1} of layer {layer + 1} moved furthest, by {percent(backbones[name][unit])} of the "
        f"norm of its weights, under {inside(STRATEGIES[name].title)}"
    )
    none = join_words([inside(STRATEGIES[arm].title) for arm in still])
    return f"{said}; under {none}, none moved{gone}." if still else f"{said}{gone}."


def most_changed(seen: Mapping[str, Seen], n: int = N_UNITS) -> list[int]:
    """Order the first layer's units by how much they changed, summed over the pretrained arms, and take the first."""
    width = len(next(iter(seen.values())).networks[0][0].bias)
    arms = [one for name, one in seen.items() if STRATEGIES[name].pretrained] or list(seen.values())
    total = np.nansum([one.moved[-1, :width] for one in arms], axis=0)
    return [int(unit) for unit in np.argsort(-total, kind="stable")[:n]]


def weights(seen: Mapping[str, Seen], shape: tuple[int, int], mode: str) -> dict[str, Any]:
    """Everything that the picture of the weights needs."""
    units = most_changed(seen)
    drawn = [
        Weights(one.title, _weights_alt(one, units), one.epochs, one.networks, _bits_words(one))
        for one in seen.values()
    ]
    names = layer_names(next(iter(seen.values())).config.n_layers)[1:]
    return weights_data(drawn, units, shape, names, mode)


def _weights_alt(one: Seen, units: Sequence[int]) -> str:
    listed = join_words([str(unit + 1) for unit in units])
    return (
        f"{one.title}: weights of units {listed} of layer 1 before, now and their difference. {_bits_words(one)[-1]}."
    )


def _bits_words(one: Seen) -> list[str]:
    n_numbers = one.networks[0][0].weights.size + one.networks[0][0].bias.size
    return [
        DIVERGED
        if lost
        else f"layer 1: {changed:,} of {n_numbers:,} numbers changed"
        if changed
        else f"layer 1: all {n_numbers:,} numbers identical"
        for changed, lost in zip(one.n_changed[:, 0].tolist(), one.diverged, strict=True)
    ]


def weights_sentence(seen: Mapping[str, Seen]) -> str:
    """Say which arms left the backbone identical, bit by bit, and how much the others changed."""
    identical = [inside(STRATEGIES[name].title) for name, one in seen.items() if not one.n_changed[-1, :-1].any()]
    changed = [
        f"{inside(STRATEGIES[name].title)} changed {int(one.n_changed[-1, :-1].sum()):,}"
        for name, one in seen.items()
        if one.n_changed[-1, :-1].any()
    ]
    any_network = next(iter(seen.values())).networks[0]
    n_numbers = sum(layer.weights.size + layer.bias.size for layer in any_network[:-1])
    said = [f"under {join_words(identical)}, all are identical, compared bit by bit"] if identical else []
    return f"Of {n_numbers:,} numbers in the backbone, {'; '.join([*changed, *said])}."


def picture_shape(config: RunConfig) -> tuple[int, int]:
    """Rows and columns to draw an input in; a vector is one row."""
    shape = config.pair.image_shape
    return (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])


def unit_table(seen: Mapping[str, Seen]) -> pd.DataFrame:
    """One row per arm, snapshot, layer and unit: the relative change of the weights into it."""
    parts = []
    for name, one in seen.items():
        names = layer_names(one.config.n_layers)
        widths = [len(layer.bias) for layer in one.networks[0]]
        for epoch, moved in zip(one.epochs, one.moved, strict=True):
            parts.append(
                pd.DataFrame(
                    {
                        "strategy": name,
                        "epoch": epoch,
                        "layer": np.repeat(names, widths),
                        "unit": np.concatenate([np.arange(1, width + 1) for width in widths]),
                        "relative_change": moved,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
