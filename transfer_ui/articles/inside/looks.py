"""The looks of the page: each asks one question, draws one picture and says one sentence under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.bibliography import SOURCES
from transfer_ui import downloads
from transfer_ui.articles.inside import anatomy, digit, errors, layers, step
from transfer_ui.articles.inside.clouds import Clouds
from transfer_ui.articles.inside.seen import Seen
from transfer_ui.charts import layer_lines
from transfer_ui.charts.components import features, weights
from transfer_ui.charts.timeline import layer_names
from transfer_ui.controls import sidebar
from transfer_ui.downloads import Origin
from transfer_ui.palette import theme
from transfer_ui.runs.waiting import Outcome

NO_IMAGE = "The inputs here are rows of numbers, not images: each is drawn as one row."


class Sight(NamedTuple):
    """What every look is drawn from.

    Attributes
    ----------
    config : RunConfig
    seed : int
        Whose networks are shown.
    names : tuple of str
        Strategies shown.
    results : mapping of str to RunResult
        Those strategies over all seeds.
    everything : mapping of str to RunResult
        All strategies over all seeds.
    pictures : Outcome
        Of the snapshots, to keep what is made of them.
    seen : mapping of str to Seen
        All strategies of the seed.
    """

    config: RunConfig
    seed: int
    names: tuple[str, ...]
    results: Mapping[str, RunResult]
    everything: Mapping[str, RunResult]
    pictures: Outcome
    seen: Mapping[str, Seen]

    @property
    def chosen(self) -> dict[str, Seen]:
        """The strategies shown, of the seed."""
        return {name: self.seen[name] for name in self.names}

    def offer(self, label: str, make_table: Callable[[], pd.DataFrame], look: str) -> None:
        """Draw the button that downloads the numbers of a look."""
        at = {"look": look, "of_seed": str(self.seed), "arms": "three" if len(self.names) == 3 else "all"}
        downloads.offer(label, make_table, Origin("inside", [self.config], at), look)


def draw(look: str, sight: Sight) -> None:
    """Draw a look."""
    LOOKS[look][1](sight)


def _weights(sight: Sight) -> None:
    st.subheader("Which weights changed?", anchor=False)
    if not sight.config.pair.target.dataset.is_image:
        st.caption(NO_IMAGE)
    name = f"weights {sight.names} {theme()}"
    shape = anatomy.picture_shape(sight.config)
    weights.show(sight.pictures.once(name, lambda: anatomy.weights(sight.chosen, shape, theme())), "weights")
    st.markdown(anatomy.weights_sentence(sight.chosen))
    st.caption(
        "The units of layer 1 that changed most come first, the same in every panel; move the epoch above to see them change."
    )
    sight.offer("Change per unit", lambda: anatomy.unit_table(sight.chosen), "weights")


def _drift(sight: Sight) -> None:
    st.subheader("How far did each layer drift, and did its features?", anchor=False)
    names = layer_names(sight.config.n_layers)
    moved = layer_lines.layer_rows(sight.results, layer_lines.DRIFT, names)
    alike = layer_lines.layer_rows(sight.results, layer_lines.SIMILARITY, names[:-1])
    st.caption(
        "Change of the weights since the start, relative to their norm. Line: mean over the seeds; band: its 95 % interval."
    )
    layer_lines.show(moved, sight.results, layer_lines.DRIFT, theme())
    st.caption(
        "Similarity of the features to those at the start, by linear CKA on the validation images "
        f"({SOURCES['kornblith2019_cka'].citation}): 1 is the same but for a rotation and a scale."
    )
    layer_lines.show(alike, sight.results, layer_lines.SIMILARITY, theme())
    st.markdown(layers.drift_sentence(sight.everything))
    sight.offer("Drift", lambda: pd.concat([moved.assign(what="drift"), alike.assign(what="similarity")]), "drift")


def _features(sight: Sight) -> None:
    st.subheader("Do the classes part?", anchor=False)
    clouds = sight.pictures.once("clouds", lambda: Clouds(sight.seen))
    features.show(sight.pictures.once(f"clouds {theme()}", lambda: clouds.data(theme())), "features")
    st.markdown(clouds.sentence())
    st.caption(
        "The last backbone layer's features of the validation images. The plane is fitted once, on the features before "
        "training, so that movement is movement; controls start from other features and have no place in it."
    )
    sight.offer("Places", clouds.table, "features")


def _gradients(sight: Sight) -> None:
    st.subheader("What does a new head do to the backbone?", anchor=False)
    rows = layer_lines.layer_rows(sight.results, layer_lines.GRADIENT, layer_names(sight.config.n_layers))
    layer_lines.show(rows, sight.results, layer_lines.GRADIENT, theme())
    st.markdown(layers.gradient_sentence(sight.everything))
    st.caption(
        "Norm of the gradient of the training loss at each layer, on all training images, logarithmic. At a frozen layer it "
        "is what the layer would be pulled with: nothing is updated there."
    )
    sight.offer("Gradients", lambda: rows, "gradients")


def _errors(sight: Sight) -> None:
    st.subheader("What does each strategy get wrong?", anchor=False)
    found = sight.pictures.once(f"errors {sight.names}", lambda: errors.Errors(sight.chosen))
    errors.draw(found, sight.names, theme())
    sight.offer("Answers", found.answers_table, "errors")
    sight.offer("Report", found.report, "report")


def _step(sight: Sight) -> None:
    st.subheader("What does one update do?", anchor=False)
    titles = {name: STRATEGIES[name].short for name in sight.names}
    name = sidebar.choose_in_link("step", titles, st.segmented_control)
    step.draw(sight.seen[name])
    sight.offer("Step", lambda: step.layer_table(step.first_step(sight.seen[name])), "step")


def _digit(sight: Sight) -> None:
    st.subheader("What do they make of your own digit?", anchor=False)
    if not sight.config.pair.target.dataset.is_image:
        st.info("Drawing needs images; the inputs here are rows of numbers.")
        return
    asked = digit.Asked(sight.config, sight.seed, sight.chosen, sight.pictures.results.source)
    table = digit.draw(asked, theme())
    if table is not None:
        sight.offer("Probabilities", lambda: table, "digit")


LOOKS: Mapping[str, tuple[str, Callable[[Sight], None]]] = {
    "weights": ("Weights", _weights),
    "drift": ("Drift", _drift),
    "features": ("Features", _features),
    "errors": ("Errors", _errors),
    "gradients": ("Gradients", _gradients),
    "step": ("One step", _step),
    "digit": ("Draw a digit", _digit),
}
TITLES = {name: title for name, (title, _) in LOOKS.items()}
