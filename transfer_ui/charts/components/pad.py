"""A pad to draw on."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error

import numpy as np

from transfer_core.arrays import Array
from transfer_ui.charts.components.parts import colours, component

SIDE = 56  # as in the script
LABEL = "Pad: draw a digit with mouse, pen or finger; the examples beside it can be chosen with the keyboard"


def bits_of(text: object) -> Array | None:
    """Read what the browser sent; ``None`` if it is no drawing.

    Examples
    --------
    >>> import base64
    >>> int(bits_of(base64.b64encode(bytes([255] * (SIDE * SIDE // 8)))).sum()), bits_of("no") is None
    (3136, True)
    """
    if not isinstance(text, str | bytes):
        return None
    try:
        packed = b64decode(text, validate=True)
    except (Error, ValueError):
        return None
    if len(packed) != SIDE * SIDE // 8:
        return None
    return np.unpackbits(np.frombuffer(packed, np.uint8)).reshape(SIDE, SIDE).astype(bool)


def show(mode: str, key: str) -> Array | None:
    """Draw the pad and give what is on it, ``(SIDE, SIDE)`` with ``True`` for ink; ``None`` before it is touched."""
    drawn = component("pad")(
        key=key,
        data={"label": LABEL, "colours": colours(mode)},
        default={"ink": None},
        on_ink_change=lambda: None,
        height="content",
    )
    return np.zeros((SIDE, SIDE), bool) if drawn.ink == "" else bits_of(drawn.ink)
