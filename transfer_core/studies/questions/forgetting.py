"""What is left of the source task after training on the target, against the learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS, title_of
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, negligible
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import Place, both, either, every, some
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, chosen, has_learnt, intervals, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.wording import inside, side_words, size_words

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
A_TENTH_OF = {rate: RATES[place] for place, rate in enumerate(RATES[2:])}
STRENGTHS = (0.001, 0.01, 0.1)  # of L2-SP
PLAIN, PROGRESSIVE, FROZEN = STRATEGIES = ("end_to_end", "progressive_unfreezing", "feature_extraction")
ANCHORED = {f"L2-SP {strength:g}": strength for strength in STRENGTHS}
MEASURES = {
    "Target": "test_accuracy",
    "Source, old head": "source_accuracy_after",
    "Source, re-probed": "source_accuracy_reprobed",
}
TARGET, OLD_HEAD, REPROBED = MEASURES.values()


def grid(config: RunConfig) -> Iterator[Cell]:
    """Lay out three strategies, and end-to-end held to its start with each strength, all at every rate."""
    for rate in RATES:
        for strategy in STRATEGIES:
            plain = at_rate(config, strategy, rate)
            yield Cell({"arm": strategy, "rate": rate}, config, Train(plain, reprobe=strategy != PROGRESSIVE))
        for arm, strength in ANCHORED.items():
            yield Cell({"arm": arm, "rate": rate}, config, Train(at_rate(config, PLAIN, rate, anchor=strength)))


def summarise(rows: pd.DataFrame) -> Summary:
    """Compare, at the rates that are best for the target, what is left of the source."""
    found = {
        "unfreezing": _unfreezing(rows),
        "lower_rate": _lower_rate(rows),
        "still_there": _still_there(rows),
        "anchor": _anchor(rows),
    }
    return Summary(_table(rows), found)


def best_of(rows: pd.DataFrame, *arms: str) -> pd.DataFrame:
    """Choose among arms and rates, per seed, what is best on the validation images of the target."""
    mine = rows[rows["arm"].isin(arms)]
    return mine.merge(chosen(mine, ["arm", "rate"], ["scenario"]), on=["scenario", "seed", "arm", "rate"])


def _at(rows: pd.DataFrame, arm: str, rates: pd.Series, choice: pd.DataFrame) -> pd.DataFrame:
    """Take an arm at rates that follow from what was chosen for another, seed by seed."""
    wanted = choice[["scenario", "seed"]].assign(arm=arm, rate=rates)
    return rows.merge(wanted, on=["scenario", "seed", "arm", "rate"])


def _gaps(ours: pd.DataFrame, theirs: pd.DataFrame, value: str) -> dict[str, Gap]:
    """Compare what was chosen, by scenario."""
    return {
        str(scenario): paired_gap(*(scores(one, value, scenario=scenario) for one in (ours, theirs)))
        for (scenario,), _ in points(ours, ["scenario"])
    }


def _learnt(*choices: pd.DataFrame) -> list[pd.DataFrame]:
    """Leave out the scenarios in which something chosen has not learnt its training images."""
    kept = [
        scenario
        for (scenario,), _ in points(choices[0], ["scenario"])
        if all(has_learnt(one[one["scenario"] == scenario]) for one in choices)
    ]
    return [one[one["scenario"].isin(kept)] for one in choices]


def _unfreezing(rows: pd.DataFrame) -> Finding:
    best = best_of(rows, PLAIN)
    plain, ours = _learnt(best, _at(rows, PROGRESSIVE, best["rate"], best))
    if ours.empty:
        return _unlearnt("unfreezing")
    seen, lost = _forgotten(plain), _forgotten(ours)
    target = _gaps(ours, plain, TARGET)
    return CLAIMS["unfreezing"].found(
        {**_halved(seen, lost), "target": mean_effect(target)},
        f"At the rate that is best for end-to-end on the target, that costs the old head {size_words(mean_effect(seen))} on the "
        f"source, progressive unfreezing {size_words(mean_effect(lost))}; on the target it is {mean_effect_words(target)}. "
        f"{_by_scenario(seen, lost)}.",
    )


def _anchor(rows: pd.DataFrame) -> Finding:
    """Compare each strength, at the rates that are best for it, with plain end-to-end."""
    strengths: dict[str, dict[str, Gap]] = {}
    said = []
    for arm in ANCHORED:
        plain, ours = _learnt(best_of(rows, PLAIN), best_of(rows, arm))
        if ours.empty:
            continue
        seen, lost = _forgotten(plain), _forgotten(ours)
        target = mean_effect(_gaps(ours, plain, TARGET))
        strengths[arm] = {**_halved(seen, lost), "target": target}
        said.append(
            f"{arm} costs the old head {size_words(mean_effect(lost))} on the source and is {side_words(target)} on the "
            f"target, where end-to-end costs {size_words(mean_effect(seen))}"
        )
    return CLAIMS["anchor"].found(strengths, f"{'. '.join(said)}.") if said else _unlearnt("anchor")


def _lower_rate(rows: pd.DataFrame) -> Finding:
    mine = best_of(rows[rows["rate"].isin(list(A_TENTH_OF))], PLAIN)
    plain, low = _learnt(mine, _at(rows, PLAIN, mine["rate"].map(A_TENTH_OF), mine))
    if plain.empty:
        return _unlearnt("lower_rate")
    seen, lost = _forgotten(plain), _forgotten(low)
    target = _gaps(plain, low, TARGET)
    return CLAIMS["lower_rate"].found(
        _halved(seen, lost),
        f"End-to-end at its best rate costs the source {size_words(mean_effect(seen))}, at a tenth of it {size_words(mean_effect(lost))}"
        f"; the tenth costs {size_words(mean_effect(target))} on the target. {_by_scenario(seen, lost)}.",
    )


def _still_there(rows: pd.DataFrame) -> Finding:
    # A probe of the frozen backbone is what a probe gave before any training on the target.
    plain, *_ = _learnt(best_of(rows, PLAIN))
    frozen = best_of(rows, FROZEN)
    if plain.empty:
        return _unlearnt("still_there")
    seen, lost = _forgotten(plain), _gaps(frozen[frozen["scenario"].isin(plain["scenario"])], plain, REPROBED)
    return CLAIMS["still_there"].found(
        _halved(seen, lost),
        f"End-to-end at its best rate costs the old head {size_words(mean_effect(seen))} on the source, and a new one "
        f"{size_words(mean_effect(lost))}. {_by_scenario(seen, lost)}.",
    )


def _forgotten(choice: pd.DataFrame) -> dict[str, Gap]:
    """Accuracy on the source that the old head has lost, by scenario."""
    return {
        str(scenario): paired_gap(*(scores(here, value) for value in ("source_accuracy_before", OLD_HEAD)))
        for (scenario,), here in points(choice, ["scenario"])
    }


def _halved(seen: dict[str, Gap], lost: dict[str, Gap]) -> dict[str, Gap]:
    """Take what is lost, and by how much it exceeds twice what is lost otherwise."""
    one, other = (mean_effect(gaps) for gaps in (seen, lost))
    return {"seen": one, "most": paired_gap(np.array(one.differences), 2 * np.array(other.differences))}


def _by_scenario(seen: dict[str, Gap], lost: dict[str, Gap]) -> str:
    return "; ".join(
        f"{title_of(name)}: {100 * gap.interval.mean:.1f} and {100 * lost[name].interval.mean:.1f}"
        for name, gap in seen.items()
    )


def _unlearnt(name: str) -> Finding:
    return CLAIMS[name].untested("In 0 scenarios have the arms that it compares learnt 90 % of their training images.")


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per arm, rate and measure, with the rates that were chosen most often."""
    by = ["scenario", "arm", "rate"]
    best = at_their_best(rows, ["rate"], ["scenario", "arm"])[by].drop_duplicates()
    typical = set(best.itertuples(index=False, name=None))
    several = rows["scenario"].nunique() > 1
    in_order = rows.sort_values(["scenario", "arm"], key=by_place(*SCENARIOS, *STRATEGIES, *ANCHORED), kind="stable")
    tables = []
    for (scenario,), here in points(in_order, ["scenario"]):
        for measure, value in MEASURES.items():
            panel = f"{title_of(str(scenario))}: {inside(measure)}" if several else measure
            tables.append(intervals(here.dropna(subset=value), by, value).assign(measure=measure, panel=panel))
    table = pd.concat(tables, ignore_index=True)
    return table.assign(chosen=[point in typical for point in table[by].itertuples(index=False, name=None)])


