"""Labels as people write them: words, booleans, whole numbers from 0, from 1 or from anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from transfer_core.arrays import Array
from transfer_core.own_data.limits import LIMITS, Refused

WHOLE = re.compile(r"[+-]?\d+(\.0*)?")


def encoded(column: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """Give each class of a column its number, in the order of their numbers or of the alphabet.

    Parameters
    ----------
    column : sequence of str
        "" where a label is missing.

    Returns
    -------
    tuple of int ndarray and tuple of str
        The label of each row, -1 where it is missing, and the classes.

    Raises
    ------
    Refused
        If there are too many classes, or only one.

    Examples
    --------
    >>> encoded(["10", "9", "", "9.0"])
    (array([ 1,  0, -1,  0]), ('9', '10'))
    """
    names = [name_of(value) for value in column]
    present = {name for name in names if name}
    if len(present) > LIMITS.classes:
        raise Refused(
            f"Labels must have at most {LIMITS.classes} classes, got {len(present):,}: choose another column."
        )
    if len(present) < 2:
        raise Refused(f"Labels must have at least two classes, got {len(present)}.")
    classes = sorted(present, key=lambda name: (int(name), "") if WHOLE.fullmatch(name) else (10**18, name))
    number = {name: index for index, name in enumerate(classes)}
    return np.array([number.get(name, -1) for name in names]), tuple(classes)


def name_of(value: str) -> str:
    """Write whole numbers in one way.

    Examples
    --------
    >>> name_of(" 07.0"), name_of("seven ")
    ('7', 'seven')
    """
    text = value.strip()
    return str(int(float(text))) if WHOLE.fullmatch(text) and len(text) < 15 else text
