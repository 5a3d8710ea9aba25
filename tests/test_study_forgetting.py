"""Forgetting: L2-SP against plain training, choices per seed, verdicts on made-up rows."""

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import Random, arm_of
from transfer_core.pretraining import pretrain
from transfer_core.studies.questions.forgetting import (
    A_TENTH_OF,
    ANCHORED,
    FROZEN,
    PLAIN,
    PROGRESSIVE,
    STUDY,
    UNTRAINED,
    best_of,
)
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED
from transfer_core.studies.tasks import Reprobe, Train

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
    rest.append((UNTRAINED, 0.0, np.nan, np.nan, 0.4))
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
        val_score=frame["test_accuracy"],
        train_accuracy=1.0,
        test_accuracy=frame["test_accuracy"] + wobble,
        source_accuracy_before=before,
    )


def verdict(points, claim, **others):
    return STUDY.summarise(made(points, **others)).findings[claim].verdict


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


def test_the_rate_is_chosen_for_each_seed_on_its_own_validation_images():
    rows = made([(PLAIN, 0.01, 0.7, 0.9, 0.9), (PLAIN, 0.1, 0.8, 0.6, 0.9)])
    rows.loc[(rows["seed"] == 2) & (rows["rate"] == 0.01) & (rows["arm"] == PLAIN), "val_score"] = 0.9
    assert best_of(rows, PLAIN).sort_values("seed")["rate"].tolist() == [0.1, 0.1, 0.01, 0.1, 0.1, 0.1]


def test_every_rate_has_its_tenth():
    assert all(tenth == pytest.approx(rate / 10) for rate, tenth in A_TENTH_OF.items())


CURVE = [(PLAIN, 0.01, 0.7, 0.9, 0.95), (PLAIN, 0.1, 0.8, 0.6, 0.94)]  # 35 points lost at the best rate


@pytest.mark.parametrize(("kept", "expected"), [(0.85, CONFIRMED), (0.7, REFUTED)])
def test_what_prevents_forgetting_loses_less_than_half_of_what_end_to_end_loses(kept, expected):
    assert verdict([*CURVE, (PROGRESSIVE, 0.1, 0.8, kept, 0.95)], "unfreezing") == expected
    curve = [(PLAIN, 0.01, 0.7, kept, 0.95), (PLAIN, 0.1, 0.8, 0.6, 0.94)]
    assert verdict(curve, "lower_rate") == expected


def test_what_a_lower_rate_costs_on_the_target_is_told():
    said = STUDY.summarise(made(CURVE)).findings["lower_rate"].sentence
    assert "the tenth costs 10.0 points" in said


@pytest.mark.parametrize(("probed", "expected"), [(0.94, CONFIRMED), (0.7, REFUTED)])
def test_a_new_head_finds_most_of_it_or_not(probed, expected):
    assert verdict([(PLAIN, 0.1, 0.8, 0.6, probed), (FROZEN, 0.1, 0.7, 0.95, 0.95)], "still_there") == expected


def test_what_a_new_head_finds_on_an_untrained_backbone_too_was_not_kept():
    as_good = (UNTRAINED, 0.0, np.nan, np.nan, 0.96)
    points = [(PLAIN, 0.1, 0.8, 0.6, 0.94), (FROZEN, 0.1, 0.7, 0.95, 0.95)]
    assert verdict([*points, as_good], "still_there") == REFUTED
    assert UNTRAINED not in STUDY.summarise(made([*points, as_good])).table["arm"].to_list()


def test_an_untrained_backbone_is_probed_like_any_other():
    (reading,) = Reprobe(Random()).measure(CONFIG)
    assert reading.values["source_accuracy_reprobed"].shape == (2,)
    assert (reading.values["source_accuracy_reprobed"] > 1 / 5).all()  # better than chance, of five digits


@pytest.mark.parametrize("claim", ["unfreezing", "still_there", "anchor"])
def test_where_nothing_is_forgotten_there_is_no_difference(claim):
    assert verdict([(PLAIN, 0.1, 0.8, 0.95, 0.95)], claim) == SAME


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [(0.8, 0.9, CONFIRMED), (0.7, 0.9, REFUTED), (0.8, 0.7, REFUTED), (0.795, 0.9, CONFIRMED)],
)
def test_l2_sp_keeps_at_no_cost_or_does_not(target, source, expected):
    rest = [(arm, 0.1, 0.6, 0.95, 0.95) for arm in ANCHORED if arm != FIRST]  # never chosen: the target pays for it
    assert verdict([*CURVE, *rest, (FIRST, 0.1, target, source, 0.95)], "anchor") == expected


def test_five_seeds_decide_nothing():
    points = [*CURVE, (PROGRESSIVE, 0.1, 0.8, 0.94, 0.95)]
    found = STUDY.summarise(made(points, seeds=5))
    assert {finding.verdict for finding in found.findings.values()} == {INCONCLUSIVE}


def test_arms_that_have_not_learnt_are_not_judged():
    found = STUDY.summarise(made(CURVE).assign(train_accuracy=0.5))
    assert {finding.verdict for finding in found.findings.values()} == {UNTESTED}


def test_the_table_has_a_panel_for_each_measure_and_shows_the_chosen_rates():
    table = STUDY.summarise(made(CURVE)).table
    assert list(dict.fromkeys(table["panel"])) == ["Target", "Source, old head", "Source, re-probed"]
    assert table[(table["arm"] == PLAIN) & table["chosen"]]["rate"].unique().tolist() == [0.1]
