"""Step 3: what the backbone is worth."""

from __future__ import annotations

from transfer_core.statistics import Interval, paired_gap
from transfer_ui.articles.checks import Check, nearest
from transfer_ui.articles.learn import lesson_claims
from transfer_ui.articles.learn.figures import levels_of
from transfer_ui.articles.learn.step import Further, Step, compared
from transfer_ui.sentences import Results, accuracy_words, percent, test_scores

PRETRAINED, RANDOM = "feature_extraction", "random_features"
OPTIONS = {str(points): f"{points} points" for points in range(0, 70, 10)}


def _added(results: Results) -> Interval:
    """Points of test accuracy that pretraining adds, with their interval."""
    gap = paired_gap(results[PRETRAINED].test_accuracy, results[RANDOM].test_accuracy)
    return Interval(*(100 * edge for edge in gap.interval))


def _predicted_at(results: Results, points: str) -> float:
    return float(results[RANDOM].test_accuracy.mean()) + float(points) / 100


def _happened(results: Results) -> str:
    pretrained, random = (accuracy_words(results[name].test_accuracy) for name in (PRETRAINED, RANDOM))
    return f"The same head gets {pretrained} of the test images right on pretrained features, {random} on random ones."


def _why(results: Results) -> str:
    scratch = percent(float(results["from_scratch"].test_accuracy.mean()))
    return (
        "A deep network builds its features in layers, each from the one below: generic ones first, then parts, then what is "
        "specific to its classes. Both heads are the same, and so are the images and the schedule, so the whole gap belongs to "
        "the features: the pretrained backbone learnt from thousands of images what to look at, the random one did not. "
        f"Training everything from scratch, {scratch} here, has to find features in the few images there are.\n\n"
        "How far the layers carry over is an empirical question, and the advice to keep the lower ones is not a law: where "
        "the *inputs* change, the first layer may be the one to tune."
    )


STEP = Step(
    name="features",
    title="Features",
    idea=(
        "A head sees no pixels, only **features**: what the backbone makes of an image. If the backbone is frozen, everything "
        "depends on them. A fair control is a head on **random features**, from a backbone of the same size that was never "
        "trained. It is no straw man: random features alone can separate many images."
    ),
    check=Check(
        "place",
        "How many points of test accuracy do pretrained features add to random ones?",
        OPTIONS,
        nearest(OPTIONS, _added),
        lesson_claims.features_sentence,
    ),
    figure_title="A head on two frozen backbones",
    figure=levels_of(test_scores, (PRETRAINED, RANDOM), "Test accuracy", predicted_at=_predicted_at),
    run=compared,
    happened=_happened,
    why=_why,
    claims=("depth.generic_first_layer", "depth.specific_top", "surgical.first_for_inputs"),
    sections=("why",),
    further=(Further("inside", "**Inside**: see the features move"),),
)
