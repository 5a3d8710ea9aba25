"""Claims of the ledger that can be put to a real network: which arms they compare, and what settles them.

The claims are those of the studies; most rules are too, with other pictures for evidence. All of them were written down
before anything was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from transfer_core.statistics import Gap, paired_gap, pooled
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.questions import crossover, speed
from transfer_core.studies.rules import Rule, as_good, signed
from transfer_core.studies.study import Claim, Finding
from transfer_core.studies.summaries import at_their_best, gap_between, gap_of, scores
from transfer_core.wording import comparative, join_words, sentence_case, side_words

FROZEN, FULL, SCRATCH = "feature_extraction", "end_to_end", "from_scratch"
HEAD_FIRST, GRADUAL, TOP, RATES = "head_first", "stage_by_stage", "top_third", "discriminative"
FEW = 5  # pictures per class: what "few" means here, forty pictures in all
ENOUGH = 40  # pictures per class: with fewer at most, nothing is known of what happens "as they grow in number"


class Measured(NamedTuple):
    """What is judged.

    Attributes
    ----------
    best : DataFrame
        One row per arm, size and seed, at the rates that are best on its validation pictures.
    race : DataFrame
        One row per round: seconds and multiply-adds of feature extraction ``cached`` and ``uncached``, and of end-to-end.
    n_classes : int
    """

    best: pd.DataFrame
    race: pd.DataFrame
    n_classes: int

    @property
    def sizes(self) -> list[int]:
        """Pictures per class."""
        return sorted(int(size) for size in self.best["size"].unique())

    def has(self, *arms: str) -> bool:
        """Whether arms were measured at every size."""
        return all(set(self.best.loc[self.best["arm"] == arm, "size"]) == set(self.sizes) for arm in arms)

    def gap(self, ours: str, theirs: str, size: int, part: str = "test") -> Gap:
        """Lead of an arm over another at a size, seed by seed."""
        here = self.best[self.best["size"] == size]
        return gap_between(here, f"{part}_accuracy", {"arm": ours}, {"arm": theirs})

    def mean(self, ours: str, theirs: str, part: str = "test", most: int | None = None) -> Gap:
        """Lead of an arm over another on the mean over the sizes, or over those up to one."""
        sizes = [size for size in self.sizes if most is None or size <= most]
        return pooled([self.gap(ours, theirs, size, part) for size in sizes])


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
        By name in the ledger. A claim that cannot be judged by what was measured is left out.
    """
    found = {}
    for name, put in PUT.items():
        raced = name.startswith("speed.")
        if not measured.has(*put.arms) or max(measured.sizes) < put.smallest_end or (raced and measured.race.empty):
            continue
        evidence = put.evidence(measured)
        claim = Claim("", crossover.CLAIMS["rule_of_thumb"].source, put.rule)
        found[name] = claim.found(evidence, f"{sentence_case(put.words(measured, evidence))}.")
    return found


def _by_size(measured: Measured) -> dict[int, Gap]:
    return {size: measured.gap(FULL, FROZEN, size) for size in measured.sizes}


def _by_size_words(measured: Measured, gaps: Mapping[int, Gap]) -> str:
    said = [f"with {_pictures(size)} per class {side_words(gap)}" for size, gap in gaps.items()]
    return f"end-to-end is, against feature extraction, {'; '.join(said)}"


def _ends(measured: Measured) -> dict[str, Gap]:
    sizes = measured.sizes
    return {"smallest": measured.gap(FULL, FROZEN, sizes[0]), "largest": measured.gap(FULL, FROZEN, sizes[-1])}


def _ends_words(measured: Measured, ends: Mapping[str, Gap]) -> str:
    first, last = measured.sizes[0], measured.sizes[-1]
    return (
        f"end-to-end is {side_words(ends['smallest'], 'feature extraction')} with {_pictures(first)} per class, and "
        f"{side_words(ends['largest'])} with {last}"
    )


def _few_and_growth(measured: Measured) -> dict[str, Gap]:
    few = measured.mean(FULL, FROZEN, most=FEW)
    last = measured.gap(FULL, FROZEN, measured.sizes[-1])
    return {"few": few, "growth": gap_of(np.subtract(last.differences, few.differences))}


def _growth_words(measured: Measured, found: Mapping[str, Gap]) -> str:
    return (
        f"with at most {_pictures(FEW)} per class end-to-end is {side_words(found['few'], 'feature extraction')}; with "
        f"{measured.sizes[-1]} its lead is {side_words(found['growth'], 'with so few', comparative('larger', 'smaller'))}"
    )


def _mean_put(ours: str, theirs: str, rule: Rule, our_words: str, their_words: str, most: int | None = None) -> Put:
    """Compare two arms on the mean over the sizes."""
    return Put(
        (ours, theirs),
        rule,
        lambda measured: measured.mean(ours, theirs, most=most),
        lambda measured, gap: (
            f"{our_words} is {side_words(gap, their_words)}, on the mean over {_sizes(measured, most)} pictures per class"
        ),
    )