_AVERAGED = "averaged over the scenarios"
_TARGET = Quantity("its lead on the target over end-to-end at its best rate", key="target")
_STRENGTH = Place("at", "strength", "strengths")
_SEEN = Quantity(
    "what end-to-end costs the old head",
    "end-to-end at its best rate clearly costs the old head accuracy on the source",
    key="seen",
)


def _most(named: str) -> Quantity:
    return Quantity(
        f"what end-to-end loses on the old task, minus twice what {named} loses",
        f"{named} clearly loses less than half as much",
        f"{named} clearly loses more than half as much",
        "most",
    )


def _halves(named: str) -> Rule:
    most = _most(named)
    return Rule(both(above(_SEEN), above(most)), both(above(_SEEN), below(most)), negligible(_SEEN), _AVERAGED)


_L2_SP, _UNFREEZING = _most("L2-SP at its best rate"), _most("progressive unfreezing at the same rate")

CLAIMS = MappingProxyType(
    {
        "unfreezing": Claim(
            "Progressive unfreezing prevents catastrophic forgetting.",
            LESSON,
            Rule(
                both(above(_SEEN), above(_UNFREEZING), above(_TARGET, -MARGIN)),
                both(above(_SEEN), either(below(_UNFREEZING), below(_TARGET, -MARGIN))),
                negligible(_SEEN),
                _AVERAGED,
            ),
            "It may mean forgetting that hurts the target; here it is what the old head still gets right.",
            "forgetting",
        ),
        "lower_rate": Claim(
            "End-to-end, a lower learning rate prevents catastrophic forgetting.",
            LESSON,
            _halves("a tenth of that rate"),
            "Its rates (0.0001 to 0.001) are for deep networks; here “lower” means a tenth of the rate that is best for the target.",
            "forgetting",
        ),
        "still_there": Claim(
            "Much of what looks forgotten is still in the features: a new head finds it.",
            SOURCES["davari2022"],
            _halves("a new head"),
            "It was measured over sequences of tasks on deep networks; one small step may forget less.",
            "forgetting",
        ),
        "anchor": Claim(
            "After Li et al.: L2-SP, weight decay towards the pretrained weights, keeps the old task at no cost on the new one.",
            SOURCES["li2018"],
            Rule(
                some(_STRENGTH, both(above(_SEEN), above(_L2_SP), above(_TARGET, -MARGIN))),
                every(_STRENGTH, either(below(_L2_SP), below(_TARGET, -MARGIN))),
                every(_STRENGTH, negligible(_SEEN)),
                _AVERAGED,
            ),
            "It was proposed to help the new task, on convolutional networks; the old task is a by-product.",
            "forgetting",
        ),
    }
)

