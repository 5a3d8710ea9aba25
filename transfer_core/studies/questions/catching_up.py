"""Accuracy against updates, fine-tuned and from scratch: which is ahead, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Arm, arm_of
from transfer_core.arrays import Array
from transfer_core.bibliography import SOURCES
from transfer_core.config import RunConfig
from transfer_core.examples import target_of
from transfer_core.measures import target_accuracies
from transfer_core.scenarios import title_of
from transfer_core.splits import max_images_per_class
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import Quantity, Useful, below
from transfer_core.studies.quantifiers import SCENARIO, both, every
from transfer_core.studies.rules import Rule, shared
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Reading, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, intervals, points
from transfer_core.wording import counted_words, interval_words, number_words, side_words

SIZES = (40, 1000)  # training images, all classes together
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
ARMS = ("end_to_end", "from_scratch")
REACHED = 0.95  # of what from scratch has in the end


@dataclass(frozen=True)
class Checkpoints:
    """Train an arm and measure it on the way.

    Attributes
    ----------
    arm : Arm
    epochs : tuple of int
        When to measure, ascending; 0 is before any training.
    """

    arm: Arm
    epochs: tuple[int, ...]

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on all parts of the target at each checkpoint."""
        a_epoch = updates_an_epoch(config, target_of(config).train.labels.shape[-1])
        return [
            Reading({"updates": epoch.number * a_epoch}, target_accuracies(config, epoch.params))
            for epoch in self.arm.epochs(config)
            if epoch.number in self.epochs
        ]


def updates_an_epoch(config: RunConfig, n_images: int) -> int:
    """Count the minibatches of an epoch.

    Examples
    --------
    >>> updates_an_epoch(RunConfig(batch_size=32), 100), updates_an_epoch(RunConfig(batch_size=None), 100)
    (4, 1)
    """
    return 1 if config.batch_size is None else ceil(n_images / config.batch_size)


def halvings(n_epochs: int) -> tuple[int, ...]:
    """Space checkpoints evenly on a logarithmic axis, with the last but one at half of the epochs.

    Examples
    --------
    >>> halvings(48)
    (1, 2, 3, 6, 12, 24, 48)
    """
    return tuple(sorted({ceil(n_epochs / 2**power) for power in range(n_epochs.bit_length() + 1)}))


