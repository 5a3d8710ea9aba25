"""Where cells are computed: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import joblib

from transfer_core.studies.fingerprint import fingerprint
from transfer_core.studies.workers import MAX_PROCESSES, processes
from transfer_ui.command.boundary import WRONG_ARGUMENTS, leave

T = TypeVar("T")

PATIENCE = 10  # seconds for a scheduler to answer, and for a cluster to have a worker


class WorkersLost(RuntimeError):
    """A Dask cluster no longer does what it was asked to."""


class Cluster(Executor):
    """A Dask cluster behind the interface of `concurrent.futures`; every future ends, even if its workers are gone.

    The executor that a client offers forgets a future whose result was lost on its way, and logs that at any time later.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._given: list[Future[Any]] = []

    def submit(self, function: Callable[..., T], /, *arguments: Any, **options: Any) -> Future[T]:
        """Have the cluster call a function."""
        given: Future[T] = Future()
        self._given.append(given)
        self._client.loop.add_callback(_hand_over, self._client.submit(function, *arguments, **options), given)
        return given

    def give_up(self) -> None:
        """End all futures that the cluster has not finished."""
        for given in self._given:
            with suppress(InvalidStateError):  # of one that has ended
                given.set_exception(CancelledError())


async def _hand_over(asked: Awaitable[T], given: Future[T]) -> None:
    """Wait for a future of the cluster, in the thread of its client, and end ours as it ends."""
    try:
        result = await asked
    except Exception as error:
        end = partial(given.set_exception, error)
    else:
        end = partial(given.set_result, result)
    with suppress(InvalidStateError):  # nobody waits for it any more
        end()


@contextmanager
def executor(n_processes: int | None, address: str | None) -> Iterator[Executor | None]:
    """Open what computes the cells; ``None`` means here.

    Parameters
    ----------
    n_processes : int or None
        ``None``: all cores.
    address : str or None
        Scheduler of a Dask cluster.
    """
    n_processes = n_processes or min(joblib.cpu_count(), MAX_PROCESSES)
    if address:
        with _without_logs(), _dask(address) as opened:
            yield opened
    elif n_processes == 1:
        yield None
    else:
        with processes(n_processes) as opened:
            yield opened


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    """Connect to an existing cluster; its client speaks the interface of `concurrent.futures`."""
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.core import CommClosedError
    except ImportError:
        leave("--dask needs the packages of requirements-dask.txt.", WRONG_ARGUMENTS)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except Exception as error:  # every kind of address has its own ways to fail
        leave(
            f"--dask must be the address of a scheduler that answers, got {address!r} ({_first_line(error)}).",
            WRONG_ARGUMENTS,
        )
    with client:
        _check_code(client, address)
        cluster = Cluster(client)
        try:
            with _watched(client, cluster):
                yield cluster
        except (KilledWorker, CommClosedError, CancelledError) as error:
            raise WorkersLost(f"the cluster at {address} lost its workers or its scheduler") from error


def _check_code(client: Any, address: str) -> None:
    """Leave unless there are workers and the whole cluster runs our code: otherwise nothing would ever finish."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        leave(f"--dask must be a cluster with workers, got {address!r} without one.", WRONG_ARGUMENTS)
    try:
        names = {client.run_on_scheduler(fingerprint), *client.run(fingerprint).values()}
    except Exception as error:  # whatever a process without our code raises
        leave(
            "--dask must be a cluster whose scheduler and workers can import transfer_core, "
            f"got {address!r} ({_first_line(error)}).",
            WRONG_ARGUMENTS,
        )
    if names != {fingerprint()}:
        leave(
            f"--dask must be a cluster with the same code, data and versions as here, got {address!r} with others.",
            WRONG_ARGUMENTS,
        )


@contextmanager
def _without_logs() -> Iterator[None]:
    """Keep Dask's logs of a failing cluster off the terminal: one sentence says what matters."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _watched(client: Any, cluster: Cluster) -> Iterator[None]:
    """Give up when all workers have been gone for a while: otherwise cells would wait forever."""
    done = threading.Event()

    def watch() -> None:
        seen = monotonic()
        while not done.wait(1):
            if client.scheduler_info()["workers"]:
                seen = monotonic()
            elif monotonic() - seen > PATIENCE:
                cluster.give_up()
                return

    thread = threading.Thread(target=watch, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
