"""The theory, as the learn page tells it: words and formulas as data."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from transfer_core import STRATEGIES, RunConfig
from transfer_core.costs import multiply_adds

LESSON = "lesson"
SECTIONS = {
    LESSON: "The guided lesson",
    "approaches": "Two approaches and a hybrid",
    "mathematics": "The mathematics",
    "why": "Why it works",
    "claims": "The claims, measured",
    "when": "When to use which",
    "rates": "Learning rates",
    "takeaways": "Takeaways",
    "glossary": "Glossary",
    "reading": "Further reading",
}


class Approach(NamedTuple):
    """A way to use a pretrained network.

    Attributes
    ----------
    strategy : str
        A name in `STRATEGIES`.
    frozen : str
        What is frozen, and when.
    steps : tuple of str
    """

    strategy: str
    frozen: str
    steps: tuple[str, ...]


APPROACHES = (
    Approach(
        "feature_extraction",
        "the backbone, from the first epoch to the last",
        (
            "Take a network that was trained on a large task.",
            "Replace its head with a new one that has one logit per class.",
            "Freeze the backbone: `requires_grad = False` in PyTorch, `trainable = False` in Keras.",
            "Train the head. The features of an image never change, so compute them once and keep them.",
        ),
    ),
    Approach(
        "progressive_unfreezing",
        "the backbone, until the unfreeze epoch",
        (
            "Train the new head alone, until it is sensible.",
            "Free the backbone: all at once, or one more layer at a time, from the top.",
            "Continue at a lower learning rate, lower still for the lower layers if you like.",
        ),
    ),
    Approach(
        "end_to_end",
        "nothing (some keep the lowest layers frozen)",
        (
            "Take the same network, and the same new head.",
            "Let every layer train: `requires_grad = True`.",
            "Train all of it from the first epoch, usually at a lower learning rate, so that features are adapted, "
            "not wiped out.",
        ),
    ),
)

OPENING = (
    "You have a network that was **pretrained** on a large task, and a new task with fewer images. All three ways put a "
    "new **head** on the old **backbone**. They differ in what stays **frozen**, and when."
)
ABOUT_TIMELINES = (
    "Drawn with your settings, from the objects that train: ice blue with a lock is frozen, warm is trained at the "
    "learning rate written on it. The lesson describes the hybrid layer by layer, but its code frees all layers at once; "
    "a switch on the other pages gives you either."
)

LOSS = r"""
\begin{aligned}
z_i &= g_\phi(f_\theta(x_i)) \\
L(\theta,\phi) &= -\tfrac1n \textstyle\sum_{i} \log\, \mathrm{softmax}(z_i)_{y_i}
\end{aligned}
"""
OBJECTIVES = r"""
\begin{aligned}
\text{feature extraction:}&\quad \min_{\phi}\; L(\theta_0,\phi) \\
\text{end-to-end:}&\quad \min_{\theta,\,\phi}\; L(\theta,\phi) \\
\text{progressive:}&\quad \text{one, then the other}
\end{aligned}
"""
UPDATE = r"""
\begin{aligned}
m_\ell = 0:&\quad v_\ell \leftarrow \mu\, v_\ell + \nabla_{w_\ell} L + \lambda\, w_\ell \\
&\quad w_\ell \leftarrow w_\ell - \eta_\ell\, v_\ell \\
m_\ell = 1:&\quad v_\ell,\; w_\ell \text{ stay as they are}
\end{aligned}
"""
GRADIENTS = r"""
\begin{aligned}
\delta_{\text{head}} &= \tfrac1n\big(\mathrm{softmax}(z) - \text{one-hot}(y)\big) \\
\nabla_{W_\ell} L &= a_{\ell-1}^{\top}\,\delta_\ell, \qquad \nabla_{b_\ell} L = \textstyle\sum_i \delta_{\ell,i} \\
\delta_{\ell-1} &= \big(\delta_\ell\, W_\ell^{\top}\big) \odot [\,a_{\ell-1} > 0\,]
\end{aligned}
"""

FORMULAS = (LOSS, OBJECTIVES, UPDATE, GRADIENTS)
MATHEMATICS = (
    r"An image $x$ goes through the backbone $f_\theta$ and the head $g_\phi$; out come the logits $z$, one per class. "
    r"The loss is the same for every approach:",
    LOSS,
    r"What differs is only the **set it is minimised over**; $\theta$ always starts at the pretrained $\theta_0$:",
    OBJECTIVES,
    "Whatever feature extraction can reach, the others can reach too. So at its best, the larger set is no worse on the "
    "*training* images. On *new* images it may be, and that is the whole question.",
    r"**The update.** Each layer $\ell$ has a learning rate $\eta_\ell$ and a freeze mask $m_\ell$; $\mu$ is momentum, "
    r"$\lambda$ weight decay. A frozen layer is left out altogether; otherwise momentum and decay would keep moving it:",
    UPDATE,
    r"**The gradients.** The chain starts at the logits and stops at the lowest layer that trains: that is what a frozen "
    r"backbone saves. $a_\ell$ are the activations, with ReLU between the layers:",
    GRADIENTS,
)
"""Paragraphs and formulas in turn; a formula is one of the four above."""

SLIP = (
    "A classic slip: all gradients belong to the *same* parameters. The lesson's code updates the head first, then "
    "sends the error back through the head it has just changed. A gradient check catches it."
)

LEVELS = (
    ("Lower layers", "Generic: edges, textures, simple shapes.", "Keep them: they serve many tasks."),
    ("Middle layers", "Parts and patterns.", "Free them if you have enough images."),
    ("Upper layers", "Specific to the classes of the source task.", "Adapt them to the target task."),
)
LIMITS = (
    (
        "yosinski2014",
        "In an eight-layer image network, the first two layers transferred almost fully, later ones less and less. "
        "Layers also depend on each other: cut the network in the middle, and even the same task suffers until they "
        "train again.",
    ),
    (
        "lee2023",
        "Not a law. When the *inputs* change, with noise or blur, tuning the first block did best; tuning the last, "
        "only when the *labels* change. Keeping the lower layers is then the wrong way round.",
    ),
    (
        "kumar2022",
        "Fine-tuning under a random head distorts the features it starts from: better on familiar data, worse on "
        "shifted data. Head first, then everything, was better on both.",
    ),
    (
        "raghu2019",
        "On large medical image tasks, pretraining gained little, and part of that came from the scale of the weights.",
    ),
)

SMALL_NETWORK = "A few fully connected layers on such small images are not a deep image network: do not look for edges and parts in them."


def chain_sentence(config: RunConfig) -> str:
    """Say what the gradients of one image cost, as far down as each approach needs them.

    Examples
    --------
    >>> chain_sentence(RunConfig(hidden_sizes=(128,)))[:73]
    'With your 2 layers, one image in one update takes 29,440 multiply-adds en'
    """
    sizes, once = config.layer_sizes, config.but(n_epochs=1, unfreeze_epoch=0)
    head_only = STRATEGIES["feature_extraction"].build(once)
    full = multiply_adds(STRATEGIES["end_to_end"].build(once), sizes, 1)
    frozen = multiply_adds(head_only, sizes, 1, cache_features=False)
    # The work of the layers below is spent once in the whole training, not in every update.
    kept = frozen - sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes[:-1]))
    return (
        f"With your {config.n_layers} layers, one image in one update takes {full:,} multiply-adds end-to-end, "
        f"{frozen:,} with the backbone frozen, and {kept:,} once its features are cached."
    )
