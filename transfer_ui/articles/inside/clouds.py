"""Validation images as points in a plane of features, fitted once on the network before training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES
from transfer_core.features import principal_plane, separability
from transfer_core.wording import inside, join_words
from transfer_ui import nouns
from transfer_ui.articles.inside.anatomy import DIVERGED, picture_shape
from transfer_ui.articles.inside.seen import Images, Seen
from transfer_ui.charts.components.features import HINT, Panel
from transfer_ui.charts.components.features import data_of as features_data
from transfer_ui.sentences import percent


class Clouds:
    """The features of one seed's validation images, for every arm that starts from the same backbone.

    Parameters
    ----------
    seen : mapping of str to Seen
        Only its pretrained arms are shown: other backbones have other features, and no place in this plane.
    images : Images
        Of that seed.
    """

    def __init__(self, seen: Mapping[str, Seen], images: Images) -> None:
        self.arms = {name: one for name, one in seen.items() if STRATEGIES[name].pretrained}
        self._any = next(iter(self.arms.values()))
        self.images = images
        self.start = self._any.features(self.images.inputs, 0)
        self._plane = principal_plane(self.start)
        self.apart_at_start = separability(self.start, self.images.labels)
        self.places, self.apart, self.answers = {}, {}, {}
        for name, one in self.arms.items():
            clouds = [one.features(self.images.inputs, at) for at in range(len(one.epochs))]
            places = np.stack([self._plane.places(cloud) for cloud in clouds])
            # What a diverged network makes of an image is no number, and has no place.
            self.places[name] = np.where(np.array(one.diverged)[:, None, None], np.nan, places)
            self.apart[name] = [
                np.nan if lost else separability(cloud, self.images.labels)
                for cloud, lost in zip(clouds, one.diverged, strict=True)
            ]
            self.answers[name] = np.stack(
                [one.answers(self.images.inputs, at).classes for at in range(len(one.epochs))]
            )

    def sentence(self) -> str:
        """Say how well the classes part before and after."""
        titles = {name: inside(STRATEGIES[name].title) for name in self.apart}
        ends = [f"{percent(apart[-1])} after {titles[name]}" for name, apart in self.apart.items() if apart[-1] >= 0]
        lost = [titles[name] for name, apart in self.apart.items() if np.isnan(apart[-1])]
        start = f"{percent(self.apart_at_start)} of the images before training"
        gone = f"; {join_words(lost)} diverged" if lost else ""
        return f"The nearest neighbour has the same class for {join_words([start, *ends])}{gone}."

    def data(self, mode: str) -> dict[str, Any]:
        """Everything that the picture needs."""
        n = len(self.images.labels)
        start = Panel(
            "Before training",
            self._said(f"{n} validation images in the plane. {self._apart_words(self.apart_at_start)}."),
            [0],
            self._plane.places(self.start)[None],
            np.zeros((0, n)),
            [self._apart_words(self.apart_at_start)],
        )
        panels = [
            Panel(
                one.title,
                self._said(f"The same {n} images after {one.title}. {self._apart_words(self.apart[name][-1])}."),
                one.epochs,
                self.places[name],
                self.answers[name],
                [self._apart_words(share) for share in self.apart[name]],
            )
            for name, one in self.arms.items()
        ]
        config = self._any.config
        return features_data(
            [start, *panels],
            self.images.ink,
            picture_shape(config),
            self.images.labels,
            config.pair.target.classes,
            mode,
            self._said(HINT),
        )

    def _said(self, words: str) -> str:
        return nouns.said(self._any.config.pair, words)

    @staticmethod
    def _apart_words(share: float) -> str:
        return DIVERGED if np.isnan(share) else f"{percent(share)} beside their class"

    def table(self) -> pd.DataFrame:
        """One row per arm and image: where it is before and after."""
        before = self.places[next(iter(self.arms))][0]
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "strategy": name,
                        "image": np.arange(len(self.images.labels)),
                        "label": self.images.labels,
                        "x_before": before[:, 0],
                        "y_before": before[:, 1],
                        "x_after": places[-1][:, 0],
                        "y_after": places[-1][:, 1],
                        "answer": self.answers[name][-1],
                    }
                )
                for name, places in self.places.items()
            ],
            ignore_index=True,
        )
