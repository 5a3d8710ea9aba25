"""NPZ files: arrays of images or of rows, with labels. Their headers are read first; nothing is ever unpickled."""

from __future__ import annotations

import io
import zipfile
from math import prod
from typing import Any

import numpy as np

from transfer_core.own_data.contents import Contents, as_text, plain
from transfer_core.own_data.images import LARGEST, SMALLEST, grey, reduced
from transfer_core.own_data.limits import LIMITS, Refused, at_most

MAX_ARRAYS = 40
PLAIN_KINDS = "biufUS"  # bool, whole numbers, floats, text: all that can be read without running anything


def read_npz(name: str, data: bytes) -> Contents:
    """Read the arrays of a file.

    Parameters
    ----------
    name : str
    data : bytes

    Returns
    -------
    Contents
        The array of two dimensions or more is what is learnt from; arrays of one dimension are columns.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.savez(file, X=np.zeros((3, 5)), y=np.array(["a", "b", "a"]))
    >>> read_npz("mine.npz", file.getvalue()).words
    {'y': ('a', 'b', 'a')}
    """
    _check_headers(data)
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {plain(key): stored[key] for key in stored.files}
    large = {key: array for key, array in arrays.items() if array.ndim > 1 and array.dtype.kind in "biuf"}
    if len(large) != 1:
        raise Refused(f"NPZ must hold one array of images or rows, got {len(large)} with two dimensions or more.")
    ((main, values),) = large.items()
    numbers, words = _columns({key: array for key, array in arrays.items() if key != main}, len(values))
    if values.ndim > 2:
        if min(_sides(values.shape)) < SMALLEST:
            raise Refused(
                f"Images must be at least {SMALLEST} by {SMALLEST} pixels, got an array of shape {values.shape}."
            )
        images = grey(values)
        small = reduced(images, min(LARGEST, *images.shape[1:]))
        LIMITS.check_size(len(small), prod(small.shape[1:]))
        return Contents(name, small, (), words | {key: as_text(array) for key, array in numbers.items()})
    LIMITS.check_size(len(values), values.shape[1] + len(numbers))
    with np.errstate(over="ignore"):
        table = np.column_stack([values, *numbers.values()]).astype(np.float32)
    return Contents(name, table, (*(f"{main} {index + 1}" for index in range(values.shape[1])), *numbers), words)


def _sides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Height and width of images, wherever their colours stand."""
    if len(shape) == 3:
        return shape[1:]
    return shape[1:3] if shape[-1] in (1, 3, 4) else shape[2:]


def _columns(arrays: dict[str, Any], n: int) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Sort arrays of one entry per row into numbers and words."""
    numbers: dict[str, Any] = {}
    words: dict[str, tuple[str, ...]] = {}
    for key, array in arrays.items():
        column = array.reshape(len(array), -1) if array.ndim else array.reshape(0, 1)
        if column.shape != (n, 1):
            raise Refused(f"Array {key} must have one entry for each of the {n:,} rows, got shape {array.shape}.")
        if array.dtype.kind in "iuf":
            numbers[key] = column[:, 0].astype(float)
        else:
            text = np.char.decode(column[:, 0], "latin-1") if array.dtype.kind == "S" else column[:, 0]
            words[key] = tuple(plain(value) for value in text)
    return numbers, words


def _check_headers(data: bytes) -> None:
    """Refuse what is too large or would have to be unpickled, before any of it is unpacked."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        at_most("Arrays", len(archive.infolist()), MAX_ARRAYS)
        for entry in archive.infolist():
            with archive.open(entry) as member:
                version = np.lib.format.read_magic(member)
                header = (
                    np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = header(member)
            if dtype.hasobject or dtype.kind not in PLAIN_KINDS:
                raise Refused(
                    f"Array {plain(entry.filename)} must hold numbers or text, got Python objects: these are pickled, "
                    "and are never read."
                )
            total += prod(shape) * dtype.itemsize
            at_most("Unpacked bytes", max(total, entry.file_size), LIMITS.unpacked_bytes)
            if len(shape) < 2:
                at_most("Rows", prod(shape), LIMITS.rows)
