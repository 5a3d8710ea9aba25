"""What is the source and what is the target: by file, by classes, by a column, or our own digits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.datasets import Dataset, load
from transfer_core.own_data.cleaning import Cleaned, clean, keys_of
from transfer_core.own_data.contents import Contents, Finding, counted
from transfer_core.own_data.images import is_dark_on_light
from transfer_core.own_data.limits import Refused
from transfer_core.scenarios import Scenario, Task
from transfer_core.wording import inside

NAME, TITLE = "yours", "Your data"
MNIST_SIDE = 8
LOOK_FOR = "Your own data: which way to use what you have, and what would more labels bring?"


class Pair(NamedTuple):
    """What is to be answered for a visitor.

    Attributes
    ----------
    scenario : Scenario
        Without a source, rows are embeddings: the frozen backbone is the model they come from.
    findings : tuple of Finding
    is_uneven : bool
        Whether balanced accuracy decides.
    columns : tuple of str
        Of a table: what the numbers are called that are learnt from.
    """

    scenario: Scenario
    findings: tuple[Finding, ...]
    is_uneven: bool
    columns: tuple[str, ...] = ()


def alone(target: Cleaned) -> Pair:
    """Take the data as they are: nothing is pretrained here."""
    scenario = Scenario(NAME, TITLE, LOOK_FOR, Task(TITLE, target.dataset), None, standardise=True)
    return Pair(scenario, target.findings, target.is_uneven, target.columns)


def after_digits(target: Cleaned) -> Pair:
    """Pretrain on MNIST digits, which are light ink on nothing; photos of dark ink on paper are turned to that."""
    if target.dataset.image_shape != (MNIST_SIDE, MNIST_SIDE):
        raise Refused(
            f"Images must be {MNIST_SIDE} by {MNIST_SIDE} for the network of digits, got {target.dataset.image_shape}."
        )
    findings = target.findings
    if is_dark_on_light(target.dataset.images):
        inverted = Dataset(1 - target.dataset.images, target.dataset.labels, target.dataset.classes)
        said = "Most images are dark on light: they were inverted, as the network of digits knows light ink on black."
        findings = (*findings, Finding("inverted", "all images", said))
        target = Cleaned(inverted, target.columns, findings)
    return _paired(target, Task("MNIST digits", load("mnist_8x8")), findings)


def after_file(target: Cleaned, source: Cleaned) -> Pair:
    """Pretrain on another file; of a table, on the columns that both have."""
    found = [one for one in source.findings if one not in target.findings]
    in_source = [Finding(one.what, f"source: {one.where}", f"In the source: {inside(one.words)}") for one in found]
    findings = (*target.findings, *in_source)
    ours, theirs, shared = target.dataset.images, source.dataset.images, target.columns
    if target.dataset.is_image != source.dataset.is_image:
        raise Refused("Source and target must both be images or both be tables, got one of each.")
    if not target.dataset.is_image:
        shared = tuple(name for name in target.columns if name in source.columns)
        if not shared:
            raise Refused("Source and target must have columns of the same name, got none in common.")
        lost = len(target.columns) - len(shared)
        if lost:
            said = f"{counted(lost, 'column')} of the target are not in the source: left out."
            findings = (*findings, Finding("columns", "target", said))
        ours = ours[:, [target.columns.index(name) for name in shared]]
        theirs = theirs[:, [source.columns.index(name) for name in shared]]
        ours, theirs = _scaled(ours, theirs)
    copies = np.isin(keys_of(theirs), keys_of(ours))
    if copies.any():
        said = f"{counted(int(copies.sum()), 'row')} of the source are also in the target: left out of the source."
        findings = (*findings, Finding("shared", "source", said))
    kept = np.flatnonzero(~copies)
    present = np.unique(source.dataset.labels[kept]) if len(kept) else np.zeros(0, int)
    if len(present) < 2 or min(np.unique(source.dataset.labels[kept], return_counts=True)[1]) < 2:
        raise Refused("The source must keep at least two classes with two rows each that are not in the target.")
    labels = np.searchsorted(present, source.dataset.labels[kept])
    before = Dataset(theirs[kept], labels, tuple(source.dataset.classes[index] for index in present))
    new = Cleaned(Dataset(ours, target.dataset.labels, target.dataset.classes), shared, findings)
    return _paired(new, Task("Your source", before), findings)


def by_classes(whole: Cleaned, source_classes: Collection[str]) -> Pair:
    """Pretrain on some of the classes; the others are the target."""
    data = whole.dataset
    members = np.isin(data.labels, [data.classes.index(name) for name in source_classes])
    parts = [_part(whole, np.flatnonzero(one), what) for one, what in ((~members, "target"), (members, "source"))]
    return after_file(*parts)


def by_column(contents: Contents, label: str, column: str, source_values: Collection[str], side: int = 0) -> Pair:
    """Pretrain on the rows with some values of a column, such as a year or a camera; the others are the target."""
    if column == label:
        raise Refused("The column that parts source and target must be another than that of the labels.")
    is_source = np.array([value in source_values for value in contents.column(column)])
    if is_source.all() or not is_source.any():
        raise Refused("Source and target must both have rows, got all in one of them.")
    without = _without(contents, column)
    target, source = (clean(without.take(np.flatnonzero(one)), label, side) for one in (~is_source, is_source))
    return after_file(target, source)


def _without(contents: Contents, column: str) -> Contents:
    """Leave out the column that parts source and target: it is constant in both."""
    kept = [index for index, name in enumerate(contents.columns) if name != column]
    values = contents.values if contents.is_image else contents.values[:, kept]
    words = {name: entries for name, entries in contents.words.items() if name != column}
    names = tuple(contents.columns[index] for index in kept)
    return replace(contents, values=values, columns=names, words=words)


def _part(whole: Cleaned, rows: Array, what: str) -> Cleaned:
    """Keep the classes that these rows have."""
    data = whole.dataset
    present = np.unique(data.labels[rows])
    if len(present) < 2:
        raise Refused(f"The {what} must have at least two classes, got {len(present)}.")
    classes: Sequence[str] = tuple(data.classes[index] for index in present)
    labels = np.searchsorted(present, data.labels[rows])
    return Cleaned(
        Dataset(data.images[rows], labels, tuple(classes)), whole.columns, whole.findings if what == "target" else ()
    )


def _scaled(ours: Array, theirs: Array) -> tuple[Array, Array]:
    """Give every number mean 0 and deviation 1 over the source, which is known before any target row."""
    mean, deviation = theirs.mean(axis=0, dtype=float), theirs.std(axis=0, dtype=float)
    deviation[deviation < 1e-12] = 1.0
    scaled = [((part - mean) / deviation).astype(np.float32) for part in (ours, theirs)]
    return scaled[0], scaled[1]


def _paired(target: Cleaned, source: Task, findings: tuple[Finding, ...]) -> Pair:
    new = Task(TITLE, target.dataset)
    scenario = Scenario(NAME, TITLE, LOOK_FOR, new, source, same_labels=source.classes == new.classes)
    return Pair(scenario, findings, target.is_uneven, target.columns)
