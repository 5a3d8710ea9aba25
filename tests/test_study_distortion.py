from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from transfer_core import RunConfig
from transfer_core.baselines import zero_shot
from transfer_core.examples import target_of
from transfer_core.measures import target_accuracies
from transfer_core.network import accuracy, predict_logits
from transfer_core.splits import cached_source_data
from transfer_core.studies.questions.distortion import (
    HEAD_FIRST,
    INSIDE,
    LARGE_HEAD,
    PROBE,
    SOURCE,
    STUDY,
    TUNED,
    ZERO_SHOT,
    grid,
    kinds,
    summarise,
)
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED

CONFIG = RunConfig(hidden_sizes=(8,), pretrain_epochs=2, n_epochs=3, unfreeze_epoch=1, images_per_class=2, n_seeds=2)


def test_images_of_every_kind_are_what_they_are_called():
    test, found = target_of(CONFIG).test, kinds(CONFIG)
    assert found[INSIDE] is test
    assert found[SOURCE] is cached_source_data(CONFIG.pair, CONFIG.seeds).test
    for angle in (15, 30):
        moved = found[f"rotated {angle}°"]
        image, turned = (part.inputs[1, 7].reshape(CONFIG.pair.image_shape) for part in (test, moved))
        np.testing.assert_allclose(turned, ndimage.rotate(image, angle, reshape=False, order=1), atol=1e-5)
        assert np.array_equal(moved.labels, test.labels)
    noise = (found["noisy"].inputs - test.inputs)[(test.inputs > 0.4) & (test.inputs < 0.6)]
    assert 0.2 < noise.std() < 0.4
    assert abs(noise.mean()) < 0.05


def test_a_seed_sees_the_same_images_alone():
    alone = kinds(CONFIG.but(seed=1, n_seeds=1))
    for kind, examples in kinds(CONFIG).items():
        assert np.array_equal(examples.inputs[1], alone[kind].inputs[0])


def test_images_of_the_source_are_out_of_distribution_only_where_they_differ():
    changed = {"scenario": "digits_to_noisy"}
    assert SOURCE in kinds(CONFIG.but(**changed, shift_amount=0.3))
    assert SOURCE not in kinds(CONFIG.but(**changed))
    assert SOURCE not in kinds(CONFIG.but(scenario="digits_to_digits"))


def test_arms_start_from_one_head_and_the_large_one_is_three_times_it():
    tasks: dict[Any, Any] = {cell.labels["arm"]: cell.task for cell in grid(CONFIG) if cell.labels["rate"] == 0.1}
    heads = {arm: task.arm.start_params(CONFIG)[-1].weights for arm, task in tasks.items()}
    assert np.array_equal(heads[PROBE], heads[TUNED])
    assert np.array_equal(heads[HEAD_FIRST], heads[TUNED])
    np.testing.assert_allclose(heads[LARGE_HEAD], 3 * heads[TUNED], rtol=1e-6)


def test_readings_are_the_accuracies_of_the_trained_network():
    task: Any = next(cell.task for cell in grid(CONFIG) if cell.labels == {"arm": TUNED, "rate": 0.03})
    params = task.arm.trained(CONFIG)
    readings = {labels["images"]: values for labels, values in task.measure(CONFIG)}
    assert list(readings) == list(kinds(CONFIG))
    own = target_accuracies(CONFIG, params)
    for kind, examples in kinds(CONFIG).items():
        expected = accuracy(predict_logits(params, examples.inputs), examples.labels)
        np.testing.assert_array_equal(readings[kind]["accuracy"], expected)
        for name in ("train_accuracy", "val_score"):
            np.testing.assert_array_equal(readings[kind][name], own[name])


def test_the_pretrained_network_is_tested_as_it_is():
    (task,) = [cell.task for cell in grid(CONFIG) if cell.labels["arm"] == ZERO_SHOT]
    readings = {labels["images"]: values["accuracy"] for labels, values in task.measure(CONFIG)}
    np.testing.assert_array_equal(readings[INSIDE], zero_shot(CONFIG))


def _rows(means, scenario="mnist_to_digits", n_seeds=10):
    """One rate; `means` has, for each arm, the accuracy in distribution, on the source images and turned."""
    return pd.DataFrame(
        [
            {
                "scenario": scenario,
                "arm": arm,
                "rate": 0.1,
                "images": kind,
                "seed": seed,
                "train_accuracy": 1.0,
                "val_score": 0.5,
                "accuracy": value + 0.001 * seed,
            }
            for arm, values in (FITTING | means).items()
            for kind, value in zip((INSIDE, SOURCE, "rotated 15°"), values, strict=True)
            for seed in range(n_seeds)
        ]
    )


