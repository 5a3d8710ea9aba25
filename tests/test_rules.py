"""Rules: each gives the verdict that its words say, on made-up evidence."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from transfer_core.statistics import Gap, Interval, paired_gap
from transfer_core.studies.conditions import Between, Quantity, above, below, lead, negligible, within_factor
from transfer_core.studies.quantifiers import At, Both, Either, Place, Times, both, either, every, some
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, VERDICTS, Rule, as_good, shared, signed
from transfer_core.studies.study import QUESTIONS

GAP, PAIR = lead("A", "B"), Place("in", "pair", "pairs")
CLAIMS = {f"{study.name}.{name}": claim for study in STUDIES.values() for name, claim in study.claims.items()}
ABOVE, BELOW, STRADDLING, NOTHING = (0.2, 0.3), (-0.3, -0.2), (-0.2, 0.2), (-0.002, 0.002)


def gap(low, high, *, n=10):
    return Gap(Interval((low + high) / 2, low, high), 0, 0, n)


def gap_of_p(p, n=10):
    """A gap above zero with this one-sided p-value."""
    error = 0.1
    mean, half = error * t.isf(p, n - 1), error * t.ppf(0.975, n - 1)
    return gap(mean - half, mean + half, n=n)


@pytest.mark.parametrize(
    ("edges", "n", "expected"),
    [
        (ABOVE, 10, CONFIRMED),
        (BELOW, 10, REFUTED),
        (STRADDLING, 10, INCONCLUSIVE),
        (NOTHING, 10, SAME),
        ((0.001, 0.004), 10, SAME),  # clearly there, and too small to matter
        ((0.002, 0.02), 10, CONFIRMED),
        (ABOVE, 5, INCONCLUSIVE),
        (NOTHING, 5, INCONCLUSIVE),
        ((-0.001, 0.1), 10, INCONCLUSIVE),
        ((np.nan, np.nan), 1, INCONCLUSIVE),
    ],
)
def test_a_sign_is_judged_by_the_interval_and_only_with_seeds_enough(edges, n, expected):
    assert signed(GAP).judge(gap(*edges, n=n)).verdict == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(ABOVE, ABOVE, CONFIRMED), (ABOVE, BELOW, INCONCLUSIVE), (BELOW, BELOW, REFUTED), (NOTHING, NOTHING, SAME)],
)
def test_what_is_shared_holds_at_every_place(one, other, expected):
    evidence = {"one": gap(*one), "other": gap(*other)}
    assert shared(PAIR, GAP).judge(evidence).verdict == expected
    assert shared(PAIR, GAP).judge({}).verdict == INCONCLUSIVE
    assert shared(PAIR, GAP).judge({**evidence, "third": gap(*ABOVE, n=3)}).verdict == INCONCLUSIVE


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ((-0.005, 0.02), CONFIRMED),
        ((-0.005, -0.001), CONFIRMED),  # clearly behind, by less than the margin
        ((-0.015, 0.005), INCONCLUSIVE),
        ((-0.015, -0.001), INCONCLUSIVE),
        ((-0.03, -0.011), REFUTED),
    ],
)
def test_as_good_allows_a_margin(edges, expected):
    assert as_good(GAP, 0.01).judge(gap(*edges)).verdict == expected


def test_a_judgement_says_how_sure_it_is_and_what_decides():
    evidence = {"one": gap_of_p(0.001), "other": gap_of_p(0.02)}
    found = shared(PAIR, GAP).judge(evidence)
    assert (found.verdict, found.decisive.gap, found.decisive.quantity) == (CONFIRMED, evidence["other"], GAP)
    assert found.p == pytest.approx(0.04)
    found = signed(GAP).judge(gap_of_p(0.2))
    assert found.verdict == INCONCLUSIVE
    assert found.p == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("condition", "edges", "shown"),
    [
        (above(GAP, 0.1), (0.11, 0.2), True),
        (above(GAP, 0.1), (0.09, 0.2), False),
        (below(GAP, 0.1), (-0.5, 0.09), True),
        (below(GAP, 0.1), (-0.5, 0.11), False),
        (negligible(GAP), (-0.009, 0.009), True),
        (negligible(GAP), (-0.009, 0.011), False),
        (negligible(GAP), (-0.011, 0.009), False),
        (within_factor(GAP, 1.5), (0.7, 1.4), True),
        (within_factor(GAP, 1.5), (0.6, 1.4), False),
        (within_factor(GAP, 1.5), (0.7, 1.6), False),
    ],
)
def test_a_condition_holds_where_its_words_say(condition, edges, shown):
    assert condition.holds(gap(*edges)) == shown


@pytest.mark.parametrize("condition", [above(GAP), below(GAP), negligible(GAP), within_factor(GAP, 9.0)])
@pytest.mark.parametrize("edges", [ABOVE, BELOW, NOTHING, (0.5, 2.0)])
def test_too_few_seeds_show_nothing(condition, edges):
    assert not condition.holds(gap(*edges, n=5))


@pytest.mark.parametrize(("number", "needed"), [("every", 4), ("most", 3), ("half", 2), (1, 1), (2, 2)])
def test_places_are_counted_as_the_word_says(number, needed):
    times = Times(PAIR, above(GAP), number)
    for n in range(5):
        evidence = {place: gap(*(ABOVE if place < n else STRADDLING)) for place in range(4)}
        assert times.holds(evidence) == (n >= needed)
    assert not times.holds({})


def test_many_places_are_one_test_with_one_error():
    at_four = {place: gap_of_p(p) for place, p in enumerate((0.01, 0.02, 0.02, 0.03))}
    assert some(PAIR, above(GAP)).shown(at_four).p == pytest.approx(4 * 0.01)
    assert Times(PAIR, above(GAP), 2).shown(at_four).p == pytest.approx(3 * 0.02)
    assert every(PAIR, above(GAP)).shown(at_four).p == pytest.approx(0.03)


def test_one_of_many_places_is_found_by_luck_as_rarely_as_at_a_single_one():
    rng, found = np.random.default_rng(0), 0
    for _ in range(1500):
        nothing_there = {place: paired_gap(rng.normal(size=10), np.zeros(10)) for place in range(6)}
        found += some(PAIR, above(GAP)).holds(nothing_there)
    assert found / 1500 < 0.025 + 3 * np.sqrt(0.025 / 1500)


def test_conditions_are_joined_and_placed():
    a, b = Quantity("the first", key="a"), Quantity("the second", key="b")
    evidence = {"a": gap(*ABOVE), "b": gap(*BELOW)}
    assert both(above(a), below(b)).holds(evidence)
    assert not both(above(a), above(b)).holds(evidence)
    assert either(above(b), above(a)).holds(evidence)
    assert not either(above(b), below(a)).holds(evidence)
    barely = {"a": gap_of_p(0.02), "b": gap(*STRADDLING)}
    assert above(a).holds(barely)
    assert not either(above(a), above(b)).holds(barely)  # two chances, half the error each
    here, nowhere = (At(key, "here", above(GAP)) for key in ("a", "c"))
    assert here.holds(evidence)
    assert not nowhere.holds(evidence)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (every(PAIR, above(GAP)), "in every pair, A is clearly ahead of B"),
        (some(PAIR, below(GAP)), "in some pair, A is clearly behind B"),
        (Times(PAIR, above(GAP), 2), "in two or more pairs, A is clearly ahead of B"),
        (Times(PAIR, above(GAP), "half"), "in at least half of the pairs, A is clearly ahead of B"),
        (above(GAP, -0.01), "the interval of the lead of A over B lies above −1 point"),
        (negligible(GAP), "the interval of the lead of A over B lies within 1 point of zero"),
        (within_factor(Quantity("it", unit=""), 1.5), "the interval of it lies between 0.67 and 1.5"),
        (either(above(GAP), below(GAP)), "A is clearly ahead of B, or A is clearly behind B"),
        (
            both(above(GAP), above(GAP), below(GAP)),
            "A is clearly ahead of B, A is clearly ahead of B, and A is clearly behind B",
        ),
    ],
)
def test_a_condition_words_itself(condition, words):
    assert condition.words == words


def made_up(condition, draw):
    """Make evidence of the shape that a condition asks for; `draw` gives the value of a key."""
    match condition:
        case Both(conditions) | Either(conditions):
            return merged([made_up(one, draw) for one in conditions])
        case At(key, _, inner):
            return {key: made_up(inner, draw)}
        case Times(_, inner, _):
            return {place: made_up(inner, draw) for place in range(3)}
    quantity = condition.quantity
    # A ratio is asked about around 1, in numbers of any size: what matters of it sets the scale.
    one, scale = float(isinstance(condition, Between) and condition.low > 0), quantity.matters / 0.01
    low, high = draw(quantity.key, EDGES)
    made = gap(one + low * scale, one + high * scale, n=draw.n)
    return {quantity.key: made} if quantity.key else made


EDGES = (
    ABOVE,
    BELOW,
    STRADDLING,
    NOTHING,
    (0.001, 0.004),
    (-0.004, -0.001),
    (0.002, 0.02),
    (-0.02, -0.002),
    (2.0, 3.0),
    (0.3, 1.0),
)


class Draw:
    """Draw values, in some rounds the same at every place, so that every verdict is met."""

    def __init__(self, rng, n=10):
        self.rng, self.n = rng, n
        self.alike: dict[object, Any] | None = {} if rng.random() < 0.7 else None

    def __call__(self, key, values):
        """Give the value of a key."""
        drawn = values[self.rng.integers(len(values))]
        return drawn if self.alike is None else self.alike.setdefault(key, drawn)


def merged(parts):
    """Lay evidence for several conditions over each other."""
    if not all(isinstance(part, dict) for part in parts):
        return parts[0]
    keys = dict.fromkeys(key for part in parts for key in part)
    return {key: merged([part[key] for part in parts if key in part]) for key in keys}


def conditions_of(rule: Rule):
    return [condition for condition in (rule.confirmed, rule.refuted, rule.same) if condition]


def evidence_for(rule, draw):
    return merged([made_up(condition, draw) for condition in conditions_of(rule)])


@pytest.mark.parametrize("name", CLAIMS)
def test_every_verdict_can_be_reached_and_no_two_at_once(name):
    rule, rng, verdicts = CLAIMS[name].rule, np.random.default_rng(0), set()
    for _ in range(400):
        evidence = evidence_for(rule, Draw(rng))
        assert not (rule.confirmed.holds(evidence) and rule.refuted.holds(evidence))
        verdicts.add(rule.judge(evidence).verdict)
    assert verdicts == set(VERDICTS) - (set() if rule.same else {SAME})


@pytest.mark.parametrize("name", CLAIMS)
def test_too_few_seeds_settle_no_claim(name):
    rule, rng = CLAIMS[name].rule, np.random.default_rng(0)
    for _ in range(50):
        assert rule.judge(evidence_for(rule, Draw(rng, n=5))).verdict == INCONCLUSIVE


@pytest.mark.parametrize("name", CLAIMS)
def test_the_words_of_a_rule_can_stand_in_a_sentence(name):
    claim = CLAIMS[name]
    for words in filter(None, (claim.confirmed_if, claim.refuted_if, claim.same_if)):
        assert words[0].islower()
        assert not words.endswith((".", ","))
        assert ",," not in words
        assert "  " not in words


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_what_it_is_about_and_what_its_source_would_object(name):
    claim = CLAIMS[name]
    assert claim.question in QUESTIONS
    assert claim.objection.endswith(".")


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_by_luck_more_often_than_a_rule_allows(seed):
    rng, found = np.random.default_rng(seed), []
    for _ in range(1000):
        found.append(signed(GAP).judge(paired_gap(rng.normal(0, 0.02, 10), np.zeros(10))).verdict)
    wrong = sum(verdict in (CONFIRMED, REFUTED) for verdict in found) / len(found)
    assert wrong < 0.05 + 3 * np.sqrt(0.05 / len(found))
