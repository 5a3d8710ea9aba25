"""Where jobs are trained: in a thread of the server, or in a worker process beside it.

A hand belongs to one thread of the workbench, and nobody else speaks to it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from time import thread_time
from typing import Any

from threadpoolctl import threadpool_limits

from transfer_core import Progress
from transfer_core.pretraining import MAX_KEPT
from transfer_ui.runs.kept_weights import VARIABLE as WEIGHTS
from transfer_ui.runs.kept_weights import folder_for_hands
from transfer_ui.runs.pipe import LEAVE, Ended, Failed, packed, receive, send

ROOT = Path(__file__).parents[2]
# Ten small networks fill one core; a second BLAS thread costs more than it brings.
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
SECONDS_TO_LEAVE = 2

MakeSteps = Callable[[], Iterator[Progress]]


class Lost(RuntimeError):
    """A worker process has ended while it had something to do."""


class ThreadHand:
    """Trains where it is.

    Attributes
    ----------
    errands : deque of callable
        What else its thread is to do, between two slices.
    """

    def __init__(self) -> None:
        self.errands: deque[Callable[[], object]] = deque()
        self._families: OrderedDict[Hashable, None] = OrderedDict()
        self._limits: AbstractContextManager[Any] | None = None

    def knows(self, family: Hashable) -> bool:
        """Whether a job of this family has begun here lately: what they share has been computed."""
        return family in self._families

    def remember(self, family: Hashable) -> None:
        """Note that a job of this family begins here."""
        if family is not None:
            self._families[family] = None
            self._families.move_to_end(family)
            while len(self._families) > MAX_KEPT:
                self._families.popitem(last=False)

    @property
    def process_id(self) -> int | None:
        """Number of its process, if it has one of its own."""
        return None

    @property
    def worked(self) -> float:
        """CPU seconds of training so far; to be asked in its thread."""
        return thread_time()

    def start(self) -> None:
        """Get ready, unless it is."""
        if self._limits is None:
            self._limits = threadpool_limits(limits=1, user_api="blas")

    def begin(self, make_steps: MakeSteps) -> Iterator[Progress]:
        """Begin a job."""
        self.start()
        return make_steps()

    def let_go(self, steps: Iterator[Progress]) -> None:
        """Forget a job that nobody will go on with."""

    def interrupt(self) -> None:
        """Give up what is under way, if that is possible; any thread may ask for it."""

    def rest(self) -> None:
        """Release what is quick to get again."""

    def close(self) -> None:
        """Release what it holds."""
        if self._limits is not None:
            self._limits.__exit__(None, None, None)


class ProcessHand(ThreadHand):
    """Trains in a process of its own, which is started when it is first needed."""

    def __init__(self) -> None:
        super().__init__()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count()
        self._worked = 0.0
        self._closed = False

    def start(self) -> None:
        """Start the process, unless it is there.

        Raises
        ------
        Lost
            If the system starts no process.
        """
        if self._process is not None:
            return
        if self._closed:
            raise Lost
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "transfer_ui.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
                env=self.environment(),
                start_new_session=True,  # it does not hear the terminal's Ctrl-C
            )
        except OSError as error:
            raise Lost from error

    def environment(self) -> dict[str, str]:
        """Say what its process is told."""
        folder = folder_for_hands()
        return os.environ | ONE_THREAD | ({WEIGHTS: str(folder)} if folder else {})

    @property
    def process_id(self) -> int | None:
        """Number of its process, if there is one yet."""
        return self._process.pid if self._process else None

    @property
    def worked(self) -> float:
        """CPU seconds of training so far, as its process has told; the last slice of a job tells nothing."""
        return self._worked

    def begin(self, make_steps: MakeSteps) -> Iterator[Progress]:
        """Begin a job; every step of it is a slice of the worker's time."""
        self.start()
        return self._remote(make_steps)

    def _remote(self, make_steps: MakeSteps) -> Iterator[Progress]:
        return _Remote(self, next(self._numbers), make_steps)

    def let_go(self, steps: Iterator[Progress]) -> None:
        """Have the worker forget a job, too."""
        if isinstance(steps, _Remote) and self._process is not None:
            self.ask("drop", steps.number)

    def ask(self, name: str, *arguments: Any) -> Any:
        """Send a request to the worker and wait for the answer.

        Raises
        ------
        Lost
            If the worker has ended.
        Exception
            If the worker says so.
        """
        body = packed((name, arguments))
        self.start()
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            send(self._process.stdin, body)
            reply = receive(self._process.stdout)
        except (OSError, ValueError, EOFError) as error:
            self._end()
            raise Lost from error
        if isinstance(reply, Failed):
            raise reply.error
        return reply

    def note(self, seconds: float) -> None:
        """Count the CPU time of a slice."""
        self._worked += seconds

    def interrupt(self) -> None:
        """Kill the process for good; its thread finds out."""
        self._closed = True
        self.end_process()

    def end_process(self) -> None:
        """Kill the process, which may be started again; any thread may ask for it."""
        process = self._process  # its own thread may let go of it meanwhile
        if process is not None:
            process.kill()

    def rest(self) -> None:
        """Let the process leave until there is something to do again."""
        self._end()

    def close(self) -> None:
        """Let the process leave; start none any more."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        self._families.clear()
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(OSError):  # what could not be sent any more
                send(process.stdin, packed(LEAVE))
            with suppress(OSError):
                process.stdin.close()
            process.stdout.close()
            try:
                process.wait(SECONDS_TO_LEAVE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _Remote(Iterator[Progress]):
    """A job in a worker, seen from the server."""

    def __init__(self, hand: ProcessHand, number: int, make_steps: MakeSteps) -> None:
        self._hand, self.number = hand, number
        self._make_steps: MakeSteps | None = make_steps
        self._ended = False

    def __next__(self) -> Progress:
        if self._ended:
            raise StopIteration
        first = () if self._make_steps is None else (self._make_steps,)
        reply = self._hand.ask("advance", self.number, *first)
        self._make_steps = None
        if isinstance(reply, Ended):
            self._ended = True
            return Progress(1.0, reply.message, lambda: reply.results)
        self._hand.note(reply.seconds)
        return Progress(
            reply.fraction,
            reply.message,
            partial(self._hand.ask, "results", self.number) if reply.has_results else None,
        )
