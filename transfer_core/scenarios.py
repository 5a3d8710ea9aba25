"""Pairs of a source task and a target task, with what each pair is meant to show.

A task is a data set, a part of it, and a rule that turns its labels into those of the task. A scenario is
two tasks and, where it makes sense, a shift of the target images. All of it is data, known by its content;
`transfer_core.splits` turns it into arrays.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from transfer_core.arrays import Array
from transfer_core.datasets import DIGIT_NAMES, Dataset, content_key, load
from transfer_core.shifts import INVERSION, NOISE, PERMUTATION, ROTATION, Shift

TEST_SHARE = 0.28
VAL_SHARE = 0.1


def as_it_is(dataset: Dataset) -> Array:
    """Label each image as the data set does."""
    return dataset.labels


def _from_five(dataset: Dataset) -> Array:
    return dataset.labels - 5


def _parity(dataset: Dataset) -> Array:
    return dataset.labels % 2


def _next_digit(dataset: Dataset) -> Array:
    return (dataset.labels + 1) % 10


def much_ink(dataset: Dataset) -> Array:
    """Label each image 1 if it has more ink than the median of the dataset, else 0."""
    ink = dataset.images.sum(axis=tuple(range(1, dataset.images.ndim)))
    return np.asarray(ink > np.median(ink), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be told apart. Tasks are equal if their images and labels are, whatever they are called.

    Attributes
    ----------
    title : str
    dataset : Dataset
    classes : tuple of str
        Names of the labels 0, 1, ...; by default those of the data set.
    members : tuple of int
        Labels of the data set whose images belong to the task; all by default.
    half : int or None
        0 or 1: one half of these images, split anew per seed, so that two tasks share no image.
    label : callable
        ``Dataset -> int ndarray``, the label of every image.
    """

    title: str
    dataset: Dataset
    classes: tuple[str, ...] = ()
    members: tuple[int, ...] = ()
    half: int | None = None
    label: Callable[[Dataset], Array] = as_it_is

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", self.classes or self.dataset.classes)
        object.__setattr__(self, "members", self.members or tuple(range(len(self.dataset.classes))))

    @cached_property
    def labels(self) -> Array:
        """Labels of all images of the data set; those of images that are not members mean nothing."""
        return self.label(self.dataset)

    @cached_property
    def key(self) -> str:
        """Name of the content: the data set, which of its images, and their labels."""
        return content_key(self.dataset.key, self.classes, self.members, self.half, self.labels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Task) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, eq=False)
