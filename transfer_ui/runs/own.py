"""What this visitor brought, and what was made of it: held in their session and nowhere else."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any
from weakref import WeakSet, finalize, ref

import streamlit as st

from transfer_core import RunConfig
from transfer_core.own_data.answering import Answer, Question, paired
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.limits import MEGABYTE, Refused
from transfer_core.own_data.stand_in import AtHome, stand_in
from transfer_core.scenarios import Scenario
from transfer_core.splits import max_images_per_class
from transfer_ui.controls import yours
from transfer_ui.heap import Sweeper
from transfer_ui.runs.found import Found
from transfer_ui.runs.hands import MakeSteps
from transfer_ui.runs.job import n_bytes
from transfer_ui.runs.known_arms import AmongLooks
from transfer_ui.runs.own_bench import OwnBench
from transfer_ui.runs.own_steps import hold_steps
from transfer_ui.runs.waiting import session

MOST_HELD = 64 * MEGABYTE
"""Bytes that all visitors of a server may have brought, together."""
MAX_ANSWERS = 4
"""Kept of one visitor's data; the oldest goes first."""
MOST_LOOKS = 24 * MEGABYTE
"""Bytes of closer looks that all visitors of a server hold together; what pages make of them takes about as much again."""


STATE = yours.STATE


@dataclass(frozen=True)
class Look(Found):
    """What was found in a closer look.

    Attributes
    ----------
    results : Any
    n_bytes : int
        Memory that it takes.
    number : int
        The lower, the older.
    """

    results: Any
    n_bytes: int
    number: int = field(default_factory=count().__next__)


