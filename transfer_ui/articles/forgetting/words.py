"""What the page says of its runs: every sentence formats what they have just measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from transfer_core import STRATEGIES, RunConfig, RunResult, scenario_config
from transfer_core.statistics import MIN_SEEDS, Gap, paired_gap
from transfer_core.wording import evidence_words, gap_words, inside, join_words, lead_words, points_words, sentence_case
from transfer_ui.charts.followed import HELD
from transfer_ui.charts.meanings import lost
from transfer_ui.charts.trade_rows import Picture, outside
from transfer_ui.lost_images import in_order, lost_by_class
from transfer_ui.sentences import Results, percent

Idea = tuple[str, dict[str, Any], str, str]
PLAIN, FROZEN = "end_to_end", "feature_extraction"
NO_OLD_TASK = "There is no old task here: nothing was pretrained."
WHERE_THERE_IS_NONE = (
    "Every backbone starts from random weights, so there is no old head to ask and nothing to forget. "
    "Below is what the same arms do on the new task."
)
LITTLE = 0.01  # of accuracy: less is not told as forgetting
MOST_NAMED = 4


def title(name: str) -> str:
    """Name an arm inside a sentence."""
    return "L2-SP" if name == HELD else inside(STRATEGIES[name].title)


def of_pretrained(results: Results) -> dict[str, RunResult]:
    """Leave out what was never pretrained: it has no old task."""
    return {name: result for name, result in results.items() if STRATEGIES[name].pretrained}


def of_strategies(results: Results) -> dict[str, RunResult]:
    """Leave out L2-SP, which is no strategy of its own."""
    return {name: result for name, result in results.items() if name in STRATEGIES}


def something_to_forget(config: RunConfig) -> Idea:
    """Suggest what would give these settings an old task."""
    start = scenario_config(config.scenario if config.pair.source is not None else RunConfig.scenario)
    changes = {"scenario": start.scenario, "pretrain_epochs": start.pretrain_epochs}
    if config.pair.source is None:
        changes |= {"images_per_class": start.images_per_class, "shift_amount": start.shift_amount}
    return "forgetting", changes, "With an old task", "what does the same network forget once it is pretrained?"


def can_tell(results: Results) -> bool:
    """Whether there is enough to answer: a run that was stopped may lack the arms that are compared."""
    return PLAIN in results and FROZEN in results


def old_task_loss(result: RunResult) -> Gap:
    """Compare the old head before with the old head after: positive is lost."""
    return paired_gap(result.source_accuracy_before, result.source_accuracy_after)


def traded(results: Results) -> str:
    """Say what end-to-end pays of the old task and gets of the new one, compared with a frozen backbone."""
    result = results[PLAIN]
    n_seeds = result.config.n_seeds
    if n_seeds < MIN_SEEDS:
        return f"Inconclusive: {n_seeds} seeds are too few to say what is traded."
    gain, loss = _gain(result, results), old_task_loss(result)
    new, old = (f"{100 * abs(gap.interval.mean):.1f}" for gap in (gain, loss))
    return {
        (1, 1): f"End-to-end pays {old} points of the old task for {new} on the new.",
        (1, 0): f"End-to-end pays {old} points of the old task for no clear gain.",
        (1, -1): f"End-to-end loses {old} points on the old task and {new} on the new.",
        (0, 1): f"End-to-end gains {new} points on the new task at no clear cost.",
        (0, 0): "End-to-end makes no clear difference to either task.",
        (0, -1): f"End-to-end loses {new} points on the new task and keeps the old.",
        (-1, 1): f"End-to-end gains {new} points on the new task and {old} on the old.",
        (-1, 0): f"End-to-end gains {old} points on the old task and none on the new.",
        (-1, -1): f"End-to-end gains {old} points on the old task, loses {new} on the new.",
    }[loss.sign, gain.sign]


def behind_it(results: Results) -> list[str]:
    """Say what the answer rests on, and what the other arms pay and get."""
    result = results[PLAIN]
    if result.config.n_seeds < MIN_SEEDS:
        return []
    gain = _gain(result, results)
    said = [
        f"Compared with a frozen backbone, end-to-end is {lead_words(gain)} on the new task's validation images "
        f"{evidence_words(gain)}. The old head gets {percent(result.source_accuracy_before.mean())} of the old task right "
        f"before, {percent(result.source_accuracy_after.mean())} after."
    ]
    others = [
        f"{title(name)} loses {points(old_task_loss(one))} of the old task and is {lead_words(_gain(one, results))} on the new"
        for name, one in results.items()
        if name not in (PLAIN, FROZEN)
    ]
    return [*said, f"{sentence_case('; '.join(others))}."] if others else said


def _gain(result: RunResult, results: Results) -> Gap:
    return paired_gap(result.val_accuracy, results[FROZEN].val_accuracy)


def points(loss: Gap) -> str:
    """Size of a loss in points; a gain is a loss of less than nothing, and is not told as one."""
    return "nothing" if loss.interval.mean < 0.0005 else gap_words(loss)


def front_sentence(drawn: Picture) -> str:
    """Say which runs no other beats on both tasks, and which the chart leaves out."""
    table = drawn.table
    front = table[table["front"]].drop_duplicates(["target", "source"]).sort_values("target", ascending=False)
    best, off = _runs(front), _runs(outside(table, drawn.frame))
    rest = len(best) - MOST_NAMED
    named = join_words(best[:MOST_NAMED]) + (f", and {rest} more" if rest > 0 else "")
    one = "one is" if len(best) == 1 else f"{len(best)} are"
    left_out = f" Off the chart: {join_words(off)}." if off else ""
    return f"Of {len(table)} runs, {one} beaten by no other on both tasks, by their means: {named}.{left_out}"


def _runs(table: pd.DataFrame) -> list[str]:
    return [f"{inside(arm)} at {what}" for arm, what in zip(table["arm"], table["what"], strict=True)]


def plain(markdown: str) -> str:
    """Write without marks of emphasis, for whoever cannot see a chart."""
    return markdown.replace("**", "")


def when_sentence(results: Results) -> str:
    """Say by when an arm has lost most of the old task, and what it has won back since."""
    said = []
    for name, result in results.items():
        series = result.measured["source_accuracy"]
        loss = series.values[0].mean() - series.values.mean(axis=1)
        worst = int(np.argmax(loss))
        if loss[worst] >= LITTLE:
            half, back = int(np.argmax(loss >= loss[worst] / 2)), 100 * (loss[worst] - loss[-1])
            again = f" and wins {back:.1f} back after epoch {series.epochs[worst]}" if back >= 1 else ""
            said.append(
                f"{title(name)} loses up to {points_words(loss[worst])}, half of them by epoch {series.epochs[half]},{again}"
            )
    if not said:
        return "No arm ever loses as much as a point of the old task."
    return f"{sentence_case('; '.join(one.rstrip(',') for one in said))}."


def meaning_lines(results: Results) -> list[str]:
    """Tell the three meanings apart, each with its number for end-to-end, or for whatever arm there is."""
    name = PLAIN if PLAIN in results else next(iter(results))
    result = results[name]
    fit, features = (float(lost(result, meaning).mean()) for meaning in ("fit", "features"))
    return [
        f"**The old head no longer fits.** The backbone has moved under it: after {title(name)} it loses "
        f"{_points(fit)}. This is what most people measure.",
        f"**The features are lost.** A new head, trained on the old task's images and the features as they are now, "
        f"loses {_points(features)}. {_still_there(fit, features)}",
        f"**The answers are overwritten.** {_overwritten(result)}",
    ]


def _points(share: float) -> str:
    return "nothing" if share < 0.0005 else points_words(share)


def _still_there(fit: float, features: float) -> str:
    if fit < LITTLE:
        return "There was little to find again."
    share = min(max(1 - features / fit, 0.0), 1.0)
    return f"So {percent(share)} of what looks forgotten is still there."


def _overwritten(result: RunResult) -> str:
    """Say what the head in use now makes of the old images."""
    source, pair = result.config.pair.source, result.config.pair
    assert source is not None
    if not set(source.classes) & set(pair.target.classes):
        return (
            "The head in use now has no output for any old class, so it names no old image: even a frozen backbone "
            "forgets in this sense, unless the old head is kept."
        )
    named, less = result.measured["source_named"].values[-1], float(lost(result, "labels").mean())
    why = (
        "Its names mean the same as before, but it was trained on the new images alone."
        if pair.same_labels
        else "Its names are the old ones but now mean something else: even a frozen backbone forgets in this sense."
    )
    return (
        f"The head in use now gives {percent(float(named.mean()))} of the old images the right name, which is "
        f"{_points(less)} less than the old head did. {why}"
    )


def classes_sentence(result: RunResult, classes: tuple[str, ...], name: str) -> str:
    """Say which old classes an arm loses most of, and which it keeps."""
    loss = lost_by_class(result)[-1]
    order = in_order(result)
    first, last = order[0], order[-1]
    if loss[first] < LITTLE:
        return f"After {title(name)}, no old class has lost as much as a point."
    kept = "loses nothing" if loss[last] < 0.0005 else f"loses {100 * loss[last]:.1f}"
    return (
        f"After {title(name)}, the old head misses {points_words(loss[first])} more of class {classes[first]} than before; "
        f"class {classes[last]} {kept}. Mean over the seeds."
    )
