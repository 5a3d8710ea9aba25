import numpy as np
import pandas as pd
import pytest

from transfer_core import SCENARIOS, STRATEGIES, RunConfig
from transfer_core.studies.questions.decision_map import MAP, OPEN, RIVALS, STUDY, shifts, summarise, winners
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, UNTESTED


def _cell(size, shift, means, spread=0.001, seeds=6, control=0.1):
    """Make a cell of the map, and its search: the middle of three rates validates best, and is that of the knobs."""
    arms = dict(zip(RIVALS, [*means, *[control] * (len(RIVALS) - len(means))], strict=True))
    at_knobs = _lines(size, shift, arms, spread, seeds, {0.0: 0.0})
    searched = {name: arms[name] for name in STRATEGIES}
    return at_knobs + _lines(size, shift, searched, spread, seeds, {0.01: -0.2, 0.1: 0.0, 1.0: -0.3})


def _lines(size, shift, arms, spread, seeds, rates):
    noise = spread * np.linspace(-1, 1, seeds)
    return [
        {
            "scenario": "mnist_to_digits",
            "images_per_class": size,
            "shift": shift,
            "strategy": name,
            "rate": rate,
            "seed": seed,
            "val_score": 0.5 + loss,
            "test_accuracy": mean + loss + noise[seed] * (index + 1),
        }
        for index, (name, mean) in enumerate(arms.items())
        for rate, loss in rates.items()
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
    rows = pd.DataFrame([*_cell(1, 0.0, FROZEN), *_cell(2, 0.0, FULL)])
    unfinished = (rows["images_per_class"] == 2) & (rows["strategy"] == "logistic_regression")
    assert winners(rows[~unfinished])["images_per_class"].tolist() == [1]


@pytest.mark.parametrize("control", ["zero_shot", "logistic_regression"])
def test_what_needs_no_training_of_a_network_can_win_a_cell(control):
    rows = pd.DataFrame(_cell(1, 0.0, FROZEN))
    rows.loc[rows["strategy"].eq(control), "test_accuracy"] = 0.97
    table = winners(rows)
    assert (table["winner"][0], table["runner_up"][0]) == (control, "feature_extraction")


def test_zero_shot_does_not_count_where_the_labels_mean_something_else():
    rows = pd.DataFrame(_cell(1, 0.0, FROZEN))
    rows.loc[rows["strategy"] == "zero_shot", "test_accuracy"] = np.nan
    assert winners(rows).loc[0, "winner"] == "feature_extraction"


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        (FROZEN, FULL, (CONFIRMED, CONFIRMED, CONFIRMED, REFUTED)),
        (FULL, FULL, (REFUTED, SAME, CONFIRMED, REFUTED)),
        (FROZEN, FROZEN, (REFUTED, REFUTED, REFUTED, REFUTED)),
        (TIE, TIE, (SAME, SAME, SAME, SAME)),
        (SCRATCH, SCRATCH, (SAME, SAME, SAME, CONFIRMED)),
        (SCRATCH, FULL, (None, CONFIRMED, CONFIRMED, REFUTED)),  # from scratch wins, but not far from the source
    ],
)
def test_verdicts_follow_from_both_ends_of_the_shift(near, far, expected):
    rows = [line for size in (1, 2) for line in (*_cell(size, 0.0, near), *_cell(size, 30.0, far))]
    findings = summarise(pd.DataFrame(rows)).findings
    for name, verdict in zip(
        ("similar_freeze", "dissimilar", "much_and_far", "negative_transfer"), expected, strict=True
    ):
        assert verdict in (None, findings[name].verdict), name


def test_a_rate_that_suits_one_arm_badly_makes_no_negative_transfer():
    rows = pd.DataFrame([line for shift in (0.0, 30.0) for size in (1, 2) for line in _cell(size, shift, FULL)])
    at_knobs = (rows["rate"] == 0) & (rows["strategy"] == "end_to_end")
    rows.loc[at_knobs, "test_accuracy"] = 0.1  # it collapses at the rate of the knobs alone
    assert summarise(rows).findings["negative_transfer"].verdict == REFUTED


def test_without_a_shift_there_is_nothing_far():
    findings = summarise(pd.DataFrame([*_cell(1, 0.0, SCRATCH), *_cell(2, 0.0, SCRATCH)])).findings
    assert {finding.verdict for finding in findings.values()} == {UNTESTED}


@pytest.mark.parametrize("name", SCENARIOS)
def test_amounts_of_shift_are_on_the_slider_and_start_at_none(name):
    amounts, shift = shifts(RunConfig(scenario=name)), SCENARIOS[name].shift
    assert amounts[0] == 0
    assert amounts == sorted(set(amounts))
    if shift:
        assert len(amounts) == 4
        assert amounts[-1] <= shift.max_amount
        assert all(round(amount / shift.step, 6) == round(amount / shift.step) for amount in amounts)


def test_the_page_draws_the_map_without_the_search():
    cells, page = (list(study.grid(RunConfig())) for study in (STUDY, MAP))
    assert len(page) == 24 * len(RIVALS)
    assert {cell.key for cell in page} < {cell.key for cell in cells}
