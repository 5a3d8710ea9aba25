"""Who gets the processor first: the server, and a browser beside it; then training."""

from __future__ import annotations

import os
from pathlib import Path
from time import sleep

TRAINING = 5
"""Niceness of what trains for the pages: where it and a page want the same core, it gets a quarter of it."""
APART = 10
"""Niceness of what comes after that."""
OWN_GROUP = Path("/proc/self/autogroup")
TRIES, PAUSE = 5, 0.1  # Linux lets one process in a tenth of a second set this, unless it has all rights


def step_behind(niceness: int) -> None:
    """Lower the priority of this process, unless it is that low; 0 is what processes usually have.

    A process with a session of its own, as each worker has, lowers that of its session too: outside of containers, Linux
    divides the cores among sessions first, and niceness counts only within one.
    """
    if not hasattr(os, "nice"):  # not every system knows it
        return
    further = niceness - os.nice(0)
    if further > 0:
        os.nice(further)
        if os.getsid(0) == os.getpid():
            _lower_session(niceness)


def _lower_session(niceness: int) -> None:
    for _ in range(TRIES):
        try:
            OWN_GROUP.write_text(str(niceness), encoding="ascii")
        except BlockingIOError:
            sleep(PAUSE)
        except OSError:  # a system that does not group by session
            return
        else:
            return
