from typing import Any

import numpy as np
import pandas as pd
import pytest

from transfer_core import SCENARIOS, RunConfig, pretrain
from transfer_core.datasets import load
from transfer_core.examples import target_of
from transfer_core.measures import measured_accuracy
from transfer_core.studies.questions.surgical import (
    ALL,
    FIRST,
    LAST,
    MIDDLE,
    STUDY,
    TURNED,
    UPPER,
    grid,
    level,
    masks,
    summarise,
)
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, UNTESTED

SMALL = {
    "hidden_sizes": (8, 8),
    "pretrain_epochs": 2,
    "n_epochs": 2,
    "unfreeze_epoch": 1,
    "images_per_class": 2,
    "n_seeds": 2,
}


def test_renamed_digits_bear_the_name_of_the_next():
    scenario, dataset = SCENARIOS["digits_to_renamed"], load("digits")
    labels = scenario.target.label(dataset)
    for digit in range(10):
        assert set(labels[dataset.labels == digit]) == {(digit + 1) % 10}
    assert not scenario.same_labels


def test_the_old_head_is_right_once_its_answers_are_renamed():
    config = RunConfig(scenario="digits_to_renamed", n_seeds=2)
    test, (*backbone, head) = target_of(config).test, pretrain(config).params
    assert (measured_accuracy((*backbone, head), test) < 0.1).all()
    renamed = head._replace(weights=np.roll(head.weights, 1, axis=-1), bias=np.roll(head.bias, 1, axis=-1))
    assert (measured_accuracy((*backbone, renamed), test) > 0.9).all()


@pytest.mark.parametrize("scenario", ["digits_to_renamed", "digits_to_noisy"])
def test_only_the_layers_of_the_arm_move_and_the_head_is_the_old_one(scenario):
    config = STUDY.config(scenario, **SMALL)
    old = pretrain(config).params
    moving = {FIRST: {0}, MIDDLE: {1}, LAST: {2}, UPPER: {1, 2}, ALL: {0, 1, 2}}
    for cell in grid(config):
        task: Any = cell.task
        start, trained = task.arm.start_params(config), task.arm.trained(config)
        moved = {
            index
            for index, (before, after) in enumerate(zip(old, trained, strict=True))
            if not np.array_equal(before.weights, after.weights)
        }
        assert np.array_equal(start[-1].weights, old[-1].weights)
        assert moved == moving[str(cell.labels["arm"])]


def test_mnist_is_turned_unless_the_user_turns_it():
    for asked, used in ((0.0, TURNED), (10.0, 10.0)):
        cells = grid(STUDY.config("mnist_to_digits", shift_amount=asked))
        assert {cell.config.shift_amount for cell in cells} == {used}


@pytest.mark.parametrize("n_layers", [2, 3, 4, 5])
def test_masks_leave_one_layer_or_all_but_the_first_or_all(n_layers):
    found = masks(n_layers)
    assert found[ALL] == (False,) * n_layers
    assert found.get(UPPER, found[LAST]) == (True,) + (False,) * (n_layers - 1)
    alone = [mask for arm, mask in found.items() if arm not in (UPPER, ALL)]
    assert [mask.count(False) for mask in alone] == [1] * min(n_layers, 3)
    assert len(set(found.values())) == len(found)


def test_it_runs_where_images_or_labels_have_changed():
    assert all(level(SCENARIOS[name]) for name in STUDY.scenarios)
    assert not {"digits_to_digits", "low_to_high", "lesson"} & set(STUDY.scenarios)


def _rows(means, n_seeds=10, unlearnt=()):
    """One rate; the same small spread in every arm."""
    rows = [
        {
            "scenario": scenario,
            "arm": arm,
            "rate": 0.1,
            "seed": seed,
            "train_accuracy": 0.6 if (scenario, arm) in unlearnt else 1.0,
            "val_score": mean,
            "test_accuracy": mean + 0.001 * seed,
        }
        for scenario, arms in means.items()
        for arm, mean in arms.items()
        for seed in range(n_seeds)
    ]
    return pd.DataFrame(rows)


