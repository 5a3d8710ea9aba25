"""What the scripts share: the clock, the header and the rows they print."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from time import process_time
from typing import Any

from threadpoolctl import threadpool_limits

from tools.processor import processor


def best_seconds(functions: dict[str, Callable[[], object]], *, rounds: int, calls: int = 1) -> dict[str, float]:
    """Time functions on one thread in turn, A B C A B C, so that a busy moment of the machine meets all of them.

    Parameters
    ----------
    functions : dict of str to callable
    rounds : int
        How often each gets its turn, after one turn to warm up.
    calls : int, default 1
        Calls in a turn.

    Returns
    -------
    dict of str to float
        Seconds of the processor for one call in the best turn of each.
    """
    best = dict.fromkeys(functions, float("inf"))
    with threadpool_limits(limits=1):
        for turn in range(rounds + 1):
            for name, function in functions.items():
                started = process_time()
                for _ in range(calls):
                    function()
                seconds = (process_time() - started) / calls
                if turn:
                    best[name] = min(best[name], seconds)
    return best


def import_torch() -> Any:
    """PyTorch on one thread, or one sentence on how to get it."""
    try:
        torch = import_module("torch")
    except ModuleNotFoundError:
        raise SystemExit("PyTorch is not installed: pip install -r benchmarks/requirements.txt") from None
    torch.set_num_threads(1)
    return torch


def print_header(
    title: str, how: str = "seconds of the processor, one thread each, in turns, best turn counts"
) -> None:
    """Say what is measured, on which machine, with which versions and how."""
    print(title)
    print(f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {_version(name)}" for name in ("numpy", "scikit-learn", "torch", "streamlit")))
    print(how)
    print()
    print(f"| {'what':<72} | {'measured':>20} | {'aim':<20} | command |")
    print("| --- | --: | --- | --- |")


def print_row(what: str, measured: str, aim: str, command: str) -> None:
    """Print one result, with the command that gives it, as a row of a Markdown table."""
    print(f"| {what:<72} | {measured:>20} | {aim:<20} | `{command}` |", flush=True)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
