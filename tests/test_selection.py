import numpy as np
import pytest

from tools.selection_error import error_rates, stated_lead
from transfer_core.selection import LEVEL, contenders

REPEATS = 1000
NOISE = 3 * np.sqrt(LEVEL * (1 - LEVEL) / REPEATS)


def drawn(n_seeds, n_arms, lead=0.0, best=1):
    """Blocks of seeds in which the arms share what a seed has in common; the first ones have a lead."""
    rng = np.random.default_rng(n_seeds * n_arms)
    blocks = rng.standard_normal((REPEATS, n_seeds, n_arms)) + 2 * rng.standard_normal((REPEATS, n_seeds, 1))
    blocks[..., :best] += lead
    return blocks


@pytest.mark.parametrize(("n_seeds", "n_arms"), [(6, 3), (6, 8), (10, 3), (10, 8), (20, 5)])
def test_where_all_arms_are_equal_nothing_is_said_in_95_of_100_comparisons(n_seeds, n_arms):
    said = [len(contenders(block)) < n_arms for block in drawn(n_seeds, n_arms)]
    assert np.mean(said) < LEVEL + NOISE
    assert np.mean(said) > LEVEL / 5  # the test is not won by never speaking


@pytest.mark.parametrize("n_seeds", [10, 20])
def test_of_two_equally_good_arms_neither_wins_however_many_are_worse(n_seeds):
    wins = [len(contenders(block)) == 1 for block in drawn(n_seeds, 6, lead=5.0, best=2)]
    assert np.mean(wins) < LEVEL + NOISE


def test_a_real_lead_is_found_among_many_arms():
    found = [contenders(block) for block in drawn(10, 8, lead=2.0)]
    assert np.mean([one == (0,) for one in found]) > 0.8


def test_the_best_arm_hardly_ever_leaves():
    found = [contenders(block) for block in drawn(10, 5, lead=0.3)]
    assert np.mean([0 not in one for one in found]) < LEVEL


def test_what_is_far_behind_leaves_and_what_is_level_stays():
    rng = np.random.default_rng(1)
    scores = 0.9 + 0.01 * rng.standard_normal((10, 4)) - np.array([0.0, 0.0, 0.3, 0.4])
    assert contenders(scores) == (0, 1)
    assert contenders(scores[:, ::-1]) == (2, 3)


def test_equal_scores_and_single_arms_are_contenders():
    assert contenders(np.full((10, 3), 0.5)) == (0, 1, 2)
    assert contenders(np.full((10, 1), 0.5)) == (0,)


def test_five_seeds_never_decide():
    assert contenders(np.stack([np.full(5, 0.9), np.full(5, 0.1)], axis=1)) == (0, 1)
    assert contenders(np.stack([np.full(6, 0.9), np.full(6, 0.1)], axis=1)) == (0,)


def test_the_tool_finds_what_selection_costs_and_that_it_is_paid():
    alone, together = error_rates(10, 8, repeats=200)
    assert alone.behind > 0.3
    assert together.behind < LEVEL + 3 * np.sqrt(LEVEL / 200)
    assert together.wins <= alone.wins < LEVEL + 0.02


def test_a_winner_leads_by_at_least_what_is_stated_while_its_mean_lead_flatters():
    share, mean, least, holds = stated_lead(10, 4, 0.015, repeats=300)
    assert share > 0.05
    assert holds > 0.93
    assert least < 0.015 < mean - 0.002
