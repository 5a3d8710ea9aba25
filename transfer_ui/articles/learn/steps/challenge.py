"""Step 8: the lesson's hands-on challenge."""

from __future__ import annotations

from transfer_core.arrays import Array
from transfer_core.statistics import paired_gap
from transfer_core.wording import lead_words
from transfer_ui.articles.checks import Check, in_order, order_words
from transfer_ui.articles.learn.figures import curves_of
from transfer_ui.articles.learn.step import CHALLENGE, Further, Step, challenged
from transfer_ui.sentences import TITLES, Results, percent, test_scores
from transfer_ui.verdicts import THREE, evidence

OPTIONS = {name: TITLES[name] for name in THREE}


def _scores(results: Results) -> dict[str, Array]:
    return {name: test_scores(results)[name] for name in THREE}


def _happened(results: Results) -> str:
    return evidence(_scores(results), CHALLENGE.layer_sizes[-1])


def _why(results: Results) -> str:
    frozen, random, progressive = (
        results[name] for name in ("feature_extraction", "random_features", "progressive_unfreezing")
    )
    worth = paired_gap(frozen.test_accuracy, random.test_accuracy)
    freed = progressive.history["val_accuracy"][:, [CHALLENGE.unfreeze_epoch, -1]].mean(axis=0)
    return (
        "The notebook calls its backbone pretrained, but its weights are small random numbers. Its feature extraction is "
        f"therefore a head on random features, like the control of that name: {lead_words(worth, 'it')}. There is nothing to "
        f"preserve by waiting. Freed at epoch {CHALLENGE.unfreeze_epoch}, progressive unfreezing goes from {percent(float(freed[0]))} to "
        f"{percent(float(freed[1]))} on validation images, at a rate of {CHALLENGE.unfrozen_learning_rate:g} and with one update per epoch.\n\n"
        "Unfreezing, two steps back, ran the same idea on a backbone that *was* pretrained. Compare the two before you trust a recipe; then change "
        "the recipe yourself."
    )


STEP = Step(
    name="challenge",
    title="Challenge",
    idea=(
        f"The lesson ends with a task for you: train {CHALLENGE.unfreeze_epoch} epochs with frozen features at a rate of "
        f"{CHALLENGE.head_learning_rate:g}, unfreeze all layers, continue for {CHALLENGE.n_epochs - CHALLENGE.unfreeze_epoch} "
        f"epochs at {CHALLENGE.unfrozen_learning_rate:g}, and compare the result with both pure approaches. It runs here as the "
        "lesson's notebook has it, full batch on all its images; only seeds, controls and separate test images are added."
    ),
    check=Check(
        "order",
        "Order the three by test accuracy, the highest first.",
        OPTIONS,
        in_order(_scores),
        lambda results: order_words(_scores(results), OPTIONS, lambda mean: f"with {percent(mean)}"),
    ),
    figure_title="While they train, as in the lesson's notebook",
    figure=curves_of(CHALLENGE, THREE, "val_accuracy"),
    run=challenged,
    happened=_happened,
    why=_why,
    claims=("notebook.progressive_best", "notebook.pretrained_features"),
    sections=("takeaways", "reading"),
    further=(
        Further("your_schedule", "**Can you beat them?** Draw a schedule of your own", CHALLENGE),
        Further("compare", "**Compare**: the notebook with all controls", CHALLENGE),
        Further("export", "**Export**: take the code of the run", CHALLENGE),
    ),
)
