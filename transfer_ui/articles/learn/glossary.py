"""The words: ours, what they mean, and what others call the same thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from transfer_ui.definitions import DEFINITIONS


class Term(NamedTuple):
    """One entry.

    Attributes
    ----------
    word, meaning : str
    also : str
        Other names, each with whoever uses it; empty if everybody uses the same.
    """

    word: str
    meaning: str
    also: str = ""


GLOSSARY: tuple[Term, ...] = (
    Term(
        "backbone",
        "All layers below the head: they turn an image into features.",
        "base model (the lesson, Keras, Hugging Face); body (fastai, SetFit); backbone (Lightning, TLLib)",
    ),
    Term("band", "The 95 % interval of a mean over the seeds, drawn around its line."),
    Term(
        "cached features",
        "Output of a frozen backbone, computed once and used in every epoch.",
        "feature extraction in the narrow sense (Keras guide); cache_encoder_embeddings (Ludwig)",
    ),
    Term("cross-entropy", "The loss: minus the log of the probability given to the right class, in nats.", "log loss"),
    Term(
        "decay per layer",
        "Factor between the learning rate of a layer and that of the layer below it.",
        "discriminative fine-tuning (ULMFiT, fastai); layer_decay (timm, BEiT); layerwise_decay (AutoGluon)",
    ),
    Term(
        "end-to-end fine-tuning",
        "Start from the pretrained network and train every layer.",
        "end-to-end learning (the lesson); fine-tuning (Keras, PyTorch); full fine-tuning, FT (papers)",
    ),
    Term("epoch", "One pass over all training images."),
    Term(
        "feature extraction",
        "Freeze the pretrained backbone and train a new head.",
        "linear probe, LP (papers); ConvNet as fixed feature extractor (CS231n, PyTorch)",
    ),
    Term("features", "What the backbone computes from an image: the numbers the head sees.", "embeddings; activations"),
    Term(
        "forgetting",
        "Accuracy that the old head loses on the old task when the backbone moves.",
        "catastrophic forgetting (the lesson); representation forgetting, where a new head is trained first (Davari)",
    ),
    Term("from scratch", "Control: random weights, every layer trains.", "random initialisation (papers)"),
    Term(
        "frozen",
        "Not updated: such a layer stays the same to the last bit.",
        "requires_grad=False (PyTorch); trainable=False (Keras); freeze_to (fastai)",
    ),
    Term(
        "gradual unfreezing",
        "Progressive unfreezing one layer at a time, from the top.",
        "gradual unfreezing (ULMFiT, AllenNLP); thawing in phases (finetuning-scheduler)",
    ),
    Term("head", "The last layer, one logit per class; new for a new task.", "classifier (the lesson); fc (ResNet)"),
    Term(
        "layer group",
        "Layers that are frozen and freed together. Here every layer is its own group.",
        "param group (PyTorch, fastai); phase (finetuning-scheduler)",
    ),
    Term("learning rate", "How far an update follows the gradient.", "lr (frameworks); step size (mathematics)"),
    Term("logits", "The head's outputs before softmax, one per class.", "scores (CS231n)"),
    Term(
        "LP-FT",
        "Train the head, then everything: one switch.",
        "fine_tune (fastai); progressive unfreezing in the lesson's code; two-step workflow (Keras guide)",
    ),
    Term("minibatch", "Images in one update; full batch takes all of them.", "batch"),
    Term("momentum", "Share of the last step that carries over into the next."),
    Term(
        "multiply-adds",
        "Multiplications, each with an addition, in matrix products: work, on whatever machine.",
        "MACs",
    ),
    Term("negative transfer", "From scratch beats the pretrained start."),
    Term("overfitting", "Better on the training images than on new ones; measured as train minus validation."),
    Term("pretrained", "Trained beforehand on another, larger task.", "pre-trained (the lesson)"),
    Term(
        "progressive unfreezing",
        "Train the head first, then free the backbone at a lower rate: at once, or layer by layer.",
        "hybrid approach (the lesson); BackboneFinetuning (Lightning)",
    ),
    Term(
        "random features", "Control: a head on a frozen backbone that was never trained. The lesson's code does this."
    ),
    Term("retention", "Accuracy of the old head on the old task after training on the new one."),
    Term(
        "schedule",
        "Which layers train in which epochs, at which rates.",
        "ft_schedule (finetuning-scheduler); milestones (Lightning)",
    ),
    Term("seed", DEFINITIONS["seed"]),
    Term("shift", "How the target images differ from the source: turned, inverted, noisy.", "domain shift (papers)"),
    Term("source task", "What the network was pretrained on; the old task.", "original task (the lesson); upstream"),
    Term("target task", "What the network is to learn now; the new task.", "downstream task"),
    Term("unfreeze epoch", "The epoch after which the backbone trains too.", "unfreeze_backbone_at_epoch (Lightning)"),
    Term(
        "weight decay", "A pull on every weight towards zero.", "L2 penalty; L2-SP, where the pull is towards the start"
    ),
    Term("zero-shot", "The pretrained network as it is, with no target images."),
)


def search(text: str) -> tuple[Term, ...]:
    """Find the entries that contain a text, ignoring case.

    Examples
    --------
    >>> [term.word for term in search("Linear PROBE")]
    ['feature extraction']
    """
    wanted = text.strip().casefold()
    return tuple(term for term in GLOSSARY if wanted in " ".join(term).casefold())


def entry(term: Term) -> str:
    """Write an entry as Markdown.

    Examples
    --------
    >>> entry(Term("minibatch", "Images in one update.", "batch"))
    '**minibatch**: Images in one update. :gray[Also: batch.]'
    """
    return f"**{term.word}**: {term.meaning}" + (f" :gray[Also: {term.also}.]" if term.also else "")


def _pattern() -> re.Pattern[str]:
    """Find code, formulas and links, in which nothing is linked, or a word of the glossary; of two, the longer."""
    words = "|".join(re.escape(term.word) for term in sorted(GLOSSARY, key=lambda term: -len(term.word)))
    return re.compile(rf"(?P<kept>`[^`]*`|\$+[^$]+\$+|\[[^\]]*\]\([^)]*\))|\b(?P<word>{words})s?\b", re.IGNORECASE)


_PATTERN = _pattern()
_MEANING = {term.word.casefold(): term for term in GLOSSARY}


def linked(text: str, known: str = "", carried: Mapping[str, str] = MappingProxyType({})) -> str:
    """Link each word of the glossary to its entry, where it first stands; the pointer over it reads the meaning.

    Parameters
    ----------
    text : str
        Markdown of ours.
    known : str
        What comes before it on the page: words in it have been linked.
    carried : mapping of str to str, optional
        What else the links say.

    Examples
    --------
    >>> linked("Two epochs, then one epoch.")
    'Two [epochs](learn?section=glossary&word=epoch "One pass over all training images."), then one epoch.'
    >>> linked("Another epoch of `epoch`.", known="The first epoch.")
    'Another epoch of `epoch`.'
    """
    seen = {found["word"].casefold() for found in _PATTERN.finditer(known) if found["word"]}

    def link(found: re.Match[str]) -> str:
        word = (found["word"] or "").casefold()
        if not word or word in seen:
            return found[0]
        seen.add(word)
        term = _MEANING[word]
        address = urlencode({"section": "glossary", "word": term.word} | dict(carried))
        return f'[{found[0]}](learn?{address} "{term.meaning}")'

    return _PATTERN.sub(link, text)
