"""Learning rates: the verdicts on made-up rows, of one rate and of two."""

import numpy as np
import pandas as pd
import pytest

from transfer_core.arms import Arm, arm_of
from transfer_core.config import RunConfig
from transfer_core.studies.questions import learning_rate, rate_map
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, UNTESTED

RATES = (0.0001, 0.001, 0.01, 0.1, 1.0)
WIGGLE = np.array([0.001, -0.001, 0.002, -0.002, 0.0, 0.0])


def _lines(place, accuracy, **more):
    """Six seeds at one place; validation and test agree."""
    values = {"train_accuracy": 1.0, "val_score": accuracy, "test_accuracy": accuracy} | more
    return pd.DataFrame({"scenario": "low_to_high", **place, "seed": range(6), **values})


def curves(frozen, full, scratch, learnt=1.0, kept=(0.9, 0.9, 0.9, 0.9)):
    """Make the accuracies of three strategies at five rates, and of a long end-to-end training at the four lowest."""
    arms = {"feature_extraction": frozen, "end_to_end": full, "from_scratch": scratch}
    lines = [
        _lines({"strategy": name, "rate": rate, "epochs": 60}, accuracy + WIGGLE, train_accuracy=float(accuracy > 0.3))
        for name, accuracies in arms.items()
        for rate, accuracy in zip(RATES, accuracies, strict=True)
    ]
    for rate, accuracy, left in zip(RATES[:4], full, kept, strict=False):
        source = {"source_accuracy_before": 0.95, "source_accuracy_after": left + WIGGLE, "train_accuracy": learnt}
        lines.append(_lines({"strategy": "end_to_end", "rate": rate, "epochs": learning_rate.LONG}, accuracy, **source))
    return pd.concat(lines)


FROZEN, FULL, SCRATCH = (0.4, 0.5, 0.8, 0.9, 0.6), (0.4, 0.8, 0.9, 0.7, 0.1), (0.4, 0.5, 0.9, 0.8, 0.1)


def _verdict(name, *arms, **more):
    return learning_rate.summarise(curves(*arms, **more)).findings[name].verdict


@pytest.mark.parametrize(
    ("full", "expected"),
    [(FULL, CONFIRMED), (FROZEN, SAME), ((0.4, 0.5, 0.6, 0.8, 0.9), REFUTED)],
)
def test_best_rates_are_compared_seed_by_seed(full, expected):
    assert _verdict("lower_rate", FROZEN, full, SCRATCH) == expected


def test_seeds_that_disagree_on_their_best_rates_decide_nothing():
    rows = curves(FROZEN, FROZEN, SCRATCH)
    odd = (rows["strategy"] == "end_to_end") & (rows["rate"] == 0.001) & (rows["seed"] == 0)
    rows.loc[odd, "val_score"] = 1.0
    finding = learning_rate.summarise(rows).findings["lower_rate"]
    assert "lower in 1 of 6 seeds, higher in 0" in finding.sentence
    assert finding.p > 0.05


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        (FULL, CONFIRMED),  # at 0.1 it loses 20 points, from scratch 10
        (SCRATCH, SAME),
        ((0.4, 0.8, 0.9, 0.9, 0.1), REFUTED),
    ],
)
def test_features_are_distorted_only_where_from_scratch_loses_less(full, expected):
    assert _verdict("collapse", FROZEN, full, SCRATCH) == expected


def test_a_rate_at_which_training_itself_breaks_shows_nothing_about_features():
    diverging = (0.4, 0.5, 0.9, 0.1, 0.1)
    assert _verdict("collapse", FROZEN, diverging, diverging) == UNTESTED


@pytest.mark.parametrize(
    ("frozen", "expected"), [(FROZEN, CONFIRMED), ((0.4, 0.5, 0.6, 0.7, 0.9), REFUTED), ((0.1,) * 4 + (0.9,), UNTESTED)]
)
def test_range_of_the_head_is_judged_by_what_it_costs(frozen, expected):
    assert _verdict("head_range", frozen, FULL, SCRATCH) == expected


