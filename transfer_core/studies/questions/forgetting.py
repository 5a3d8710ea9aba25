"""What is left of the source task after training on the target, against the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.bibliography import LESSON, SOURCES
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS, title_of
from transfer_core.statistics import Gap, paired_gap
from transfer_core.studies.conditions import Quantity, Useful, above, below, not_below
from transfer_core.studies.grids import at_rate
from transfer_core.studies.quantifiers import SCENARIO, Place, both, either, every, some
from transfer_core.studies.rules import Rule
from transfer_core.studies.study import Axis, Cell, Claim, Figure, Study, Summary, has_source
from transfer_core.studies.summaries import at_their_best, by_place, intervals, points, scores
from transfer_core.studies.tasks import Train
from transfer_core.wording import MORE, inside, join_words, side_words, size_words

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
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
    """Three strategies, and end-to-end held to its start with each strength, all at every rate."""
    for rate in RATES:
        for strategy in STRATEGIES:
            plain = at_rate(config, strategy, rate)
            yield Cell({"arm": strategy, "rate": rate}, config, Train(plain, reprobe=True))
        for arm, strength in ANCHORED.items():
            held = at_rate(config, PLAIN, rate, anchor=strength)
            yield Cell({"arm": arm, "rate": rate}, config, Train(held, reprobe=True))


def summarise(rows: pd.DataFrame) -> Summary:
    """Compare, at the rates that are best for the target, what is left of the source."""
    evidence: dict[str, dict[str, Any]] = {name: {} for name in CLAIMS}
    said: dict[str, list[str]] = {name: [] for name in CLAIMS}
    measured: dict[str, Callable[[pd.DataFrame], tuple[Any, str]]] = {
        "unfreezing": _unfreezing,
        "still_there": _still_there,
        "anchor": _anchor,
    }
    for (scenario,), here in points(rows, ["scenario"]):
        for name, measure in measured.items():
            evidence[name][str(scenario)], words = measure(here)
            said[name].append(f"{title_of(str(scenario))}: {words}")
    return Summary(
        _table(rows), {name: claim.found(evidence[name], f"{'. '.join(said[name])}.") for name, claim in CLAIMS.items()}
    )


def chosen_rate(rows: pd.DataFrame, arm: str) -> float:
    """Rate of an arm that is best on the validation images of the target."""
    return float(at_their_best(rows[rows["arm"] == arm], ["rate"], ["arm"])["rate"].iloc[0])


def rates_worth_taking(rows: pd.DataFrame, arm: str) -> list[float]:
    """List the rates of an arm that are better on the validation images of the target than every lower one.

    A lower rate forgets less, so nobody would take one of the others.

    Examples
    --------
    >>> rows = pd.DataFrame({"arm": "a", "rate": [0.1, 0.2, 0.3, 0.4], "val_accuracy": [0.5, 0.7, 0.6, 0.8]})
    >>> rates_worth_taking(rows, "a")
    [0.1, 0.2, 0.4]
    """
    means = rows[rows["arm"] == arm].groupby("rate")["val_accuracy"].mean()  # in ascending order of the rates
    return [float(rate) for rate in means.index if (means[means.index < rate] < means[rate]).all()]


def rival(rows: pd.DataFrame, val_accuracy: float, value: str) -> Array:
    """Read off the curve of plain end-to-end training what it has where it is as good for the target.

    Parameters
    ----------
    rows : DataFrame
        Of one scenario.
    val_accuracy : float
        On the validation images of the target, mean over the seeds.
    value : str
        Column to read off.

    Returns
    -------
    ndarray of shape (n_seeds,)
        On the straight line between two neighbouring rates worth taking; at the ends of the curve its end.
    """
    rates = rates_worth_taking(rows, PLAIN)
    levels = [_val_accuracy(rows, PLAIN, rate) for rate in rates]
    place = float(np.interp(val_accuracy, levels, range(len(rates))))
    lower, share = int(place), place % 1
    upper = min(lower + 1, len(rates) - 1)
    one, other = (_at(rows, PLAIN, rates[index], value) for index in (lower, upper))
    return np.asarray((1 - share) * one + share * other)


def _to_rival(here: pd.DataFrame, arm: str, rate: float, value: str) -> Gap:
    return paired_gap(_at(here, arm, rate, value), rival(here, _val_accuracy(here, arm, rate), value))


def _unfreezing(here: pd.DataFrame) -> tuple[dict[float, dict[str, Gap]], str]:
    """Compare, at each rate worth taking, what is left of the source with what a lower rate alone would leave."""
    rates = rates_worth_taking(here, PROGRESSIVE)
    leads = {
        rate: {
            "source": _to_rival(here, PROGRESSIVE, rate, OLD_HEAD),
            "target": _to_rival(here, PROGRESSIVE, rate, TARGET),
        }
        for rate in rates
    }
    leading = [f"{rate:g}" for rate, gaps in leads.items() if _KEEPS_MORE.holds(gaps)]
    where = f" ({join_words(leading)})" if leading else ""
    source, target = leads[rates[-1]].values()
    return leads, (
        f"progressive is above the curve of end-to-end at {len(leading)} of its {len(rates)} rates worth taking{where}; at the "
        f"best for the target, {rates[-1]:g}, it has {side_words(source, sides=MORE)} on the source with its old head than that curve, and "
        f"{side_words(target, sides=MORE)} on the target"
    )


def _still_there(here: pd.DataFrame) -> tuple[dict[str, Gap], str]:
    """Measure whether a new head finds most of what the old one has lost."""
    rate = chosen_rate(here, PLAIN)
    before, after = (_at(here, PLAIN, rate, value) for value in ("source_accuracy_before", OLD_HEAD))
    # A probe of the frozen backbone is what a probe gave before any training on the target.
    probed_before = _at(here, FROZEN, chosen_rate(here, FROZEN), REPROBED)
    probed_after = _at(here, PLAIN, rate, REPROBED)
    seen, lost = paired_gap(before, after), paired_gap(probed_before, probed_after)
    most = paired_gap(before - after, 2 * (probed_before - probed_after))
    words = f"end-to-end at rate {rate:g} costs the old head {size_words(seen)} on the source, and a new one {size_words(lost)}"
    return {"seen": seen, "most": most}, words


def _anchor(here: pd.DataFrame) -> tuple[dict[str, dict[str, Gap]], str]:
    """Measure whether some strength keeps more of the source than a lower rate would, at no cost on the target."""
    plain = (PLAIN, chosen_rate(here, PLAIN))
    leads = {}
    for arm in ANCHORED:
        ours = (arm, chosen_rate(here, arm))
        leads[arm] = {"source": _to_rival(here, *ours, OLD_HEAD), "target": _gap(here, TARGET, ours, plain)}
    kept = [arm for arm, gaps in leads.items() if gaps["source"].sign > 0]
    free = [arm for arm in kept if _FREE.holds(leads[arm])]
    told = (free or kept or list(ANCHORED))[-1]
    rate = chosen_rate(here, told)
    source, target = (_gap(here, value, (told, rate), plain) for value in (OLD_HEAD, TARGET))
    words = (
        f"{len(kept)} of {len(ANCHORED)} strengths clearly keep more of the source than the curve of end-to-end where that is "
        f"as good for the target, {len(free)} at no cost; {told} at rate {rate:g} has "
        f"{side_words(_to_rival(here, told, rate, OLD_HEAD), sides=MORE)} on the source with its old head than that curve, and against "
        f"end-to-end at rate {plain[1]:g} {side_words(source, sides=MORE)} there and {side_words(target, sides=MORE)} on the target"
    )
    return leads, words


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per arm, rate and measure, with the rates that were chosen."""
    by = ["scenario", "arm", "rate"]
    best = at_their_best(rows, ["rate"], ["scenario", "arm"])[by].drop_duplicates()
    chosen = set(best.itertuples(index=False, name=None))
    several = rows["scenario"].nunique() > 1
    in_order = rows.sort_values(["scenario", "arm"], key=by_place(*SCENARIOS, *STRATEGIES, *ANCHORED), kind="stable")
    tables = []
    for (scenario,), here in points(in_order, ["scenario"]):
        for measure, value in MEASURES.items():
            panel = f"{title_of(str(scenario))}: {inside(measure)}" if several else measure
            tables.append(intervals(here, by, value).assign(measure=measure, panel=panel))
    table = pd.concat(tables, ignore_index=True)
    return table.assign(chosen=[point in chosen for point in table[by].itertuples(index=False, name=None)])


