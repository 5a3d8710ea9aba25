"""Same basin: the ends of a line, what its two networks share, verdicts on made-up rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import NewHead, arm_of
from transfer_core.network import predict_logits
from transfer_core.studies.questions.same_basin import PAIRS, SCRATCH, STUDY, TUNED, Line, between
from transfer_core.studies.rules import UNTESTED
from transfer_core.studies.tasks import Train

CONFIG = RunConfig(
    scenario="low_to_high",
    hidden_sizes=(8, 8),
    pretrain_epochs=2,
    images_per_class=8,
    n_epochs=3,
    unfreeze_epoch=1,
    n_seeds=2,
)


def _ends(*, drawn_anew):
    line = Line(arm_of(CONFIG, "end_to_end"), drawn_anew)
    return [arm.trained(CONFIG) for arm in (line.arm, line.again)]


def same(one, other):
    return bool((one.weights == other.weights).all() and (one.bias == other.bias).all())


def made(half_way, seeds=6, wobble=0.0):
    """Rows of lines that are 0.9 at the ends; halfway as told, 0.9 where not."""
    rows = [
        (pair, place, seed, 0.9 + (half_way.get(pair, 0.9) - 0.9 + wobble * (-1) ** seed) * (place == 0.5))
        for pair in PAIRS
        for place in (0.0, 0.5, 1.0)
        for seed in range(seeds)
    ]
    frame = pd.DataFrame(rows, columns=["pair", "place", "seed", "test_accuracy"])
    return frame.assign(scenario="mnist_to_digits", rate=0.1, val_score=0.5, train_accuracy=1.0)


def verdicts(half_way, **others):
    found = STUDY.summarise(made(half_way, **others)).findings
    return tuple(found[claim].verdict.split()[0] for claim in ("one_basin", "two_basins"))


@pytest.mark.parametrize("strategy", ["end_to_end", "from_scratch"])
def test_the_ends_are_the_two_networks(strategy):
    arm = arm_of(CONFIG, strategy)
    readings = Line(arm, drawn_anew=True).measure(CONFIG)
    assert [reading.labels["place"] for reading in readings][:: len(readings) - 1] == [0.0, 1.0]
    assert (readings[0].values["test_accuracy"] == Train(arm).measure(CONFIG)[0].values["test_accuracy"]).all()
    if strategy == "end_to_end":
        second = Train(replace(arm, head=NewHead(repetition=1), repetition=1)).measure(CONFIG)[0]
        assert (readings[-1].values["test_accuracy"] == second.values["test_accuracy"]).all()


@pytest.mark.parametrize(
    ("pair", "shared"),
    [
        ("fine-tuned, same head", [True, True, True]),
        ("fine-tuned, other heads", [True, True, False]),
        ("from scratch, same start", [True, True, True]),
        ("from scratch, other starts", [False, False, False]),
    ],
)
def test_what_the_second_network_starts_from(pair, shared):
    strategy, drawn_anew = PAIRS[pair]
    line = Line(arm_of(CONFIG, strategy), drawn_anew)
    first, second = line.arm.start_params(CONFIG), line.again.start_params(CONFIG)
    pairs = zip(first, second, strict=True)
    assert [(one.weights == other.weights).all() for one, other in pairs] == shared


def test_another_order_of_minibatches_gives_another_network():
    first, second = _ends(drawn_anew=False)
    assert not any(same(one, other) for one, other in zip(first, second, strict=True))


def test_half_way_is_the_mean_of_all_weights_and_changes_no_dtype():
    first, second = _ends(drawn_anew=True)
    middle = between(first, second, 0.5)
    for one, other, mean in zip(first, second, middle, strict=True):
        np.testing.assert_allclose(mean.weights, (one.weights + other.weights) / 2, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(mean.bias, (one.bias + other.bias) / 2, rtol=1e-6, atol=1e-7)
        assert mean.weights.dtype == one.weights.dtype == np.float32
    assert all(same(one, other) for one, other in zip(between(first, second, 0.0), first, strict=True))
    assert all(same(one, other) for one, other in zip(between(first, second, 1.0), second, strict=True))


def test_the_line_between_a_network_and_itself_is_flat():
    params = arm_of(CONFIG, "end_to_end").trained(CONFIG)
    inputs = np.random.default_rng(0).random((2, 5, 64), dtype=np.float32)
    np.testing.assert_allclose(
        predict_logits(between(params, params, 0.25), inputs), predict_logits(params, inputs), rtol=1e-4, atol=1e-5
    )


def test_verdicts_follow_what_is_lost_half_way():
    assert verdicts({SCRATCH: 0.6}) == ("confirmed", "confirmed")
    assert verdicts({TUNED: 0.6}) == ("refuted", "refuted")
    assert verdicts({TUNED: 0.89, SCRATCH: 0.89}, wobble=0.02) == ("inconclusive", "inconclusive")
    assert verdicts({SCRATCH: 0.6}, seeds=5) == ("inconclusive", "inconclusive")


def test_better_half_way_than_at_the_ends_is_no_barrier():
    assert verdicts({TUNED: 0.95, SCRATCH: 0.6}) == ("confirmed", "confirmed")
    assert (
        "at the ends 5.0 points lower than halfway"
        in STUDY.summarise(made({TUNED: 0.95})).findings["one_basin"].sentence
    )


def test_rates_are_chosen_by_the_ends_alone():
    rows = made({})
    tempting = rows.assign(rate=0.3, val_score=np.where(rows["place"] == 0.5, 1.0, 0.4))
    assert set(STUDY.summarise(pd.concat([rows, tempting])).table["rate"]) == {0.1}


def test_networks_that_have_not_learnt_are_not_judged():
    found = STUDY.summarise(made({}).assign(train_accuracy=0.5)).findings
    assert {finding.verdict for finding in found.values()} == {UNTESTED}
