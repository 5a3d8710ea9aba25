"""Results that several servers share: files in one folder, each found by what it depends on.

A server that has the environment variable ``FREEZE_OR_FINE_TUNE_RESULTS`` looks there before it trains, and leaves
there what it has trained. The folder is a cache: what cannot be read is a miss, what cannot be written is left out.
"""

from __future__ import annotations

import hashlib
import logging
import os
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from transfer_core.studies.fingerprint import whole_code

MAX_FILES = 5000  # of about 60 kB each
TRIM_EVERY = 100  # files written between two looks at how many there are


class SharedResults:
    """Bytes by name.

    Parameters
    ----------
    folder : Path or None
        Created if missing; ``None`` keeps nothing.
    max_files : int
        The oldest go first.

    Examples
    --------
    >>> SharedResults(None).get("anything") is None
    True
    """

    def __init__(self, folder: Path | None, max_files: int = MAX_FILES) -> None:
        self._folder, self._max_files, self._n_written = folder, max_files, 0

    @property
    def is_kept(self) -> bool:
        """Whether there is a folder."""
        return self._folder is not None

    def get(self, name: str) -> bytes | None:
        """Find what was kept under a name by this very code."""
        if self._folder is None:
            return None
        try:
            sealed = self._path(name).read_bytes()
        except OSError:
            return None
        digest, packed = sealed[:32], sealed[32:]
        return packed if hashlib.sha256(packed).digest() == digest else None

    def put(self, name: str, packed: bytes) -> None:
        """Keep something; readers find all of it or nothing."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
                file.write(hashlib.sha256(packed).digest() + packed)
            os.replace(file.name, self._path(name))
            if self._n_written % TRIM_EVERY == 0:
                self._trim()
            self._n_written += 1
        except OSError as error:
            logging.getLogger(__name__).warning("results cannot be shared: %s", error)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{hashlib.sha256(f'{whole_code()} {name}'.encode()).hexdigest()}.result"

    def _trim(self) -> None:
        """Remove the oldest over the limit; another server may be doing the same."""
        assert self._folder is not None
        files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[self._max_files :]:
            file.unlink(missing_ok=True)


@cache
def shared_results() -> SharedResults:
    """Get the folder that the environment names, if it does."""
    named = os.environ.get("FREEZE_OR_FINE_TUNE_RESULTS")
    return SharedResults(Path(named) if named else None)