def _arms(first, last, upper, every):
    return {FIRST: first, MIDDLE: 0.6, LAST: last, UPPER: upper, ALL: every}


@pytest.mark.parametrize(
    ("noisy", "renamed", "verdicts"),
    [
        (_arms(0.9, 0.95, 0.8, 0.8), _arms(0.7, 0.9, 0.9, 0.8), (CONFIRMED, CONFIRMED, CONFIRMED)),
        (_arms(0.795, 0.7, 0.7, 0.8), _arms(0.7, 0.795, 0.8, 0.8), (CONFIRMED, CONFIRMED, REFUTED)),
        (_arms(0.7, 0.7, 0.7, 0.8), _arms(0.7, 0.7, 0.9, 0.8), (REFUTED, REFUTED, CONFIRMED)),
        (_arms(0.8, 0.7, 0.9, 0.8), _arms(0.7, 0.785, 0.6, 0.8), (CONFIRMED, REFUTED, REFUTED)),
    ],
)
def test_verdicts_follow_the_rules(noisy, renamed, verdicts):
    findings = summarise(_rows({"digits_to_noisy": noisy, "digits_to_renamed": renamed})).findings
    found = [findings[name].verdict for name in ("first_for_inputs", "last_for_outputs", "upper_layers")]
    assert tuple(found) == verdicts


def test_the_mean_over_the_pairs_decides_and_a_pair_of_another_level_says_nothing():
    good, bad = _arms(0.95, 0.7, 0.8, 0.8), _arms(0.7, 0.7, 0.8, 0.8)
    findings = summarise(_rows({"digits_to_noisy": good, "digits_to_permuted": bad})).findings
    assert findings["first_for_inputs"].verdict == CONFIRMED  # 15 points ahead and 10 behind
    assert "clearly the other way: Digits to permuted pixels" in findings["first_for_inputs"].sentence
    assert findings["last_for_outputs"].verdict == UNTESTED
    assert "no such pair was measured" in findings["last_for_outputs"].sentence


def test_a_first_layer_that_has_not_learnt_its_training_images_is_not_judged():
    bad, good = _arms(0.4, 0.7, 0.8, 0.8), _arms(0.8, 0.7, 0.8, 0.8)
    dead = [("digits_to_inverted", FIRST)]
    alone = summarise(_rows({"digits_to_inverted": bad}, unlearnt=dead)).findings["first_for_inputs"]
    assert alone.verdict == UNTESTED
    assert "the arm “first layer” gets only 60" in alone.sentence
    pairs = {"digits_to_inverted": bad, "digits_to_noisy": good}
    together = summarise(_rows(pairs, unlearnt=dead)).findings
    assert together["first_for_inputs"].verdict == CONFIRMED
    assert "Left out: Digits to inverted digits" in together["first_for_inputs"].sentence
    assert "Left out" not in together["upper_layers"].sentence  # that arm has learnt


def test_of_two_layers_the_last_is_all_but_the_first():
    rows = _rows({"digits_to_noisy": {FIRST: 0.7, LAST: 0.9, ALL: 0.8}})
    assert summarise(rows).findings["upper_layers"].verdict == CONFIRMED


def test_a_gap_that_may_be_a_point_is_inconclusive():
    rows = _rows({"digits_to_noisy": _arms(0.8, 0.8, 0.8, 0.8)})
    wavering = (rows["arm"] == FIRST) & (rows["seed"] % 2 == 0)
    rows.loc[wavering, "test_accuracy"] -= 0.03
    rows.loc[(rows["arm"] == FIRST) & (rows["seed"] % 2 == 1), "test_accuracy"] += 0.03
    assert summarise(rows).findings["first_for_inputs"].verdict == INCONCLUSIVE
