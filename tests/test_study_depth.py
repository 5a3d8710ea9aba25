from typing import get_args

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import Random, arm_of
from transfer_core.pretraining import pretrain
from transfer_core.scenarios import SCENARIOS
from transfer_core.seeds import Purpose, stream
from transfer_core.studies.cuts import BASE
from transfer_core.studies.questions.depth import (
    ARMS,
    DRAWN,
    STUDY,
    Donor,
    donor_params,
    summarise,
    transplanted,
)
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, UNTESTED

CONFIG = RunConfig(
    scenario="digits_to_parity",
    hidden_sizes=(8, 7, 6),
    pretrain_epochs=1,
    n_epochs=3,
    unfreeze_epoch=1,
    images_per_class=4,
    n_seeds=2,
)
DONORS = get_args(Donor)


def _same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("donor", DONORS)
@pytest.mark.parametrize("n_layers", [1, 3])
def test_the_lowest_layers_are_the_donors_and_stay_so_when_frozen(donor, n_layers):
    given = donor_params(CONFIG, donor)
    frozen, tuned = (transplanted(CONFIG, donor, n_layers, frozen=cold, rate=0.05) for cold in (True, False))
    for params in (frozen.start_params(CONFIG), tuned.start_params(CONFIG), frozen.trained(CONFIG)):
        assert all(_same(params[index], given[index]) for index in range(n_layers))
    after, start = frozen.trained(CONFIG), frozen.start_params(CONFIG)
    assert not any(_same(after[index], start[index]) for index in range(n_layers, 4))
    assert not any(_same(*pair) for pair in zip(tuned.trained(CONFIG), start, strict=True))


@pytest.mark.parametrize("donor", DONORS)
def test_layers_above_the_cut_are_those_that_from_scratch_starts_with(donor):
    scratch = arm_of(CONFIG, BASE).start_params(CONFIG)
    start = transplanted(CONFIG, donor, 2, frozen=True, rate=0.05).start_params(CONFIG)
    assert _same(start[2], scratch[2])
    assert _same(start[3], scratch[3])
    assert not any(_same(start[index], scratch[index]) for index in (0, 1))


def test_without_any_layer_of_a_donor_it_is_training_from_scratch():
    rate = CONFIG.backbone_learning_rate
    ours = transplanted(CONFIG, "random", 0, frozen=False, rate=rate).trained(CONFIG)
    assert all(_same(*pair) for pair in zip(ours, arm_of(CONFIG, BASE).trained(CONFIG), strict=True))


def test_donors_are_three_networks_and_the_one_of_the_target_has_learned_it():
    source, target, drawn = (donor_params(CONFIG, donor) for donor in DONORS)
    assert all(_same(*pair) for pair in zip(source, pretrain(CONFIG).params, strict=True))
    assert not _same(source[0], target[0])
    assert not _same(drawn[0], target[0])
    assert not _same(drawn[0], Random().params(CONFIG)[0])
    assert stream(0, Purpose.DONOR) != stream(0, Purpose.RANDOM_BACKBONE)
    longer = CONFIG.but(n_epochs=60)
    learned = arm_of(longer, BASE, start=DRAWN, head=None, repetition=1).trained(longer)
    assert all(_same(*pair) for pair in zip(learned, donor_params(longer, "target"), strict=True))
    assert not _same(donor_params(longer, "target")[0], target[0])


def _rows(accuracy, scenarios=("digits_to_parity",), n_seeds=10, n_layers=3, unlearnt=()):
    """One rate; `accuracy(scenario, arm, layers)` with the same small spread in every arm."""
    rows = []
    for scenario in scenarios:
        for arm, layers in [(BASE, 0), *((arm, n) for arm in ARMS for n in range(1, n_layers + 1))]:
            for seed in range(n_seeds):
                value = accuracy(scenario, arm, layers) + 0.001 * (seed % 3)
                labels = {"scenario": scenario, "arm": arm, "layers": layers, "rate": 0.1, "seed": seed}
                learnt = 0.5 if (scenario, arm, layers) in unlearnt else 1.0
                rows.append({**labels, "val_score": value, "test_accuracy": value, "train_accuracy": learnt})
    return pd.DataFrame(rows)


def _as_yosinski(scenario, arm, layers):
    if arm == "own, frozen":
        return 0.8 if layers == 2 else 0.9
    return {
        BASE: 0.9,
        "pretrained, frozen": 0.9 - 0.05 * layers,
        "pretrained, tuned": 0.93,
        "own, tuned": 0.9,
        "random, frozen": 0.5,
    }[arm]


def _the_other_way(scenario, arm, layers):
    if arm == "own, frozen":
        return 0.95 if layers == 2 else 0.9
    return {
        BASE: 0.9,
        "pretrained, frozen": 0.5 + 0.05 * layers,
        "pretrained, tuned": 0.8,
        "own, tuned": 0.9,
        "random, frozen": 0.7,
    }[arm]