@pytest.mark.parametrize(
    ("full", "learnt", "expected"),
    [(FULL, 1.0, REFUTED), ((0.4, 0.9, 0.9, 0.9, 0.1), 1.0, CONFIRMED), (FULL, 0.5, UNTESTED)],
)
def test_range_of_end_to_end_is_judged_by_what_it_costs_once_it_has_learnt(full, learnt, expected):
    assert _verdict("full_range", FROZEN, full, SCRATCH, learnt=learnt) == expected


@pytest.mark.parametrize(
    ("kept", "expected"),
    [((0.9, 0.9, 0.7, 0.6), CONFIRMED), ((0.9, 0.9, 0.9, 0.9), SAME), ((0.6, 0.6, 0.9, 0.9), REFUTED)],
)
def test_a_low_rate_is_judged_by_what_it_keeps_of_the_old_task(kept, expected):
    assert _verdict("less_forgetting", FROZEN, FULL, SCRATCH, kept=kept) == expected


def test_best_rates_stand_in_the_table():
    table = learning_rate.summarise(curves(FROZEN, FULL, SCRATCH)).table
    assert table.loc[table["best"], ["strategy", "rate"]].to_numpy().tolist() == [
        ["feature_extraction", 0.1],
        ["end_to_end", 0.01],
        ["from_scratch", 0.01],
    ]


def surface(accuracies, pretrained=(0.5, 0.5), scratch=(0.5, 0.5), learnt=1.0):
    """Make a map whose arms have these accuracies, and these where the head or the backbone has the high rate."""
    lines = []
    for network, edge in {"pretrained": pretrained, "from_scratch": scratch}.items():
        for head in rate_map.RATES:
            for backbone in rate_map.RATES:
                accuracy = accuracies.get(rate_map.arm_of(head, backbone), 0.3)
                if (head == rate_map.HIGH) != (backbone == rate_map.HIGH):
                    accuracy = edge[0 if head == rate_map.HIGH else 1] + (head == rate_map.HIGH) * WIGGLE
                elif network == "from_scratch":
                    continue
                place = {"network": network, "head_rate": head, "backbone_rate": backbone}
                lines.append(_lines(place, accuracy, train_accuracy=learnt))
    return pd.concat(lines)


@pytest.mark.parametrize(
    ("equal", "backbone", "expected"), [(0.8, 0.9, CONFIRMED), (0.9, 0.8, REFUTED), (0.8, 0.8, SAME)]
)
def test_map_compares_the_diagonals_at_their_best(equal, backbone, expected):
    arms = {rate_map.EQUAL: equal, rate_map.LOWER_BACKBONE: backbone, rate_map.LOWER_HEAD: 0.7}
    assert rate_map.summarise(surface(arms)).findings["lower_backbone"].verdict == expected


@pytest.mark.parametrize(
    ("pretrained", "scratch", "learnt", "expected"),
    [
        ((0.8, 0.6), (0.8, 0.75), 1.0, CONFIRMED),
        ((0.6, 0.8), (0.8, 0.75), 1.0, REFUTED),
        ((0.8, 0.7), (0.8, 0.6), 1.0, REFUTED),  # random weights suffer more
        ((0.8, 0.7), (0.8, 0.7), 1.0, SAME),  # just as much: it is not that the weights are good
        ((0.8, 0.1), (0.8, 0.1), 0.1, UNTESTED),
    ],
)
def test_a_high_rate_harms_good_weights_only_if_it_harms_random_ones_less(pretrained, scratch, learnt, expected):
    found = rate_map.summarise(surface({rate_map.EQUAL: 0.4}, pretrained, scratch, learnt))
    assert found.findings["backbone_breaks"].verdict == expected


def test_arms_of_the_map_have_as_many_candidates():
    arms = [rate_map.arm_of(head, backbone) for head in rate_map.RATES for backbone in rate_map.RATES]
    assert [arms.count(arm) for arm in (rate_map.EQUAL, rate_map.LOWER_BACKBONE, rate_map.LOWER_HEAD)] == [5, 5, 5]


def test_equal_rates_are_end_to_end_training():
    config = RunConfig(backbone_learning_rate=0.03)
    assert Arm(rate_map.schedule(config, 0.03, 0.03)) == arm_of(config, "end_to_end")
