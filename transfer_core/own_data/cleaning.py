"""From what a file holds to a data set: what is odd is found, said and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transfer_core.arrays import Array
from transfer_core.datasets import Dataset, content_key
from transfer_core.own_data.contents import Contents, Finding, counted, listed
from transfer_core.own_data.images import reduced
from transfer_core.own_data.labels import encoded
from transfer_core.own_data.limits import Refused

MIN_PER_CLASS = 8
"""Fewer cannot be split into images to train on and images to test on, seed after seed."""
MOST_MISSING = 0.2
"""A column with a larger share of missing numbers is left out, rather than all rows that lack it."""
MOSTLY = 0.9
"""A column that rises by one in so many rows counts them, whatever was left out or repeated."""
UNEVEN = 3.0
"""From this ratio of the largest class to the smallest on, plain accuracy misleads."""


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A data set, and what was found on the way to it.

    Attributes
    ----------
    dataset : Dataset
    columns : tuple of str
        What the numbers of a row are called; empty for images.
    findings : tuple of Finding
    """

    dataset: Dataset
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Images per class."""
        counted_classes = np.bincount(self.dataset.labels, minlength=len(self.dataset.classes))
        return dict(zip(self.dataset.classes, counted_classes.tolist(), strict=True))

    @property
    def is_uneven(self) -> bool:
        """Whether the classes differ so much in size that balanced accuracy is the one to read."""
        return max(self.counts.values()) >= UNEVEN * min(self.counts.values())


def clean(contents: Contents, label: str, side: int = 0) -> Cleaned:
    r"""Make a data set.

    Parameters
    ----------
    contents : Contents
    label : str
        Column with the labels.
    side : int
        Of images: rows and columns to reduce them to; 0 leaves them as they are.

    Returns
    -------
    Cleaned

    Raises
    ------
    Refused
        If too little is left.

    Examples
    --------
    >>> from transfer_core.own_data.files import read
    >>> table = "\n".join(["size,kind", *(f"{n * n},{'ab'[n % 2]}" for n in range(20)), "9,b"])
    >>> found = clean(read("mine.csv", table.encode()), "kind")
    >>> found.counts, [finding.what for finding in found.findings]
    ({'a': 10, 'b': 10}, ['duplicates'])
    """
    labels, classes = encoded(contents.column(label))
    rows = np.arange(len(contents))
    findings = list(contents.findings)
    if (labels < 0).any():
        gone = rows[labels < 0]
        findings.append(_finding(contents, "labels", gone, "{} without a label: left out."))
        rows = rows[labels >= 0]
    rows = _large_classes(labels, classes, rows, findings)  # or their few rows would hide a leak
    columns: tuple[str, ...] = ()
    values = contents.values
    if contents.is_image:
        values = np.clip(reduced(values, side), 0, 1) if side else values
    else:
        kept = _columns(contents, label, labels, rows, findings)
        columns, values = tuple(contents.columns[index] for index in kept), values[:, kept]
    rows = _complete(contents, values, rows, findings)
    rows = _different(contents, values, labels, rows, findings)
    rows = _large_classes(labels, classes, rows, findings)
    present = sorted(set(labels[rows].tolist()))
    renumbered = np.searchsorted(present, labels[rows])
    dataset = Dataset(values[rows].astype(np.float32), renumbered, tuple(classes[index] for index in present))
    cleaned = Cleaned(dataset, columns, tuple(findings))
    return cleaned if not cleaned.is_uneven else _uneven(cleaned)


def _finding(contents: Contents, what: str, rows: Sequence[int] | Array, words: str) -> Finding:
    """Say something about rows: how many, and which."""
    thing = "photo" if contents.is_image else "row"
    where = listed([contents.place(row) for row in rows])
    return Finding(what, where, words.format(f"{counted(len(rows), thing)} ({where})"))


def _columns(contents: Contents, label: str, labels: Array, rows: Array, findings: list[Finding]) -> list[int]:
    """Choose the columns to learn from."""
    words = [name for name in contents.words if name != label and name not in contents.columns]
    if words:
        said = f"{counted(len(words), 'column')} of words ({listed(words)}): left out, only numbers are learnt from."
        findings.append(Finding("words", listed(words), said))
    left_out: dict[str, list[str]] = {"missing columns": [], "constant": [], "counter": [], "leak": []}
    kept = []
    for index, name in enumerate(contents.columns):
        if name == label:
            continue
        reason = _reason(contents.values[rows, index], labels[rows])
        if reason:
            left_out[reason].append(name)
        else:
            kept.append(index)
    for what, names in left_out.items():
        if names:
            findings.append(Finding(what, listed(names), COLUMN_WORDS[what].format(listed(names))))
    if not kept:
        raise Refused("The table must hold at least one column of numbers that vary, beside the labels; got none.")
    return kept


COLUMN_WORDS = {
    "missing columns": f"More than {MOST_MISSING:.0%} of the numbers are missing in {{}}: left out.",
    "constant": "Always the same number in {}: left out, nothing can be learnt from it.",
    "counter": "Rows are merely counted in {}: left out, or the order of the file would be learnt.",
    "leak": "Every class has one number of its own in {}: left out, since it gives the label away.",
}


def _reason(numbers: Array, labels: Array) -> str:
    """Say why a column cannot be learnt from; nothing if it can."""
    known = np.isfinite(numbers)
    if known.mean() < 1 - MOST_MISSING:
        return "missing columns"
    numbers, labels = numbers[known], labels[known]
    different = np.unique(numbers)
    if len(different) < 2:
        return "constant"
    if len(numbers) > 2 and (np.diff(numbers) == 1).mean() >= MOSTLY:
        return "counter"
    n_classes = len(np.unique(labels))
    if len(different) != n_classes or len(numbers) < 2 * n_classes:
        return ""
    pairs = {*zip(numbers.tolist(), labels.tolist(), strict=True)}
    return "leak" if len(pairs) == n_classes else ""


def _complete(contents: Contents, values: Array, rows: Array, findings: list[Finding]) -> Array:
    """Leave out what lacks a number."""
    flat = values.reshape(len(values), -1)[rows]
    infinite = np.isinf(flat).any(axis=1)
    missing = np.isnan(flat).any(axis=1) & ~infinite
    if missing.any():
        findings.append(_finding(contents, "missing", rows[missing], "A number is missing in {}: left out."))
    if infinite.any():
        findings.append(_finding(contents, "infinite", rows[infinite], "A number is infinite in {}: left out."))
    return rows[~(missing | infinite)]


def keys_of(values: Array) -> list[str]:
    """Name each image or row by its content."""
    return [content_key(np.ascontiguousarray(one, np.float32)) for one in values]


def _different(contents: Contents, values: Array, labels: Array, rows: Array, findings: list[Finding]) -> Array:
    """Keep the first of equal rows, and none where equal rows have different labels: each would be in two parts."""
    groups: dict[str, list[int]] = {}
    for row, key in zip(rows, keys_of(values[rows]), strict=True):
        groups.setdefault(key, []).append(int(row))
    torn = [row for group in groups.values() if len({labels[row] for row in group}) > 1 for row in group]
    again = [row for group in groups.values() if len({labels[row] for row in group}) == 1 for row in group[1:]]
    if torn:
        words = "The same numbers have different labels in {}: left out, please check them."
        findings.append(_finding(contents, "contradictions", sorted(torn), words))
    if again:
        words = "Repeated from above: {}; left out, or a copy would be in both training and test."
        findings.append(_finding(contents, "duplicates", sorted(again), words))
    gone = {*torn, *again}
    return np.array([row for row in rows if row not in gone], dtype=int)


def _large_classes(labels: Array, classes: Sequence[str], rows: Array, findings: list[Finding]) -> Array:
    """Leave out classes that cannot be split."""
    counts = np.bincount(labels[rows], minlength=len(classes)) if len(rows) else np.zeros(len(classes), int)
    large = np.flatnonzero(counts >= MIN_PER_CLASS)
    if len(large) < 2:
        raise Refused(
            f"At least two classes must have {MIN_PER_CLASS} rows or more that can be used, got {len(large)} of "
            f"{counted(len(classes), 'class', 'classes')}: label more."
        )
    small = [classes[index] for index in np.unique(labels[rows]) if index not in large]
    if small:
        said = f"Fewer than {MIN_PER_CLASS} rows in {counted(len(small), 'class', 'classes')} ({listed(small)}): left out, too few to train and test on."
        findings.append(Finding("small classes", listed(small), said))
    return rows[np.isin(labels[rows], large)]


def _uneven(cleaned: Cleaned) -> Cleaned:
    """Say how uneven the classes are, and what is done about it."""
    counts = cleaned.counts
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    said = (
        f"The classes are uneven, from {counts[least]:,} ({least}) to {counts[most]:,} ({most}): every part keeps their "
        "proportions, and balanced accuracy decides."
    )
    return Cleaned(cleaned.dataset, cleaned.columns, (*cleaned.findings, Finding("uneven", f"{least}, {most}", said)))
