import numpy as np
import pandas as pd
import pytest

from transfer_core import SCENARIOS, STRATEGIES, RunConfig
from transfer_core.baselines import BASELINES
from transfer_core.studies.questions.decision_map import OPEN, STUDY, shifts, summarise, winners
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED

ARMS = list(STRATEGIES)


def _cell(size, shift, means, spread=0.001, seeds=6):
    noise = spread * np.linspace(-1, 1, seeds)
    return [
        {
            "scenario": "mnist_to_digits",
            "images_per_class": size,
            "shift": shift,
            "strategy": name,
            "seed": seed,
            "test_accuracy": mean + noise[seed] * (index + 1),
        }
        for index, (name, mean) in enumerate(zip(ARMS, means, strict=False))
        for seed in range(seeds)
    ]


# Means in the order of STRATEGIES: feature extraction, end-to-end, progressive, from scratch, random features.
FROZEN, FULL, SCRATCH, TIE = (
    [0.9, 0.8, 0.8, 0.7, 0.5],
    [0.8, 0.9, 0.7, 0.7, 0.5],
    [0.7, 0.7, 0.7, 0.9, 0.5],
    [0.8] * 5,
)


def test_the_winner_is_ahead_of_every_other_and_else_nobody_wins():
    table = winners(
        pd.DataFrame([*_cell(1, 0.0, FROZEN), *_cell(2, 0.0, FULL), *_cell(5, 0.0, TIE), *_cell(5, 30.0, SCRATCH)])
    )
    assert table["winner"].tolist() == ["feature_extraction", "end_to_end", OPEN, "from_scratch"]
    assert table["negative_transfer"].tolist() == [False, False, False, True]
    assert table.loc[0, "mean"] == pytest.approx(0.1)
    assert table["wins"][0] == table["n"][0] == 6


def test_among_two_only_these_two_can_win():
    table = winners(pd.DataFrame(_cell(1, 0.0, SCRATCH)), ("feature_extraction", "end_to_end"))
    assert table.loc[0, "winner"] == OPEN
    assert {table.loc[0, "leader"], table.loc[0, "runner_up"]} == {"feature_extraction", "end_to_end"}
    assert table.loc[0, "negative_transfer"]


def test_a_cell_that_is_not_complete_is_left_out():
    rows = pd.DataFrame([*_cell(1, 0.0, FROZEN), *_cell(2, 0.0, FULL[:3])])
    assert winners(rows)["images_per_class"].tolist() == [1]


@pytest.mark.parametrize(
    ("near", "far", "similar", "negative"),
    [
        ((FROZEN, FROZEN), (FULL, FULL), CONFIRMED, REFUTED),
        ((FULL, FULL), (FULL, FULL), REFUTED, REFUTED),
        ((FROZEN, FROZEN), (SCRATCH, SCRATCH), None, CONFIRMED),
        ((FROZEN, FROZEN), (SCRATCH, FULL), None, CONFIRMED),
        ((SCRATCH, SCRATCH), (FULL, FULL), None, REFUTED),  # from scratch wins, but not far from the source
    ],
)
def test_verdicts_follow_from_the_cells(near, far, similar, negative):
    rows = [*_cell(1, 0.0, near[0]), *_cell(2, 0.0, near[1]), *_cell(1, 30.0, far[0]), *_cell(2, 30.0, far[1])]
    found = summarise(pd.DataFrame(rows)).findings
    assert similar in (None, found["similar_freeze"].verdict)
    assert found["negative_transfer"].verdict == negative


def test_negative_transfer_at_fewer_than_half_of_the_sizes_decides_nothing():
    far = [line for size, means in ((1, SCRATCH), (2, FULL), (5, FULL)) for line in _cell(size, 30.0, means)]
    near = [line for size in (1, 2, 5) for line in _cell(size, 0.0, FROZEN)]
    finding = summarise(pd.DataFrame([*near, *far])).findings["negative_transfer"]
    assert finding.verdict == INCONCLUSIVE
    assert "1 of 3 sizes at the largest shift" in finding.sentence


def test_without_a_shift_there_is_nothing_far():
    findings = summarise(pd.DataFrame([*_cell(1, 0.0, SCRATCH), *_cell(2, 0.0, SCRATCH)])).findings
    assert {finding.verdict for finding in findings.values()} == {INCONCLUSIVE}
    assert "largest shift" not in findings["similar_freeze"].sentence


@pytest.mark.parametrize("name", SCENARIOS)
def test_amounts_of_shift_are_on_the_slider_and_start_at_none(name):
    amounts, shift = shifts(RunConfig(scenario=name)), SCENARIOS[name].shift
    assert amounts[0] == 0
    assert amounts == sorted(set(amounts))
    if shift:
        assert len(amounts) == 4
        assert amounts[-1] <= shift.max_amount
        assert all(round(amount / shift.step, 6) == round(amount / shift.step) for amount in amounts)


def test_the_default_map_has_24_cells_of_all_strategies_and_baselines():
    cells = STUDY.cells(STUDY.default_configs())
    assert len(cells) == 24 * (len(STRATEGIES) + len(BASELINES))