def _at(here: pd.DataFrame, arm: str, rate: float, value: str) -> Array:
    return scores(here, value, arm=arm, rate=rate)


def _val_accuracy(here: pd.DataFrame, arm: str, rate: float) -> float:
    return float(_at(here, arm, rate, "val_accuracy").mean())


def _gap(here: pd.DataFrame, value: str, ours: tuple[str, float], theirs: tuple[str, float]) -> Gap:
    return paired_gap(_at(here, *ours, value), _at(here, *theirs, value))


_CURVE = "the curve of end-to-end over its rates, read off where that is as good on the validation images"
_SOURCE = Quantity("the lead on the source with the old head", key="source")
_TARGET = Quantity("the lead on the target", key="target")
_KEEPS_MORE = both(Useful(_SOURCE, MARGIN), not_below(_TARGET))
_RATE = Place("at", "rate worth taking (better on the validation images than every lower one)", "rates worth taking")
_SEEN = Quantity(
    "what end-to-end costs the old head",
    above="end-to-end at its best rate clearly costs the old head accuracy on the source",
    key="seen",
)
_MOST = Quantity(
    "what it costs the old head minus twice what it costs a new one",
    above="it clearly costs a new head less than half as much",
    below="it clearly costs a new head more than half as much",
    key="most",
)
_PLAIN_TARGET = Quantity("the lead on the target over end-to-end at its best rate", key="target")
_FREE = both(Useful(_SOURCE, MARGIN), not_below(_PLAIN_TARGET), above(_PLAIN_TARGET, -MARGIN))
_STRENGTH = Place("for", "strength", "strengths")

