"""Step 1: freeze the backbone, or train everything."""

from __future__ import annotations

from transfer_core.arrays import Array
from transfer_core.statistics import paired_gap
from transfer_core.wording import side_words
from transfer_ui.articles.checks import OPEN, TOO_CLOSE, Check, best_of
from transfer_ui.articles.learn.figures import levels_of
from transfer_ui.articles.learn.step import SETTINGS, Further, Step, compared
from transfer_ui.sentences import Results, accuracy_words, percent, test_scores

FROZEN, FULL = "feature_extraction", "end_to_end"


def _scores(results: Results) -> dict[str, Array]:
    return {name: test_scores(results)[name] for name in (FROZEN, FULL)}


def _shows(results: Results) -> str:
    gap = paired_gap(results[FROZEN].test_accuracy, results[FULL].test_accuracy)
    return f"On test images, feature extraction is {side_words(gap, 'end-to-end')}."


def _happened(results: Results) -> str:
    frozen, full = (accuracy_words(scores) for scores in _scores(results).values())
    return f"Of the test images, feature extraction gets {frozen} right and end-to-end {full}."


def _why(results: Results) -> str:
    frozen, full = results[FROZEN], results[FULL]
    learnt = [percent(float(result.history["train_accuracy"][:, -1].mean())) for result in (frozen, full)]
    work = full.cost.multiply_adds / frozen.cost.multiply_adds
    return (
        f"Freezing leaves {frozen.cost.trainable_parameters:,} of {full.cost.trainable_parameters:,} parameters to fit. On "
        f"their own training images the two get {learnt[0]} and {learnt[1]} right; what counts is what carries over to new "
        "images. A small set of free parameters has less room to learn the accidents of a few images, and less room to adapt.\n\n"
        f"It is also cheap: the features of an image never change, so they are computed once. End-to-end takes {work:.1f} "
        "times the multiply-adds."
    )


STEP = Step(
    name="approaches",
    title="Approaches",
    idea=(
        "You have a network that was **pretrained** on a large task, and a new task with few images. Both approaches put a "
        "new **head** on the old **backbone**. **Feature extraction** keeps the backbone **frozen** and trains the head alone; "
        "**end-to-end fine-tuning** trains every layer.\n\n"
        f"Here the pair is {SETTINGS.pair.title}: the network learnt one collection of digits, and the new task has "
        f"{SETTINGS.images_per_class} images per class of another."
    ),
    check=Check(
        "choose",
        "Which approach gets more new images right?",
        {FROZEN: "Feature extraction", FULL: "End-to-end fine-tuning", OPEN: TOO_CLOSE},
        best_of(_scores),
        _shows,
    ),
    figure_title="What trains when, and how many test images are right",
    figure=levels_of(test_scores, (FROZEN, FULL), "Test accuracy", schedules_at=SETTINGS),
    run=compared,
    happened=_happened,
    why=_why,
    claims=("crossover.small_data", "speed.cost"),
    sections=("approaches", "claims"),
    further=(Further("compare", "**Compare** these settings with all controls"),),
)
