"""A worker process: trains what the server asks for, slice by slice. ``python -m transfer_ui.runs.worker``.

It is spoken to over its standard input and output, and leaves as soon as its input is closed, however the server ended.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, thread_time
from typing import IO, Any

from transfer_core import Progress
from transfer_ui.runs.kept_weights import remove_folder
from transfer_ui.runs.pipe import LEAVE, SLICE_SECONDS, Ended, Failed, Stands, packed, receive, send
from transfer_ui.runs.priority import TRAINING, step_behind


class Tasks:
    """The jobs of this process, each under its number; every method answers one request of the server."""

    def __init__(self) -> None:
        self._steps: dict[int, Iterator[Progress]] = {}
        self._latest: dict[int, Progress] = {}

    def advance(self, number: int, make_steps: Callable[[], Iterator[Progress]] | None = None) -> Stands | Ended:
        """Train for a slice; the first request brings what is to be trained."""
        started, worked = monotonic(), thread_time()
        try:
            if make_steps is not None:
                self._steps[number], self._latest[number] = make_steps(), Progress(0.0, "")
            while True:
                latest = next(self._steps[number], None)
                if latest is None:
                    last = self._latest[number]
                    ended = Ended(last.message, last.results() if last.results else {})
                    self.drop(number)
                    return ended
                self._latest[number] = latest
                if monotonic() - started >= SLICE_SECONDS:
                    return Stands(latest.fraction, latest.message, latest.results is not None, thread_time() - worked)
        except Exception:
            self.drop(number)
            raise

    def results(self, number: int) -> Any:
        """Give the results so far."""
        results = self._latest[number].results
        return results() if results else {}

    def drop(self, number: int) -> None:
        """Forget a job."""
        self._steps.pop(number, None)
        self._latest.pop(number, None)


def answer(tasks: Tasks, request: Exception | tuple[str, tuple[Any, ...]]) -> bytes:
    """Do what the server asks; whatever goes wrong is part of the answer."""
    try:
        if isinstance(request, Exception):
            raise request
        name, arguments = request
        return packed(getattr(tasks, name)(*arguments))
    except Exception as error:
        return packed(Failed(_portable(error)))


def _portable(error: Exception) -> Exception:
    """Give the error itself, or its words if it cannot be sent: not every exception can be pickled and read again."""
    with suppress(Exception):
        if str(pickle.loads(pickle.dumps(error))) == str(error):
            return error
    return RuntimeError(f"{type(error).__name__}: {error}")


def _listen(stream: IO[bytes], requests: queue.SimpleQueue[Any]) -> None:
    """Read requests as they come, also in the middle of a step; leave at once when there will be no more."""
    while True:
        try:
            request = receive(stream)
            if request == LEAVE:
                os._exit(0)
            requests.put(request)
        except EOFError:  # the server was killed, and could not clear away
            remove_folder()
            os._exit(0)
        except Exception as error:  # what was asked for cannot be unpickled here
            requests.put(error)


def main() -> None:
    """Serve until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes the pipe
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not end up among the answers
    with suppress(OSError):  # where memory runs out, this process goes, and not the server
        Path("/proc/self/oom_score_adj").write_text("500")
    step_behind(TRAINING)
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), name="listen", daemon=True)
    listener.start()
    tasks = Tasks()
    with suppress(OSError):  # the server is gone
        while True:
            send(answers, answer(tasks, requests.get()))
    listener.join()  # it hears that, too, and ends the process


if __name__ == "__main__":
    main()
