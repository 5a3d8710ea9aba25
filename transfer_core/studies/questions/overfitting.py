"""What training to the end costs each strategy, against stopping in time; and what regularisation gains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Arm
from transfer_core.arrays import Array, Examples
from transfer_core.bibliography import LESSON
from transfer_core.config import RunConfig
from transfer_core.examples import target_of
from transfer_core.measures import target_accuracies
from transfer_core.network import losses_and_hits
from transfer_core.statistics import Gap
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.conditions import Quantity, lead
from transfer_core.studies.grids import at_rate, sizes
from transfer_core.studies.rules import beyond, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Label, Reading, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, has_learnt, intervals
from transfer_core.training import Moment
from transfer_core.wording import MORE_ACCURATE, counted_words, interval_words, number_words, side_words

SIZES = (1, 2, 5, 10)  # images per class: limited data
RATE_FACTORS = (0.1, 0.3, 1.0)  # of the knob's: what is trained for long needs no high rate
DECAYS = (0.001, 0.01)
N_LOOKS = 24
FROZEN, FULL, DECAYED = "feature_extraction", "end_to_end", "end-to-end with weight decay"


def look_epochs(n_epochs: int) -> tuple[int, ...]:
    """Spread the epochs at which a training may be stopped, closer together in the beginning.

    Examples
    --------
    >>> look_epochs(300)[:6], look_epochs(300)[-2:]
    ((1, 2, 3, 4, 6, 7), (234, 300))
    """
    return tuple(sorted(set(np.geomspace(1, n_epochs, N_LOOKS).round().astype(int).tolist())))


@dataclass(frozen=True)
class Looks:
    """Loss on a few validation images, and loss and accuracy on the test images, at some epochs.

    Attributes
    ----------
    budget : int
        How many validation images to look at.
    """

    budget: int

    def __call__(self, moment: Moment) -> Mapping[str, Array]:
        """Give ``val_loss``, ``test_loss`` (nats) and ``test_accuracy``, each ``(n_seeds,)``."""
        if moment.number not in look_epochs(moment.n_epochs):
            return {}
        with np.errstate(over="ignore", invalid="ignore"):
            val, _ = losses_and_hits(
                moment.logits("val")[:, : self.budget], moment.data["val"].labels[:, : self.budget]
            )
            test, hits = losses_and_hits(moment.logits("test"), moment.data["test"].labels)
        return {
            "val_loss": val.mean(axis=-1),
            "test_loss": test.mean(axis=-1),
            "test_accuracy": hits.mean(axis=-1),
        }


@dataclass(frozen=True)
class StopInTime:
    """Train one arm to the end, and say what it would have been worth stopped where its validation loss was lowest.

    Attributes
    ----------
    arm : Arm
    """

    arm: Arm

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give accuracies and loss at the end, and ``stopped_accuracy``, ``stopped_loss`` and ``stopped_epoch``."""
        train: Examples = target_of(config).train
        looks: dict[int, Mapping[str, Array]] = {}
        for epoch in self.arm.epochs(config, [Looks(train.labels.shape[-1])]):
            params = epoch.params
            if epoch.metrics:
                looks[epoch.number] = epoch.metrics
        val, loss, accuracy = (
            np.stack([look[name] for look in looks.values()]) for name in ("val_loss", "test_loss", "test_accuracy")
        )
        # Chosen on validation images and valued on test images: a training that does not overfit gains nothing.
        stop = np.nan_to_num(val, nan=np.inf).argmin(axis=0)[None]
        return [
            Reading(
                {},
                {
                    **target_accuracies(config, params),
                    "test_loss": loss[-1],
                    "stopped_loss": np.take_along_axis(loss, stop, axis=0)[0],
                    "stopped_accuracy": np.take_along_axis(accuracy, stop, axis=0)[0],
                    "stopped_epoch": np.array(list(looks))[stop[0]].astype(float),
                },
            )
        ]


def grid(config: RunConfig) -> Iterator[Cell]:
    """Both pure strategies, and end-to-end with weight decay, at the small sizes."""
    for size in sizes(config, SIZES):
        sized = config.but(images_per_class=size)
        for strategy in (FROZEN, FULL):
            own: float = getattr(config, STRATEGIES[strategy].rate_field)
            for rate in (float(f"{factor * own:.6g}") for factor in RATE_FACTORS):
                task = StopInTime(at_rate(sized, strategy, rate))
                labels: dict[str, Label] = {"images": size * config.layer_sizes[-1], "rate": rate}
                yield Cell({**labels, "strategy": strategy, "decay": 0.0}, sized.but(weight_decay=0.0), task)
                for decay in DECAYS if strategy == FULL else ():
                    yield Cell({**labels, "strategy": DECAYED, "decay": decay}, sized.but(weight_decay=decay), task)


