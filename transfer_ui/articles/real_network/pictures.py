"""The pictures themselves: both styles, what a network gets wrong, and its first filters before and after."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from transfer_core.arrays import Array
from transfer_core.real_network.evidence import SCRATCH, count_of
from transfer_core.real_network.results import SPRITE, Looks, Results
from transfer_core.wording import inside, sentence_case
from transfer_ui.charts import svg
from transfer_ui.palette import MUTED

SIDE, IN_A_ROW = 64, 16  # as `tools.derive_real_network` lays out the sheet
PER_CLASS = 4
MISTAKES = 8
LITTLE = 0.1  # of its size: a filter that moved no further still sees what it saw
FILTER = 22  # pixels of a filter on the page, with its gap
STYLE = """
<style>
.emoji { display: flex; flex-wrap: wrap; gap: .35rem .9rem; }
.emoji figure { margin: 0; max-width: 86px; } .emoji figcaption { font-size: .8rem; line-height: 1.25; color: var(--quiet); }
.emoji div.pair { display: flex; gap: 2px; }
.emoji i { display: inline-block; width: 42px; height: 42px; border-radius: 6px; background-color: #fff; background-repeat: no-repeat; }
</style>
"""


@lru_cache(maxsize=2)
def sheet(folder: Path | None) -> str:
    """Give the sheet of pictures of a measurement as the address of an image; empty if there is none."""
    path = folder / SPRITE if folder else None
    return f"data:image/webp;base64,{b64encode(path.read_bytes()).decode()}" if path and path.exists() else ""


def show_samples(found: Results, looks: Looks, mode: str) -> None:
    """Draw a few test pictures of each class in both styles."""
    figures = []
    for label, name in enumerate(found.classes):
        mine = [at for at, truth in enumerate(looks.truth) if truth == label and looks.sprite[at] >= 0][:PER_CLASS]
        figures.append(_figure("".join(_pair(looks, at) for at in mine), class_words(name)))
    _write(figures, found, mode)


def show_mistakes(found: Results, looks: Looks, arm: str, mode: str) -> None:
    """Draw what a network of an arm gets wrong in the style that it was trained on, and what it says."""
    answers = looks.answers[arm]["test"]
    wrong = [at for at, truth in enumerate(looks.truth) if answers[at] != truth and looks.sprite[at] >= 0]
    said = [_figure(_one(looks, at, 0), f"{class_words(found.classes[answers[at]])}?") for at in wrong[:MISTAKES]]
    _write(said, found, mode)


def mistakes_words(looks: Looks, arm: str, title: str) -> str:
    """Count the mistakes of one network in both styles."""
    n = len(looks.truth)
    counts = {
        part: int(np.sum(np.asarray(given) != np.asarray(looks.truth))) for part, given in looks.answers[arm].items()
    }
    other = f", and {counts['other']} in the other style" if "other" in counts else ""
    trained = f"Trained on {count_of(looks.size)} per class"
    return f"{trained}, {inside(title)} gets {counts['test']} of {n} test pictures wrong{other} (one seed)."


def show_filters(looks: Looks, arm: str, mode: str) -> None:
    """Draw the first filters of the pretrained network, and the same after training."""
    before = np.asarray(looks.before)
    after = np.asarray(looks.after[arm])
    scale = float(np.abs(before).max())
    order = np.argsort(-np.linalg.norm(before.reshape(len(before), -1), axis=1))
    columns = st.columns(2)
    for column, filters, words in (
        (columns[0], before, "Pretrained on ImageNet"),
        (columns[1], after, "After training"),
    ):
        column.caption(words)
        column.html(_filters(filters[order], scale, f"{words}: {len(filters)} filters of the first layer"))


def filters_words(looks: Looks, arm: str, title: str) -> str:
    """Say how far the first filters moved."""
    if arm == SCRATCH:
        return f"{title}, the filters start at random, not from those of the pretrained network."
    before, after = np.asarray(looks.before), np.asarray(looks.after[arm])
    size = np.linalg.norm(before.reshape(len(before), -1), axis=1)
    moved = np.linalg.norm((after - before).reshape(len(before), -1), axis=1) / np.where(size > 0, size, 1)
    if not moved.any():
        return f"{title} leaves every first filter as it was, to the bit."
    serve = ": edges and colours learnt from photographs serve drawings too" if moved.max() < LITTLE else ""
    return (
        f"{title} moves the first filters by {100 * np.median(moved):.1f} % of their size (median), at most by "
        f"{100 * moved.max():.1f} %{serve}."
    )


def class_words(name: str) -> str:
    """Write the name of a class.

    Examples
    --------
    >>> class_words("animals_and_nature")
    'Animals and nature'
    """
    return sentence_case(name.replace("_", " "))


def _filters(filters: Array, scale: float, said: str) -> str:
    """Write filters as a picture: each number a pixel of red, green and blue around grey."""
    across = 8
    shapes = []
    for place, one in enumerate(filters):
        colours = np.clip(127.5 + 127.5 * one / scale, 0, 255).astype(int)
        n = colours.shape[-1]
        cell = (FILTER - 2) / n
        for row in range(n):
            for column in range(n):
                red, green, blue = colours[:, row, column]
                x = place % across * FILTER + column * cell
                y = place // across * FILTER + row * cell
                shapes.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{cell:.2f}" height="{cell:.2f}" fill="rgb({red},{green},{blue})"/>'
                )
    rows = -(-len(filters) // across)
    return svg.image(across * FILTER, rows * FILTER, "".join(shapes), said, "width: 100%; max-width: 22rem")


def _pair(looks: Looks, at: int) -> str:
    return f'<div class="pair">{_one(looks, at, 0)}{_one(looks, at, 1)}</div>'


def _one(looks: Looks, at: int, style: int) -> str:
    """Cut one picture out of the sheet."""
    n = max(looks.sprite) + 1
    n_rows = -(-n // IN_A_ROW)
    place = looks.sprite[at]
    row, column = style * n_rows + place // IN_A_ROW, place % IN_A_ROW
    size = f"{IN_A_ROW * 100}% {2 * n_rows * 100}%"
    where = f"{100 * column / (IN_A_ROW - 1):.3f}% {100 * row / max(2 * n_rows - 1, 1):.3f}%"
    name = looks.names[at].partition("--")[0]
    return (
        f'<i role="img" aria-label="emoji {escape(name)}" '
        f'style="background-image: var(--sheet); background-size: {size}; background-position: {where}"></i>'
    )


def _figure(drawn: str, words: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(words)}</figcaption></figure>"


def _write(figures: Sequence[str] | Iterator[str], found: Results, mode: str) -> None:
    st.html(
        f'{STYLE}<div class="emoji" style="--quiet: {MUTED[mode]}; --sheet: url({sheet(found.folder)})">{"".join(figures)}</div>'
    )
