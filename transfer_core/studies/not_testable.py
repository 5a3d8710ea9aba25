"""What the lesson says and no study here can test, each with the reason."""

from __future__ import annotations

from typing import NamedTuple


class NotTestable(NamedTuple):
    """A sentence of the lesson that no study here can settle.

    Attributes
    ----------
    text : str
        What the lesson says, in our words.
    reason : str
        Why it cannot be tested here, and where one could look instead.
    """

    text: str
    reason: str


NOT_TESTABLE: tuple[NotTestable, ...] = (
    NotTestable(
        "With 1,000 to 10,000 images, unfreeze progressively.",
        "The target has about a thousand images to train on, so this range begins where the lab ends. What happens below it "
        "is tested by the claim about the rule of thumb.",
    ),
    NotTestable(
        "With more than 10,000 images, fine-tune end to end or unfreeze progressively.",
        "The target has about a thousand images to train on. No study here comes near ten thousand.",
    ),
    NotTestable(
        "Up to 10,000 images are a small data set, for which feature extraction is the choice.",
        "The lesson contradicts itself: elsewhere it draws the line at 1,000. Below a thousand images it is the claim about the "
        "rule of thumb; above, this lab has no images.",
    ),
    NotTestable(
        "A target that is far from the source, such as medical images after ImageNet, needs end-to-end fine-tuning.",
        "There are no photographs and no medical images here. Distance is tested with turned, noisy and relabelled digits only; "
        "for medical images, see Raghu et al. 2019.",
    ),
    NotTestable(
        "Other photographs, after ImageNet, are similar enough for feature extraction.",
        "There are no photographs here. The nearest case is one collection of handwritten digits after another.",
    ),
    NotTestable(
        "Whoever needs maximum performance should fine-tune end to end.",
        "The highest accuracy that is possible is not measured anywhere: every study compares arms within the same budget of "
        "epochs, and names the better of them.",
    ),
    NotTestable(
        "With limited computing resources extract features; with plenty, fine-tune.",
        "What resources are limited or plenty is for the reader to say. What each approach costs is tested: work and time.",
    ),
    NotTestable(
        "Feature extraction allows fast experiments and prototypes.",
        "How fast a person works depends on more than the training. The training time itself is tested.",
    ),
    NotTestable(
        "Edges, textures and basic shapes are what the lower layers respond to, parts of objects the middle ones, whole objects "
        "the upper ones.",
        "An image of 8x8 pixels has no textures and no parts, and a dense layer has no local filters. What is tested is how well "
        "the layers carry over.",
    ),
    NotTestable(
        "Deep networks work because they learn such a hierarchy.",
        "This is an explanation. Four layers show whether the layers differ in what they transfer, not why deep ones succeed.",
    ),
    NotTestable(
        "These approaches apply to models pretrained on ImageNet or COCO.",
        "Nothing here is pretrained on either. The networks have at most a few thousand weights per layer and have seen at most "
        "a few thousand digits.",
    ),
    NotTestable(
        "Fine-tuning end to end needs careful tuning.",
        "“Careful” has no measure. How much accuracy a wrong rate costs each approach is tested.",
    ),
)
