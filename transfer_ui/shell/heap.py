"""Modules stay for good: the garbage collector need not go through them again and again."""

from __future__ import annotations

import gc
import sys

_n_known = 0


def settle() -> None:
    """Take everything that is there now out of the collector's rounds, if modules have been loaded since the last call.

    A round through all that Streamlit, pandas and the pages have loaded takes a tenth of a second, during which nobody is
    answered; there is one every few pages. Objects that nothing refers to any more are freed as before.

    Examples
    --------
    >>> settle()
    >>> gc.get_freeze_count() > 0
    True
    """
    global _n_known
    if len(sys.modules) > _n_known:
        _n_known = len(sys.modules)
        gc.freeze()
