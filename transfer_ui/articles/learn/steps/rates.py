"""Step 5: how fast each part may learn."""

from __future__ import annotations

from transfer_core import RunResult
from transfer_core.arrays import Array
from transfer_core.measures import FinalAccuracy
from transfer_core.studies.grids import at_rate
from transfer_ui.articles.checks import Check, in_order, order_words
from transfer_ui.articles.learn.figures import accuracy_by_rate
from transfer_ui.articles.learn.step import SETTINGS, Further, Step
from transfer_ui.runs import cached
from transfer_ui.sentences import Results, no_better_than_guessing, percent
from transfer_ui.shell import frame

FROZEN, FULL = "feature_extraction", "end_to_end"
RATES = (0.002, 0.01, SETTINGS.backbone_learning_rate, 0.2)
OPTIONS = {f"{rate:g}": f"{rate:g}" for rate in (RATES[0], RATES[1], RATES[3])}


def _asked() -> cached.Arms:
    """Both approaches at every rate; those at the settings of the lesson are known."""
    arms = {f"{name} {rate:g}": at_rate(SETTINGS, name, rate) for name in (FROZEN, FULL) for rate in RATES}
    return cached.Arms(SETTINGS, arms, (FinalAccuracy(),), ())


def _run() -> Results:
    asked = _asked()
    results: dict[str, RunResult] = cached.arms(asked).results
    if set(results) != set(asked.arms):
        frame.stop_without_results()
    return results


def _by_rate(results: Results) -> dict[tuple[str, float], Array]:
    found = {}
    for name, result in results.items():
        strategy, rate = name.split()
        found[strategy, float(rate)] = result.test_accuracy
    return found


def _scores(results: Results) -> dict[str, Array]:
    return {rate: results[f"{FULL} {rate}"].test_accuracy for rate in OPTIONS}


def _best(results: Results, strategy: str) -> float:
    scores = _by_rate(results)
    return max(RATES, key=lambda rate: float(scores[strategy, rate].mean()))


def _happened(results: Results) -> str:
    scores = _by_rate(results)
    best = {name: _best(results, name) for name in (FROZEN, FULL)}
    said = [f"{percent(float(scores[name, rate].mean()))} at {rate:g}" for name, rate in best.items()]
    top = RATES[-1]
    there = [percent(float(scores[name, top].mean())) for name in (FROZEN, FULL)]
    lost = no_better_than_guessing(scores[FULL, top], SETTINGS.layer_sizes[-1])
    return (
        f"The head alone is best with {said[0]}, end-to-end with {said[1]}. At {top:g} the head alone still reaches {there[0]}, "
        f"end-to-end {there[1]}{', no better than guessing' if lost else ''}."
    )


def _why(results: Results) -> str:
    slow, usual = (results[f"{FULL} {rate:g}"].source_accuracy_after.mean() for rate in (RATES[0], RATES[2]))
    return (
        "An update moves every free weight by its rate times its slope. A new head starts at random numbers, so large "
        "steps cost it nothing. The backbone starts at weights that are already good: large steps throw them away, and small "
        "ones may not arrive within the epochs there are.\n\n"
        f"One number also serves two needs. At {RATES[0]:g} the old task keeps {percent(float(slow))}, at {RATES[2]:g} "
        f"{percent(float(usual))}: what the new task tolerates, the old one may not. The lesson's own ranges, 0.001 to 0.1 for a "
        "head and 0.0001 to 0.001 for everything, are for other networks and other budgets: the direction carries over, the "
        "numbers do not."
    )


STEP = Step(
    name="rates",
    title="Rates",
    idea=(
        "The **learning rate** says how far an update follows the gradient. The usual advice: an ordinary rate for a new head, a "
        f"lower one for a pretrained backbone. So far both approaches used {SETTINGS.backbone_learning_rate:g}. Now the same "
        f"images and as many epochs, at rates from {RATES[0]:g} to {RATES[-1]:g}."
    ),
    check=Check(
        "order",
        "Order three rates by what end-to-end reaches on new images, the highest accuracy first.",
        OPTIONS,
        in_order(_scores),
        lambda results: order_words(_scores(results), OPTIONS, lambda mean: f"with {percent(mean)}"),
    ),
    figure_title="Test accuracy against the learning rate",
    figure=accuracy_by_rate(_by_rate, (FROZEN, FULL), RATES),
    run=_run,
    happened=_happened,
    why=_why,
    claims=("learning_rate.lower_rate", "learning_rate.less_forgetting"),
    sections=("rates",),
    further=(
        Further("compare", "**A rate of 1**: what does end-to-end leave?", SETTINGS.but(backbone_learning_rate=1.0)),
    ),
)
