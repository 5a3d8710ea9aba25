"""Where the command line meets the world: terminals, pipes, Ctrl-C. Whatever fails out there becomes one sentence.

Imports nothing but the standard library, so that it is in place before anything else is imported.
"""

from __future__ import annotations

import codecs
import os
import re
import signal
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import NoReturn, TextIO

FAILED, WRONG_ARGUMENTS, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
LONGEST_WORD, LONGEST_SENTENCE = 120, 600
# What a terminal without these characters gets instead; accents are dropped.
PLAIN = {"×": "x", "–": "-", "−": "-", "“": '"', "”": '"', "’": "'", "°": " degrees", "→": "->"}


@contextmanager
def boundary() -> Iterator[None]:
    """Turn whatever goes wrong outside our code into a sentence and an exit status."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="plain")
    try:
        yield
    except KeyboardInterrupt:
        leave("Stopped.", INTERRUPTED)
    except MemoryError:
        leave("There is not enough memory.", FAILED)
    except OSError as error:
        leave(f"The system refused: {error}.", FAILED)


def hear_interrupts() -> None:
    """Let one Ctrl-C end the program in order, and a second at once; for the program, not for a caller of it."""

    def hear(*_: object) -> None:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a background job does not listen
        signal.signal(signal.SIGINT, hear)


def tell(text: str) -> None:
    """Print on standard output; if it has been closed, nobody wants to read more."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _silence(sys.stdout)
        raise SystemExit(CLOSED_PIPE) from None
    except OSError as error:
        _silence(sys.stdout)
        leave(f"Standard output must be writable, got {reason(error)}.", FAILED)


def leave(sentence: str, status: int) -> NoReturn:
    """Say why, and end with that status."""
    say(sentence)
    raise SystemExit(status)


def say(sentence: str) -> None:
    """Print a sentence on standard error, in one line, if possible."""
    Forgiving(sys.stderr).write(f"{readable(sentence)}\n")


def readable(sentence: str) -> str:
    r"""Put a sentence in one line of bounded length; what was typed may be long, or not text at all.

    Examples
    --------
    >>> readable("name must be short, got\n\x1b" + 1000 * "a")[:40]
    'name must be short, got \\x1baaaaaaaaaaaa'
    >>> len(readable(1000 * "a "))
    603
    """
    line = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in " ".join(sentence.split()))
    line = re.sub(r"\S+", lambda word: _middle_out(word[0], LONGEST_WORD), line)
    return _middle_out(line, LONGEST_SENTENCE)


def reason(error: OSError | ValueError) -> str:
    """Why the system refused, without the path, which is named anyway."""
    return getattr(error, "strerror", None) or str(error)


class Forgiving:
    """A stream that nobody may be reading: what cannot be written is dropped.

    Parameters
    ----------
    stream : text stream or None
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", "ascii")

    def write(self, text: str) -> None:
        """Write, if possible."""
        if self._stream:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):
                _silence(self._stream)

    def flush(self) -> None:
        """Do nothing: everything is written at once."""


def _silence(stream: TextIO) -> None:
    """Discard what a stream still holds; otherwise the interpreter stumbles over it at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _middle_out(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}...{text[-(most // 2) :]}"


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks with what every encoding has."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_plain_letter, error.object[error.start : error.end])), error.end


def _plain_letter(letter: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return PLAIN.get(letter) or ascii_only or "?"
