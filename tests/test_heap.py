"""What refers to nothing but itself is freed in time where it must not stay."""

import gc
import subprocess
import sys
import threading
import time
from weakref import WeakSet

import numpy as np
import pytest
import streamlit as st

from tests.app import ROOT
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.limits import Refused
from transfer_ui import heap
from transfer_ui.runs import own


class Session:
    """A script and its state refer to each other."""

    def __init__(self) -> None:
        self.script = self


@pytest.fixture
def _python_collects_nothing():
    gc.disable()
    yield
    gc.enable()


def _eventually(holds):
    until = time.monotonic() + 20
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


CROWD = """
import gc
from collections import deque
from transfer_ui import heap

class Session:
    def __init__(self):
        self.script = self

heap.settle()
connected = deque(maxlen=150_000)  # each stays for so long that it is no longer among the newer ones
for _ in range(900_000):
    connected.append(Session())
there = sum(isinstance(one, Session) for one in gc.get_objects())
assert there < 600_000, there
"""


def test_sessions_that_have_ended_do_not_pile_up_in_a_crowd():
    subprocess.run([sys.executable, "-c", CROWD], cwd=ROOT, check=True)


@pytest.mark.usefixtures("_python_collects_nothing")
def test_a_session_that_has_ended_is_freed_and_the_sweeper_rests_until_there_is_another():
    there: WeakSet[Session] = WeakSet()
    sweeper = heap.Sweeper(lambda: bool(there), every=0.02)
    for _ in range(2):
        session = Session()
        there.add(session)
        sweeper.wake()
        sweeper.wake()
        assert sum(thread.name == "sweep" for thread in threading.enumerate()) == 1
        time.sleep(0.1)
        assert len(there) == 1, "it is still there"
        del session
        assert _eventually(lambda: not there)
        assert _eventually(lambda: not any(thread.name == "sweep" for thread in threading.enumerate()))


@pytest.mark.usefixtures("_python_collects_nothing")
def test_what_a_visitor_left_behind_takes_no_room_from_the_next(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(own, "_held", WeakSet())

    def brought():
        return own.Brought(Contents("a.csv", np.zeros((100, 2), np.float32), ("x", "y"), {}))

    left = brought()
    monkeypatch.setattr(own, "MOST_HELD", 1.5 * left.n_bytes)
    left.tries["of themselves"] = left
    own._held.add(left)
    del left
    here = brought()
    own.hold(here)
    assert set(own._held) == {here}
    monkeypatch.setattr(st, "session_state", {})  # another visitor
    with pytest.raises(Refused, match="must be at most"):
        own.hold(brought())
