"""Forgetting: L2-SP against plain training, the comparison at equal target accuracy, verdicts on made-up rows."""

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import arm_of
from transfer_core.pretraining import pretrain
from transfer_core.studies.questions.forgetting import ANCHORED, FROZEN, PLAIN, PROGRESSIVE, STUDY, chosen_rate, rival
from transfer_core.studies.tasks import Train

CONFIG = RunConfig(
    scenario="low_to_high",
    hidden_sizes=(8, 8),
    pretrain_epochs=3,
    images_per_class=4,
    n_epochs=6,
    unfreeze_epoch=3,
    n_seeds=2,
)
FIRST = next(iter(ANCHORED))


def distance(params, others):
    return sum(
        float(np.square(one.weights - other.weights).sum()) for one, other in zip(params[:-1], others[:-1], strict=True)
    )


def made(points, seeds=6, before=0.95):
    """Rows of (arm, rate, target, source with the old head, re-probed source); arms not named stand still."""
    rest = [(arm, 0.1, 0.8, 0.9, 0.95) for arm in (PLAIN, PROGRESSIVE, FROZEN, *ANCHORED)]
    named = {point[0] for point in points}
    rows = [
        (*point, seed)
        for point in [*points, *(point for point in rest if point[0] not in named)]
        for seed in range(seeds)
    ]
    frame = pd.DataFrame(
        rows, columns=["arm", "rate", "test_accuracy", "source_accuracy_after", "source_accuracy_reprobed", "seed"]
    )
    wobble = 0.001 * frame["seed"]
    return frame.assign(
        scenario="low_to_high",
        val_accuracy=frame["test_accuracy"],
        test_accuracy=frame["test_accuracy"] + wobble,
        source_accuracy_before=before,
    )


def verdict(points, claim, **others):
    return STUDY.summarise(made(points, **others)).findings[claim].verdict.split()[0]


def test_l2_sp_of_no_strength_is_plain_training():
    plain = arm_of(CONFIG, "end_to_end").trained(CONFIG)
    anchored = arm_of(CONFIG, "end_to_end", anchor=1e-30).trained(CONFIG)
    assert all((one.weights == other.weights).all() for one, other in zip(plain, anchored, strict=True))


def test_l2_sp_stays_nearer_to_its_start():
    start = pretrain(CONFIG).params
    moved = [distance(arm_of(CONFIG, "end_to_end", anchor=anchor).trained(CONFIG), start) for anchor in (0.0, 0.1, 1.0)]
    assert moved[0] > moved[1] > moved[2] > 0


def test_a_frozen_backbone_forgets_nothing_at_any_rate():
    for rate in (0.01, 0.3):
        (reading,) = Train(arm_of(CONFIG.but(head_learning_rate=rate), "feature_extraction")).measure(CONFIG)
        assert (reading.values["source_accuracy_after"] == reading.values["source_accuracy_before"]).all()


def test_the_rival_is_read_off_the_curve_where_it_is_as_good():
    rows = made([(PLAIN, 0.01, 0.7, 0.9, 0.9), (PLAIN, 0.03, 0.8, 0.8, 0.9), (PLAIN, 0.1, 0.75, 0.1, 0.9)])
    read = [rival(rows, level, "source_accuracy_after").mean() for level in (0.6, 0.7, 0.75, 0.8, 0.9)]
    assert read == pytest.approx([0.9, 0.9, 0.85, 0.8, 0.8])  # rate 0.1 is worse than 0.03: not on the curve
    assert chosen_rate(rows, PLAIN) == 0.03


CURVE = [(PLAIN, 0.01, 0.7, 0.9, 0.95), (PLAIN, 0.1, 0.8, 0.6, 0.94)]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(PROGRESSIVE, 0.01, 0.7, 0.94, 0.95), (PROGRESSIVE, 0.1, 0.8, 0.8, 0.95)], "confirmed"),
        # On the curve: what unfreezing keeps a lower rate keeps too.
        ([(PROGRESSIVE, 0.01, 0.7, 0.9, 0.95), (PROGRESSIVE, 0.1, 0.8, 0.6, 0.95)], "refuted"),
        # Halfway along the curve, and as much is kept as halfway.
        ([(PROGRESSIVE, 0.03, 0.75, 0.75, 0.95)], "refuted"),
        # Above at the low rate, below at the high one.
        ([(PROGRESSIVE, 0.01, 0.7, 0.94, 0.95), (PROGRESSIVE, 0.1, 0.8, 0.5, 0.95)], "inconclusive"),
        # The high rate is no better on the target than the low one: nobody would take it.
        ([(PROGRESSIVE, 0.01, 0.7, 0.94, 0.95), (PROGRESSIVE, 0.1, 0.7, 0.1, 0.95)], "confirmed"),
    ],
)
def test_unfreezing_has_to_lie_above_the_curve(points, expected):
    assert verdict([*CURVE, *points], "unfreezing") == expected


@pytest.mark.parametrize(("probed", "expected"), [(0.94, "confirmed"), (0.7, "refuted")])
def test_a_new_head_finds_most_of_it_or_not(probed, expected):
    assert verdict([(PLAIN, 0.1, 0.8, 0.6, probed), (FROZEN, 0.1, 0.7, 0.95, 0.95)], "still_there") == expected


def test_where_nothing_is_forgotten_nothing_can_be_found_again():
    assert verdict([(PLAIN, 0.1, 0.8, 0.95, 0.95)], "still_there") == "inconclusive"


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [(0.8, 0.95, "confirmed"), (0.7, 0.95, "refuted"), (0.8, 0.9, "refuted")],
)
def test_l2_sp_keeps_at_no_cost_or_does_not(target, source, expected):
    rest = [(arm, 0.1, 0.6, 0.95, 0.95) for arm in ANCHORED if arm != FIRST]
    assert verdict([*rest, (FIRST, 0.1, target, source, 0.95)], "anchor") == expected


@pytest.mark.parametrize(("kept", "expected"), [(0.75, "refuted"), (0.8, "confirmed")])
def test_l2_sp_has_to_keep_more_than_a_lower_rate_would(kept, expected):
    # Both keep more than end-to-end does at its best rate; the first lies on the curve.
    rest = [(arm, 0.1, 0.6, 0.9, 0.95) for arm in ANCHORED if arm != FIRST]
    rows = made([*CURVE, *rest, (FIRST, 0.1, 0.8, kept, 0.95)])
    rows.loc[rows["arm"] == FIRST, "val_accuracy"] = 0.75
    assert STUDY.summarise(rows).findings["anchor"].verdict.startswith(expected)


@pytest.mark.parametrize(("kept", "expected"), [(0.605, "refuted"), (0.62, "confirmed")])
def test_a_clear_lead_of_less_than_a_point_is_none(kept, expected):
    ours = (PROGRESSIVE, 0.1, 0.8, kept, 0.95)
    assert verdict([(PLAIN, 0.1, 0.8, 0.6, 0.94), ours], "unfreezing") == expected


def test_five_seeds_decide_nothing():
    points = [*CURVE, (PROGRESSIVE, 0.1, 0.8, 0.94, 0.95)]
    found = STUDY.summarise(made(points, seeds=5))
    assert {finding.verdict for finding in found.findings.values()} == {"inconclusive"}


def test_the_table_has_a_panel_for_each_measure_and_shows_the_chosen_rates():
    table = STUDY.summarise(made(CURVE)).table
    assert list(dict.fromkeys(table["panel"])) == ["Target", "Source, old head", "Source, re-probed"]
    assert table[(table["arm"] == PLAIN) & table["chosen"]]["rate"].unique().tolist() == [0.1]
