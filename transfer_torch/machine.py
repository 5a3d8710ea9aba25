"""Where a network is trained, and how many pictures go through it at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import torch

from transfer_torch.errors import MeasureError

T = TypeVar("T")
KINDS = ("cuda", "mps", "cpu")
AT_A_TIME = 128  # pictures


class Machine:
    """A device, with what we know about its memory.

    Parameters
    ----------
    kind : {"auto", "cuda", "mps", "cpu"}
        ``"auto"`` is the first of the others that is there.
    mixed : bool
        Compute what passes through frozen stages in bfloat16 on CUDA. Losses, gradients and updates, and every stage
        that trains, stay in single precision, in which a small update is not rounded away.
    tell : callable
        Where to say that memory is short.

    Raises
    ------
    MeasureError
        If there is no such device.

    Examples
    --------
    >>> Machine("cpu").name
    'cpu'
    """

    def __init__(self, kind: str = "auto", *, mixed: bool = False, tell: Callable[[str], object] = print) -> None:
        found = [one for one in KINDS if _is_there(one)]
        if kind not in ("auto", *found):
            raise MeasureError(f"--device must be one of auto, {', '.join(found)} on this machine, got {kind!r}")
        self.device = torch.device(found[0] if kind == "auto" else kind)
        self.mixed = mixed and self.device.type == "cuda"
        self.at_a_time = AT_A_TIME
        self._tell = tell
        # The same seed gives the same numbers again; a quicker algorithm may add in another order each time.
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False

    @property
    def name(self) -> str:
        """What results depend on."""
        return f"{self.device.type}{' mixed' if self.mixed else ''}"

    def frozen_pass(self) -> AbstractContextManager[object]:
        """Precision of what passes through frozen stages."""
        return torch.autocast("cuda", torch.bfloat16) if self.mixed else nullcontext()

    def wait(self) -> None:
        """Let everything that was asked of the device be done, so that a clock tells the truth."""
        if self.device.type != "cpu":
            (torch.cuda if self.device.type == "cuda" else torch.mps).synchronize()

    def clock(self) -> float:
        """Read a clock in seconds: processor time of this process where it computes, whatever else the cores do."""
        if self.device.type == "cpu":
            return time.process_time()
        self.wait()
        return time.perf_counter()

    def in_chunks(self, n: int, work: Callable[[slice], T], *, whole: bool = False) -> list[T]:
        """Do work on pictures, fewer at a time if memory is short.

        Parameters
        ----------
        n : int
            Pictures.
        work : callable
            Does the pictures of one slice. If memory runs out, it is called again from the first slice on.
        whole : bool
            All must go at once.

        Returns
        -------
        list
            One result per slice.

        Raises
        ------
        MeasureError
            If memory is too short for one picture, or for all if they must go at once.

        Examples
        --------
        >>> Machine("cpu").in_chunks(3, lambda part: (part.start, part.stop))
        [(0, 3)]
        """
        while True:
            step = n if whole else self.at_a_time
            try:
                return [work(slice(start, min(start + step, n))) for start in range(0, n, step)]
            except (RuntimeError, MemoryError) as error:
                if not _is_about_memory(error):
                    raise
            # Out of the handler, so that the error no longer holds on to what filled the memory.
            if whole or self.at_a_time == 1:
                raise MeasureError(
                    f"memory must hold {n if whole else 1} pictures at a time, got too little: lower --resolution"
                )
            self.at_a_time = max(1, min(self.at_a_time, n) // 2)
            if self.device.type == "cuda":
                torch.cuda.empty_cache()
            self._tell(f"Memory is short: {self.at_a_time} pictures at a time from now on; the updates stay the same.")


def _is_there(kind: str) -> bool:
    return kind == "cpu" or bool(torch.cuda.is_available() if kind == "cuda" else torch.backends.mps.is_available())


def _is_about_memory(error: BaseException) -> bool:
    words = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words
