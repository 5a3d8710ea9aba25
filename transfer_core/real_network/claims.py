"""Claims of the ledger that can be put to a real network: which arms they compare, and what settles them.

The claims are those of the studies; most rules are too, with other pictures for evidence. All rules were written down before
anything was measured. `ENOUGH` was raised for two claims after a first look at up to 5 pictures per class, which left them open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from transfer_core.real_network import evidence
from transfer_core.real_network.evidence import (
    FEW,
    FROZEN,
    FULL,
    GRADUAL,
    HEAD_FIRST,
    LARGER,
    RATES,
    SCRATCH,
    TOP,
    Measured,
)
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.questions import crossover, speed
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import Rule, as_good, signed
from transfer_core.studies.study import Finding
from transfer_core.wording import sentence_case, side_words

ENOUGH = 40  # pictures per class: with fewer at most, nothing is known of what happens "as they grow in number"


class Put(NamedTuple):
    """How a claim is put to the real network.

    Attributes
    ----------
    arms : tuple of str
        What must have been measured.
    rule : Rule
    evidence : callable
        ``Measured -> evidence`` for the rule.
    words : callable
        ``(Measured, evidence) -> str``: the figures, in a sentence or two.
    smallest_end : int
        Pictures per class that the largest size must have.
    """

    arms: tuple[str, ...]
    rule: Rule
    evidence: Callable[[Measured], Any]
    words: Callable[[Measured, Any], str]
    smallest_end: int = 1


def judge(measured: Measured) -> dict[str, Finding]:
    """Judge every claim for which its arms were measured.

    Parameters
    ----------
    measured : Measured

    Returns
    -------
    dict of str to Finding
        By name in the ledger, each by the sizes at which its arms were measured. A claim that cannot be judged by what was
        measured is left out; so is one whose arms have no size of few pictures, which is what most claims speak of.
    """
    found = {}
    for name, put in PUT.items():
        raced, here = name.startswith("speed."), measured.among(*put.arms)
        few, enough = min(here.sizes, default=FEW + 1) <= FEW, max(here.sizes, default=0) >= put.smallest_end
        if not (few and enough) or (raced and measured.race.empty):
            continue
        study, _, claim = name.partition(".")
        given = put.evidence(here)
        judged = STUDIES[study].claims[claim]._replace(rule=put.rule)
        found[name] = judged.found(given, f"{sentence_case(put.words(here, given))}.")
    return found


def _mean_put(ours: str, theirs: str, rule: Rule, our_words: str, their_words: str, most: int | None = None) -> Put:
    """Compare two arms on the mean over the sizes."""
    return Put(
        (ours, theirs),
        rule,
        lambda measured: measured.mean(ours, theirs, most=most),
        lambda measured, gap: (
            f"{our_words} is {side_words(gap, their_words)}, {evidence.over_sizes_words(measured, most)}"
        ),
    )


_MEAN = "on the mean over the sizes"
_FEW_SIZES = f"on the mean over the sizes of at most {FEW} pictures per class"
_OF_CROSSOVER, _OF_SPEED = crossover.CLAIMS, speed.CLAIMS
_WITH_FEW = Quantity(
    f"the lead of end-to-end over feature extraction {_FEW_SIZES}",
    f"{_FEW_SIZES}, end-to-end is clearly ahead of feature extraction",
    f"{_FEW_SIZES}, end-to-end is clearly behind feature extraction",
    "few",
)
_GROWTH = Quantity(
    "what end-to-end gains on feature extraction from few pictures to the largest size",
    "the lead of end-to-end clearly grows from few pictures to the largest size",
    "the lead of end-to-end clearly shrinks from few pictures to the largest size",
    "growth",
)
_TUNED_IN = replace(lead("end-to-end", "feature extraction in the same style"), key="inside")
_TUNED_OUT = replace(lead("end-to-end", "feature extraction in the other style"), key="outside")
_FIRST_IN = replace(lead("head first", "end-to-end in the same style"), key="inside")
_FIRST_OUT = replace(lead("head first", "end-to-end in the other style"), key="outside")
_APART = Quantity(
    "the drop from training to test accuracy, end-to-end minus feature extraction,",
    "end-to-end clearly falls further from training to test accuracy than feature extraction",
    "end-to-end clearly falls less far from training to test accuracy than feature extraction",
)
_IN_TURN = "for the same epochs without cached features, round by round"

PUT: Mapping[str, Put] = MappingProxyType(
    {
        "crossover.rule_of_thumb": Put(
            (FROZEN, FULL), _OF_CROSSOVER["rule_of_thumb"].rule, evidence.by_size, evidence.by_size_words
        ),
        "crossover.few_shot": Put(
            (FROZEN, FULL), _OF_CROSSOVER["few_shot"].rule, evidence.ends, evidence.ends_words, ENOUGH
        ),
        "crossover.small_data": _mean_put(
            FROZEN,
            SCRATCH,
            signed(lead("feature extraction", "training from scratch"), _FEW_SIZES),
            "feature extraction",
            "training from scratch",
            most=FEW,
        ),
        "crossover.more_data": Put(
            (FROZEN, FULL),
            Rule(
                both(below(_WITH_FEW), above(_GROWTH)),
                above(_WITH_FEW),
                both(negligible(_WITH_FEW), negligible(_GROWTH)),
            ),
            evidence.few_and_growth,
            evidence.growth_words,
            ENOUGH,
        ),
        "crossover.enough_data": Put(
            (FROZEN, FULL),
            _OF_CROSSOVER["enough_data"].rule,
            lambda measured: measured.gap(FULL, FROZEN, measured.sizes[-1]),
            lambda measured, gap: (
                f"with {measured.sizes[-1]} pictures per class, the most there are, end-to-end is "
                f"{side_words(gap, 'feature extraction')}"
            ),
            ENOUGH,
        ),
        "overfitting.risk": Put(
            (FROZEN, FULL),
            signed(_APART, f"on the mean over the sizes of at most {2 * FEW} pictures per class"),
            evidence.drop,
            lambda measured, gap: (
                f"the drop in accuracy from training to test pictures is {side_words(gap, 'with feature extraction', LARGER)} "
                "if all is tuned"
            ),
        ),
        "progressive.best": Put(
            (FROZEN, FULL, HEAD_FIRST, GRADUAL),
            signed(lead("the better form of progressive unfreezing", "the better pure approach"), _MEAN),
            evidence.better_sides,
            lambda measured, gap: (
                f"the better of head first and stage by stage is {side_words(gap, 'the better pure approach')}, "
                f"{evidence.over_sizes_words(measured)}"
            ),
        ),
        "progressive.gradual": _mean_put(
            GRADUAL,
            FULL,
            signed(lead("unfreezing stage by stage", "end-to-end"), _MEAN),
            "unfreezing stage by stage",
            "end-to-end",
        ),
        "progressive.discriminative": _mean_put(
            RATES,
            FULL,
            signed(lead("discriminative rates", "one rate for the backbone"), _MEAN),
            "end-to-end with discriminative rates",
            "end-to-end with one rate for the backbone",
        ),
        "distortion.tuning_distorts": Put(
            (FROZEN, FULL),
            Rule(
                both(above(_TUNED_IN), below(_TUNED_OUT)),
                either(below(_TUNED_IN), above(_TUNED_OUT)),
                both(negligible(_TUNED_IN), negligible(_TUNED_OUT)),
                _MEAN,
            ),
            evidence.in_and_out(FULL, FROZEN),
            evidence.in_and_out_words("end-to-end", "feature extraction"),
        ),
        "distortion.head_first": Put(
            (HEAD_FIRST, FULL),
            Rule(
                both(above(_FIRST_OUT), above(_FIRST_IN, -MARGIN)),
                either(below(_FIRST_OUT), below(_FIRST_IN, -MARGIN)),
                both(negligible(_FIRST_OUT), negligible(_FIRST_IN)),
                _MEAN,
            ),
            evidence.in_and_out(HEAD_FIRST, FULL),
            evidence.in_and_out_words("head first", "end-to-end"),
        ),
        "surgical.upper_layers": _mean_put(
            TOP,
            FULL,
            as_good(lead("tuning the top third of the stages", "tuning all"), given=_MEAN),
            "tuning the top third of the stages",
            "tuning all",
        ),
        "depth.tuned_beat_scratch": _mean_put(
            FULL,
            SCRATCH,
            signed(lead("end-to-end fine-tuning", "training from scratch"), _MEAN),
            "end-to-end fine-tuning",
            "training from scratch",
        ),
        "speed.fast": Put(
            (FROZEN, FULL), replace(_OF_SPEED["fast"].rule, given=_IN_TURN), evidence.extra, evidence.extra_words
        ),
        "speed.cost": Put(
            (FROZEN, FULL), replace(_OF_SPEED["cost"].rule, given=_IN_TURN), evidence.extra, evidence.extra_words
        ),
    }
)
"""By name in the ledger. Without a source test set nothing can be said about forgetting."""
