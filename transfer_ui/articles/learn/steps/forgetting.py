"""Step 4: what the old task pays."""

from __future__ import annotations

from transfer_core.arrays import Array
from transfer_core.statistics import Interval, mean_interval
from transfer_core.wording import inside, join_words
from transfer_ui.articles.checks import Check, nearest
from transfer_ui.articles.learn.figures import levels_of
from transfer_ui.articles.learn.step import Further, Step, compared
from transfer_ui.sentences import TITLES, Results, accuracy_words, percent

THREE = ("feature_extraction", "progressive_unfreezing", "end_to_end")
OPTIONS = {str(share): f"{share} %" for share in range(0, 105, 5)}


def _kept(results: Results) -> dict[str, Array]:
    return {name: results[name].source_accuracy_after for name in THREE}


def _before(results: Results) -> float:
    return float(results["end_to_end"].source_accuracy_before.mean())


def _measured(results: Results) -> Interval:
    return Interval(*(100 * edge for edge in mean_interval(_kept(results)["end_to_end"])))


def _shows(results: Results) -> str:
    return (
        f"After end-to-end the old head gets {accuracy_words(_kept(results)['end_to_end'])} of the old task right; before, it got "
        f"{percent(_before(results))}."
    )


def _happened(results: Results) -> str:
    after = join_words(
        [f"{percent(float(one.mean()))} after {inside(TITLES[name])}" for name, one in _kept(results).items()]
    )
    return f"Old task: {percent(_before(results))} before; {after}."


def _why(results: Results) -> str:
    moved = [float(results[name].drift[:, :-1].mean()) for name in ("end_to_end", "progressive_unfreezing")]
    still = float(results["feature_extraction"].drift[:, :-1].max())
    frozen = "did not change by a single bit" if still == 0 else f"moved by {percent(still)}"
    return (
        "The old head was trained on the old features. End-to-end moves the backbone, by "
        f"{percent(moved[0])} of its norm on the mean over layers and seeds, and the old head no longer fits. Progressive "
        f"unfreezing moved it by {percent(moved[1])}, at a lower rate and for a shorter time. The frozen backbone {frozen}, so "
        "nothing can be lost.\n\n"
        "The literature calls this catastrophic forgetting. Much of it is a matter of the head: a new head, trained on the moved "
        "features, may still find the old classes."
    )


STEP = Step(
    name="forgetting",
    title="Forgetting",
    idea=(
        "The pretrained network could do something before you came: its **source task**. Keep the old head aside, train on "
        "the new task, then put the old head back. What it still gets right is **retention**; what it has lost is "
        "**forgetting**. The new task never asks for the old one, so nothing in the loss protects it."
    ),
    check=Check(
        "place",
        "What share of the old task does the network still get right after end-to-end fine-tuning?",
        OPTIONS,
        nearest(OPTIONS, _measured),
        _shows,
    ),
    figure_title="The old task, with its old head",
    figure=levels_of(
        _kept,
        THREE,
        "Accuracy on the old task",
        before=_before,
        predicted_at=lambda results, share: float(share) / 100,
    ),
    run=compared,
    happened=_happened,
    why=_why,
    claims=("forgetting.lower_rate", "forgetting.unfreezing", "forgetting.still_there"),
    sections=("takeaways",),
    further=(Further("forgetting", "**Forgetting**: new task against old, which classes go first"),),
)
