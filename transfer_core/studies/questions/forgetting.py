"""What is left of the source task after training on the target, against the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np
import pandas as pd

from transfer_core.arrays import Array
from transfer_core.config import RunConfig
from transfer_core.scenarios import SCENARIOS
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap
from transfer_core.studies.grids import at_rate
from transfer_core.studies.study import (
    CONFIRMED,
    FRESH_SEED,
    INCONCLUSIVE,
    LESSON,
    REFUTED,
    Axis,
    Cell,
    Claim,
    Figure,
    Finding,
    Source,
    Study,
    Summary,
)
from transfer_core.studies.summaries import MARGIN, at_their_best, intervals, points, scores, together
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
            task = at_rate(config, strategy, rate, reprobe=True)
            yield Cell({"arm": strategy, "rate": rate}, config, task)
        for arm, strength in ANCHORED.items():
            task = at_rate(config, PLAIN, rate, anchor=strength, reprobe=True)
            yield Cell({"arm": arm, "rate": rate}, config, task)


def summarise(rows: pd.DataFrame) -> Summary:
    """Compare, at the rates that are best for the target, what is left of the source."""
    verdicts: dict[str, list[str]] = {name: [] for name in CLAIMS}
    said: dict[str, list[str]] = {name: [] for name in CLAIMS}
    judges: dict[str, Callable[[pd.DataFrame], tuple[str, str]]] = {
        "unfreezing": _unfreezing,
        "still_there": _still_there,
        "anchor": _anchor,
    }
    for (scenario,), here in points(rows, ["scenario"]):
        for name, judge in judges.items():
            verdict, words = judge(here)
            verdicts[name].append(verdict)
            said[name].append(f"{SCENARIOS[str(scenario)].title}: {words}")
    return Summary(
        _table(rows), {name: Finding(together(verdicts[name]), f"{'. '.join(said[name])}.") for name in CLAIMS}
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


def _unfreezing(here: pd.DataFrame) -> tuple[str, str]:
    """Ask whether more is left of the source than a lower rate alone would leave."""
    rates = rates_worth_taking(here, PROGRESSIVE)
    above, useless = [], []
    for rate in rates:
        source, target = (_to_rival(here, PROGRESSIVE, rate, value) for value in (OLD_HEAD, TARGET))
        is_useless = source.n >= MIN_SEEDS and source.interval.high < MARGIN
        useless += [rate] * is_useless
        above += [rate] * (source.sign > 0 and target.sign >= 0 and not is_useless)
    where = f" ({join_words([f'{rate:g}' for rate in above])})" if above else ""
    words = (
        f"progressive is above the curve of end-to-end at {len(above)} of its {len(rates)} rates worth taking{where}; at the "
        f"best for the target, {rates[-1]:g}, it has {side_words(source, sides=MORE)} on the source with its old head than that curve, and "
        f"{side_words(target, sides=MORE)} on the target"
    )
    if len(above) == len(rates):
        return CONFIRMED, words
    return REFUTED if len(useless) == len(rates) else INCONCLUSIVE, words


def _still_there(here: pd.DataFrame) -> tuple[str, str]:
    """Ask whether a new head finds most of what the old one has lost."""
    rate = chosen_rate(here, PLAIN)
    before, after = (_at(here, PLAIN, rate, value) for value in ("source_accuracy_before", OLD_HEAD))
    # A probe of the frozen backbone is what a probe gave before any training on the target.
    probed_before = _at(here, FROZEN, chosen_rate(here, FROZEN), REPROBED)
    probed_after = _at(here, PLAIN, rate, REPROBED)
    seen, lost = paired_gap(before, after), paired_gap(probed_before, probed_after)
    most = paired_gap(before - after, 2 * (probed_before - probed_after)).sign
    words = f"end-to-end at rate {rate:g} costs the old head {size_words(seen)} on the source, and a new one {size_words(lost)}"
    if seen.sign <= 0 or most == 0:
        return INCONCLUSIVE, words
    return CONFIRMED if most > 0 else REFUTED, words


def _anchor(here: pd.DataFrame) -> tuple[str, str]:
    """Ask whether some strength keeps more of the source than a lower rate would, at no cost on the target."""
    plain = (PLAIN, chosen_rate(here, PLAIN))
    kept, free, futile = [], [], []
    for arm in ANCHORED:
        ours = (arm, chosen_rate(here, arm))
        source, target = _to_rival(here, *ours, OLD_HEAD), _gap(here, TARGET, ours, plain)
        is_futile = target.sign < 0 or (source.n >= MIN_SEEDS and source.interval.high < MARGIN)
        futile += [arm] * is_futile
        kept += [arm] * (source.sign > 0)
        free += [arm] * (source.sign > 0 and target.interval.low > -MARGIN and not is_futile)
    told = (free or kept or list(ANCHORED))[-1]
    rate = chosen_rate(here, told)
    source, target = (_gap(here, value, (told, rate), plain) for value in (OLD_HEAD, TARGET))
    words = (
        f"{len(kept)} of {len(ANCHORED)} strengths clearly keep more of the source than the curve of end-to-end where that is "
        f"as good for the target, {len(free)} at no cost; {told} at rate {rate:g} has "
        f"{side_words(_to_rival(here, told, rate, OLD_HEAD), sides=MORE)} on the source with its old head than that curve, and against "
        f"end-to-end at rate {plain[1]:g} {side_words(source, sides=MORE)} there and {side_words(target, sides=MORE)} on the target"
    )
    if free:
        return CONFIRMED, words
    return REFUTED if len(futile) == len(ANCHORED) else INCONCLUSIVE, words


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an arm, rate and measure, with the rates that were chosen."""
    by = ["scenario", "arm", "rate"]
    best = at_their_best(rows, ["rate"], ["scenario", "arm"])[by].drop_duplicates()
    chosen = set(best.itertuples(index=False, name=None))
    several = rows["scenario"].nunique() > 1
    in_order = rows.sort_values(["scenario", "arm"], key=_place, kind="stable")
    tables = []
    for (scenario,), here in points(in_order, ["scenario"]):
        for measure, value in MEASURES.items():
            panel = f"{SCENARIOS[str(scenario)].title}: {inside(measure)}" if several else measure
            tables.append(intervals(here, by, value).assign(measure=measure, panel=panel))
    table = pd.concat(tables, ignore_index=True)
    return table.assign(chosen=[point in chosen for point in table[by].itertuples(index=False, name=None)])


