"""Stability: what is watched during training, and verdicts on made-up rows."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import arm_of
from transfer_core.measures import Curves
from transfer_core.studies.questions.stability import STUDY, moves
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED
from transfer_core.studies.tasks import Train
from transfer_core.studies.unfreezing import FROZEN, GRADUAL, PLAIN, SIDES, TWO_PHASES
from transfer_core.studies.watch import Watch

CONFIG = RunConfig(
    scenario="low_to_high",
    hidden_sizes=(8, 8),
    pretrain_epochs=2,
    images_per_class=5,
    n_epochs=8,
    unfreeze_epoch=3,
    n_seeds=2,
)
STEADY = {"accuracy": 0.8, "fall": 0.1, "moved": 0.1}


def made(seeds=6, **arms):
    """Rows of one rate: every arm as steady as the others, except for what is told of it by name."""
    rows = [
        {"unfreezing": arm, "seed": seed, **STEADY, **arms.get(arm.replace(" ", "_"), {})}
        for arm in SIDES
        for seed in range(seeds)
    ]
    frame = pd.DataFrame(rows)
    shared: dict[str, Any] = {"scenario": "mnist_to_digits", "rates": "one rate", "rate": 0.1, "train_accuracy": 1.0}
    return frame.assign(
        **shared,
        test_accuracy=frame["accuracy"] + 0.001 * frame["seed"],
        val_score=frame["accuracy"],
        total_fall=frame["fall"] + 0.001 * frame["seed"],
        head_moved=frame["moved"],
        backbone_moved=frame["moved"],
    )


def verdicts(rows):
    return tuple(finding.verdict for finding in STUDY.summarise(rows).findings.values())


def test_watching_changes_nothing_and_adds_up_what_the_curve_falls():
    arm = arm_of(CONFIG, "progressive_unfreezing")
    (plain,), (watched,) = (task.measure(CONFIG) for task in (Train(arm), Watch(arm)))
    assert (plain.values["test_accuracy"] == watched.values["test_accuracy"]).all()
    assert (plain.values["val_score"] == watched.values["val_score"]).all()
    curve = [epoch.metrics["val_accuracy"] for epoch in arm.epochs(CONFIG, [Curves(("val",))])]
    falls = sum(np.maximum(before - after, 0) for before, after in pairwise(curve))
    assert watched.values["total_fall"] == pytest.approx(falls)


def test_the_move_of_the_backbone_is_that_of_its_first_five_epochs():
    arm = arm_of(CONFIG, "progressive_unfreezing")
    states = [epoch.params for epoch in arm.epochs(CONFIG)]
    before, after = states[3], states[8]
    for seed in range(2):
        shares = [
            np.sqrt(sum(np.sum((new[seed] - old[seed]) ** 2.0) for new, old in zip(one, other, strict=True)))
            / np.sqrt(sum(np.sum(old[seed] ** 2.0) for old in other))
            for one, other in zip(after, before, strict=True)
        ]
        (reading,) = Watch(arm).measure(CONFIG)
        assert reading.values["backbone_moved"][seed] == pytest.approx(np.mean(shares[:-1]), rel=1e-4)
        assert reading.values["head_moved"][seed] == pytest.approx(shares[-1], rel=1e-4)


def test_a_backbone_that_stays_frozen_has_not_moved_anywhere():
    (reading,) = Watch(arm_of(CONFIG, "feature_extraction")).measure(CONFIG)
    assert "backbone_moved" not in reading.values


def test_verdicts_follow_the_falls_and_the_moves():
    restless, far = {"fall": 0.4}, {"moved": 0.4}
    assert verdicts(made()) == (CONFIRMED, SAME, SAME)  # what is as stable maintains stability
    assert verdicts(made(end_to_end=restless | far, feature_extraction=restless)) == (CONFIRMED, CONFIRMED, CONFIRMED)
    assert verdicts(made(progressive_unfreezing=restless | far, gradual_unfreezing=restless)) == (
        REFUTED,
        REFUTED,
        REFUTED,
    )
    assert verdicts(made(seeds=5, end_to_end=restless | far)) == (INCONCLUSIVE,) * 3


def test_stability_that_costs_more_than_a_point_is_no_balance():
    rows = made(end_to_end={"fall": 0.4, "accuracy": 0.83})
    assert verdicts(rows)[0] == CONFIRMED
    assert verdicts(rows)[2] == REFUTED


def test_a_balance_is_better_than_that_of_either_pure_approach():
    better = {"end_to_end": {"fall": 0.4}, "feature_extraction": {"accuracy": 0.7}}
    assert verdicts(made(**better))[2] == CONFIRMED
    assert verdicts(made(end_to_end={"fall": 0.4}))[2] == INCONCLUSIVE  # as good as freezing, in both respects
    assert verdicts(made(**better | {"feature_extraction": {"accuracy": 0.7, "fall": 0.01}}))[2] == REFUTED


def test_moves_are_compared_at_the_rate_that_is_best_for_end_to_end():
    fast = made(end_to_end={"moved": 0.8}).assign(rate=0.3)
    fast["val_score"] += np.where(fast["unfreezing"] == PLAIN, -0.1, 0.1)
    found = moves(pd.concat([made(end_to_end={"moved": 0.2}), fast]))
    assert found["backbone"]["mnist_to_digits"].interval.mean == pytest.approx(1)  # twice as far: one doubling


def test_arms_that_have_not_learnt_are_not_judged():
    assert set(verdicts(made().assign(train_accuracy=0.5))) == {UNTESTED}


def test_every_arm_stands_in_the_table():
    assert STUDY.summarise(made()).table["unfreezing"].tolist() == [FROZEN, PLAIN, TWO_PHASES, GRADUAL]
