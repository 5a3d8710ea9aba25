"""Step 6: the head first, then everything."""

from __future__ import annotations

from transfer_core.arrays import Array
from transfer_core.statistics import paired_gap
from transfer_core.wording import lead_words
from transfer_ui.articles.checks import OPEN, TOO_CLOSE, Check, best_of
from transfer_ui.articles.learn.figures import curves_of
from transfer_ui.articles.learn.step import SETTINGS, Further, Step, compared
from transfer_ui.sentences import TITLES, Results, test_scores
from transfer_ui.verdicts import THREE, among_the_three, evidence


def _scores(results: Results) -> dict[str, Array]:
    return {name: test_scores(results)[name] for name in THREE}


def _happened(results: Results) -> str:
    return evidence(_scores(results), SETTINGS.layer_sizes[-1])


def _why(results: Results) -> str:
    kept = paired_gap(
        results["progressive_unfreezing"].source_accuracy_after, results["end_to_end"].source_accuracy_after
    )
    return (
        "At first the head is random, and so is the error that it would send into the backbone: waiting keeps good features "
        f"from following a bad head. On the old task, progressive unfreezing is {lead_words(kept, 'end-to-end')}.\n\n"
        "Mind what changed together: the wait *and* the lower rate. Studies that change one at a time credit the rate at least "
        "as much as the wait. The lesson describes the hybrid layer by layer, from the top; its code frees all layers at once. The "
        "lab has both."
    )


STEP = Step(
    name="unfreezing",
    title="Unfreezing",
    idea=(
        "**Progressive unfreezing** combines both approaches: train the new head alone, then free the backbone at the "
        f"**unfreeze epoch** and continue at a lower learning rate. Here the backbone is freed after {SETTINGS.unfreeze_epoch} "
        f"of {SETTINGS.n_epochs} epochs, and the rate then falls from {SETTINGS.head_learning_rate:g} to "
        f"{SETTINGS.unfrozen_learning_rate:g}. All three start from the same network, the same head and the same images."
    ),
    check=Check(
        "choose",
        "Which of the three gets the most new images right in the end?",
        {name: TITLES[name] for name in THREE} | {OPEN: TOO_CLOSE},
        best_of(_scores),
        lambda results: among_the_three(_scores(results), SETTINGS.layer_sizes[-1], brief=True),
    ),
    figure_title="While they train",
    figure=curves_of(SETTINGS, THREE, "val_accuracy"),
    run=compared,
    happened=_happened,
    why=_why,
    claims=("progressive.best", "stability.head_stabilises", "stability.stable"),
    sections=("approaches",),
    further=(Further("unfreeze", "**Unfreeze**: sweep the unfreeze epoch"),),
)
