"""What the lesson and others advise: when to use which, at which learning rate, and what to remember."""

from __future__ import annotations

NOTEBOOK = """
- The backbone is called pretrained, but its weights are small random numbers: its feature extraction is a head on
  *random features*.
- The images are the UCI digits of scikit-learn, not MNIST.
- The test images double as validation images, and there is one seed, so luck and skill cannot be told apart.
- Both approaches use the same learning rate, and the head is updated before the error passes through it.

The scenario keeps its network, split and rates, and adds what is missing: controls, ten seeds, separate test images.
"""

ADVICE = {
    "feature_extraction": (
        "few images (the lesson: below 10,000)",
        "a task like the source task: photographs to other photographs",
        "little computing power",
        "a need for fast experiments",
    ),
    "progressive_unfreezing": (
        "a moderate number of images",
        "an old task that still matters",
        "a head that must settle first",
    ),
    "end_to_end": (
        "many images (the lesson: above 10,000)",
        "a task unlike the source task: photographs to medical scans",
        "a need for every bit of accuracy",
        "computing power to spare",
    ),
}
RULE_OF_THUMB = (
    "**The lesson's rule of thumb**, in training images: below 1,000 feature extraction; 1,000 to 10,000 progressive "
    "unfreezing; above 10,000 end-to-end or progressive. Elsewhere it draws the line at 10,000; it gives no source for "
    "either. The Stanford notes it links to give the same advice by size and similarity, *without* numbers, and add a "
    "fourth case: few images of a different kind call for a linear head on **earlier** layers."
)

ABOUT_RATES = (
    "The lesson's two lists disagree with each other, and with its code. Systems disagree too; what they share is the "
    "direction, **lower once the backbone moves**. One number serves two needs: the *new* task often tolerates a high "
    "rate, the *old* one does not, and the head alone tolerates a higher rate than either."
)
RATE_COLUMNS = ("Whose", "Head alone", "All layers", "After unfreezing")
RATES = (
    ("The lesson, table", "0.001", "0.0001", ""),
    ("The lesson, summary", "0.001 to 0.1", "0.0001 to 0.001", "lower at each step"),
    ("The lesson, its own code", "0.1", "0.1", "0.1, then 0.01"),
    ("fastai `fine_tune`", "2e-3", "", "halved; the lowest group at a hundredth of it"),
    ("Keras guide", "1e-3", "", "1e-5"),
    ("Lightning `BackboneFinetuning`", "yours", "", "a tenth, then doubled each epoch"),
    ("ULMFiT", "yours", "", "divided by 2.6 for each lower layer"),
)

TAKEAWAYS = (
    "**Feature extraction** trains the head alone: fast, cheap, and the old task stays intact. It suits few images and "
    "familiar tasks.",
    "**End-to-end fine-tuning** trains everything: it can adapt the features to a different task, given enough "
    "images, enough work and a careful choice of rate.",
    "**Progressive unfreezing** lets the head settle before the backbone moves. According to the lesson it is often the best; "
    "papers credit the lower rates at least as much as the unfreezing.",
    "**The trade-off** has more than one axis: images, similarity of the tasks, work, and what the old task is worth to you.",
    "**Rates**: lower for a pretrained backbone than for a new head, above all if the old task matters.",
    "**Rules of thumb** about sizes are guesses. Measure where the crossing lies on your data.",
)
