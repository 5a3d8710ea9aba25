"""All claims judged together, and by every block of seeds."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from transfer_core.studies.family import benjamini_hochberg, holm
from transfer_core.studies.ledger import Standing, standings
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED
from transfer_core.studies.study import Finding

P = {f"claim {index}": float(p) for index, p in enumerate(np.random.default_rng(0).uniform(0, 0.2, 30) ** 2)}


def found(verdict, p=0.001):
    return Finding(verdict, "", p)


def test_benjamini_hochberg_is_scipys():
    assert list(benjamini_hochberg(P).values()) == pytest.approx(false_discovery_control(list(P.values())))


def test_holm_steps_down_from_the_smallest():
    adjusted, worst = holm(P), 0.0
    for place, name in enumerate(sorted(P, key=lambda name: P[name])):
        worst = max(worst, min(1.0, (len(P) - place) * P[name]))
        assert adjusted[name] == pytest.approx(worst)


def test_holm_is_the_stricter_and_neither_is_below_the_p_value():
    strict, mild = holm(P), benjamini_hochberg(P)
    assert all(P[name] <= mild[name] <= strict[name] for name in P)


def test_no_claims_are_adjusted_to_none():
    assert benjamini_hochberg({}) == holm({}) == {}


@pytest.mark.parametrize(
    ("verdicts", "expected", "words"),
    [
        ((CONFIRMED, CONFIRMED, CONFIRMED), CONFIRMED, "same in 3 of 3 blocks"),
        ((SAME, SAME, SAME), SAME, "same in 3 of 3 blocks"),
        ((CONFIRMED, CONFIRMED, INCONCLUSIVE), INCONCLUSIVE, "confirmed in 2 of 3 blocks, so inconclusive"),
        ((CONFIRMED, REFUTED, CONFIRMED), INCONCLUSIVE, "confirmed in 2 of 3 blocks, so inconclusive"),
        (
            (INCONCLUSIVE, CONFIRMED, INCONCLUSIVE),
            INCONCLUSIVE,
            "inconclusive in 2 of 3 blocks, elsewhere confirmed",
        ),
        ((INCONCLUSIVE, INCONCLUSIVE, INCONCLUSIVE), INCONCLUSIVE, "same in 3 of 3 blocks"),
        ((UNTESTED, UNTESTED, UNTESTED), UNTESTED, ""),
    ],
)
def test_a_verdict_that_does_not_repeat_is_inconclusive_and_says_so(verdicts, expected, words):
    (standing,) = standings({"claim": [found(verdict) for verdict in verdicts]}).values()
    assert (standing.verdict, standing.replication) == (expected, words)


def test_a_verdict_that_is_luck_among_many_is_inconclusive_and_says_so():
    many = {f"open {index}": [found(INCONCLUSIVE, 0.5)] for index in range(40)}
    alone, among = (standings({"claim": [found(REFUTED, 0.04)], **others})["claim"] for others in ({}, many))
    assert (alone.verdict, among.verdict) == (REFUTED, INCONCLUSIVE)
    assert among.replication == "refuted in 1 of 1 blocks, but not once all claims are judged together"


def test_what_was_not_tested_does_not_count_among_the_claims():
    others = {f"untested {index}": [found(UNTESTED, 1.0)] for index in range(40)}
    assert standings({"claim": [found(REFUTED, 0.04)], **others})["claim"].verdict == REFUTED


def test_of_many_claims_about_nothing_few_are_found():
    rng, discoveries = np.random.default_rng(0), []
    for _ in range(200):
        family = standings({str(index): [found(CONFIRMED, p)] for index, p in enumerate(rng.uniform(size=40))})
        discoveries.append(any(standing.verdict == CONFIRMED for standing in family.values()))
    assert np.mean(discoveries) < 0.12


def test_a_standing_keeps_the_figures_of_the_first_block():
    one, other = Finding(CONFIRMED, "First.", 0.01), Finding(CONFIRMED, "Second.", 0.02)
    assert Standing((one, other), 0.01, 0.01).first.sentence == "First."
