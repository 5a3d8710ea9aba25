"""Step 2: one loss, two sets to minimise it over; and the code that does it."""

from __future__ import annotations

import numpy as np

from transfer_core.arrays import Array
from transfer_core.statistics import paired_gap
from transfer_core.wording import lead_words, points_words
from transfer_ui.articles.checks import OPEN, TOO_CLOSE, Check, best_of
from transfer_ui.articles.learn import formulas
from transfer_ui.articles.learn.figures import curves_of
from transfer_ui.articles.learn.step import SETTINGS, Further, Step, compared
from transfer_ui.sentences import Results

FROZEN, FULL = "feature_extraction", "end_to_end"


def _losses(results: Results) -> dict[str, Array]:
    return {name: results[name].history["train_loss"][:, -1] for name in (FROZEN, FULL)}


def _lower_is_better(results: Results) -> dict[str, Array]:
    return {name: -np.nan_to_num(losses, nan=np.inf) for name, losses in _losses(results).items()}


def _shows(results: Results) -> str:
    losses = _losses(results)
    gap = paired_gap(losses[FROZEN], losses[FULL])
    return f"The training loss ends lower end-to-end in {gap.wins} of {gap.n} seeds."


def _happened(results: Results) -> str:
    frozen, full = (float(losses.mean()) for losses in _losses(results).values())
    return f"The training loss ends at {frozen:.4f} nats with the backbone frozen, at {full:.4f} end-to-end."


def _why(results: Results) -> str:
    ahead = paired_gap(results[FULL].test_accuracy, results[FROZEN].test_accuracy)
    distances = [
        float((results[name].history["train_accuracy"][:, -1] - results[name].test_accuracy).mean())
        for name in (FROZEN, FULL)
    ]
    return (
        "Whatever feature extraction can reach, end-to-end can reach too: it may simply leave the backbone where it is. At its "
        "best, the larger set is therefore no worse on the *training* images. *New* images are another matter: there "
        f"end-to-end is {lead_words(ahead, 'feature extraction')}. The distance from training to test accuracy is "
        f"{points_words(distances[0])} frozen and {points_words(distances[1])} end-to-end; that distance is overfitting."
    )


STEP = Step(
    name="mathematics",
    title="Mathematics",
    idea=(
        r"An image $x$ goes through the backbone $f_\theta$ and the head $g_\phi$; out come the logits, one per class. Both "
        r"approaches minimise the same cross-entropy $L$, and $\theta$ starts at the pretrained $\theta_0$. They differ only in "
        "the set they minimise over:\n\n"
        r"$$\text{feature extraction: } \min_{\phi}\, L(\theta_0,\phi)$$"
        "\n\n"
        r"$$\text{end-to-end: } \min_{\theta,\phi}\, L(\theta,\phi)$$"
    ),
    check=Check(
        "choose",
        "Whose loss on the *training* images ends lower?",
        {FROZEN: "Feature extraction", FULL: "End-to-end fine-tuning", OPEN: TOO_CLOSE},
        best_of(_lower_is_better),
        _shows,
    ),
    figure_title="The loss that both minimise",
    figure=curves_of(SETTINGS, (FROZEN, FULL), "train_loss"),
    run=compared,
    happened=_happened,
    why=_why,
    claims=("overfitting.risk",),
    sections=("mathematics",),
    further=(Further("inside", "**Inside**: one update, laid open"),),
    laid_open=lambda results: formulas.draw(SETTINGS),
)
