"""Where trainings leave their weights: in a folder that the hands of a server share, or in memory where there is one hand.

Each run is kept under its arm and what the arm was trained on, whoever trained it: a visitor's comparison, a guess or a look
inside, all of its arms or one. So whichever hand looks inside finds what any hand has trained. What was used longest ago
goes first.

The folder is a temporary one, which ends with the server: at most 200 MB of disk (half of what is free, if that is less) and
no memory of the processes. A process without it keeps at most 40 MB of its memory: the server itself where it has one core,
and whatever computes on a visitor's own data, of which nothing may come to lie on a disk.
"""

from __future__ import annotations

import atexit
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Protocol

from transfer_core import STRATEGIES, RunConfig, arm_of
from transfer_core.datasets import content_key
from transfer_ui.runs import weights_file
from transfer_ui.runs.known_arms import key_of_arm
from transfer_ui.runs.weights import Weights

VARIABLE = "FREEZE_OR_FINE_TUNE_WEIGHTS"
"""Names the folder, to the hands of a server."""
MAX_BYTES_ON_DISK = 200_000_000
"""Twenty comparisons at the default size; ten of the largest networks."""
ABANDONED = 60_000_000_000
"""Nanoseconds after which nobody is still writing a file."""
MAX_BYTES_IN_MEMORY = 40_000_000
"""Four comparisons at the default size; two of the largest networks."""


class Room(Protocol):
    """Where weights lie, each under a key."""

    def put(self, key: Hashable, weights: Weights) -> None:
        """Keep the weights of a run; others may have to go."""

    def get(self, key: Hashable) -> Weights | None:
        """Find the weights of a run, which is then the one used last."""

    def clear(self) -> None:
        """Forget all."""


class InMemory:
    """Weights in this process.

    Parameters
    ----------
    max_bytes : int
    """

    def __init__(self, max_bytes: int = MAX_BYTES_IN_MEMORY) -> None:
        self._runs: OrderedDict[Hashable, Weights] = OrderedDict()
        self._max_bytes = max_bytes
        self._one_at_a_time = threading.Lock()

    def put(self, key: Hashable, weights: Weights) -> None:
        """Keep the weights of a run by reference."""
        with self._one_at_a_time:
            self._runs[key] = weights
            self._runs.move_to_end(key)
            while sum(one.n_bytes for one in self._runs.values()) > self._max_bytes:
                self._runs.popitem(last=False)

    def get(self, key: Hashable) -> Weights | None:
        """Find the weights of a run."""
        with self._one_at_a_time:
            found = self._runs.get(key)
            if found is not None:
                self._runs.move_to_end(key)
            return found

    def clear(self) -> None:
        """Forget all."""
        with self._one_at_a_time:
            self._runs.clear()


class InFolder:
    """Weights in files that several processes share; only they can read or write them.

    The folder is a cache: what cannot be read is a miss, what cannot be written is left out.

    Parameters
    ----------
    folder : Path
        It is there until the server ends.
    max_bytes : int
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES_ON_DISK) -> None:
        self._folder, self._max_bytes = folder, max_bytes

    def put(self, key: Hashable, weights: Weights) -> None:
        """Write the weights of a run; readers find all of them or nothing."""
        with suppress(OSError):
            self._trim(self._most())  # first: on a full disk, it makes room
            file = NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False)  # noqa: SIM115
            try:
                with file:
                    weights_file.write(file, weights)
                os.replace(file.name, self._path(key))
            except OSError:
                with suppress(OSError):
                    os.unlink(file.name)
                raise
            self._trim(self._most())

    def _most(self) -> int:
        """Say what may lie here: no more than half of what would be free without it."""
        return min(self._max_bytes, (shutil.disk_usage(self._folder).free + self._size()) // 2)

    def get(self, key: Hashable) -> Weights | None:
        """Read the weights of a run."""
        path = self._path(key)
        with suppress(OSError):
            os.utime(path)  # before it is read: it is no longer what was used longest ago
            with path.open("rb") as file:
                return weights_file.read(file)
        return None

    def clear(self) -> None:
        """Forget all."""
        self._trim(0)

    def _path(self, key: Hashable) -> Path:
        return self._folder / f"{content_key([repr(key)])}.weights"

    def _trim(self, most: int) -> None:
        """Remove what was used longest ago; another hand may be doing the same."""
        found, left = self._files(), self._size()
        for _, size, path in sorted(found):
            if left <= most:
                break
            path.unlink(missing_ok=True)
            left -= size
        for age, _, path in self._files("*.part"):
            if time.time_ns() - age > ABANDONED:
                path.unlink(missing_ok=True)

    def _files(self, names: str = "*.weights") -> list[tuple[int, int, Path]]:
        found = []
        for path in self._folder.glob(names):
            with suppress(OSError):
                found.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        return found

    def _size(self) -> int:
        return sum(size for _, size, _ in self._files())


class KeptWeights:
    """The weights of the latest runs, by what they were trained on.

    Parameters
    ----------
    room : Room
    """

    def __init__(self, room: Room) -> None:
        self.room = room

    def add(self, config: RunConfig, weights: Mapping[str, Weights]) -> None:
        """Keep the weights of some strategies."""
        for name, one in weights.items():
            self.room.put(key_of_arm(config, arm_of(config, name)), one)

    def find(self, config: RunConfig) -> dict[str, Weights]:
        """Find the strategies whose weights at these settings are here."""
        found = {name: self.room.get(key_of_arm(config, arm_of(config, name))) for name in STRATEGIES}
        return {name: one for name, one in found.items() if one is not None}

    def clear(self) -> None:
        """Forget all."""
        self.room.clear()


@cache
def folder_for_hands() -> Path | None:
    """Make the folder that the hands of this server share; ``None`` if there cannot be one."""
    with suppress(OSError):
        folder = Path(mkdtemp(prefix="freeze-or-fine-tune-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder
    return None


def remove_folder() -> None:
    """Remove the folder that this process was told: its server has ended without doing so."""
    named = os.environ.get(VARIABLE)
    if named:
        shutil.rmtree(named, ignore_errors=True)


def room_of_this_process() -> Room:
    """Get the folder that the server named, or memory."""
    named = os.environ.get(VARIABLE)
    return InFolder(Path(named)) if named else InMemory()


KEPT = KeptWeights(room_of_this_process())
"""Those that this process can reach."""
