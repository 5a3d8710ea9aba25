"""Looks at networks: each asks one question, draws one picture and says one sentence under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd
import streamlit as st

from transfer_core import RunConfig, RunResult
from transfer_core.bibliography import SOURCES
from transfer_ui import nouns, sentences
from transfer_ui.articles.inside import anatomy, errors, layers
from transfer_ui.articles.inside.clouds import Clouds
from transfer_ui.articles.inside.seen import Images, Seen
from transfer_ui.charts import layer_lines
from transfer_ui.charts.components import features, network, weights
from transfer_ui.charts.layer_lines import DRIFT, FIRST_GRADIENTS, GRADIENT, SIMILARITY
from transfer_ui.charts.timeline import layer_names
from transfer_ui.palette import theme
from transfer_ui.runs.found import Found
from transfer_ui.runs.looking_back import FIRST_STEPS, MOST_LOOKED_AT
from transfer_ui.shell import slider

NO_IMAGE = "The inputs here are rows of numbers and not pictures: the weights into a unit are drawn as one row."


class Sight(NamedTuple):
    """What every look is drawn from.

    Attributes
    ----------
    names : tuple of str
        Strategies shown.
    everything : mapping of str to RunResult
        All strategies over all seeds.
    seen : mapping of str to Seen
        All strategies of the seed whose networks are shown.
    images : Images
        That this seed is asked about.
    pictures : Found
        Of the snapshots, to keep what is made of them.
    offer : callable
        ``(label, make_table, look)``: draws the button that downloads the numbers of a look.
    """

    names: tuple[str, ...]
    everything: Mapping[str, RunResult]
    seen: Mapping[str, Seen]
    images: Images
    pictures: Found
    offer: Callable[[str, Callable[[], pd.DataFrame], str], None]

    @property
    def results(self) -> dict[str, RunResult]:
        """The strategies shown, over all seeds."""
        return {name: self.everything[name] for name in self.names}

    @property
    def chosen(self) -> dict[str, Seen]:
        """The strategies shown, of the seed."""
        return {name: self.seen[name] for name in self.names}

    @property
    def config(self) -> RunConfig:
        """Settings, of the seed; what they say of the data is their shape and their classes."""
        return next(iter(self.seen.values())).config


def draw_networks(sight: Sight, run: str) -> None:
    """Draw the slider over the epochs, and the networks that it moves.

    Parameters
    ----------
    sight : Sight
    run : str
        Names the run: on the same one, the slider stays where it was left.
    """
    chosen, mode = sight.chosen, theme()
    epochs = max((one.epochs for one in chosen.values()), key=len)
    st.markdown("**Which layers moved, and how far?**")
    slider.draw("epoch", epochs, run, mode)
    made = sight.pictures.once(f"networks {sight.names} {mode}", lambda: anatomy.networks(chosen, mode))
    network.show(made, "networks")
    st.markdown(anatomy.moved_sentence(chosen))
    st.caption(
        "Ice blue: frozen, not a bit changed. Warm: trained, deeper for more change. Lines: the strongest weights at the end, "
        "orange positive, blue negative."
    )


def draw(look: str, sight: Sight) -> None:
    """Draw a look of `LOOKS`."""
    LOOKS[look][1](sight)


def _note(sight: Sight, words: str) -> None:
    st.caption(nouns.said(sight.config.pair, words))


def _weights(sight: Sight) -> None:
    st.subheader("Which weights changed?", anchor=False)
    if not sight.config.pair.target.dataset.is_image:
        st.caption(NO_IMAGE)
    name = f"weights {sight.names} {theme()}"
    shape = anatomy.picture_shape(sight.config)
    weights.show(sight.pictures.once(name, lambda: anatomy.weights(sight.chosen, shape, theme())), "weights")
    st.markdown(anatomy.weights_sentence(sight.chosen))
    st.caption(
        "The units of layer 1 that changed most come first, the same in every panel; below them stands the change of the other "
        "layers. Move the epoch above to see it."
    )
    sight.offer("Change per unit", lambda: anatomy.unit_table(sight.chosen), "weights")


def _drift(sight: Sight) -> None:
    st.subheader("How far did each layer drift, and did its features?", anchor=False)
    names = layer_names(sight.config.n_layers)
    moved = layer_lines.layer_rows(sight.results, DRIFT, names)
    alike = layer_lines.layer_rows(sight.results, SIMILARITY, names[:-1])
    n_seeds = next(iter(sight.results.values())).config.n_seeds
    st.caption(
        f"Change of the weights since the start, relative to their norm, after every epoch. {sentences.about_lines(n_seeds)}"
    )
    layer_lines.show(moved, sight.results, DRIFT, theme())
    st.markdown(layers.moved_sentence(sight.everything))
    _note(
        sight,
        "Similarity of the features to those at the start, by linear CKA on the validation images "
        f"({SOURCES['kornblith2019_cka'].citation}): 1 is the same but for a rotation and a scale. Measured "
        f"{layers.when(sorted(alike['epoch'].unique()), sight.config.n_epochs)}.",
    )
    layer_lines.show(alike, sight.results, SIMILARITY, theme())
    st.markdown(layers.drift_sentence(sight.everything))
    sight.offer("Drift", lambda: pd.concat([moved.assign(what="drift"), alike.assign(what="similarity")]), "drift")


def _features(sight: Sight) -> None:
    st.subheader("Do the classes part?", anchor=False)
    clouds = sight.pictures.once("clouds", lambda: Clouds(sight.seen, sight.images))
    features.show(sight.pictures.once(f"clouds {theme()}", lambda: clouds.data(theme())), "features")
    st.markdown(nouns.said(sight.config.pair, clouds.sentence()))
    _note(
        sight,
        "The last backbone layer's features of the validation images. The plane is fitted once, on the features before "
        "training, so that movement is movement; controls start from other features and have no place in it.",
    )
    sight.offer("Places", clouds.table, "features")


def _gradients(sight: Sight) -> None:
    st.subheader("What does a new head do to the backbone?", anchor=False)
    names = layer_names(sight.config.n_layers)
    parts = []
    # Large data of a visitor's are trained a few seeds at a time, and their first updates are not taken again.
    if all(FIRST_GRADIENTS.measure in result.measured for result in sight.results.values()):
        first = layer_lines.layer_rows(sight.results, FIRST_GRADIENTS, names)
        _note(
            sight,
            f"Before each of the first {FIRST_STEPS} updates, on up to {MOST_LOOKED_AT} training images per seed.",
        )
        layer_lines.show(first, sight.results, FIRST_GRADIENTS, theme())
        st.markdown(layers.first_updates_sentence(sight.everything))
        parts.append(first.assign(counted="updates"))
    later = layer_lines.layer_rows(sight.results, GRADIENT, names)
    _note(
        sight,
        "Over the whole run, on all training images: the norm of the gradient, logarithmic. At a frozen layer it is what the "
        "layer would be pulled with: nothing is updated there.",
    )
    layer_lines.show(later, sight.results, GRADIENT, theme())
    st.markdown(layers.gradient_sentence(sight.everything))
    parts.append(later.assign(counted="epochs"))
    sight.offer("Gradients", lambda: pd.concat(parts).rename(columns={"epoch": "so_far"}), "gradients")


def _errors(sight: Sight) -> None:
    st.subheader("What does each strategy get wrong?", anchor=False)
    found = sight.pictures.once(f"errors {sight.names}", lambda: errors.Errors(sight.chosen, sight.images))
    errors.draw(found, sight.names, theme())
    with st.container(horizontal=True):
        sight.offer("Answers", found.answers_table, "errors")
        sight.offer("Report", found.report, "report")


LOOKS: Mapping[str, tuple[str, Callable[[Sight], None]]] = {
    "weights": ("Weights", _weights),
    "drift": ("Drift", _drift),
    "features": ("Features", _features),
    "errors": ("Errors", _errors),
    "gradients": ("Gradients", _gradients),
}
TITLES = {name: title for name, (title, _) in LOOKS.items()}
