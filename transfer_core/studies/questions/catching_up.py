"""Accuracy against updates, fine-tuned and from scratch: which is ahead, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
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
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, negligible
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.quantifiers import both
from transfer_core.studies.rules import Rule, signed
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Reading, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, has_learnt, intervals, points
from transfer_core.wording import counted_words, interval_words, size_words

SIZES = (40, 1000)  # training images, all classes together
RATES = (0.01, 0.03, 0.1)
TITLES = {"end_to_end": "end-to-end", "from_scratch": "from scratch"}
ARMS = tuple(TITLES)
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
    best = at_their_best(rows, ["rate"], by, judged=last)
    table = intervals(best, [*by, "rate", "updates"], "test_accuracy")
    several = best["scenario"].nunique() > 1
    places = zip(table["scenario"], table["images"], strict=True)
    table = table.assign(panel=[_panel(scenario, images, several) for scenario, images in places])
    largest = best.groupby("scenario")["images"].transform("max") == best["images"]
    many, few = best[largest], best[~largest]
    return Summary(table, {"catches_up": _caught_up(many, few), "speeds_up": _sped_up(many, few)})


def by_scenario(rows: pd.DataFrame, gap: Callable[[pd.DataFrame], Gap]) -> dict[str, Gap]:
    """Take a gap in each scenario in which both arms have learnt their training images."""
    found = {}
    for (scenario,), here in points(rows, ["scenario"]):
        last = here[here["updates"] == here["updates"].max()]
        if all(has_learnt(last[last["strategy"] == arm]) for arm in ARMS):
            found[str(scenario)] = gap(here)
    return found


def _caught_up(many: pd.DataFrame, few: pd.DataFrame) -> Finding:
    leads = by_scenario(many, last_gap)
    if not leads:
        return _unlearnt("catches_up")
    rises = {arm: by_scenario(many, partial(last_rise, arm=arm)) for arm in ARMS}
    gained = " and ".join(f"{TITLES[arm]} gained {size_words(mean_effect(gaps))}" for arm, gaps in rises.items())
    others = by_scenario(few, last_gap)
    little = f" With few images end-to-end is {mean_effect_words(others, 'from scratch')}." if others else ""
    return CLAIMS["catches_up"].found(
        {"lead": mean_effect(leads), **{arm: mean_effect(gaps) for arm, gaps in rises.items()}},
        f"With many images ({_sizes(many)}) end-to-end is, after the last update, {mean_effect_words(leads, 'from scratch')}. Over the second half of the updates "
        f"{gained}.{little}",
    )


def _sped_up(many: pd.DataFrame, few: pd.DataFrame) -> Finding:
    extra = by_scenario(many, speed_up_of)
    if not extra:
        return _unlearnt("speeds_up")
    others = by_scenario(few, speed_up_of)
    little = f"; with few images {_speed_words(others)}" if others else ""
    said = f"With many images ({_sizes(many)}) from scratch takes {_speed_words(extra)}"
    return CLAIMS["speeds_up"].found(mean_effect(extra), f"{said}{little}.")


def _sizes(rows: pd.DataFrame) -> str:
    least, most = rows["images"].min(), rows["images"].max()
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _unlearnt(name: str) -> Finding:
    return CLAIMS[name].untested("In 0 scenarios have both arms learnt 90 % of their training images.")


def last_gap(rows: pd.DataFrame) -> Gap:
    """End-to-end minus from scratch at the last checkpoint."""
    last = rows[rows["updates"] == rows["updates"].max()]
    return gap_between(last, "test_accuracy", *({"strategy": arm} for arm in ARMS))


def last_rise(rows: pd.DataFrame, arm: str) -> Gap:
    """Get what an arm gained over the second half of the updates."""
    curves = rows[rows["strategy"] == arm].pivot_table(index="seed", columns="updates", values="test_accuracy")
    return gap_of(curves.iloc[:, -1] - curves.iloc[:, max(-2, -curves.shape[1])])


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


def _speed_words(gaps: dict[str, Gap]) -> str:
    """Say how many times the updates, with the range over the scenarios."""
    gap = mean_effect(gaps)
    factor, low, high = (2**edge for edge in gap.interval)
    evidence = counted_words(interval_words(low, high), "more", gap.wins, gap.n)
    ends = sorted((2**one.interval.mean, title_of(name)) for name, one in gaps.items())
    reach = [f"{times:.1f} ({title})" for times, title in (ends[0], ends[-1])]
    reached = f", from {reach[0]} to {reach[1]}" if len(ends) > 1 else ""
    return f"{factor:.1f} times the updates of end-to-end {evidence}{reached}"


def _panel(scenario: str, images: int, several: bool) -> str:
    size = f"{images:,} training images"
    return f"{title_of(scenario)}, {size}" if several else size


_LEAD = Quantity(
    "the lead of end-to-end over from scratch at the last checkpoint",
    above="end-to-end is clearly ahead of from scratch at the last checkpoint",
    key="lead",
)
_RISES = {
    arm: Quantity(f"what {title} has gained over the second half of the updates", key=arm)
    for arm, title in TITLES.items()
}
_EXTRA = Quantity(
    "the binary logarithm of how many times as many updates as end-to-end from scratch needs",
    above="from scratch clearly takes more updates than end-to-end to 95 % of the accuracy that from scratch has at the last "
    "checkpoint",
    below="from scratch clearly takes fewer updates than end-to-end to 95 % of the accuracy that from scratch has at the last "
    "checkpoint",
    unit="",
    matters=0.5,  # half a doubling: checkpoints are a doubling apart
)
_MANY = "with many images, averaged over the scenarios"

CLAIMS = MappingProxyType(
    {
        "catches_up": Claim(
            "With many images and enough updates, training from scratch catches up with fine-tuning.",
            SOURCES["he2019"],
            Rule(
                both(below(_LEAD, MARGIN), negligible(_RISES["end_to_end"])),
                both(above(_LEAD, MARGIN), below(_RISES["from_scratch"], MARGIN)),
                given=_MANY,
            ),
            "It was about 10,000 images and more and long schedules, not about small images and a network of three layers.",
            "data",
        ),
        "speeds_up": Claim(
            "Pretraining speeds up convergence: with it, training gets sooner to 95 % of where training from scratch ends.",
            SOURCES["he2019"],
            signed(_EXTRA, _MANY),
            "Its networks are deep; a small network needs few updates anyway.",
            "cost",
        ),
    }
)

STUDY = Study(
    name="catching_up",
    title="Does training from scratch catch up?",
    question="With enough updates, does a network trained from scratch reach the fine-tuned one?",
    protocol="Test accuracy of end-to-end fine-tuning and of training from scratch at checkpoints that double, with few and "
    "with many images (40, and 1,000 or all available, all classes together) and the same number of updates: the "
    "epochs of the knob with many images, more epochs with few. Both arms share split, head and minibatch order. The "
    "rate of each, constant over the run, is for each seed the best of three (0.01 to 0.1) at the last checkpoint, on validation "
    "images, at most as many as there are for training. To catch up is to be less than a point behind at the last checkpoint "
    "while end-to-end gains or loses less than one; not to, to be more than a point behind and to gain less than one. What is judged is "
    "the mean over the scenarios, one of each kind. Updates are counted up to the first checkpoint that is good enough, so only to within a factor of "
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
    default_scenarios=ONE_OF_EACH_KIND,
    suits=has_source,
)
