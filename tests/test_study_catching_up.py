"""Catching up: checkpoints against plain training, verdicts on made-up curves."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.arms import arm_of
from transfer_core.studies.questions.catching_up import STUDY, Checkpoints, halvings, speed_up_of
from transfer_core.studies.rules import UNTESTED
from transfer_core.studies.tasks import Train

CONFIG = RunConfig(
    scenario="low_to_high",
    hidden_sizes=(8, 8),
    pretrain_epochs=2,
    images_per_class=10,
    n_epochs=5,
    unfreeze_epoch=2,
    n_seeds=2,
)


def made(tuned, scratch, seeds=6, wobble=0.001):
    """Rows of two curves at 8, 16, 32 and 64 updates; seeds differ by a little that both arms share."""
    rows = [
        (strategy, updates, seed, accuracy + wobble * seed)
        for strategy, curve in (("end_to_end", tuned), ("from_scratch", scratch))
        for updates, accuracy in zip((8, 16, 32, 64), curve, strict=True)
        for seed in range(seeds)
    ]
    frame = pd.DataFrame(rows, columns=["strategy", "updates", "seed", "test_accuracy"])
    return frame.assign(
        scenario="mnist_to_digits", images=1000, rate=0.1, val_score=frame["test_accuracy"], train_accuracy=1.0
    )


def verdicts(*curves, **others):
    found = STUDY.summarise(made(*curves, **others)).findings
    return tuple(found[claim].verdict.split()[0] for claim in ("catches_up", "speeds_up"))


@pytest.mark.parametrize("strategy", ["end_to_end", "from_scratch"])
def test_the_last_checkpoint_is_what_plain_training_gives(strategy):
    arm = arm_of(CONFIG, strategy)
    (plain,), readings = Train(arm).measure(CONFIG), Checkpoints(arm, (1, 5)).measure(CONFIG)
    assert [reading.labels["updates"] for reading in readings] == [2, 10]  # 50 images in minibatches of 32
    assert (readings[-1].values["test_accuracy"] == plain.values["test_accuracy"]).all()
    shorter = Train(arm_of(CONFIG.but(n_epochs=1, unfreeze_epoch=0), strategy)).measure(CONFIG)[0]
    assert (readings[0].values["train_accuracy"] == shorter.values["train_accuracy"]).all()


@pytest.mark.parametrize("n", [1, 2, 3, 48, 100])
def test_checkpoints_hold_the_first_epoch_the_half_and_the_last(n):
    epochs = halvings(n)
    assert epochs[0] == 1
    assert epochs[-1] == n
    assert (n + 1) // 2 in epochs
    assert list(epochs) == sorted(set(epochs))


def test_both_sizes_see_as_many_updates():
    cells = STUDY.grid(RunConfig(n_epochs=4, unfreeze_epoch=2))
    tasks: dict[Any, Any] = {cell.labels["images"]: cell.task for cell in cells}
    epochs = {images: task.epochs[-1] for images, task in tasks.items()}
    assert epochs == {40: 64, 1000: 4}  # 2 and 32 updates an epoch


def test_from_scratch_that_catches_up_late():
    assert verdicts([0.8, 0.9, 0.9, 0.9], [0.3, 0.5, 0.8, 0.9]) == ("confirmed", "confirmed")


def test_from_scratch_that_has_stopped_below():
    assert verdicts([0.8, 0.9, 0.9, 0.9], [0.3, 0.8, 0.85, 0.85])[0] == "refuted"


def test_from_scratch_that_has_stopped_less_than_a_point_below_has_caught_up():
    assert verdicts([0.8, 0.9, 0.9, 0.9], [0.3, 0.8, 0.895, 0.895])[0] == "confirmed"


def test_from_scratch_that_is_below_and_still_rising_may_yet_catch_up():
    assert verdicts([0.8, 0.9, 0.9, 0.9], [0.3, 0.5, 0.7, 0.85])[0] == "inconclusive"


def test_fine_tuning_that_never_gets_there_is_not_faster():
    assert verdicts([0.3, 0.4, 0.5, 0.5], [0.3, 0.5, 0.8, 0.9]) == ("confirmed", "refuted")


def test_from_scratch_that_is_level_while_fine_tuning_still_gains_has_not_caught_up_yet():
    assert verdicts([0.3, 0.5, 0.8, 0.9], [0.3, 0.5, 0.8, 0.9])[0] == "inconclusive"


def test_networks_that_have_not_learnt_are_not_judged():
    found = STUDY.summarise(made([0.9] * 4, [0.9] * 4).assign(train_accuracy=0.5)).findings
    assert {finding.verdict for finding in found.values()} == {UNTESTED}


def test_five_seeds_decide_nothing():
    assert verdicts([0.8, 0.9, 0.9, 0.9], [0.3, 0.5, 0.8, 0.9], seeds=5) == ("inconclusive", "inconclusive")


def test_speed_up_is_counted_in_doublings():
    # 95 % of 0.9 is 0.855: end-to-end has it at 16 updates, from scratch at 64.
    gap = speed_up_of(made([0.8, 0.9, 0.9, 0.9], [0.3, 0.5, 0.8, 0.9], wobble=0.0))
    assert gap.interval.mean == 2
    assert (
        "4.0 times the updates"
        in STUDY.summarise(made([0.8, 0.9, 0.9, 0.9], [0.3, 0.5, 0.8, 0.9])).findings["speeds_up"].sentence
    )


def test_the_rate_is_chosen_at_the_last_checkpoint():
    slow, fast = made([0.1, 0.2, 0.3, 0.9], [0.1, 0.2, 0.3, 0.9]), made([0.8] * 4, [0.8] * 4).assign(rate=0.3)
    table = STUDY.summarise(pd.concat([slow, fast])).table
    assert set(table["rate"]) == {0.1}
    assert np.allclose(table[table["updates"] == 8]["mean"], 0.1025)