STUDY = Study(
    name="forgetting",
    title="What is forgotten?",
    question="How much of the source task is left after training on the target, and what keeps it?",
    protocol="Target accuracy and source accuracy of each strategy, and of end-to-end with L2-SP at three strengths (0.001 to "
    "0.1; decay of the backbone towards its start and of the head towards zero), at six rates from 0.001 to 0.3. "
    "Source accuracy is measured with the old head and, for end-to-end and the frozen backbone, re-probed, that is, with a new head trained "
    "on the source. All arms share split, head, minibatch order and epochs. Rates are chosen for each "
    "seed on validation images of the target, at most as many as there are for training. To prevent forgetting means to lose "
    "less than half of what end-to-end loses at its best rate: asked of progressive unfreezing at the same rate, of a tenth of the best rate "
    "(among those whose tenth is in the grid), of a new head, and of L2-SP at each strength. One scenario of each kind: another collection, changed images, other "
    "classes, another question; what is judged is the mean over them.",
    claims=CLAIMS,
    grid=grid,
    summarise=summarise,
    figure=Figure(
        "lines",
        Axis("rate", "Learning rate", "log"),
        Axis("mean", "Test accuracy", form="share"),
        series="arm",
        facet="panel",
    ),
    order=7,
    settings=MappingProxyType({"images_per_class": 20}),
    swept=("backbone_learning_rate", "unfrozen_learning_rate"),
    default_scenarios=ONE_OF_EACH_KIND,
    suits=has_source,
)
