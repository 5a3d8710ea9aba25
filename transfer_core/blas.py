"""BLAS on one thread: products as small as ours gain nothing from a second one, and several runs share a machine."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def on_one_thread() -> AbstractContextManager[object]:
    """Keep every BLAS library that is loaded by now to one thread, for as long as the context lasts.

    SciPy brings a library of its own, which is there only once something has imported it: with two threads that wait
    for each other, a logistic regression takes ten times as long.

    Examples
    --------
    >>> with on_one_thread():
    ...     {library["num_threads"] for library in ThreadpoolController().info() if library["user_api"] == "blas"}
    {1}
    """
    limited: AbstractContextManager[object] = _libraries("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas")
    return limited


@cache
def _libraries(of_scipy_too: bool) -> ThreadpoolController:
    """Find them, once without SciPy's and once with it; it takes longer than a small cell."""
    return ThreadpoolController()