def grid(config: RunConfig) -> Iterator[Cell]:
    """Both arms at both sizes for the same number of updates, small size first: it is quick."""
    n_classes = config.layer_sizes[-1]
    sizes = [min(size // n_classes, max_images_per_class(config.pair)) for size in SIZES]
    n_updates = config.n_epochs * updates_an_epoch(config, sizes[-1] * n_classes)
    for size in sizes:
        # As many updates at each size take more epochs where there are fewer images.
        n_epochs = ceil(n_updates / updates_an_epoch(config, size * n_classes))
        sized = config.but(images_per_class=size)
        for arm in ARMS:
            for rate in RATES:
                changed = config.but(n_epochs=n_epochs, backbone_learning_rate=rate)
                task = Checkpoints(arm_of(changed, arm), halvings(n_epochs))
                yield Cell({"images": size * n_classes, "strategy": arm, "rate": rate}, sized, task)


def summarise(rows: pd.DataFrame) -> Summary:
    """Choose the rates by the last checkpoint, compare there, and count the updates needed to get near it."""
    by = ["scenario", "images", "strategy"]
    last = rows[rows["updates"] == rows.groupby(by)["updates"].transform("max")]
    best = rows.merge(at_their_best(last, ["rate"], by)[[*by, "rate"]].drop_duplicates(), on=[*by, "rate"])
    table = intervals(best, [*by, "rate", "updates"], "test_accuracy")
    several = best["scenario"].nunique() > 1
    places = zip(table["scenario"], table["images"], strict=True)
    table = table.assign(panel=[_panel(scenario, images, several) for scenario, images in places])
    largest = best.groupby("scenario")["images"].max().to_dict()
    ends: dict[str, dict[str, Gap]] = {}
    extra: dict[str, Gap] = {}
    said, sped = [], []
    for (scenario, images), here in points(best, ["scenario", "images"]):
        where = f"{title_of(str(scenario))}, {images:,} images"
        gap, rise = last_gap(here), last_rise(here)
        said.append(f"{where}: {_end_words(here, gap, rise)}")
        speed_up = speed_up_of(here)
        sped.append(f"{where}: {_speed_words(speed_up)}")
        if images == largest[scenario]:
            ends[str(scenario)] = {"lead": gap, "rise": rise}
            extra[str(scenario)] = speed_up
    return Summary(
        table,
        {
            "catches_up": CLAIMS["catches_up"].found(ends, f"{'. '.join(said)}."),
            "speeds_up": CLAIMS["speeds_up"].found(extra, f"{'. '.join(sped)}."),
        },
    )


def last_gap(rows: pd.DataFrame) -> Gap:
    """End-to-end minus from scratch at the last checkpoint."""
    last = rows[rows["updates"] == rows["updates"].max()]
    return gap_between(last, "test_accuracy", *({"strategy": arm} for arm in ARMS))


def last_rise(rows: pd.DataFrame) -> Gap:
    """Get what training from scratch gained over the second half of the updates."""
    scratch = rows[rows["strategy"] == "from_scratch"].pivot_table(
        index="seed", columns="updates", values="test_accuracy"
    )
    return gap_of(scratch.iloc[:, -1] - scratch.iloc[:, max(-2, -scratch.shape[1])])


def speed_up_of(rows: pd.DataFrame) -> Gap:
    """How many doublings of its updates from scratch needs beyond end-to-end.

    Both to reach 95 % of what from scratch has at the last checkpoint; an arm that never gets there counts as
    if it got there at twice the last one.
    """
    wide = rows.pivot_table(index="seed", columns=["strategy", "updates"], values="test_accuracy")
    curves = {arm: np.asarray(wide[arm]) for arm in ARMS}
    goal = REACHED * curves["from_scratch"][:, -1]
    needed = {arm: updates_to(goal, curves[arm], np.asarray(wide[arm].columns)) for arm in ARMS}
    return paired_gap(np.log2(needed["from_scratch"]), np.log2(needed["end_to_end"]))


def updates_to(goal: Array, accuracy: Array, updates: Array) -> Array:
    """First checkpoint at which each seed reaches the goal; twice the last one if it never does.

    Parameters
    ----------
    goal : ndarray of shape (n_seeds,)
    accuracy : ndarray of shape (n_seeds, n_checkpoints)
    updates : ndarray of shape (n_checkpoints,)

    Returns
    -------
    ndarray of shape (n_seeds,)

    Examples
    --------
    >>> updates_to(np.array([0.5, 0.9]), np.array([[0.4, 0.6], [0.7, 0.8]]), np.array([10, 20])).tolist()
    [20, 40]
    """
    reached = accuracy >= goal[:, None]
    return np.asarray(np.where(reached.any(axis=1), updates[reached.argmax(axis=1)], 2 * updates[-1]))


def _end_words(rows: pd.DataFrame, gap: Gap, rise: Gap) -> str:
    first, second = (f"rate {rows.loc[rows['strategy'] == arm, 'rate'].iloc[0]:g}" for arm in ARMS)
    return (
        f"after {rows['updates'].max():,} updates end-to-end at {first} is "
        f"{side_words(gap, f'from scratch at {second}')}, which has changed by {number_words(100 * rise.interval.mean, '+.1f')} points since half of them"
    )


def _speed_words(gap: Gap) -> str:
    factor, low, high = (2**edge for edge in gap.interval)
    evidence = counted_words(interval_words(low, high), "more", gap.wins, gap.n)
    return f"from scratch takes {factor:.1f} times the updates of end-to-end {evidence}"


def _panel(scenario: str, images: int, several: bool) -> str:
    size = f"{images:,} training images"
    return f"{title_of(scenario)}, {size}" if several else size


_LEAD = Quantity(
    "the lead of end-to-end over from scratch at the last checkpoint",
    above="end-to-end is clearly ahead of from scratch at the last checkpoint",
    key="lead",
)
_RISE = Quantity("what from scratch has gained over the second half of the updates", key="rise")
_EXTRA = Quantity(
    "the number of updates that from scratch takes more than end-to-end",
    above="from scratch clearly takes more updates than end-to-end to 95 % of the accuracy that from scratch has at the last "
    "checkpoint",
    below="from scratch clearly takes fewer updates than end-to-end to 95 % of the accuracy that from scratch has at the last "
    "checkpoint",
)
_MANY = "with many images"

CLAIMS = MappingProxyType(
    {
        "catches_up": Claim(
            "With enough images and updates, training from scratch catches up with fine-tuning.",
            SOURCES["he2019"],
            Rule(
                every(SCENARIO, below(_LEAD, MARGIN)),
                every(SCENARIO, both(Useful(_LEAD, MARGIN), below(_RISE, MARGIN))),
                _MANY,
            ),
        ),
        "speeds_up": Claim("Pretraining speeds up convergence.", SOURCES["he2019"], shared(SCENARIO, _EXTRA, _MANY)),
    }
)

STUDY = Study(
    name="catching_up",
    title="Does training from scratch catch up?",
    question="With enough updates, does a network trained from scratch reach the fine-tuned one?",
    protocol="Test accuracy of end-to-end fine-tuning and of training from scratch at checkpoints that double, with few and "
    "with many images (40, and 1,000 or all available, all classes together) and the same number of updates: the "
    "epochs of the knob with many images, more epochs with few. Both arms share split, head and minibatch order. The "
    "rate of each, constant over the run, is the best of five (0.003 to 0.3) on the validation images at the last "
    "checkpoint. Updates are counted up to the first checkpoint that is good enough, so only to within a factor of "
    "two.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("updates", "Updates", "log"),
        Axis("mean", "Test accuracy", form="share"),
        series="strategy",
        facet="panel",
    ),
    order=11,
    settings=MappingProxyType({"n_epochs": 48}),
    swept=("images_per_class", "backbone_learning_rate"),
    default_scenarios=("mnist_to_digits", "digits_to_parity"),
    suits=has_source,
)