@dataclass(eq=False)
class Brought:
    """The data of one visitor.

    Attributes
    ----------
    contents : Contents
    source : Contents or None
        A second file, that was learnt before.
    example : str
        Name of the example that this is; "" for data of one's own.
    number : int
        Tells it from all others: the controls of other data are others.
    asked : Question or None
        What was asked last.
    answers : dict of Question to Answer
        What has been found, perhaps not to the end.
    looks : dict of Hashable to Look
        Closer looks at the data, the oldest first.
    stopped : set of Hashable
        Questions and looks that the visitor stopped.
    scripts : dict of str to (str, str)
        Scripts that were shown; they hold names of columns and classes.
    tries : dict
        Schedules that were tried on them.
    """

    contents: Contents
    source: Contents | None = None
    example: str = ""
    number: int = field(default_factory=count().__next__)
    asked: Question | None = None
    answers: dict[Question, Answer] = field(default_factory=dict)
    looks: dict[Hashable, Look] = field(default_factory=dict)
    stopped: set[Hashable] = field(default_factory=set)
    scripts: dict[str, tuple[str, str]] = field(default_factory=dict)
    tries: dict[Hashable, Any] = field(default_factory=dict)
    _stand_in: AtHome | None = None
    _bench: OwnBench | None = None

    @property
    def scenario(self) -> AtHome | None:
        """What stands in for the data as a scenario of the lab; ``None`` where they have no source, or nobody has looked yet."""
        answer = self.answers.get(self.asked) if self.asked else None
        outline = answer.facts.outline if answer else None
        if outline is None:
            return None
        if self._stand_in is None or self._stand_in.key != outline.key:
            self.end()  # its process holds what was asked about before
            self._stand_in = stand_in(outline, self.number)
            finalize(self, _forget_names, self._stand_in.address)
        return self._stand_in

    @property
    def are_photos(self) -> bool:
        """Whether they are images whose light parts have high numbers; after MNIST digits, they are turned to ink."""
        return self.contents.is_image and self.asked is not None and self.asked.before != "digits"

    @property
    def bench(self) -> OwnBench:
        """Where the pages have something computed of the data: it is there as long as these are."""
        with _lock:  # a script that is about to end may ask at the same time
            if self._bench is None:
                self._bench = OwnBench(ref(self))
                finalize(self, self._bench.leave)
            return self._bench

    @property
    def known(self) -> AmongLooks:
        """Runs that need no training."""
        return AmongLooks(lambda: [look.results for look in list(self.looks.values())])

    def paired(self) -> Scenario:
        """Turn the data into a scenario that holds them."""
        assert self.asked is not None
        return paired(self.contents, self.asked, self.source).scenario

    def steps_to_hold(self) -> MakeSteps:
        """Say how a process comes to hold the data."""
        assert self.asked is not None
        return partial(hold_steps, self.contents, self.asked, self.source, self.number)

    def end(self) -> None:
        """Have nothing go on with them."""
        if self._bench:
            self._bench.leave()
            self._bench = None

    @property
    def n_bytes(self) -> int:
        """Memory that it takes, about."""
        return size_of(self.contents) + (size_of(self.source) if self.source else 0)

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer."""
        self.answers.pop(question, None)
        self.answers[question] = answer
        for oldest in list(self.answers)[:-MAX_ANSWERS]:
            del self.answers[oldest]

    def keep_look(self, key: Hashable, results: Any, derived: dict[str, Any] | None = None) -> Look:
        """Keep a closer look, with what was made of it; the oldest looks of all visitors go where there is no room for it."""
        found = Look(results, n_bytes(results), derived={} if derived is None else derived)
        with _lock:
            self.looks[key] = found
            looks = sorted(
                ((look.number, one, name) for one in list(_held) for name, look in one.looks.items()), key=_first
            )
            excess = sum(one.looks[name].n_bytes for _, one, name in looks) - MOST_LOOKS
            for _, one, name in looks:
                if excess > 0 and one.looks[name] is not found:
                    excess -= one.looks.pop(name).n_bytes
        return found


def _forget_names(address: str) -> None:
    """Have nothing on the server know the classes of data that are gone."""
    max_images_per_class.cache_clear()  # it goes by scenario; to fill it again takes no time
    # Streamlit keeps the names of the page that was drawn last, for whomever, until somebody opens the next one.
    names = vars(sys.modules["__main__"])
    if getattr(names.get("config"), "scenario", "") == address:
        names.clear()


def _first(entry: tuple[int, Brought, Hashable]) -> int:
    return entry[0]


_held: WeakSet[Brought] = WeakSet()  # who leaves takes theirs along
_sweeper = Sweeper(lambda: bool(_held))
_lock = threading.Lock()


def size_of(contents: Contents) -> int:
    """Memory of what a file holds, about: an entry of words is mostly one that is there already.

    Examples
    --------
    >>> import numpy as np
    >>> size_of(Contents("a.csv", np.zeros((4, 2), np.float32), ("x", "y"), {"kind": ("a", "b", "a", "b")}))
    152
    """
    n_words = sum(len(column) for column in contents.words.values()) + len(contents.places)
    names = {name for column in (*contents.words.values(), contents.places) for name in column}
    return contents.values.nbytes + 8 * n_words + sum(43 + len(name) for name in names)


def brought() -> Brought | None:
    """Get what this visitor has brought."""
    found: Brought | None = st.session_state.get(STATE)
    return found


def hold(new: Brought) -> None:
    """Keep it for this visit, in place of what was brought before.

    Raises
    ------
    Refused
        If the server already holds as much as it can.
    """
    with _lock:
        before = brought()
        others = _n_bytes_without(before)
        if others + new.n_bytes > MOST_HELD:
            gc.collect()  # those of visitors who have left may still be there
            others = _n_bytes_without(before)
        if others + new.n_bytes > MOST_HELD:
            raise Refused(
                f"The data that all visitors have brought must be at most {MOST_HELD // MEGABYTE} MB together, and would "
                f"be {(others + new.n_bytes) // MEGABYTE}: come back later, or bring a smaller file."
            )
        st.session_state[STATE] = new
        _held.add(new)
    _sweeper.wake()
    if before is not None and before is not new:
        before.end()


def _n_bytes_without(before: Brought | None) -> int:
    return sum(one.n_bytes for one in list(_held) if one is not before)


def forget() -> None:
    """Forget what this visitor has brought, and all that was made of it."""
    gone = st.session_state.pop(STATE, None)
    if gone is not None:
        with _lock:
            _held.discard(gone)
        gone.end()


def of(config: RunConfig) -> Brought | None:
    """Get what this visitor has brought, if a configuration is about it; ``None`` if it is about the lab's own data.

    Raises
    ------
    LookupError
        If it is about data that are gone.
    """
    if not isinstance(config.pair, AtHome):
        return None
    here = brought()
    if here is None or here.scenario is None or here.scenario.address != config.scenario:
        raise LookupError("the data of this configuration are gone")
    return here


def take(upload: Any) -> tuple[str, bytes]:
    """Take a file out of the server's hands: from now on it is here, and not among the uploads any more."""
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    name, data = str(upload.name), upload.getvalue()
    context, here = get_script_run_ctx(), session()
    if context is not None and here is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(here, upload.file_id)
    return name, data


def keep_uploads_off_the_disk(n_bytes: int) -> None:
    """Have the server receive files of this size in memory: by itself it writes any above a megabyte to its disk."""
    from starlette.formparsers import MultiPartParser

    MultiPartParser.spool_max_size = max(MultiPartParser.spool_max_size, n_bytes)
