"""Overfitting: the verdicts on made-up rows, and what a cell measures."""

import numpy as np
import pandas as pd
import pytest

from transfer_core.config import RunConfig
from transfer_core.studies.grids import at_rate
from transfer_core.studies.questions.overfitting import DECAYED, FROZEN, FULL, STUDY, StopInTime, grid, summarise
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, UNTESTED

WIGGLE = np.array([0.001, -0.001, 0.002, -0.002, 0.0, 0.0])


def rows(costs, lost, decayed, train_accuracy=1.0):
    """Make three arms: test loss that the end costs the two pure ones, accuracy end-to-end loses, what decay gains."""
    arms = {FROZEN: (costs[0], 0.0, 0.8), FULL: (costs[1], lost, 0.8), DECAYED: (0.0, 0.0, 0.8 + decayed)}
    lines = []
    for strategy, (cost, loses, accuracy) in arms.items():
        for rate, good in ((0.1, True), (0.2, False)):
            place = {"scenario": "low_to_high", "images": 50, "strategy": strategy, "rate": rate, "decay": 0.0}
            test = accuracy + (strategy == DECAYED) * WIGGLE
            measured = {
                "train_accuracy": train_accuracy,
                "val_score": 0.9 if good else 0.5,
                "test_accuracy": test,
                "stopped_accuracy": test + (loses if good else 0.5) + (strategy == FULL) * WIGGLE,
                "test_loss": 1.0 + cost + (strategy == FULL) * WIGGLE,
                "stopped_loss": 1.0,
                "stopped_epoch": 10.0,
            }
            lines.append(pd.DataFrame({**place, "seed": range(6), **measured}))
    return pd.concat(lines)


@pytest.mark.parametrize(
    ("costs", "lost", "decayed", "expected"),
    [
        ((0.1, 0.3), 0.05, 0.05, (CONFIRMED, CONFIRMED, CONFIRMED)),
        ((0.3, 0.1), -0.05, -0.05, (REFUTED, REFUTED, REFUTED)),
        ((0.1, 0.12), 0.003, 0.003, (SAME, REFUTED, REFUTED)),  # a risk or a need must be large enough to matter
    ],
)
def test_verdicts_follow_their_rules(costs, lost, decayed, expected):
    findings = summarise(rows(costs, lost, decayed)).findings
    assert tuple(findings[name].verdict for name in ("risk", "harm", "regularise")) == expected


def test_an_arm_that_has_not_learnt_its_training_images_is_not_judged():
    findings = summarise(rows((0.1, 0.3), 0.05, 0.05, train_accuracy=0.5)).findings
    assert {finding.verdict for finding in findings.values()} == {UNTESTED}


def test_an_arm_is_stopped_on_validation_and_valued_on_test():
    config = RunConfig(images_per_class=2, pretrain_epochs=2, n_epochs=40, unfreeze_epoch=1, n_seeds=3)
    values = StopInTime(at_rate(config, FULL, 0.05)).measure(config)[0].values
    assert values["stopped_epoch"].min() >= 1
    assert values["stopped_epoch"].max() <= 40
    last = values["stopped_epoch"] == 40
    assert (values["stopped_accuracy"] == values["test_accuracy"])[last].all()
    assert (values["stopped_loss"] == values["test_loss"])[last].all()
    assert {"val_score", "train_accuracy"} <= set(values)


def test_weight_decay_is_the_only_thing_that_the_regularised_arm_does_otherwise():
    cells = list(grid(STUDY.config("mnist_to_digits")))
    for cell in cells:
        assert cell.config.weight_decay == cell.labels["decay"]
    assert len({cell.key for cell in cells}) == len(cells)
