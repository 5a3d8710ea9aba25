from typing import get_args

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import Random, arm_of
from transfer_core.pretraining import pretrain
from transfer_core.seeds import Purpose, stream
from transfer_core.studies.questions.depth import ARMS, BASE, DRAWN, Donor, donor_params, summarise, transplanted
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED

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


def _rows(accuracy, scenarios=("digits_to_parity",), n_seeds=10, n_layers=3):
    """One rate; `accuracy(scenario, arm, layers)` with the same small spread in every arm."""
    rows = []
    for scenario in scenarios:
        for arm, layers in [(BASE, 0), *((arm, n) for arm in ARMS for n in range(1, n_layers + 1))]:
            for seed in range(n_seeds):
                value = accuracy(scenario, arm, layers) + 0.001 * (seed % 3)
                labels = {"scenario": scenario, "arm": arm, "layers": layers, "rate": 0.1, "seed": seed}
                rows.append({**labels, "val_accuracy": value, "test_accuracy": value})
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
        return 0.9
    return {
        BASE: 0.9,
        "pretrained, frozen": 0.5 + 0.05 * layers,
        "pretrained, tuned": 0.8,
        "own, tuned": 0.9,
        "random, frozen": 0.7,
    }[arm]


def test_all_as_the_claims_say_confirms_them_and_the_other_way_refutes_them():
    for accuracy, verdict in ((_as_yosinski, CONFIRMED), (_the_other_way, REFUTED)):
        findings = summarise(_rows(accuracy)).findings
        assert {finding.verdict for finding in findings.values()} == {verdict}


def test_equal_arms_decide_nothing_but_that_there_is_no_dip():
    findings = summarise(_rows(lambda *_: 0.9)).findings
    assert findings.pop("fragile_middle").verdict == REFUTED
    assert {finding.verdict for finding in findings.values()} == {INCONCLUSIVE}


def test_a_claim_must_hold_in_every_pair():
    pairs = ("digits_to_parity", "low_to_high")

    def mixed(scenario, arm, layers):
        return (_as_yosinski if scenario == pairs[0] else _the_other_way)(scenario, arm, layers)

    def half(scenario, arm, layers):
        return _as_yosinski(scenario, arm, layers) if scenario == pairs[0] else 0.9

    findings = summarise(_rows(mixed, pairs)).findings
    assert findings["tuned_beat_scratch"].verdict == findings["falls_with_depth"].verdict == REFUTED
    assert findings["fragile_middle"].verdict == INCONCLUSIVE  # a dip in one pair only
    assert {finding.verdict for finding in summarise(_rows(half, pairs)).findings.values()} == {INCONCLUSIVE}


def test_the_table_holds_gaps_to_from_scratch_in_order():
    table = summarise(_rows(_as_yosinski)).table
    assert table["arm"].unique().tolist() == list(ARMS)
    frozen = table[table["arm"] == "pretrained, frozen"]
    assert frozen["layers"].tolist() == [1, 2, 3]
    np.testing.assert_allclose(frozen["mean"], [-0.05, -0.10, -0.15], atol=1e-9)
    assert frozen["losses"].tolist() == [10, 10, 10]


@pytest.mark.parametrize("n_layers", [1, 2])
def test_a_network_without_a_middle_says_so(n_layers):
    finding = summarise(_rows(_as_yosinski, n_layers=n_layers)).findings["fragile_middle"]
    assert finding.verdict == INCONCLUSIVE
    assert f"there {'is' if n_layers == 1 else 'are'} {n_layers}." in finding.sentence


def test_one_hidden_layer_has_no_deeper_one():
    finding = summarise(_rows(_as_yosinski, n_layers=1)).findings["falls_with_depth"]
    assert finding.verdict == INCONCLUSIVE
    assert "at least 2 hidden layers" in finding.sentence
