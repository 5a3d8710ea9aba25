"""Pairs of a source task and a target task, with what each pair is meant to show.

A task is a dataset, a part of it, and a rule that turns digits into labels. A scenario is two tasks
and, where it makes sense, a shift of the target images. All of it is data; `transfer_core.splits`
turns it into arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from transfer_core.arrays import Array
from transfer_core.datasets import Dataset
from transfer_core.shifts import INVERSION, NOISE, PERMUTATION, ROTATION, Shift

DIGIT_NAMES = tuple("0123456789")
TEST_SHARE = 0.28
VAL_SHARE = 0.1


def _as_digit(dataset: Dataset) -> Array:
    return dataset.digits


def _from_five(dataset: Dataset) -> Array:
    return dataset.digits - 5


def _parity(dataset: Dataset) -> Array:
    return dataset.digits % 2


def _next_digit(dataset: Dataset) -> Array:
    return (dataset.digits + 1) % 10


def much_ink(dataset: Dataset) -> Array:
    """Label each image 1 if it has more ink than the median of the dataset, else 0."""
    ink = dataset.images.sum(axis=(1, 2))
    return np.asarray(ink > np.median(ink), dtype=np.int64)


@dataclass(frozen=True)
class Task:
    """What is to be told apart.

    Attributes
    ----------
    title : str
    dataset : str
        A name in `transfer_core.datasets.DATASETS`.
    classes : tuple of str
        Names of the labels 0, 1, ...
    digits : tuple of int
        The digits whose images belong to the task.
    half : int or None
        0 or 1: one half of these images, split anew for each seed, so that two tasks share no image.
    label : callable
        ``Dataset -> int ndarray``, the label of every image.
    """

    title: str
    dataset: str
    classes: tuple[str, ...] = DIGIT_NAMES
    digits: tuple[int, ...] = tuple(range(10))
    half: int | None = None
    label: Callable[[Dataset], Array] = _as_digit


@dataclass(frozen=True)
class Scenario:
    """A source task, a target task and what to look for.

    Attributes
    ----------
    title : str
    look_for : str
        One sentence.
    target : Task
    source : Task or None
        ``None``: nothing is pretrained, the backbone is random.
    shift : Shift or None
        Applied to the target images, with the amount of the run.
    same_labels : bool
        The labels mean the same in both tasks, so the pretrained network can be used as it is.
    standardise : bool
        Scale each pixel of the target to mean 0 and deviation 1, fitted on the training pool.
    init_scale : "he" or float
        Scale of every random weight.
    test_share, val_share : float
        Shares of the target images; what is left is the pool that training images come from.
    settings : mapping
        Fields of `RunConfig` that this scenario starts with instead of the general defaults.
    """

    title: str
    look_for: str
    target: Task
    source: Task | None
    shift: Shift | None = None
    same_labels: bool = False
    standardise: bool = False
    init_scale: str | float = "he"
    test_share: float = TEST_SHARE
    val_share: float = VAL_SHARE
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


_FIRST_HALF = Task("Digits, first half", "digits", half=0)
_SECOND_HALF = Task("Digits, second half", "digits", half=1)

SCENARIOS: dict[str, Scenario] = {
    "mnist_to_digits": Scenario(
        title="MNIST to UCI digits",
        look_for="Two collections of handwritten digits. How far does the one carry over to the other, and when "
        "does fine-tuning overtake freezing as the target grows or turns?",
        source=Task("MNIST digits", "mnist_8x8"),
        target=Task("UCI digits", "digits"),
        shift=ROTATION,
        same_labels=True,
    ),
    "digits_to_digits": Scenario(
        title="Digits to more digits",
        look_for="The same task on new images. Is there anything left to gain, or only something to lose?",
        source=_FIRST_HALF,
        target=_SECOND_HALF,
        same_labels=True,
    ),
    "digits_to_inverted": Scenario(
        title="Digits to inverted digits",
        look_for="The same shapes in negative: every input of the first layer has changed. Do frozen features survive?",
        source=_FIRST_HALF,
        target=Task("Inverted digits", "digits", half=1),
        shift=INVERSION,
        same_labels=True,
        settings=MappingProxyType({"shift_amount": 1.0}),
    ),
    "digits_to_noisy": Scenario(
        title="Digits to noisy digits",
        look_for="Noise on the target only. Compare with zero-shot: the network as it is, adapted to nothing.",
        source=_FIRST_HALF,
        target=Task("Noisy digits", "digits", half=1),
        shift=NOISE,
        same_labels=True,
        settings=MappingProxyType({"shift_amount": 0.35}),
    ),
    "digits_to_permuted": Scenario(
        title="Digits to permuted pixels",
        look_for="The pixels change places, so the first layer looks at the wrong ones. Is from scratch now better?",
        source=_FIRST_HALF,
        target=Task("Digits with pixels moved", "digits", half=1),
        shift=PERMUTATION,
        same_labels=True,
        settings=MappingProxyType({"shift_amount": 1.0}),
    ),
    "digits_to_renamed": Scenario(
        title="Digits to renamed digits",
        look_for="The same images, and every digit bears the name of the next. Only the answers have changed: which "
        "layer has to learn them?",
        source=_FIRST_HALF,
        target=Task("Digits, each named as the next", "digits", half=1, label=_next_digit),
    ),
    "low_to_high": Scenario(
        title="Digits 0-4 to digits 5-9",
        look_for="The obvious textbook pair. Do features that separate 0-4 separate 5-9 better than random ones do?",
        source=Task("Digits 0-4", "digits", DIGIT_NAMES[:5], digits=tuple(range(5))),
        target=Task("Digits 5-9", "digits", DIGIT_NAMES[5:], digits=tuple(range(5, 10)), label=_from_five),
    ),
    "digits_to_parity": Scenario(
        title="Digits to odd or even",
        look_for="A new question about familiar images. Do the features hold the answer already?",
        source=_FIRST_HALF,
        target=Task("Odd or even", "digits", ("even", "odd"), half=1, label=_parity),
    ),
    "digits_to_ink": Scenario(
        title="Digits to much or little ink",
        look_for="The same images, and a question whose answer a digit classifier may ignore. Is a similar image "
        "a similar task?",
        source=_FIRST_HALF,
        target=Task("Ink above the median", "digits", ("little", "much"), half=1, label=much_ink),
    ),
    "lesson": Scenario(
        title="The lesson's notebook (random backbone)",
        look_for="The set-up of the notebook this lab grew from. Its backbone was never pretrained: what it calls "
        "feature extraction trains a head on random features.",
        source=None,
        target=Task("UCI digits, standardised", "digits"),
        standardise=True,
        init_scale=0.01,
        test_share=0.15,
        val_share=0.15,
        settings=MappingProxyType(
            {
                "hidden_sizes": (128,),
                "images_per_class": None,
                "n_epochs": 100,
                "unfreeze_epoch": 50,
                "head_learning_rate": 0.1,
                "backbone_learning_rate": 0.1,
                "unfrozen_learning_rate": 0.01,
                "batch_size": None,
                "momentum": 0.0,
            }
        ),
    ),
}
