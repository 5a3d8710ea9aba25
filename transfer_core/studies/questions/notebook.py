"""The lesson's own notebook: what its random backbone does to its conclusion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import arm_of
from transfer_core.arrays import Array, Examples, Layer, Params
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.network import init_params, replace_head
from transfer_core.pretraining import source_training
from transfer_core.scenarios import SCENARIOS
from transfer_core.seeds import Purpose, stream
from transfer_core.splits import cached_source_data
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import lead
from transfer_core.studies.rules import signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Study, Summary
from transfer_core.studies.summaries import at_their_best, gap_between, intervals, scores
from transfer_core.studies.tasks import PixelRegression, Train
from transfer_core.wording import side_words

MNIST = SCENARIOS["mnist_to_digits"]  # its source task is MNIST: no image of the lesson's is in it
APPROACHES = ("feature_extraction", "end_to_end", "progressive_unfreezing")
NOTEBOOK, HE, PRETRAINED, NO_NETWORK = "as in the notebook", "random, He scale", "pretrained on MNIST", "no network"


@dataclass(frozen=True)
class HeScale:
    """The network of the notebook drawn at another scale, head included, with nothing else changed.

    References
    ----------
    He, Zhang, Ren, Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852.
    """

    from_source = False

    def params(self, config: RunConfig) -> Params:
        """Draw the same random numbers at the scale of He et al."""
        backbone, head = (
            [stream(seed, purpose) for seed in config.seeds] for purpose in (Purpose.PRETRAINED, Purpose.HEAD)
        )
        return replace_head(init_params(config.layer_sizes, seeds=backbone), config.layer_sizes[-1], seeds=head)


@dataclass(frozen=True)
class TrainedOnMnist:
    """A backbone of the notebook's size that was trained on MNIST."""

    from_source = False

    def params(self, config: RunConfig) -> Params:
        """Train it under its own head.

        Raises
        ------
        ValueError
            If the images of the configuration have another shape than those of MNIST.
        """
        if config.pair.image_shape != MNIST.image_shape:
            raise ValueError(
                f"a backbone trained on MNIST takes images of shape {MNIST.image_shape}, got {config.pair.image_shape}"
            )
        return _trained_on_source(config.hidden_sizes, config.pretrain_epochs, config.seeds)


@lru_cache(maxsize=1)
def _trained_on_source(hidden_sizes: tuple[int, ...], n_epochs: int, seeds: tuple[int, ...]) -> Params:
    """Train on MNIST as every scenario does, on images that are standardised as the notebook standardises its own."""
    source = cached_source_data(MNIST, seeds).train
    sizes = (source.inputs.shape[-1], *hidden_sizes, len(MNIST.target.classes))
    params = init_params(sizes, seeds=[stream(seed, Purpose.PRETRAINED) for seed in seeds], dtype=np.float64)
    if n_epochs:
        examples = Examples(standardised(source.inputs), source.labels)
        for epoch in source_training(examples, params, seeds, n_epochs):
            params = epoch.params
    return tuple(Layer(*(array.astype(np.float32) for array in layer)) for layer in params)


def standardised(inputs: Array) -> Array:
    """Scale each pixel to mean 0 and deviation 1 over the images of one seed.

    Examples
    --------
    >>> standardised(np.array([[[0.0, 5.0], [2.0, 5.0]]])).tolist()
    [[[-1.0, 0.0], [1.0, 0.0]]]
    """
    deviation = inputs.std(axis=-2, keepdims=True)
    return np.asarray((inputs - inputs.mean(axis=-2, keepdims=True)) / np.where(deviation > 0, deviation, 1))


def grid(config: RunConfig) -> Iterator[Cell]:
    """Lay out the three approaches from the three starts, and logistic regression."""
    yield Cell({"start": NO_NETWORK, "strategy": "logistic_regression"}, config, PixelRegression())
    for strategy in APPROACHES:
        yield Cell({"start": NOTEBOOK, "strategy": strategy}, config, Train(arm_of(config, strategy)))
        he = arm_of(config, strategy, start=HeScale(), head=None)
        trained = arm_of(config, strategy, start=TrainedOnMnist())
        yield Cell({"start": HE, "strategy": strategy}, config, Train(he))
        yield Cell({"start": PRETRAINED, "strategy": strategy}, config, Train(trained))


