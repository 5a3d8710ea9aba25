import re

import numpy as np
import pytest
from scipy.stats import sem, t, ttest_1samp

from tests.present import present
from transfer_core.statistics import Gap, Interval, mean_band, mean_interval, paired_gap, pooled, verdict
from transfer_core.wording import (
    change_words,
    comparative,
    gap_words,
    join_words,
    side_words,
    size_words,
    verdict_evidence,
)
from transfer_core.wording import verdict_sentence as sentence

TITLES = {"a": "Freezing", "b": "Fine-tuning", "c": "From scratch"}
SCORES = np.array([0.90, 0.85, 0.95, 0.88, 0.91, 0.93, 0.86, 0.92])
NOISE = np.array([0.03, -0.02, 0.01, -0.03, 0.02, -0.01, 0.02, -0.02])


def test_interval_is_scipys_for_a_mean():
    assert mean_interval(SCORES)[1:] == pytest.approx(ttest_1samp(SCORES, 0).confidence_interval(0.95), rel=1e-12)


@pytest.mark.parametrize("margin", [-0.01, 0.0, 0.02])
@pytest.mark.parametrize(("side", "alternative"), [(1, "greater"), (-1, "less")])
def test_p_value_is_scipys_paired_test_against_a_margin(margin, side, alternative):
    ours, theirs = SCORES + NOISE + 0.01, SCORES
    expected = ttest_1samp(ours - theirs, margin, alternative=alternative).pvalue
    assert paired_gap(ours, theirs).p_beyond(margin, side) == pytest.approx(expected, rel=1e-9)


def test_p_value_is_small_exactly_where_the_interval_lies_beyond():
    rng = np.random.default_rng(0)
    for _ in range(200):
        gap = paired_gap(rng.normal(0.5, 1, 8), np.zeros(8))
        assert (gap.p_beyond() < 0.025) == (gap.interval.low > 0)
        assert (gap.p_beyond(0.3, -1) < 0.025) == (gap.interval.high < 0.3)


def test_equal_differences_leave_no_doubt():
    found = paired_gap(np.full(6, 0.5), np.full(6, 0.25))
    assert (found.p_beyond(0.2), found.p_beyond(0.25), found.p_beyond(0.25, -1)) == (0, 1, 1)


def test_few_seeds_have_no_p_value():
    assert paired_gap(SCORES[:5] + 1, SCORES[:5]).p_beyond() == 1


def test_pooled_gap_is_the_gap_of_the_means():
    one, other = paired_gap(SCORES + NOISE, SCORES), paired_gap(SCORES + 0.1, SCORES)
    assert pooled([one, other]).interval == pytest.approx(mean_interval((NOISE + 0.1) / 2))


def test_interval_repeats_to_the_bit():
    assert mean_interval(SCORES) == mean_interval(SCORES.copy())


def test_interval_moves_and_stretches_with_the_values():
    plain, moved = mean_interval(SCORES), mean_interval(3 * SCORES - 2)
    assert moved == pytest.approx([3 * value - 2 for value in plain])


def test_interval_narrows_with_more_seeds():
    few, many = mean_interval(SCORES), mean_interval(np.tile(SCORES, 16))
    few_values_want_more = (
        t.ppf(0.975, 7) / t.ppf(0.975, 127) * np.sqrt((len(SCORES) * 16 - 1) / (len(SCORES) - 1) / 16)
    )
    assert (many.high - many.low) == pytest.approx((few.high - few.low) / 4 / few_values_want_more)


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_interval_holds_the_truth_as_often_as_it_says_however_few_the_values(n):
    draws = np.random.default_rng(n).standard_normal((2000, n))
    holds = [interval.low <= 0 <= interval.high for interval in map(mean_interval, draws)]
    assert 0.935 < np.mean(holds) < 0.965


@pytest.mark.parametrize("values", [[0.5], [0.5, np.nan], [0.5, np.inf]])
def test_interval_is_unknown_for_one_value_or_a_missing_one(values):
    found = mean_interval(np.array(values))
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_interval_of_equal_values_is_a_point():
    assert mean_interval(np.full(5, 0.25)) == (0.25, 0.25, 0.25)


def test_float32_scores_are_compared_in_double_precision():
    found = paired_gap(SCORES.astype(np.float32), SCORES.astype(np.float32) - np.float32(0.5))
    assert found.interval.mean == pytest.approx(0.5, abs=1e-7)


def test_gap_counts_wins_and_losses_and_leaves_ties_out():
    found = paired_gap(np.array([0.9, 0.8, 0.7, 0.6]), np.array([0.8, 0.9, 0.7, 0.5]))
    assert (found.wins, found.losses, found.n) == (2, 1, 4)
    assert found.interval.mean == pytest.approx(0.025)


def test_gap_is_paired_not_pooled():
    # The seeds differ far more than the arms do: only pairing can see the difference.
    spread = np.linspace(0.1, 0.9, 8)
    assert paired_gap(spread + 0.01 + NOISE / 10, spread).sign == 1


