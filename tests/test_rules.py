"""Rules: each gives the verdict that its words say, on made-up evidence."""

from typing import Any

import numpy as np
import pytest

from transfer_core.statistics import Gap, Interval
from transfer_core.studies.conditions import (
    Exists,
    Lower,
    Number,
    Quantity,
    Ratio,
    Useful,
    Useless,
    above,
    below,
    lead,
    not_below,
)
from transfer_core.studies.quantifiers import PAIR, At, Both, Either, MoreOften, Times, Where, both, either, every, some
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, VERDICTS, as_good, general, shared, signed

GAP = lead("A", "B")
CLAIMS = {f"{study.name}.{name}": claim for study in STUDIES.values() for name, claim in study.claims.items()}
ABOVE, BELOW, STRADDLING, NOTHING = (0.2, 0.3), (-0.3, -0.2), (-0.2, 0.2), (-0.002, 0.002)


def gap(low, high, *, n=10):
    return Gap(Interval((low + high) / 2, low, high), 0, 0, n)


@pytest.mark.parametrize(
    ("edges", "n", "expected"),
    [
        (ABOVE, 10, CONFIRMED),
        (BELOW, 10, REFUTED),
        (STRADDLING, 10, INCONCLUSIVE),
        (ABOVE, 5, INCONCLUSIVE),
        (BELOW, 5, INCONCLUSIVE),
        ((0.0, 0.1), 10, INCONCLUSIVE),
        ((np.nan, np.nan), 1, INCONCLUSIVE),
    ],
)
def test_a_sign_is_judged_by_the_interval_and_only_with_seeds_enough(edges, n, expected):
    assert signed(GAP).judge(gap(*edges, n=n)) == expected


@pytest.mark.parametrize(
    ("rule", "one", "other", "expected"),
    [
        (general, ABOVE, ABOVE, CONFIRMED),
        (general, ABOVE, STRADDLING, INCONCLUSIVE),
        (general, ABOVE, BELOW, REFUTED),
        (shared, ABOVE, ABOVE, CONFIRMED),
        (shared, ABOVE, BELOW, INCONCLUSIVE),
        (shared, BELOW, BELOW, REFUTED),
    ],
)
def test_one_counterexample_refutes_what_is_general_and_leaves_open_what_is_shared(rule, one, other, expected):
    evidence = {"one": gap(*one), "other": gap(*other)}
    assert rule(PAIR, GAP).judge(evidence) == expected
    assert rule(PAIR, GAP).judge({}) == INCONCLUSIVE
    assert rule(PAIR, GAP).judge({**evidence, "third": gap(*ABOVE, n=3)}) == INCONCLUSIVE


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ((-0.005, 0.02), CONFIRMED),
        ((-0.005, -0.001), CONFIRMED),  # clearly behind, by less than the margin
        ((-0.015, 0.005), INCONCLUSIVE),
        ((-0.015, -0.001), REFUTED),
    ],
)
def test_as_good_allows_a_margin(edges, expected):
    assert as_good(PAIR, GAP, 0.01).judge({"pair": gap(*edges)}) == expected


@pytest.mark.parametrize(
    ("condition", "edges", "shown"),
    [
        (above(GAP, 0.1), (0.11, 0.2), True),
        (above(GAP, 0.1), (0.09, 0.2), False),
        (below(GAP, 0.1), (-0.5, 0.09), True),
        (below(GAP, 0.1), (-0.5, 0.11), False),
        (not_below(GAP), (-0.2, 0.01), True),
        (not_below(GAP), (-0.2, -0.01), False),
        (not_below(GAP, 0.01), (-0.2, 0.02), True),
        (not_below(GAP, 0.01), (0.001, 0.009), False),
        (Useful(GAP, 0.01), (0.001, 0.02), True),
        (Useful(GAP, 0.01), (0.001, 0.009), False),
        (Useful(GAP, 0.01), (-0.001, 0.02), False),
        (Useful(GAP, 0.01, -1), (-0.02, -0.001), True),
        (Useful(GAP, 0.01, -1), (-0.009, -0.001), False),
        (Useful(GAP, 0.01, -1), (-0.02, 0.001), False),
        (Useless(GAP, 0.005), (-0.1, 0.004), True),
        (Useless(GAP, 0.005), (-0.1, 0.006), False),
        (Useless(GAP, 0.005), (0.001, 0.004), False),  # tiny, and clearly there
        (Ratio(GAP, 1.5), (0.7, 1.4), True),
        (Ratio(GAP, 1.5), (0.6, 1.4), False),
        (Ratio(GAP, 1.5), (0.7, 1.6), False),
        (Ratio(GAP, 1.5, outside=True), (1.51, 2.0), True),
        (Ratio(GAP, 1.5, outside=True), (0.2, 0.6), True),
        (Ratio(GAP, 1.5, outside=True), (0.6, 0.7), False),
    ],
)
def test_a_condition_holds_where_its_words_say(condition, edges, shown):
    assert condition.holds(gap(*edges)) == shown


@pytest.mark.parametrize("condition", [above(GAP), below(GAP), Useful(GAP, 0.01), Useless(GAP, 0.5), Ratio(GAP, 9.0)])
@pytest.mark.parametrize("edges", [ABOVE, BELOW, NOTHING, (0.5, 2.0)])
def test_too_few_seeds_show_nothing(condition, edges):
    assert not condition.holds(gap(*edges, n=5))