class Scenario:
    """A source task, a target task and what to look for. Scenarios are equal if what they learn from is.

    Attributes
    ----------
    name, title : str
        For links and the command line; for people.
    look_for : str
        One sentence.
    target : Task
    source : Task or None
        ``None``: nothing is pretrained, the backbone is random.
    shift : Shift or None
        Applied to the target images, with the amount of the run.
    same_labels : bool
        Whether labels mean the same in both tasks, so that the pretrained network can be used as it is.
    standardise : bool
        Scale each pixel of the target to mean 0 and deviation 1, fitted on the training pool.
    init_scale : "he" or float
        Scale of every random weight.
    test_share, val_share : float
        Shares of the target images; the rest is the pool that training images come from.
    settings : mapping
        Fields of `RunConfig` that this scenario starts with instead of the general defaults.

    Raises
    ------
    ValueError
        If the images of the two tasks have different shapes, or the shift makes no sense for them.
    """

    name: str
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

    def __post_init__(self) -> None:
        ours = self.target.dataset.image_shape
        if self.source is not None and self.source.dataset.image_shape != ours:
            raise ValueError(
                f"source and target of a scenario must have images of one shape, got {self.source.dataset.image_shape} "
                f"and {ours}"
            )
        if self.shift is not None:
            self.shift.check(self.target.dataset)

    @cached_property
    def key(self) -> str:
        """Name of the content: everything that a result depends on, and no words."""
        return content_key(
            self.target.key,
            self.source.key if self.source else None,
            self.shift.title if self.shift else None,
            self.same_labels,
            self.standardise,
            self.init_scale,
            self.test_share,
            self.val_share,
        )

    @property
    def address(self) -> str:
        """What a configuration calls it: its name if it is one of ours, otherwise name and content."""
        return self.name if SCENARIOS.get(self.name) is self else f"{self.name}@{self.key[:16]}"

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Height and width of an image, or the length of a row of numbers."""
        return self.target.dataset.image_shape

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Scenario({self.address})"

    def __reduce__(self) -> tuple[Callable[..., Scenario | None], tuple[Any, ...]]:
        # Every process has ours; a scenario that somebody brought travels with its data.
        if SCENARIOS.get(self.name) is self:
            return scenario_at, (self.name,)
        fields = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return _unpacked, (fields | {"settings": dict(self.settings)},)


_FIRST_HALF = Task("Digits, first half", load("digits"), half=0)
_SECOND_HALF = Task("Digits, second half", load("digits"), half=1)

_OURS = (
    Scenario(
        name="off_centre",
        title="MNIST to UCI digits, off centre",
        look_for="Every digit stands up to a pixel off centre, so two images of one class may share little ink. What has "
        "the pretrained network learnt that a few images cannot teach?",
        source=Task("MNIST digits, off centre", load("mnist_off_centre")),
        target=Task("UCI digits, off centre", load("digits_off_centre")),
        shift=ROTATION,
        same_labels=True,
    ),
    Scenario(
        name="mnist_to_digits",
        title="MNIST to UCI digits",
        look_for="Two collections of handwritten digits. How well does one carry over to the other, and when "
        "does fine-tuning overtake freezing as the target grows or turns?",
        source=Task("MNIST digits", load("mnist_8x8")),
        target=Task("UCI digits", load("digits")),
        shift=ROTATION,
        same_labels=True,
    ),
    Scenario(
        name="digits_to_digits",
        title="Digits to more digits",
        look_for="The same task on new images. Is there anything left to gain, or only something to lose?",
        source=_FIRST_HALF,
        target=_SECOND_HALF,
        same_labels=True,
    ),
    Scenario(
        name="digits_to_inverted",
        title="Digits to inverted digits",
        look_for="The same shapes in negative: every input of the first layer has changed. Do frozen features survive?",
        source=_FIRST_HALF,
        target=Task("Inverted digits", load("digits"), half=1),
        shift=INVERSION,
        same_labels=True,
        settings=MappingProxyType({"shift_amount": 1.0}),
    ),
    Scenario(
        name="digits_to_noisy",
        title="Digits to noisy digits",
        look_for="Noise on the target only. Compare with zero-shot: the network as it is, adapted to nothing.",
        source=_FIRST_HALF,
        target=Task("Noisy digits", load("digits"), half=1),
        shift=NOISE,
        same_labels=True,
        settings=MappingProxyType({"shift_amount": 0.35}),
    ),
    Scenario(
        name="digits_to_permuted",
        title="Digits to permuted pixels",
        look_for="The pixels change places, so the first layer looks at the wrong ones. Is training from scratch now better?",
        source=_FIRST_HALF,
        target=Task("Digits with pixels moved", load("digits"), half=1),
        shift=PERMUTATION,
        same_labels=True,
        settings=MappingProxyType({"shift_amount": 1.0}),
    ),
    Scenario(
        name="digits_to_renamed",
        title="Digits to renamed digits",
        look_for="The same images, but every digit bears the name of the next. Only the answers have changed: which "
        "layer must learn them?",
        source=_FIRST_HALF,
        target=Task("Digits, each named as the next", load("digits"), half=1, label=_next_digit),
    ),
    Scenario(
        name="low_to_high",
        title="Digits 0-4 to digits 5-9",
        look_for="The obvious textbook pair. Do features that separate 0-4 also separate 5-9 better than random ones do?",
        source=Task("Digits 0-4", load("digits"), DIGIT_NAMES[:5], members=tuple(range(5))),
        target=Task("Digits 5-9", load("digits"), DIGIT_NAMES[5:], members=tuple(range(5, 10)), label=_from_five),
    ),
    Scenario(
        name="digits_to_parity",
        title="Digits to odd or even",
        look_for="A new question about familiar images. Do the features already hold the answer?",
        source=_FIRST_HALF,
        target=Task("Odd or even", load("digits"), ("even", "odd"), half=1, label=_parity),
    ),
    Scenario(
        name="digits_to_ink",
        title="Digits to much or little ink",
        look_for="The same images, but a question whose answer a digit classifier may ignore. Do similar images make "
        "a similar task?",
        source=_FIRST_HALF,
        target=Task("Ink above the median", load("digits"), ("little", "much"), half=1, label=much_ink),
    ),
    Scenario(
        name="lesson",
        title="The lesson's notebook (random backbone)",
        look_for="The set-up of the notebook this lab grew from. Its backbone was never pretrained: what it calls "
        "feature extraction trains a head on random features.",
        source=None,
        target=Task("UCI digits, standardised", load("digits")),
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
)

SCENARIOS: Mapping[str, Scenario] = MappingProxyType({scenario.name: scenario for scenario in _OURS})
"""Ours, by name; everyone starts with the first."""

# Scenarios that somebody brought, for as long as they hold on to them.
_brought: WeakValueDictionary[str, Scenario] = WeakValueDictionary()


def address_of(scenario: str | Scenario) -> str:
    """Give what a configuration calls a scenario; from now on, one that is not ours can be found by it.

    Examples
    --------
    >>> address_of(SCENARIOS["lesson"]), address_of("lesson")
    ('lesson', 'lesson')
    """
    if isinstance(scenario, str):
        return scenario
    if scenario.address != scenario.name:
        _brought[scenario.address] = scenario
    return scenario.address


def _unpacked(fields: dict[str, Any]) -> Scenario:
    """Register a scenario that came from another process."""
    scenario = Scenario(**fields)
    address_of(scenario)
    return scenario


def scenario_at(address: str) -> Scenario | None:
    """Find a scenario, ours or one that somebody still holds; ``None`` if there is none.

    Examples
    --------
    >>> scenario_at("lesson").title, scenario_at("nope") is None
    ("The lesson's notebook (random backbone)", True)
    """
    return SCENARIOS.get(address) or _brought.get(address)


def title_of(address: str) -> str:
    """Title of a scenario for people, or its address if nobody holds it any more.

    Examples
    --------
    >>> title_of("low_to_high")
    'Digits 0-4 to digits 5-9'
    """
    found = scenario_at(address)
    return found.title if found else address