def test_swapping_the_arms_mirrors_the_gap():
    ours, theirs = SCORES + 0.05 + NOISE, SCORES
    one, two = paired_gap(ours, theirs), paired_gap(theirs, ours)
    assert (one.sign, two.sign) == (1, -1)
    assert (one.wins, one.losses) == (two.losses, two.wins)
    assert one.interval.mean == -two.interval.mean
    assert (one.interval.low, one.interval.high) == pytest.approx((-two.interval.high, -two.interval.low), abs=0.003)


@pytest.mark.parametrize(
    ("low", "high", "sign"), [(0.1, 0.2, 1), (-0.2, -0.1, -1), (-0.1, 0.1, 0), (0.0, 0.1, 0), (np.nan, np.nan, 0)]
)
def test_sign_of_a_gap_needs_the_whole_interval_on_one_side(low, high, sign):
    assert Gap(Interval(0.0, low, high), 0, 0, 6).sign == sign
    assert Gap(Interval(0.0, low, high), 0, 0, 5).sign == 0


def test_gap_refuses_arms_of_different_seeds():
    with pytest.raises(ValueError, match="arms must have the same seeds, got 2 and 3 values"):
        paired_gap(np.zeros(2), np.zeros(3))


def test_verdict_names_the_leader_and_sorts_the_others_closest_first():
    found = verdict({"b": SCORES - 0.3 + NOISE, "c": SCORES - 0.1 + NOISE, "a": SCORES})
    assert found.leader == "a"
    assert list(found.gaps) == ["c", "b"]
    assert found.gaps["b"] == paired_gap(SCORES, SCORES - 0.3 + NOISE)
    assert found.tied == ()
    assert not found.inconclusive


def test_verdict_is_inconclusive_where_one_interval_holds_zero():
    found = verdict({"a": SCORES, "b": SCORES - 0.001 + NOISE, "c": SCORES - 0.2})
    assert found.tied == ("b",)
    assert found.inconclusive


def test_equal_arms_are_inconclusive():
    found = verdict({"a": SCORES, "b": SCORES.copy()})
    assert found.gaps["b"].interval == (0, 0, 0)
    assert (found.gaps["b"].wins, found.gaps["b"].losses) == (0, 0)
    assert found.inconclusive


def test_one_seed_is_inconclusive():
    found = verdict({"a": np.array([0.9]), "b": np.array([0.1])})
    assert (found.leader, found.inconclusive) == ("a", True)
    assert sentence(found, TITLES) == "Inconclusive: too few seeds. Freezing has the highest mean."
    assert verdict_evidence(found, TITLES) == "It takes at least 6 seeds to tell luck from skill."


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_an_arm_without_numbers_does_not_lead_and_leaves_it_inconclusive(names):
    arms = {"a": np.array(2 * [np.nan, 0.5, 0.5]), "b": np.array(2 * [0.6, 0.7, 0.8])}
    found = verdict({name: arms[name] for name in names})
    assert found.leader == "b"
    assert found.inconclusive
    assert "nan" not in sentence(found, TITLES) + verdict_evidence(found, TITLES)


def test_verdict_needs_two_arms():
    with pytest.raises(ValueError, match=r"scores must hold at least two arms, got \['a'\]"):
        verdict({"a": SCORES})


def test_sentence_of_a_clear_win_speaks_of_the_closest_arm():
    found = verdict({"a": SCORES, "b": SCORES - 0.125, "c": SCORES - 0.25})
    assert sentence(found, TITLES) == "Freezing wins, at least 12.5 points ahead of fine-tuning."
    assert verdict_evidence(found, TITLES) == (
        "In test accuracy, freezing leads fine-tuning by 12.5 to 12.5 points (95\xa0% interval; ahead in 8 of 8 seeds)."
    )


def test_sentence_of_a_tie_names_who_is_tied_and_who_is_beaten():
    found = verdict({"a": SCORES, "b": SCORES - 0.001 + NOISE, "c": SCORES - 0.2})
    words = verdict_evidence(found, TITLES)
    gap = found.gaps["b"]
    assert sentence(found, TITLES) == "Too close to call between freezing and fine-tuning."
    assert words.startswith(f"In test accuracy, freezing leads fine-tuning by {gap_words(gap)} (95\xa0% interval ")
    assert f"ahead in {gap.wins} of 8 seeds)." in words
    assert words.endswith(" Clearly behind: from scratch.")


def test_sentence_of_three_that_are_tied_beats_nobody():
    found = verdict({"a": SCORES, "b": SCORES - 0.001 + NOISE, "c": SCORES - 0.002 + NOISE[::-1]})
    words = verdict_evidence(found, TITLES)
    assert sentence(found, TITLES).startswith("Too close to call between freezing, f")
    assert "; ahead in " in words
    assert words.endswith(" is not clearly behind either.")