def summarise(rows: pd.DataFrame) -> Summary:
    """Judge the notebook as it stands, and say what the other starts do."""
    table = intervals(rows, ["scenario", "start", "strategy"], "test_accuracy")
    starts = (NOTEBOOK, HE, PRETRAINED)
    over_pure = {start: _over_pure(rows[rows["start"] == start]) for start in starts}
    over_pixels = {
        start: _gap(rows, (start, "feature_extraction"), (NO_NETWORK, "logistic_regression")) for start in starts
    }
    return Summary(
        table,
        {
            "progressive_best": CLAIMS["progressive_best"].found(over_pure[NOTEBOOK], _best_words(rows, over_pure)),
            "pretrained_features": CLAIMS["pretrained_features"].found(
                over_pixels[NOTEBOOK], _pixels_words(over_pixels, table)
            ),
        },
    )


def _over_pure(rows: pd.DataFrame) -> Gap:
    """Compare progressive unfreezing with the pure approach that is better on the validation images of each seed."""
    pure = rows[rows["strategy"] != "progressive_unfreezing"]
    better = at_their_best(pure, ["strategy"], ["scenario"])
    return paired_gap(scores(rows, "test_accuracy", strategy="progressive_unfreezing"), scores(better, "test_accuracy"))


def _gap(rows: pd.DataFrame, ours: tuple[str, str], theirs: tuple[str, str]) -> Gap:
    """Compare two arms, each given by its start and its strategy."""
    one, other = ({"start": start, "strategy": strategy} for start, strategy in (ours, theirs))
    return gap_between(rows, "test_accuracy", one, other)


def _best_words(rows: pd.DataFrame, over_pure: dict[str, Gap]) -> str:
    """Give the gap of each start, and how much of its training images the notebook's arms have learnt."""
    compared = "; ".join(f"{start}, {side_words(gap, 'it')}" for start, gap in over_pure.items())
    own = rows[rows["start"] == NOTEBOOK].groupby("strategy")["train_accuracy"].mean()
    return (
        f"Progressive unfreezing against the better pure approach, by its backbone: {compared}. As in the notebook, the three "
        f"arms get {own.min():.0%} to {own.max():.0%} of their training images right in the end."
    )


def _pixels_words(over_pixels: dict[str, Gap], table: pd.DataFrame) -> str:
    pixels = float(table.loc[table["start"] == NO_NETWORK, "mean"].iloc[0])
    compared = "; ".join(f"{start}, {side_words(gap, 'it')}" for start, gap in over_pixels.items())
    return f"Logistic regression on the pixels reaches {pixels:.1%}. Feature extraction, by its backbone: {compared}."


_AS_IT_IS = "in the notebook as it is"
_OBJECTION = "The notebook is there to show the code, and says nothing of what its random backbone is worth."

CLAIMS = MappingProxyType(
    {
        "progressive_best": Claim(
            "In the notebook as it is, progressive unfreezing beats the pure approach that is better on validation.",
            LESSON,
            signed(lead("progressive unfreezing", "the better pure approach"), _AS_IT_IS),
            _OBJECTION,
            "notebook",
        ),
        "pretrained_features": Claim(
            "In the notebook as it is, a head on the “pretrained” features beats logistic regression on the pixels.",
            LESSON,
            signed(lead("feature extraction", "logistic regression on the pixels"), _AS_IT_IS),
            _OBJECTION,
            "notebook",
        ),
    }
)

STUDY = Study(
    name="notebook",
    title="What the lesson's notebook measures",
    question="What does the random backbone of the lesson's notebook do to its conclusion?",
    protocol="The notebook's set-up: UCI digits, each pixel standardised, one hidden layer of 128, 100 epochs of one full batch, "
    "its rates, and its backbone: random numbers times 0.01, which no source task has ever trained. It is compared with the "
    f"same random numbers at the scale of {SOURCES['he_init2015'].words}, with a backbone of the same size that was really "
    "trained, on MNIST images standardised in the same way, under the notebook's head, and with logistic regression on the "
    "pixels. All share the split. The better pure approach is chosen for each seed on its validation images. Nothing here is about pretrained networks: what is judged is what "
    "the notebook's own numbers can show. Unlike in the "
    "notebook, the test images are used for nothing else, and there is more than one seed.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "dots",
        Axis("start", "Backbone", "ordinal"),
        Axis("mean", "Test accuracy", form="share"),
        series="strategy",
    ),
    order=13,
    default_scenarios=("lesson",),
    suits=lambda scenario: scenario.standardise and scenario.source is None,
)
