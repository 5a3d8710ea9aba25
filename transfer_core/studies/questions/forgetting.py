"""What is left of the source task after training on the target, against the learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arms import Random
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS, title_of
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import MARGIN, Quantity, above, below, lead, negligible
from transfer_core.studies.effects import ONE_OF_EACH_KIND, mean_effect, mean_effect_words
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import both, either
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Finding, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, chosen, has_learnt, intervals, points, scores
from transfer_core.studies.tasks import Reprobe, Train
from transfer_core.wording import inside, size_words

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
A_TENTH_OF = {rate: RATES[place] for place, rate in enumerate(RATES[2:])}
STRENGTHS = (0.001, 0.01, 0.1)  # of L2-SP
PLAIN, PROGRESSIVE, FROZEN = STRATEGIES = ("end_to_end", "progressive_unfreezing", "feature_extraction")
ANCHORED = {f"L2-SP {strength:g}": strength for strength in STRENGTHS}
UNTRAINED = "untrained"
MEASURES = {
    "Target": "test_accuracy",
    "Source, old head": "source_accuracy_after",
    "Source, re-probed": "source_accuracy_reprobed",
}
TARGET, OLD_HEAD, REPROBED = MEASURES.values()


def grid(config: RunConfig) -> Iterator[Cell]:
    """Lay out three strategies, and end-to-end held to its start with each strength, all at every rate; and no backbone."""
    yield Cell({"arm": UNTRAINED, "rate": 0.0}, config, Reprobe(Random()))
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
    """Compare progressive unfreezing with plain end-to-end, both at the rate that is best for the latter."""
    best = best_of(rows, PLAIN)
    ours = _at(rows, PROGRESSIVE, best["rate"], best)
    return _at_what_cost("unfreezing", "Progressive unfreezing, at the rate that is best for end-to-end,", ours, best)


def _anchor(rows: pd.DataFrame) -> Finding:
    """Compare the strength and rate that are best for L2-SP with plain end-to-end at its best rate."""
    ours = best_of(rows, *ANCHORED)
    return _at_what_cost("anchor", "L2-SP, its strength and rate chosen for the target,", ours, best_of(rows, PLAIN))


def _at_what_cost(name: str, named: str, ours: pd.DataFrame, plain: pd.DataFrame) -> Finding:
    """Judge what an arm costs the old head, and what it costs or gains on the target, against plain end-to-end."""
    plain, ours = _learnt(plain, ours)
    if ours.empty:
        return _unlearnt(name)
    seen, lost = _forgotten(plain), _forgotten(ours)
    target = _gaps(ours, plain, TARGET)
    return CLAIMS[name].found(
        {**_halved(seen, lost), "target": mean_effect(target)},
        f"{named} costs the old head {size_words(mean_effect(lost))} on the source, end-to-end "
        f"{size_words(mean_effect(seen))}; on the target it is {mean_effect_words(target)}. {_by_scenario(seen, lost)}.",
    )


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
    learnt = _gaps(plain, rows[rows["arm"] == UNTRAINED], REPROBED)
    return CLAIMS["still_there"].found(
        {**_halved(seen, lost), "untrained": mean_effect(learnt)},
        f"End-to-end at its best rate costs the old head {size_words(mean_effect(seen))} on the source, and a new one "
        f"{size_words(mean_effect(lost))}, which is {mean_effect_words(learnt, 'one on an untrained backbone')}. "
        f"{_by_scenario(seen, lost)}.",
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
    rows = rows[rows["arm"] != UNTRAINED]  # it has no rate
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
_UNTRAINED = lead("a new head on the tuned backbone", "one on an untrained backbone", key="untrained")
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


def _at_no_cost(named: str) -> Rule:
    """Claim that an arm forgets less than half as much, and is as good on the target."""
    most, target = _most(named), lead(named, "end-to-end on the target", key="target")
    return Rule(
        both(above(_SEEN), above(most), above(target, -MARGIN)),
        both(above(_SEEN), either(below(most), below(target, -MARGIN))),
        negligible(_SEEN),
        _AVERAGED,
    )


_LOWER, _NEW_HEAD = _most("end-to-end at a tenth of that rate"), _most("a new head")

CLAIMS = MappingProxyType(
    {
        "unfreezing": Claim(
            "Progressive unfreezing prevents catastrophic forgetting: it more than halves it, at no cost on the target.",
            LESSON,
            _at_no_cost("progressive unfreezing at the same rate"),
            "It may mean forgetting that hurts the target; here it is what the old head still gets right.",
            "forgetting",
        ),
        "lower_rate": Claim(
            "End-to-end, a lower learning rate prevents catastrophic forgetting: a tenth more than halves it.",
            LESSON,
            Rule(both(above(_SEEN), above(_LOWER)), both(above(_SEEN), below(_LOWER)), negligible(_SEEN), _AVERAGED),
            "Its rates (0.0001 to 0.001) are for deep networks; here “lower” means a tenth of the rate that is best for the target.",
            "forgetting",
        ),
        "still_there": Claim(
            "Much of what looks forgotten is still in the features: a new head loses less than half of it, and beats one on an untrained backbone.",
            SOURCES["davari2022"],
            Rule(
                both(above(_SEEN), above(_NEW_HEAD), above(_UNTRAINED)),
                both(above(_SEEN), either(below(_NEW_HEAD), below(_UNTRAINED))),
                negligible(_SEEN),
                _AVERAGED,
            ),
            "It was measured over sequences of tasks on deep networks; one small step may forget less.",
            "forgetting",
        ),
        "anchor": Claim(
            "After Li et al.: L2-SP, weight decay towards the pretrained weights, more than halves forgetting, at no cost on the target.",
            SOURCES["li2018"],
            _at_no_cost("L2-SP at its best strength and rate"),
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
    "on the source; so is a backbone that nothing was trained on. All arms share split, head, minibatch order and epochs. Rates, and the strength of L2-SP, are chosen for each "
    "seed on validation images of the target, at most as many as there are for training. To prevent forgetting means to lose "
    "less than half of what end-to-end loses at its best rate: asked of progressive unfreezing at the same rate, of a tenth of the best rate "
    "(among those whose tenth is in the grid), of a new head, which must also beat one on an untrained backbone, and of L2-SP. One scenario of each kind: another collection, changed images, other "
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
