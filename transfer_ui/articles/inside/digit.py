"""A digit of the visitor's own, or an example, as every network sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import RunConfig
from transfer_core.arrays import Array, Params
from transfer_core.drawing import BLOCK, to_ink
from transfer_core.network import predict_logits
from transfer_core.splits import as_target_inputs
from transfer_ui.articles.inside.anatomy import picture_shape
from transfer_ui.articles.inside.seen import Images, Seen, is_answer, probabilities
from transfer_ui.charts import answers, samples
from transfer_ui.charts.components import pad
from transfer_ui.controls import address, notice_box, sidebar
from transfer_ui.controls.link import quoted

SHADES = "0123456789abcdefg"  # ink of a block, 0 to 16, as one character of the link
MOST_SHADES = 256  # pixels that a link has room for
OWN = "mine"


class Asked(NamedTuple):
    """Who is asked about a digit.

    Attributes
    ----------
    config : RunConfig
        Of all seeds.
    seed : int
    seen : mapping of str to Seen
    source : tuple of Layer
        The pretrained network under its old head; empty if there is none.
    images : Images
        To choose an example from.
    """

    config: RunConfig
    seed: int
    seen: Mapping[str, Seen]
    source: Params
    images: Images


def to_text(ink: Array) -> str:
    """Write shares of ink for the link.

    Examples
    --------
    >>> to_text(np.array([[0.0, 0.25], [0.625, 1.0]]))
    '04ag'
    """
    return "".join(SHADES[level] for level in (ink.ravel() * BLOCK**2).round().astype(int))


def from_text(text: str, shape: tuple[int, int]) -> Array | None:
    """Read what `to_text` wrote; ``None`` if it is something else."""
    if len(text) != shape[0] * shape[1] or not set(text) <= set(SHADES):
        return None
    return np.array([SHADES.index(one) for one in text], np.float32).reshape(shape) / np.float32(BLOCK**2)


def draw(asked: Asked, mode: str) -> pd.DataFrame | None:
    """Draw pad, examples and answers; give the probabilities if there is a digit."""
    shape = picture_shape(asked.config)
    left, right = st.columns([2, 5], gap="large")
    with left:
        ink = _drawn(shape, mode)
    inputs, labels, _ = asked.images
    classes = asked.config.pair.target.classes
    first = {str(label): int(np.flatnonzero(labels == label)[0]) for label in np.unique(labels)}
    with right:
        titles = {OWN: "My drawing"} | {label: classes[int(label)] for label in first}
        chosen = sidebar.choose_in_link("example", titles, st.pills, label="What the networks look at")
        if chosen != OWN:
            seen_as = inputs[first[chosen]][None]
        elif ink is not None and ink.any():
            seen_as = as_target_inputs(
                asked.config.pair, ink[None], shift_amount=asked.config.shift_amount, seed=asked.seed
            )
        else:
            st.info("Draw a digit on the pad, or choose an example.")
            return None
        return _answer(asked, seen_as, shape, mode)


def _drawn(shape: tuple[int, int], mode: str) -> Array | None:
    """Bring what is on the pad, or else in the link, to the size of the data."""
    fine = pad.show(mode, "pad")
    if fine is not None:
        ink = to_ink(fine, shape)
        text = to_text(ink) if ink.any() else None
        if text != st.session_state.get("drawn_before"):
            st.session_state.drawn_before = text
            address.write_place("drawn", text if ink.size <= MOST_SHADES else None)
            address.write_place("example", None)  # whoever draws wants to see the drawing
        return ink
    linked = st.query_params.get("drawn")
    if linked is None:
        return None
    ink_linked = from_text(linked, shape)
    if ink_linked is None:
        rule = f"{shape[0] * shape[1]} characters from 0 to 9 and a to g"
        notice_box.say(f"drawn in the link must be {rule}, got {quoted(linked)}. It was left out.")
        address.write_place("drawn", None)
    return ink_linked


def _answer(asked: Asked, inputs: Array, shape: tuple[int, int], mode: str) -> pd.DataFrame:
    """Draw the image as the networks see it, and what each says."""
    pair, rows = asked.config.pair, []
    source_classes = pair.source.classes if asked.source and pair.source else ()
    if asked.source:
        rows.append(_rows("Pretrained", source_classes, asked.source, inputs))
    arms = [_rows(one.title, pair.target.classes, one.networks[-1], inputs) for one in asked.seen.values()]
    said = _said([*rows, *arms])
    low, high = float(inputs.min()), float(inputs.max())
    grey = (inputs.reshape(1, *shape) - low) / ((high - low) or 1)
    view, words = st.columns([1, 4], vertical_alignment="center")
    view.image(
        samples.strip(grey),
        caption=f"As they see it: {shape[0]} × {shape[1]}",
        alt=f"The image as the networks see it. {said}",
    )
    words.markdown(said)
    if rows and source_classes == pair.target.classes:
        answers.show(pd.concat([*rows, *arms]), mode, f"Probability of each class, one row per network. {said}")
    else:
        if rows:
            st.caption("The pretrained network, in the classes of its own task:")
            answers.show(rows[0], mode, f"Probability of each class of the old task. {_said(rows)}")
        answers.show(pd.concat(arms), mode, f"Probability of each class, one row per strategy. {_said(arms)}")
    st.caption("Probability of each class, per cent. The pretrained network has not seen the new task.")
    return pd.concat([*rows, *arms], ignore_index=True)


def _rows(title: str, classes: Sequence[str], network: Params, inputs: Array) -> pd.DataFrame:
    """One row per class; a network that diverged has no probabilities."""
    with np.errstate(over="ignore", invalid="ignore"):
        logits = predict_logits(network, inputs)
        shares = np.where(is_answer(logits)[:, None], probabilities(logits), np.nan)[0]
    return pd.DataFrame({"network": title, "class": list(classes), "probability": shares})


def _said(rows: Sequence[pd.DataFrame]) -> str:
    """Say what each network takes it for."""
    said = []
    for one in rows:
        network, name, share = one.iloc[int(one["probability"].to_numpy().argmax())]
        said.append(f"{network}: {name} ({100 * share:.0f}\u00a0%)" if np.isfinite(share) else f"{network}: no answer")
    return f"{'; '.join(said)}."