def _verdicts(rows):
    return {name: finding.verdict for name, finding in summarise(rows).findings.items()}


def test_all_as_the_claims_say_confirms_them_and_the_other_way_refutes_them():
    assert set(_verdicts(_rows(_as_yosinski)).values()) == {CONFIRMED}
    assert set(_verdicts(_rows(_the_other_way)).values()) == {REFUTED}


def test_equal_arms_make_no_difference():
    assert set(_verdicts(_rows(lambda *_: 0.9)).values()) == {SAME}


def test_the_mean_over_the_pairs_decides_and_the_sentence_says_how_they_differ():
    pairs = ("digits_to_parity", "low_to_high", "digits_to_ink")

    def mixed(scenario, arm, layers):
        return (_the_other_way if scenario == "digits_to_ink" else _as_yosinski)(scenario, arm, layers)

    finding = summarise(_rows(mixed, pairs)).findings["falls_with_depth"]
    assert finding.verdict == CONFIRMED  # 10, 10 and -10 points
    assert "mean of 3 pairs: 3.3 points ahead" in finding.sentence
    assert "from 10.0 points behind (Digits to much or little ink)" in finding.sentence
    assert "clearly the other way: Digits to much or little ink" in finding.sentence


def test_a_middle_that_is_no_better_than_all_layers_refutes_that_it_lies_between():
    def flat(scenario, arm, layers):
        worth = 0.8 if layers == 1 else 0.7 + 0.02 * layers
        return worth if arm == "pretrained, frozen" else _as_yosinski(scenario, arm, layers)

    assert _verdicts(_rows(flat))["middle_layers"] == REFUTED


def test_layers_that_lose_value_whoever_trained_them_are_not_specific():
    def falling(scenario, arm, layers):
        return 0.9 - 0.05 * layers if arm.endswith("frozen") else 0.9

    verdicts = _verdicts(_rows(falling))
    assert verdicts["falls_with_depth"] == CONFIRMED
    assert verdicts["specific_top"] == SAME


def test_a_pair_in_which_an_arm_has_not_learnt_its_training_images_is_left_out_and_named():
    pairs, dead = ("digits_to_parity", "low_to_high"), ("low_to_high", "pretrained, frozen", 3)

    def mixed(scenario, arm, layers):
        return (_the_other_way if scenario == dead[0] else _as_yosinski)(scenario, arm, layers)

    findings = summarise(_rows(mixed, pairs, unlearnt=[dead])).findings
    assert findings["falls_with_depth"].verdict == CONFIRMED
    words = "Left out: Digits 0-4 to digits 5-9, where the arm “pretrained, frozen” with 3 layers gets only 50"
    assert words in findings["falls_with_depth"].sentence
    assert "Left out" not in findings["generic_first_layer"].sentence  # only the first layer is compared
    alone = summarise(_rows(_as_yosinski, dead[:1], unlearnt=[dead])).findings["falls_with_depth"]
    assert alone.verdict == UNTESTED


def test_a_rate_that_does_not_learn_is_not_chosen_whatever_its_validation_score():
    slow = _rows(_as_yosinski)
    fast = slow.assign(rate=0.3, train_accuracy=0.2, val_score=1.0, test_accuracy=0.1)
    table = summarise(pd.concat([slow, fast])).table
    assert set(table["rate"]) == {0.1}


def test_the_default_scenario_is_among_the_pairs_and_no_image_is_altered():
    collections = {RunConfig().scenario, "mnist_to_digits"}  # their shift is there to be set
    assert collections <= set(STUDY.default_scenarios)
    unaltered = {name for name in STUDY.scenarios if name in collections or SCENARIOS[name].shift is None}
    # Under a fresh head, digits with other names are the same task.
    assert set(STUDY.default_scenarios) == unaltered - {"digits_to_renamed"}


def test_the_table_holds_gaps_to_from_scratch_in_order():
    table = summarise(_rows(_as_yosinski)).table
    assert table["arm"].unique().tolist() == list(ARMS)
    frozen = table[table["arm"] == "pretrained, frozen"]
    assert frozen["layers"].tolist() == [1, 2, 3]
    np.testing.assert_allclose(frozen["mean"], [-0.05, -0.10, -0.15], atol=1e-9)
    assert frozen["losses"].tolist() == [10, 10, 10]


@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize("claim", ["fragile_middle", "middle_layers"])
def test_a_network_without_a_middle_says_so(claim, n_layers):
    finding = summarise(_rows(_as_yosinski, n_layers=n_layers)).findings[claim]
    assert finding.verdict == UNTESTED
    assert f"there {'is' if n_layers == 1 else 'are'} {n_layers}." in finding.sentence


@pytest.mark.parametrize("claim", ["falls_with_depth", "specific_top"])
def test_one_hidden_layer_has_no_deeper_one(claim):
    finding = summarise(_rows(_as_yosinski, n_layers=1)).findings[claim]
    assert finding.verdict == UNTESTED
    assert "2 hidden layers or more" in finding.sentence
