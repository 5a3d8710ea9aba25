"""Where to read on: what the lesson recommends, and how the text refers to papers."""

from __future__ import annotations

from transfer_core.bibliography import ARXIV, PAPERS, Reading

__all__ = ["LESSON_READINGS", "PAPERS", "citation", "entry"]

LESSON_READINGS: dict[str, tuple[Reading, ...]] = {
    "Papers": (
        Reading(
            "Deep residual learning for image recognition",
            ARXIV + "1512.03385",
            "ResNet: shortcuts around the layers make very deep backbones trainable. A common backbone ever since.",
            "He et al. 2015",
        ),
        Reading(
            "How transferable are features in deep neural networks?",
            ARXIV + "1411.1792",
            "Cuts a network at every depth and measures what carries over. Read it first.",
            "Yosinski et al. 2014",
        ),
    ),
    "Tutorials": (
        Reading(
            "PyTorch: transfer learning",
            "https://pytorch.org/tutorials/beginner/transfer_learning_tutorial.html",
            "Both approaches on a small image set, with the training loop written out.",
        ),
        Reading(
            "fast.ai course",
            "https://course.fast.ai/",
            "A whole course that fine-tunes from the first lesson on; `fine_tune` is freeze, then unfreeze.",
        ),
        Reading(
            "TensorFlow: transfer learning and fine-tuning",
            "https://www.tensorflow.org/tutorials/images/transfer_learning",
            "The same two steps in Keras: first the head, then the upper layers at a lower rate.",
        ),
    ),
    "Notes and articles": (
        Reading(
            "CS231n: transfer learning",
            "https://cs231n.github.io/transfer-learning/",
            "Advice by size and similarity, without numbers; and a fourth case: small and different, use earlier layers.",
        ),
        Reading(
            "A guide to transfer learning",
            "https://builtin.com/data-science/transfer-learning",
            "A broad first overview, for readers who do not want formulas.",
        ),
    ),
    "Tools": (
        Reading(
            "torchvision.models",
            "https://pytorch.org/vision/stable/models.html",
            "Pretrained image networks for PyTorch, with the preprocessing each of them expects.",
        ),
        Reading(
            "Hugging Face Transformers",
            "https://huggingface.co/docs/transformers/index",
            "Pretrained networks for text, images and sound behind one interface.",
        ),
        Reading(
            "TensorFlow Hub",
            "https://www.tensorflow.org/hub",
            "Pretrained networks for TensorFlow as layers to plug in.",
        ),
    ),
    "Data sets to practise on": (
        Reading(
            "ImageNet",
            "https://www.image-net.org/",
            "The large collection of labelled photographs that most image backbones were pretrained on.",
        ),
        Reading(
            "CIFAR-10 and CIFAR-100",
            "https://www.cs.toronto.edu/~kriz/cifar.html",
            "Small colour images in 10 or 100 classes: quick to train on, a natural next step after digits.",
        ),
        Reading(
            "Stanford Dogs",
            "http://vision.stanford.edu/aditya86/ImageNetDogs/",
            "120 breeds that look alike. The photographs come from ImageNet: mind the overlap with pretraining.",
        ),
    ),
}

CITED = {
    reading.cited: reading
    for reading in (*(one for shelf in LESSON_READINGS.values() for one in shelf), *PAPERS)
    if reading.cited
}


def citation(cited: str) -> str:
    """Write a reference inside a text: authors, year and, as a link, the arXiv number.

    Examples
    --------
    >>> citation("Yosinski et al. 2014")
    'Yosinski et al. 2014, [arXiv:1411.1792](https://arxiv.org/abs/1411.1792)'
    """
    url = CITED[cited].url
    return f"{cited}, [arXiv:{url.removeprefix(ARXIV)}]({url})" if url else cited


def entry(reading: Reading) -> str:
    """Write an entry of the list as Markdown.

    Examples
    --------
    >>> entry(Reading("A title", "https://example.org/", "A line."))
    '[A title](https://example.org/): A line.'
    """
    if not reading.cited:
        return f"[{reading.title}]({reading.url}): {reading.line}"
    return f"**{reading.title}** ({citation(reading.cited)}): {reading.line}"