def test_sentence_of_many_that_are_tied_counts_them():
    titles = TITLES | {"d": "Zero-shot"}
    arms = {name: SCORES + step * NOISE for name, step in zip("abcd", (0, 1, -1, 0.5), strict=True)}
    assert sentence(verdict(arms), titles).endswith(" and 3 others.")


@pytest.mark.parametrize(
    ("words", "joined"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c", "d"], "a, b, c and d")]
)
def test_words_are_joined_as_one_writes(words, joined):
    assert join_words(words) == joined


def test_a_gap_is_worded_without_its_sign():
    assert gap_words(Gap(Interval(-0.0123, -0.02, 0.0), 1, 2, 3)) == "1.2 points"


def test_band_is_students_t_interval_point_by_point():
    values = np.stack([SCORES, 10 * SCORES, NOISE], axis=1)
    mean, low, high = mean_band(values)
    expected = t.interval(0.95, len(SCORES) - 1, loc=values.mean(axis=0), scale=sem(values, axis=0))
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose((low, high), expected)


def test_band_of_one_seed_has_no_width():
    values = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(mean_band(values), np.tile(values, (3, 1)))


def test_band_of_a_diverged_curve_is_missing_only_where_it_diverged():
    mean, low, high = mean_band(np.array([[1.0, np.inf], [3.0, np.nan]], dtype=np.float32))
    assert np.isfinite([mean[0], low[0], high[0]]).all()
    assert np.isnan([mean[1], low[1], high[1]]).all()


def test_sentence_of_arms_that_agree_in_every_seed_says_so_once():
    same = np.array(3 * [0.9, 0.8])
    found = verdict({"one": same, "other": same.copy()})
    assert sentence(found, {"one": "One", "other": "Other"}) == (
        "No difference: one and other have the same accuracy in every seed."
    )
    assert verdict_evidence(found, {"one": "One", "other": "Other"}) == ""
    beaten = verdict({"one": same, "other": same.copy(), "far": same - 0.5})
    assert verdict_evidence(beaten, {"one": "One", "other": "Other", "far": "Far"}) == "Clearly behind: far."


def test_a_lead_in_four_seeds_of_ten_and_ties_in_the_rest_is_not_clear():
    ahead = np.array([0.003, 0.003, 0.003, 0.003, 0, 0, 0, 0, 0, 0])
    found = verdict({"a": 0.9 + ahead, "b": np.full(10, 0.9)})
    assert (found.gaps["b"].wins, found.gaps["b"].losses) == (4, 0)
    assert (found.gaps["b"].sign, found.gaps["b"].p_beyond()) == (0, 1)
    assert found.inconclusive


@pytest.mark.parametrize("n", [1, 3, 5])
def test_below_six_seeds_the_words_are_too_few_seeds(n):
    gap = paired_gap(SCORES[:n], SCORES[:n] - 0.1)
    for words in (side_words(gap), size_words(gap), change_words(gap)):
        assert f"too few seeds: {n}" in words
        assert "interval" not in words


def test_an_interval_follows_the_side_that_the_words_name():
    rng = np.random.default_rng(0)
    for _ in range(300):
        n = int(rng.integers(6, 12))
        gap = paired_gap(rng.normal(rng.normal(0, 0.02), 0.02, n), np.zeros(n))
        for words, more, less in (
            (side_words(gap), "ahead", "behind"),
            (side_words(gap, "B", comparative("wider", "narrower")), "wider", "narrower"),
            (change_words(gap), "loses", "gains"),
        ):
            named = less if gap.interval.mean < 0 else more
            said = words.replace("−", "-").replace("just above 0", "0.0").replace("just below 0", "-0.0")
            mean = float(present(re.search(r"([\d.]+) points", said))[1])
            low, high, times = map(
                float, present(re.search(r"interval (\S+) to ([-\d.]+);.* in (\d+) of", said)).groups()
            )
            assert named in words
            assert low - 0.1001 <= mean <= high + 0.1001
            assert times == (gap.losses if gap.interval.mean < 0 else gap.wins)


@pytest.mark.parametrize(
    ("interval", "wins", "losses", "words"),
    [
        ((0.019, 0.012, 0.026), 8, 1, "1.9 points ahead of B (95\xa0% interval 1.2 to 2.6; ahead in 8 of 10 seeds)"),
        ((-0.019, -0.026, -0.012), 1, 8, "1.9 points behind B (95\xa0% interval 1.2 to 2.6; behind in 8 of 10 seeds)"),
        ((-0.004, -0.011, 0.003), 3, 5, "0.4 points behind B (95\xa0% interval −0.3 to 1.1; behind in 5 of 10 seeds)"),
        (
            (-0.01, -0.02, -0.0001),
            1,
            7,
            "1.0 points behind B (95\xa0% interval just above 0 to 2.0; behind in 7 of 10 seeds)",
        ),
    ],
)
def test_interval_and_count_follow_the_side_that_the_words_name(interval, wins, losses, words):
    assert side_words(Gap(Interval(*interval), wins, losses, 10), "B") == words
