"""Progressive unfreezing: schedules against hand-worked ones, verdicts on made-up rows."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from transfer_core import STRATEGIES, RunConfig
from transfer_core.schedules import n_epochs
from transfer_core.studies.questions.progressive import FALLING, RECIPES, STUDY, main_effect
from transfer_core.studies.recipes import recipe, slant
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED
from transfer_core.studies.unfreezing import GRADUAL, PLAIN, rivals

SWITCHES = list(product((False, True), repeat=3))


def made(seeds=6, scenario="mnist_to_digits", **accuracy_of):
    """Rows of one rate: 0.8 and a little per seed, plus what each part or strategy adds."""
    rows = []
    for seed in range(seeds):
        base = 0.8 + 0.01 * seed
        for unfreezing, (rates, (discriminative, slanted)) in product((PLAIN, GRADUAL), RECIPES.items()):
            on = {"gradual": unfreezing == GRADUAL, "discriminative": discriminative, "slanted": slanted}
            rows.append((unfreezing, rates, seed, base + sum(accuracy_of.get(name, 0) * on[name] for name in on)))
        falling = accuracy_of.get("gradual", 0) + accuracy_of.get("falling", 0)
        rows.append((GRADUAL, FALLING, seed, base + falling))
        for strategy in ("feature_extraction", "progressive_unfreezing"):
            rows.append((strategy, "one rate", seed, base + accuracy_of.get(strategy, 0)))
    frame = pd.DataFrame(rows, columns=["unfreezing", "rates", "seed", "test_accuracy"])
    return frame.assign(scenario=scenario, rate=0.1, val_score=frame["test_accuracy"], train_accuracy=1.0)


@pytest.mark.parametrize("hidden_sizes", [(8,), (8, 8), (8, 8, 8), (8, 8, 8, 8)])
def test_with_nothing_switched_on_it_is_end_to_end(hidden_sizes):
    config = RunConfig(hidden_sizes=hidden_sizes, backbone_learning_rate=0.3)
    plain = recipe(config, 0.3, gradual=False, discriminative=False, slanted=False)
    assert plain == STRATEGIES["end_to_end"].build(config)


@pytest.mark.parametrize("switches", SWITCHES)
@pytest.mark.parametrize("epochs", [1, 4, 60])
def test_every_arm_has_the_same_budget(switches, epochs):
    config = RunConfig(hidden_sizes=(8, 8, 8), n_epochs=epochs, unfreeze_epoch=0)
    schedule = recipe(config, 0.1, **dict(zip(("gradual", "discriminative", "slanted"), switches, strict=True)))
    assert n_epochs(schedule) == epochs
    assert all(
        rate > 0
        for phase in schedule
        for rate, cold in zip(phase.learning_rates, phase.frozen, strict=True)
        if not cold
    )


def test_gradual_frees_a_layer_after_each_tenth():
    config = RunConfig(hidden_sizes=(8, 8, 8), n_epochs=60)
    schedule = recipe(config, 0.1, gradual=True, discriminative=False, slanted=False)
    assert [(phase.name, phase.n_epochs, phase.frozen.count(True)) for phase in schedule] == [
        ("head only", 6, 3),
        ("layer 3 and up", 6, 2),
        ("layer 2 and up", 6, 1),
        ("all layers", 42, 0),
    ]


def test_discriminative_rates_fall_by_the_factor_of_the_paper():
    (phase,) = recipe(RunConfig(hidden_sizes=(8, 8)), 0.676, gradual=False, discriminative=True, slanted=False)
    assert phase.learning_rates == pytest.approx((0.1, 0.26, 0.676))


def test_slanted_rates_follow_equation_3_of_the_paper():
    # T = 60, cut = 6, ratio = 32: (1 + p 31) / 32 with p = t / 6 on the way up and 1 - (t - 6) / 54 down.
    assert slant(0, 60) == 1 / 32
    assert slant(3, 60) == pytest.approx((1 + 0.5 * 31) / 32)
    assert max(range(60), key=lambda epoch: slant(epoch, 60)) == 6
    assert slant(6, 60) == 1
    assert slant(33, 60) == pytest.approx((1 + 0.5 * 31) / 32)
    schedule = recipe(RunConfig(n_epochs=60), 0.5, gradual=False, discriminative=False, slanted=True)
    assert max(phase.learning_rates[0] for phase in schedule) == 0.5


def test_main_effects_are_those_that_were_put_in():
    rows = made(gradual=0.03, discriminative=-0.02, slanted=0.0)
    assert [main_effect(rows, factor).interval.mean for factor in range(3)] == pytest.approx([0.03, -0.02, 0])


def verdicts(rows):
    return {name: finding.verdict for name, finding in STUDY.summarise(rows).findings.items()}


def test_rates_that_fall_by_phase_end_at_a_tenth():
    schedule = recipe(RunConfig(hidden_sizes=(8, 8, 8)), 0.3, gradual=True, falling=True)
    highest = [max(phase.learning_rates) for phase in schedule]
    assert highest[0] == 0.3
    assert highest[-1] == pytest.approx(0.03)
    assert np.ptp(np.diff(np.log(highest))) == pytest.approx(0, abs=1e-6)


def test_verdicts_follow_the_effects():
    rows = made(gradual=0.03, discriminative=-0.02, feature_extraction=-0.1, progressive_unfreezing=0.02, falling=0.02)
    found = STUDY.summarise(rows)
    assert {name: finding.verdict for name, finding in found.findings.items()} == {
        "best": CONFIRMED,
        "gradual": CONFIRMED,
        "discriminative": REFUTED,
        "slanted": SAME,
        "lower_later": CONFIRMED,
    }
    assert "3.0 points ahead" in found.findings["gradual"].sentence


def test_a_pure_approach_that_is_as_good_leaves_no_difference():
    assert verdicts(made(progressive_unfreezing=0.02, feature_extraction=0.02))["best"] == SAME
    assert verdicts(made(progressive_unfreezing=0.02, feature_extraction=0.06))["best"] == REFUTED


def test_the_better_pure_approach_is_chosen_on_validation_images():
    rows = made(feature_extraction=0.06)
    blind = rows.assign(val_score=rows["val_score"] - (rows["unfreezing"] == "feature_extraction"))
    assert verdicts(rows)["best"] == REFUTED
    assert verdicts(blind)["best"] == SAME


def test_an_effect_that_varies_with_the_seed_is_inconclusive():
    rows = made(gradual=0.0)
    noise = np.where(rows["seed"] % 2, 0.05, -0.04) * (rows["unfreezing"] == GRADUAL)
    assert verdicts(rows.assign(test_accuracy=rows["test_accuracy"] + noise))["gradual"] == INCONCLUSIVE


def test_the_mean_over_scenarios_is_judged_and_the_other_way_is_told():
    rows = pd.concat([made(gradual=0.06), made(gradual=-0.02, scenario="digits_to_parity")])
    found = STUDY.summarise(rows)
    assert found.findings["gradual"].verdict == CONFIRMED
    assert "2.0 points ahead" in found.findings["gradual"].sentence
    assert "clearly the other way: Digits to odd or even" in found.findings["gradual"].sentence
    assert set(found.table["scenario"]) == {"mnist_to_digits", "digits_to_parity"}


def test_a_scenario_in_which_an_arm_has_not_learnt_is_left_out():
    unlearnt = made(gradual=-0.06, scenario="digits_to_parity").assign(train_accuracy=0.5)
    assert verdicts(pd.concat([made(gradual=0.06), unlearnt]))["gradual"] == CONFIRMED
    assert set(verdicts(unlearnt).values()) == {UNTESTED}


def test_the_rate_is_chosen_on_validation_and_stands_in_the_table():
    rows = made()
    better = rows.assign(rate=0.3, val_score=rows["val_score"] + 0.1, test_accuracy=0.1)
    table = STUDY.summarise(pd.concat([rows, better])).table
    assert set(table["rate"]) == {0.3}
    assert table["mean"].to_numpy() == pytest.approx(0.1)


def test_the_default_scenario_is_always_among_the_pairs_and_each_side_has_as_many_settings():
    assert STUDY.default_scenarios[0] == RunConfig().scenario
    arms = [cell.labels["unfreezing"] for cell in rivals(RunConfig(hidden_sizes=(8, 8)))]
    assert len({arms.count(arm) for arm in arms}) == 1