CLAIMS = MappingProxyType(
    {
        "unfreezing": Claim(
            "Progressive unfreezing prevents catastrophic forgetting.",
            LESSON,
            Rule(
                every(SCENARIO, every(_RATE, _KEEPS_MORE)),
                every(SCENARIO, every(_RATE, below(_SOURCE, MARGIN))),
                f"with the leads of progressive unfreezing taken over {_CURVE}",
            ),
        ),
        "still_there": Claim(
            "Much of what looks forgotten is still in the features: a new head finds it.",
            SOURCES["davari2022"],
            Rule(every(SCENARIO, both(above(_SEEN), above(_MOST))), every(SCENARIO, both(above(_SEEN), below(_MOST)))),
        ),
        "anchor": Claim(
            "L2-SP, decay towards the pretrained weights, keeps the old task at no cost on the new one.",
            SOURCES["li2018"],
            Rule(
                every(SCENARIO, some(_STRENGTH, _FREE)),
                every(SCENARIO, every(_STRENGTH, either(below(_PLAIN_TARGET), below(_SOURCE, MARGIN)))),
                f"with each strength at its best rate and the lead on the source taken over {_CURVE}",
            ),
        ),
    }
)

STUDY = Study(
    name="forgetting",
    title="What is forgotten?",
    question="How much of the source task is left after training on the target, and what keeps it?",
    protocol="Target accuracy and source accuracy of each strategy, and of end-to-end with L2-SP at three strengths (0.001 to "
    "0.1; decay of the backbone towards its start and of the head towards zero), at six rates from 0.001 to 0.3. "
    "Source accuracy is measured with the old head, and re-probed, that is, with a new head trained on the source. "
    "All arms share split, head, minibatch order and epochs. Rates are chosen on the validation images of the target."
    " A lower rate forgets less by itself, so an arm is compared with the curve of end-to-end over its rates, read "
    "off where that is as good on these images: on the straight line between two rates, or at the end of the curve. "
    "There is no correction for comparing three strengths.",
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
    default_scenarios=("mnist_to_digits", "low_to_high"),
    suits=has_source,
)
