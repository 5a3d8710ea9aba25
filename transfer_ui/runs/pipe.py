"""How the server and a worker process talk: pickled messages of known length, between two processes of ours."""

from __future__ import annotations

import pickle
from typing import IO, Any, NamedTuple

SLICE_SECONDS = 0.05
"""A turn of a job: long enough to be worth a message, short enough to take turns unseen."""

LEAVE = "leave"
"""The last request, after which the server closes the pipe; if it is closed without, the server has been killed."""
_LENGTH = 8  # bytes that say how long a message is


class Stands(NamedTuple):
    """Where a job stands after a slice.

    Attributes
    ----------
    fraction : float
    message : str
    has_results : bool
        Whether there is something to draw.
    seconds : float
        CPU time of the slice.
    """

    fraction: float
    message: str
    has_results: bool
    seconds: float


class Ended(NamedTuple):
    """A job is done.

    Attributes
    ----------
    message : str
    results : Any
    """

    message: str
    results: Any


class Failed(NamedTuple):
    """A job, or an answer, came to nothing.

    Attributes
    ----------
    error : Exception
    """

    error: Exception


def packed(message: Any) -> bytes:
    """Pickle a message in one piece: arrays that its parts share stay shared."""
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


def send(stream: IO[bytes], body: bytes) -> None:
    """Write a message; `OSError` or `ValueError` if nobody reads any more."""
    stream.write(len(body).to_bytes(_LENGTH, "big"))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read a message; `EOFError` if nobody writes any more. A message that cannot be unpickled is read to its end."""
    length = stream.read(_LENGTH)
    body = stream.read(int.from_bytes(length, "big")) if len(length) == _LENGTH else b""
    if not body or len(body) < int.from_bytes(length, "big"):
        raise EOFError
    return pickle.loads(body)
