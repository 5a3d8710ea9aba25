"""What a hand does for a study, as functions that another process can find by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

from transfer_core import Progress
from transfer_core.studies.execute import Done, study_steps
from transfer_core.studies.store import Store, default_path
from transfer_core.studies.study import Cell


class Stored(NamedTuple):
    """What a study has measured so far.

    Attributes
    ----------
    done : list of Done
    trouble : str
        Why it could not be stored; empty while all is well.
    """

    done: list[Done]
    trouble: str


def stored_study_steps(cells: Sequence[Cell]) -> Iterator[Progress]:
    """`transfer_core.studies.execute.study_steps` with the store of this process; its results are `Stored`."""
    store = study_store()
    for progress in study_steps(cells, store):
        assert progress.results is not None
        yield progress._replace(results=partial(_stored, progress.results, store))


def _stored(done: Callable[[], list[Done]], store: Store) -> Stored:
    return Stored(done(), store.trouble)


@cache
def study_store() -> Store:
    """Get the one store of this process; it is in memory if its file cannot be used."""
    return Store.or_memory(default_path)