def _better_sides(measured: Measured) -> Gap:
    """Progressive against pure, the better form of either chosen on each seed's validation pictures, as in the lab."""
    sides = {HEAD_FIRST: "progressive", GRADUAL: "progressive", FROZEN: "pure", FULL: "pure"}
    rows = measured.best[measured.best["arm"].isin(list(sides))]
    chosen = at_their_best(rows.assign(side=rows["arm"].map(sides)), ["arm"], ["side", "size"], "val_accuracy")
    at_sizes = [chosen[chosen["size"] == size] for size in measured.sizes]
    return pooled(
        [
            paired_gap(*(scores(here, "test_accuracy", side=side) for side in ("progressive", "pure")))
            for here in at_sizes
        ]
    )


def _in_and_out(ours: str, theirs: str) -> Callable[[Measured], dict[str, Gap]]:
    return lambda measured: {
        "inside": measured.mean(ours, theirs),
        "outside": measured.mean(ours, theirs, "other"),
    }


def _in_and_out_words(ours: str, theirs: str) -> Callable[[Measured, Mapping[str, Gap]], str]:
    return lambda measured, found: (
        f"{ours} is {side_words(found['inside'], theirs)} in the style that it was trained on, and "
        f"{side_words(found['outside'])} in the other style, on the mean over the sizes"
    )


def _overfit(measured: Measured) -> Gap:
    """How much wider the gap from training to test pictures is end-to-end."""
    few = measured.best[measured.best["size"] <= 2 * FEW]
    apart = few.assign(apart=few["train_accuracy"] - few["test_accuracy"])
    at_sizes = [apart[apart["size"] == size] for size in sorted(few["size"].unique())]
    return pooled([gap_between(here, "apart", {"arm": FULL}, {"arm": FROZEN}) for here in at_sizes])


def _race(measured: Measured) -> dict[str, Gap]:
    race = measured.race
    return {
        key: gap_of((race[f"{what}_end_to_end"] / race[f"{what}_uncached"] - 1).to_numpy())
        for key, what in speed.MEASURES.items()
    }


def _race_words(measured: Measured, found: Mapping[str, Gap]) -> str:
    race = measured.race
    cached = (race["seconds_end_to_end"] / race["seconds_cached"]).mean()
    return (
        f"for the same epochs end-to-end takes {1 + found['clock'].interval.mean:.1f} times as long as feature extraction "
        f"that caches nothing, and {1 + found['counted'].interval.mean:.1f} times the multiply-adds; with cached features, "
        f"it takes {cached:.0f} times as long"
    )


_LARGER = comparative("larger", "smaller")


def _pictures(size: int) -> str:
    return f"{size} picture{'' if size == 1 else 's'}"


def _sizes(measured: Measured, most: int | None) -> str:
    return join_words([str(size) for size in measured.sizes if most is None or size <= most])


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
        "crossover.rule_of_thumb": Put((FROZEN, FULL), _OF_CROSSOVER["rule_of_thumb"].rule, _by_size, _by_size_words),
        "crossover.few_shot": Put((FROZEN, FULL), _OF_CROSSOVER["few_shot"].rule, _ends, _ends_words, ENOUGH),
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
            _few_and_growth,
            _growth_words,
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
            _overfit,
            lambda measured, gap: (
                f"the drop in accuracy from training to test pictures is {side_words(gap, 'with feature extraction', _LARGER)} "
                "if all is tuned"
            ),
        ),
        "progressive.best": Put(
            (FROZEN, FULL, HEAD_FIRST, GRADUAL),
            signed(lead("the better form of progressive unfreezing", "the better pure approach"), _MEAN),
            _better_sides,
            lambda measured, gap: (
                f"the better of head first and stage by stage is {side_words(gap, 'the better pure approach')}, {_MEAN}"
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
            _in_and_out(FULL, FROZEN),
            _in_and_out_words("end-to-end", "feature extraction"),
        ),
        "distortion.head_first": Put(
            (HEAD_FIRST, FULL),
            Rule(
                both(above(_FIRST_OUT), above(_FIRST_IN, -MARGIN)),
                either(below(_FIRST_OUT), below(_FIRST_IN, -MARGIN)),
                both(negligible(_FIRST_OUT), negligible(_FIRST_IN)),
                _MEAN,
            ),
            _in_and_out(HEAD_FIRST, FULL),
            _in_and_out_words("head first", "end-to-end"),
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
        "speed.fast": Put((FROZEN, FULL), replace(_OF_SPEED["fast"].rule, given=_IN_TURN), _race, _race_words),
        "speed.cost": Put((FROZEN, FULL), replace(_OF_SPEED["cost"].rule, given=_IN_TURN), _race, _race_words),
    }
)
"""By name in the ledger. Without a source test set nothing can be said about forgetting."""