@pytest.mark.parametrize(
    ("number", "counts"),
    [("every", {4}), ("most", {3, 4}), ("half", {2, 3, 4}), ("no", {0}), (1, {1, 2, 3, 4}), (2, {2, 3, 4})],
)
def test_places_are_counted_as_the_word_says(number, counts):
    times = Times(PAIR, above(GAP), number)
    for n in range(5):
        evidence = {place: gap(*(ABOVE if place < n else STRADDLING)) for place in range(4)}
        assert times.holds(evidence) == (n in counts)
    assert not times.holds({})


def test_numbers_are_compared_and_infinity_is_none():
    ours, theirs = Number("ours", "our rate"), Number("theirs", "theirs", "they have one")
    assert Lower(ours, theirs).holds({"ours": 0.1, "theirs": np.inf})
    assert not Lower(ours, theirs).holds({"ours": 0.1, "theirs": 0.1})
    assert Lower(ours, theirs, negated=True).holds({"ours": 0.1, "theirs": 0.1})
    assert Exists(theirs).holds({"theirs": 0.1})
    assert not Exists(theirs).holds({"theirs": np.inf})


def test_conditions_are_joined_and_placed():
    a, b = Quantity("the first", key="a"), Quantity("the second", key="b")
    evidence = {"a": gap(*ABOVE), "b": gap(*BELOW)}
    assert both(above(a), below(b)).holds(evidence)
    assert not both(above(a), above(b)).holds(evidence)
    assert either(above(b), above(a)).holds(evidence)
    assert not either(above(b), below(a)).holds(evidence)
    assert Where(above(a), below(b)).holds(evidence)
    assert not Where(below(a), below(b)).holds(evidence)
    here, nowhere = (At(key, "here", above(GAP)) for key in ("a", "c"))
    assert here.holds(evidence)
    assert not nowhere.holds(evidence)
    more = MoreOften(PAIR, At("x", "there", above(GAP)), At("y", "here", above(GAP)))
    assert more.holds({"x": {1: gap(*ABOVE)}, "y": {1: gap(*BELOW)}})
    assert not more.holds({"x": {1: gap(*ABOVE)}, "y": {1: gap(*ABOVE)}})
    assert not more.holds({})


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (every(PAIR, above(GAP)), "in every pair, A is clearly ahead of B"),
        (some(PAIR, below(GAP)), "in some pair, A is clearly behind B"),
        (Times(PAIR, above(GAP), 2), "in at least two pairs, A is clearly ahead of B"),
        (Times(PAIR, above(GAP), "half"), "in at least half of the pairs, A is clearly ahead of B"),
        (Times(PAIR, above(GAP), "no"), "there is no pair in which A is clearly ahead of B"),
        (not_below(GAP), "A is not clearly behind B"),
        (above(GAP, -0.01), "the interval of the lead of A over B lies above -1 point"),
        (Useful(GAP, 0.01), "A is clearly ahead of B, with an interval that reaches 1 point or more"),
        (Useless(GAP, 0.005), "the interval of the lead of A over B lies below half a point, and not above zero"),
        (Ratio(Quantity("it"), 1.5), "the interval of it lies between 1/1.5 and 1.5"),
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
        case Where(given, then):
            return merged([made_up(given, draw), made_up(then, draw)])
        case At(key, _, inner):
            return {key: made_up(inner, draw)}
        case MoreOften(_, more, less):
            return merged([{at.key: {place: made_up(at.condition, draw) for place in range(3)}} for at in (more, less)])
        case Times(_, inner, _):
            return {place: made_up(inner, draw) for place in range(3)}
        case Lower(ours, theirs):
            return {number.key: draw(number.key, RATES) for number in (ours, theirs)}
        case Exists(number):
            return {number.key: draw(number.key, RATES)}
    quantity, one = condition.quantity, float(condition.quantity.unit == "")
    low, high = draw(quantity.key, EDGES)
    made = gap(one + low, one + high, n=draw.n)
    return {quantity.key: made} if quantity.key else made


RATES = (0.1, 0.3, np.inf)
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


def evidence_for(rule, draw):
    return merged([made_up(rule.confirmed, draw), made_up(rule.refuted, draw)])


@pytest.mark.parametrize("name", CLAIMS)
def test_every_verdict_can_be_reached_and_no_two_at_once(name):
    rule, rng, verdicts = CLAIMS[name].rule, np.random.default_rng(0), set()
    for _ in range(400):
        evidence = evidence_for(rule, Draw(rng))
        assert not (rule.confirmed.holds(evidence) and rule.refuted.holds(evidence))
        verdicts.add(rule.judge(evidence))
    assert verdicts == set(VERDICTS)


@pytest.mark.parametrize("name", CLAIMS)
def test_too_few_seeds_settle_no_claim(name):
    rule, rng = CLAIMS[name].rule, np.random.default_rng(0)
    for _ in range(100):
        evidence = evidence_for(rule, Draw(rng, n=5))
        if name == "learning_rate.collapse":  # its rates come from gaps, and no gap is clear with so few seeds
            evidence = dict.fromkeys(evidence, np.inf)
        assert rule.judge(evidence) == INCONCLUSIVE


@pytest.mark.parametrize("name", CLAIMS)
def test_the_words_of_a_rule_can_stand_in_a_sentence(name):
    claim = CLAIMS[name]
    for words in (claim.confirmed_if, claim.refuted_if):
        assert words[0].islower()
        assert not words.endswith((".", ","))
        assert ",," not in words
        assert "  " not in words