FITTING = {ZERO_SHOT: (0.7, 0.9, 0.5)}
AS_KUMAR = {PROBE: (0.8, 0.7, 0.7), TUNED: (0.9, 0.6, 0.6), LARGE_HEAD: (0.9, 0.4, 0.6), HEAD_FIRST: (0.895, 0.7, 0.6)}
THE_OTHER_WAY = {
    PROBE: (0.8, 0.7, 0.5),
    TUNED: (0.9, 0.8, 0.9),
    LARGE_HEAD: (0.9, 0.9, 0.9),
    HEAD_FIRST: (0.9, 0.7, 0.6),
}
ALL_EQUAL = {arm: (0.8, 0.7, 0.6) for arm in AS_KUMAR}


@pytest.mark.parametrize(("means", "verdict"), [(AS_KUMAR, CONFIRMED), (THE_OTHER_WAY, REFUTED), (ALL_EQUAL, SAME)])
def test_verdicts_follow_the_rules(means, verdict):
    findings = summarise(_rows(means)).findings
    assert {finding.verdict for finding in findings.values()} == {verdict}


def test_a_loss_in_distribution_refutes_head_first_whatever_it_gains_elsewhere():
    findings = summarise(_rows({**AS_KUMAR, HEAD_FIRST: (0.85, 0.9, 0.9)})).findings
    assert findings["head_first"].verdict == REFUTED


@pytest.mark.parametrize(
    ("untouched", "missing"),
    [
        ((0.1, 0.9, 0.5), "gets 10\xa0% right in distribution"),
        ((0.9, 0.1, 0.5), "gets 10\xa0% right out of distribution"),
        ((0.9, 0.85, 0.5), "the shift is small"),
    ],
)
def test_without_good_features_or_a_large_shift_nothing_is_judged(untouched, missing):
    for finding in summarise(_rows({**AS_KUMAR, ZERO_SHOT: untouched})).findings.values():
        assert finding.verdict == UNTESTED
        assert missing in finding.sentence


def test_the_mean_over_the_pairs_decides_and_a_pair_without_what_is_presupposed_is_left_out():
    unfit = {**THE_OTHER_WAY, ZERO_SHOT: (0.1, 0.9, 0.1)}
    rows = pd.concat(
        [_rows(AS_KUMAR), _rows(ALL_EQUAL, "digits_to_noisy"), _rows(unfit, "digits_to_inverted")], ignore_index=True
    )
    finding = summarise(rows).findings["tuning_distorts"]
    assert finding.verdict == CONFIRMED
    assert "in distribution, mean of 2 pairs: 5.0 points ahead" in finding.sentence
    assert "out of distribution, mean of 2 pairs: 5.0 points behind" in finding.sentence
    assert "Left out: Digits to inverted digits, where the features do not fit" in finding.sentence


def test_an_arm_that_has_not_learnt_its_training_images_is_not_judged():
    rows = _rows(AS_KUMAR)
    rows.loc[rows["arm"] == LARGE_HEAD, "train_accuracy"] = 0.3
    findings = summarise(rows).findings
    assert findings["large_head"].verdict == UNTESTED
    assert findings["tuning_distorts"].verdict == CONFIRMED


def test_without_images_of_the_source_the_other_kinds_are_out_of_distribution():
    rows = _rows(AS_KUMAR, "digits_to_digits")
    findings = summarise(rows[rows["images"] != SOURCE]).findings
    assert all("other kinds" not in finding.sentence for finding in findings.values())
    assert "out of distribution, in Digits to more digits: 10.0 points behind" in findings["tuning_distorts"].sentence


def test_a_large_head_that_loses_as_much_in_distribution_distorts_nothing():
    rows = _rows({**AS_KUMAR, LARGE_HEAD: (0.7, 0.4, 0.4)})
    wavering = (rows["arm"] == LARGE_HEAD) & (rows["images"] == INSIDE)
    rows.loc[wavering, "accuracy"] += 0.02 * (-1.0) ** rows.loc[wavering, "seed"]
    finding = summarise(rows).findings["large_head"]
    assert "out of distribution, in MNIST to UCI digits: 20.0 points behind" in finding.sentence
    assert finding.verdict == INCONCLUSIVE


def test_the_source_must_have_the_labels_of_the_target():
    assert "low_to_high" not in STUDY.scenarios
    assert "lesson" not in STUDY.scenarios