def _place(names: pd.Series[str]) -> pd.Series[int]:
    """Sort by where names stand in the grid, not by the alphabet."""
    return names.map([*SCENARIOS, *STRATEGIES, *ANCHORED].index)


def _at(here: pd.DataFrame, arm: str, rate: float, value: str) -> Array:
    return scores(here, value, arm=arm, rate=rate)


def _val_accuracy(here: pd.DataFrame, arm: str, rate: float) -> float:
    return float(_at(here, arm, rate, "val_accuracy").mean())


def _gap(here: pd.DataFrame, value: str, ours: tuple[str, float], theirs: tuple[str, float]) -> Gap:
    return paired_gap(_at(here, *ours, value), _at(here, *theirs, value))


CLAIMS = MappingProxyType(
    {
        "unfreezing": Claim(
            "Progressive unfreezing prevents catastrophic forgetting.",
            LESSON,
            confirmed_if="in every scenario, at each rate worth taking (better on the validation images than every lower "
            "one), its lead on the source with the old head is clearly above zero and reaches a point or more within the "
            "interval, and it is not clearly behind on the target, against the curve of end-to-end over its rates, read off "
            "where that is as good on the validation images",
            refuted_if="in every scenario, at each such rate, its lead on the source is below one point, interval and all",
        ),
        "still_there": Claim(
            "Much of what looks forgotten is still in the features: a new head finds it.",
            Source("Davari et al.", 2022, "2203.13381"),
            confirmed_if="in every scenario end-to-end at its best rate clearly costs the old head accuracy on the source, and "
            "a new head clearly less than half as much",
            refuted_if="in every scenario it costs the old head accuracy, and a new head clearly more than half as much",
        ),
        "anchor": Claim(
            "L2-SP, decay towards the pretrained weights, keeps the old task at no cost on the new one.",
            Source("Li, Grandvalet and Davoine", 2018, "1802.01483"),
            confirmed_if="in every scenario for some strength, at its best rate, the lead on the source with the old head over the "
            "curve of end-to-end (read off where that is as good on the validation images) is clearly above zero and reaches "
            "a point or more within the interval, and on the target it is not clearly behind end-to-end at its best rate, nor "
            "by a point or more within the interval",
            refuted_if="in every scenario each strength is clearly behind on the target, or its lead on the source is below "
            "one point, interval and all",
        ),
    }
)

STUDY = Study(
    name="forgetting",
    title="What is forgotten?",
    question="How much of the source task is left after training on the target, and what keeps it?",
    protocol="Target accuracy and source accuracy of each strategy, and of end-to-end with L2-SP of three strengths (0.001 to 0.1; decay of "
    "the backbone towards its start, of the head towards zero), at six rates from 0.001 to 0.3: with the old head, and "
    "re-probed, that is with a new head trained on the source. All arms share split, head, minibatch order and epochs. "
    "Rates are chosen on the validation images of the target. A lower rate forgets less by itself, so an arm is held "
    "against the curve of end-to-end over its rates, read off where that is as good on these images: on the straight line "
    "between two rates, at the ends of the curve its end. The three strengths are not corrected for being three.",
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
    settings=MappingProxyType({"seed": FRESH_SEED, "images_per_class": 20}),
    swept=("backbone_learning_rate", "unfrozen_learning_rate"),
    default_scenarios=("mnist_to_digits", "low_to_high"),
    scenarios=tuple(name for name, scenario in SCENARIOS.items() if scenario.source is not None),
)
