"""What a hand does, as functions that another process can find by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from transfer_core import Progress, RunConfig, RunResult, compare_steps
from transfer_core.archive import pack, unpack
from transfer_core.experiment import scores_of, sweep_steps
from transfer_core.studies.execute import Done, study_steps
from transfer_core.studies.store import Store, default_path
from transfer_core.studies.study import Cell
from transfer_ui.runs.shared import shared_results


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


def single_step(function: Callable[..., Any], *args: Any) -> Iterator[Progress]:
    """Call a function, as a job of one step."""
    result = function(*args)
    yield Progress(1.0, "", lambda: result)


def comparison_steps(config: RunConfig) -> Iterator[Progress]:
    """`transfer_core.compare_steps` without the weights; nothing is trained that another server has trained."""
    yield from _shared(f"comparison {config.key}", config, compare_steps(config))


def unfreeze_sweep_steps(config: RunConfig, epochs: Sequence[int]) -> Iterator[Progress]:
    """`transfer_core.experiment.sweep_steps` over the unfreeze epoch, likewise."""
    first = config.but(unfreeze_epoch=epochs[0])
    steps = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", epochs)
    yield from _shared(f"sweep {first.key} {epochs}", first, steps)


def _shared(name: str, config: RunConfig, steps: Iterator[Progress]) -> Iterator[Progress]:
    packed = shared_results().get(name)
    if packed:
        found = unpack(packed, config)
        yield Progress(1.0, "Trained by another server", lambda: found)
        return
    for progress in steps:
        if progress.results:
            progress = progress._replace(results=partial(_scores, progress.results))
        yield progress
    assert progress.results is not None
    shared_results().put(name, pack(progress.results()))


def _scores(results: Callable[[], dict[str, RunResult]]) -> dict[str, RunResult]:
    return {name: scores_of(result) for name, result in results().items()}


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
