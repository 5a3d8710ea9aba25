"""Learning rates: the verdicts on made-up rows, of one rate and of two."""

import pandas as pd
import pytest

from transfer_core.arms import Arm, arm_of
from transfer_core.config import RunConfig
from transfer_core.studies.questions import learning_rate, rate_map
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED

RATES = (0.001, 0.01, 0.1)


def curves(frozen: tuple[float, float, float], full: tuple[float, float, float], n: int = 6) -> pd.DataFrame:
    """Make the accuracies of two strategies at three rates; validation and test agree."""
    lines = [
        {"scenario": "low_to_high", "strategy": strategy, "rate": rate, "seed": seed} | _both(accuracy)
        for strategy, accuracies in {"feature_extraction": frozen, "end_to_end": full}.items()
        for rate, accuracy in zip(RATES, accuracies, strict=True)
        for seed in range(n)
    ]
    # The lesson's rates are in every grid.
    low = [{**line, "rate": 0.0001} | _both(0.1) for line in lines if line["rate"] == RATES[0]]
    return pd.DataFrame(low + lines)


def _both(accuracy: float) -> dict[str, float]:
    return {"val_accuracy": accuracy, "test_accuracy": accuracy}


@pytest.mark.parametrize(
    ("frozen", "full", "lower", "collapse"),
    [
        ((0.5, 0.8, 0.9), (0.8, 0.9, 0.2), CONFIRMED, CONFIRMED),
        ((0.5, 0.8, 0.9), (0.8, 0.9, 0.895), REFUTED, INCONCLUSIVE),  # lower, but it does not matter
        ((0.5, 0.9, 0.8), (0.5, 0.9, 0.2), REFUTED, CONFIRMED),  # the same rate is best for both
        ((0.8, 0.9, 0.2), (0.5, 0.8, 0.9), REFUTED, REFUTED),
        ((0.5, 0.9, 0.2), (0.5, 0.9, 0.2), REFUTED, REFUTED),  # both collapse at the same rate
    ],
)
def test_verdicts_follow_their_rules(frozen, full, lower, collapse):
    findings = learning_rate.summarise(curves(frozen, full)).findings
    assert (findings["lower_rate"].verdict, findings["collapse"].verdict) == (lower, collapse)


def test_best_rates_stand_in_the_table():
    table = learning_rate.summarise(curves((0.5, 0.8, 0.9), (0.8, 0.9, 0.2))).table
    assert table.loc[table["best"], ["strategy", "rate"]].values.tolist() == [
        ["feature_extraction", 0.1],
        ["end_to_end", 0.01],
    ]


def surface(accuracies: dict[str, float], edge: dict[str, float], n: int = 6) -> pd.DataFrame:
    """Make a map whose arms, and whose two edges at the highest rate, have these accuracies."""
    top = max(rate_map.RATES)
    lines = []
    for head in rate_map.RATES:
        for backbone in rate_map.RATES:
            accuracy = accuracies.get(rate_map.arm_of(head, backbone), 0.3)
            if (head == top) != (backbone == top):
                accuracy = edge["head" if head == top else "backbone"]
            place = {"scenario": "low_to_high", "head_rate": head, "backbone_rate": backbone}
            lines += [{**place, "seed": seed} | _both(accuracy) for seed in range(n)]
    return pd.DataFrame(lines)


@pytest.mark.parametrize(
    ("equal", "backbone", "head", "expected"),
    [
        (0.8, 0.9, 0.7, CONFIRMED),
        (0.9, 0.8, 0.7, REFUTED),
        (0.8, 0.8, 0.9, REFUTED),
        (0.8, 0.8, 0.7, INCONCLUSIVE),
    ],
)
def test_map_compares_the_diagonals_at_their_best(equal, backbone, head, expected):
    arms = {rate_map.EQUAL: equal, rate_map.LOWER_BACKBONE: backbone, rate_map.LOWER_HEAD: head}
    assert (
        rate_map.summarise(surface(arms, {"head": 0.5, "backbone": 0.5})).findings["lower_backbone"].verdict == expected
    )


@pytest.mark.parametrize(
    ("head", "backbone", "expected"), [(0.6, 0.1, CONFIRMED), (0.1, 0.6, REFUTED), (0.5, 0.5, INCONCLUSIVE)]
)
def test_map_compares_the_edges(head, backbone, expected):
    found = rate_map.summarise(surface({rate_map.EQUAL: 0.4}, {"head": head, "backbone": backbone}))
    assert found.findings["backbone_breaks"].verdict == expected


def test_arms_of_the_map_have_as_many_candidates():
    arms = [rate_map.arm_of(head, backbone) for head in rate_map.RATES for backbone in rate_map.RATES]
    assert [arms.count(arm) for arm in (rate_map.EQUAL, rate_map.LOWER_BACKBONE, rate_map.LOWER_HEAD)] == [5, 5, 5]


def test_equal_rates_are_end_to_end_training():
    config = RunConfig(backbone_learning_rate=0.03)
    assert Arm(rate_map.schedule(config, 0.03, 0.03)) == arm_of(config, "end_to_end")