def summarise(rows: pd.DataFrame) -> Summary:
    """Take every arm at the rate (and weight decay) that is best on validation."""
    best = at_their_best(rows, ["rate", "decay"], ["scenario", "images", "strategy"])
    best["cost"] = best["test_loss"] - best["stopped_loss"]
    best["lost"] = best["stopped_accuracy"] - best["test_accuracy"]
    place = ["scenario", "images", "strategy", "rate", "decay"]
    shown = ["train_accuracy", "test_accuracy", "stopped_accuracy", "stopped_epoch", "test_loss", "stopped_loss"]
    table = intervals(best, place, "cost").merge(best.groupby(place, sort=False)[shown].mean().reset_index(), on=place)
    if not all(has_learnt(group) for _, group in best.groupby(["images", "strategy"])):
        return Summary(table, {name: claim.untested(NOT_LEARNT) for name, claim in CLAIMS.items()})
    mean = best.groupby(["strategy", "seed"], as_index=False)[["cost", "lost", "test_accuracy"]].mean()
    return Summary(table, {"risk": _risk(mean), "harm": _harm(mean), "regularise": _regularise(mean)})


def _risk(mean: pd.DataFrame) -> Finding:
    more = gap_between(mean, "cost", {"strategy": FULL}, {"strategy": FROZEN})
    frozen, full = (number_words(mean.loc[mean["strategy"] == arm, "cost"].mean(), ".2f") for arm in (FROZEN, FULL))
    return CLAIMS["risk"].found(
        more,
        f"Training to the end instead of stopping in time costs {full} nats of test loss end-to-end and {frozen} with "
        f"feature extraction: {_nats(more)}.",
    )


def _nats(gap: Gap) -> str:
    """Word how much more one arm loses than another."""
    mean, low, high = gap.interval
    if mean < 0:
        return f"{-mean:.2f} less {counted_words(interval_words(-high, -low, 2), 'less', gap.losses, gap.n)}"
    return f"{mean:.2f} more {counted_words(interval_words(low, high, 2), 'more', gap.wins, gap.n)}"


def _harm(mean: pd.DataFrame) -> Finding:
    lost = gap_of(mean.loc[mean["strategy"] == FULL, "lost"])
    return CLAIMS["harm"].found(
        lost, f"Stopped in time, end-to-end is {side_words(lost, 'at the end of training', MORE_ACCURATE)}."
    )


def _regularise(mean: pd.DataFrame) -> Finding:
    gain = gap_between(mean, "test_accuracy", {"strategy": DECAYED}, {"strategy": FULL})
    return CLAIMS["regularise"].found(
        gain, f"With weight decay, end-to-end is {side_words(gain, 'without', MORE_ACCURATE)}."
    )


NOT_LEARNT = "An arm has not learnt its training images, so nothing can be said about overfitting them."
_GIVEN = f"with at most {max(SIZES)} images per class, on the mean over the sizes, each at its best rate"
_NATS = 0.05  # of test loss: the right class gets 5 % less probability
_ACCURACY = "end-to-end is clearly {} accurate where it is stopped in time than at the end of training"

CLAIMS = MappingProxyType(
    {
        "risk": Claim(
            "With few images, the risk of overfitting is lower with feature extraction, higher end-to-end.",
            LESSON,
            signed(
                Quantity(
                    "the test loss that training to the end costs beyond stopping in time, end-to-end minus feature extraction,",
                    above="training to the end instead of stopping in time clearly costs end-to-end more test loss than "
                    "feature extraction",
                    below="training to the end instead of stopping in time clearly costs end-to-end less test loss than "
                    "feature extraction",
                    unit="",
                    matters=_NATS,
                ),
                _GIVEN,
            ),
            "A network with millions of weights has far more room to overfit than one with nine thousand.",
        ),
        "harm": Claim(
            "With limited data, end-to-end learning overfits: trained to the end, it loses more than a point of the accuracy it had.",
            LESSON,
            beyond(
                Quantity(
                    "the accuracy that end-to-end loses from its best epoch on validation to the end",
                    above=_ACCURACY.format("more"),
                    below=_ACCURACY.format("less"),
                ),
                _GIVEN,
            ),
            "A network with millions of weights has far more room to overfit than one with nine thousand.",
        ),
        "regularise": Claim(
            "End-to-end learning needs regularisation: with few images, weight decay gains it more than a point.",
            LESSON,
            beyond(lead("end-to-end with weight decay", "end-to-end without"), _GIVEN),
            "Regularisation can be more than weight decay, the only kind tried here.",
        ),
    }
)

STUDY = Study(
    name="overfitting",
    title="Does fine-tuning overfit?",
    question="What does training to the end cost each strategy, compared with stopping in time, when images are few?",
    protocol="Every arm trains for 300 epochs, five times as long as elsewhere, on at most ten images per class. At 24 epochs, "
    "closer together in the beginning, its loss is read on as many validation images as it has for training; where that is "
    "lowest it would have been stopped. What the rest of the training costs is read on the test images, so that an arm that "
    "does not overfit shows no cost. Arms share split, head and minibatch order; each seed takes the best of three learning "
    "rates (a tenth of the knob's to the knob's) and, of two weight decays, the better one, on its validation images.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("images", "Training images, all classes together", "log"),
        Axis("mean", "Test loss that training to the end costs, nats"),
        series="strategy",
        zero=True,
    ),
    settings=MappingProxyType({"n_epochs": 300}),
    swept=("images_per_class", "weight_decay"),
    order=4,
    suits=has_source,
)
