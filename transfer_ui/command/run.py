"""A study from start to end: cells, store, files, verdicts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

from transfer_core.config import ConfigError, RunConfig
from transfer_core.statistics import MIN_SEEDS
from transfer_core.studies.execute import Done, OtherCode, execute, rows
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.store import Store, StoreError, default_path
from transfer_core.studies.study import Cell, Study
from transfer_core.wording import TOO_FEW_SEEDS, sentence_case
from transfer_takeaway.study import of_study
from transfer_ui.command.boundary import FAILED, INTERRUPTED, WRONG_ARGUMENTS, Forgiving, leave, say, tell
from transfer_ui.command.executors import WorkersLost, executor
from transfer_ui.command.files import WRITERS, check_places, write, write_chart
from transfer_ui.command.saved import check_places as check_files
from transfer_ui.command.saved import save

OPTION_OF = {"n_seeds": "--seeds", "seed": "--seed", "scenario": "--scenario"}


def listing() -> str:
    """List the studies, one per line.

    Examples
    --------
    >>> listing().splitlines()[0]
    'crossover      How much data until fine-tuning pays?'
    """
    width = max(map(len, STUDIES)) + 1
    return "\n".join(f"{name:<{width}} {study.title}" for name, study in STUDIES.items())


def run_study(options: argparse.Namespace) -> None:
    """Run a study as asked, write its table and chart, and print its verdicts.

    Parameters
    ----------
    options : Namespace
        What the parser made of the command line.
    """
    study: Study = STUDIES[options.name]
    configs = _configs(study, options)
    cells = study.cells(configs)
    name = f"{study.name}_{options.scenario}" if options.scenario else study.name
    table, chart = (options.out / f"{name}.{suffix}" for suffix in (options.format, "html"))
    check_places([table, chart])
    check_files(options)
    store = _store(options)
    found = study.summarise(rows(cells, _done(study, cells, store, options)))
    failed = write(
        {
            table: lambda path: WRITERS[options.format](found.table, path),
            chart: lambda path: write_chart(study, found, cells, path),
        }
    )
    tell("\n".join(f"Wrote {path}" for path in (table, chart) if path not in failed))
    for name, finding in found.findings.items():
        claim = study.claims[name]
        tell(f"\n{claim.text} ({claim.source.words})\n  {sentence_case(finding.verdict)}. {finding.sentence}")
    save(of_study(study, found, configs), options)
    if any(cell.config.n_seeds < MIN_SEEDS for cell in cells):
        tell(f"\n{sentence_case(TOO_FEW_SEEDS)} for any verdict: {MIN_SEEDS} are the least.")
    if failed:
        which = " and ".join(f"{path} ({why})" for path, why in failed.items())
        leave(f"Cannot write {which}. {_kept(store)}", FAILED)
    if store.trouble:
        say(f"The results are complete, but --{store.trouble}.")


def _configs(study: Study, options: argparse.Namespace) -> list[RunConfig]:
    changes = {name: value for name, value in (("n_seeds", options.seeds), ("seed", options.seed)) if value is not None}
    try:
        configs = study.default_configs(options.scenario, **changes)
        study.cells(configs)  # what a grid sets itself may break a rule too
        return configs
    except ConfigError as error:
        leave(f"{OPTION_OF.get(error.field, error.field)}{str(error).removeprefix(error.field)}.", WRONG_ARGUMENTS)
    except ValueError as error:
        leave(f"{str(error).replace('scenario', '--scenario', 1)}.", WRONG_ARGUMENTS)


def _store(options: argparse.Namespace) -> Store:
    try:
        return Store(options.store or default_path())
    except StoreError as error:
        leave(f"--{error}.", WRONG_ARGUMENTS)


def _done(study: Study, cells: list[Cell], store: Store, options: argparse.Namespace) -> list[Done]:
    """Compute all cells; if that ends early, say what is kept."""
    try:
        with executor(options.processes, options.dask) as where:
            return list(_with_progress(execute(cells, store, where), len(cells), study.name))
    except KeyboardInterrupt:
        leave(f"Stopped. {_kept(store)}", INTERRUPTED)
    except (BrokenProcessPool, WorkersLost) as error:
        leave(f"A worker gave up: {str(error).rstrip('.')}. {_kept(store)}", FAILED)
    except (OtherCode, ModuleNotFoundError) as error:
        leave(f"A worker gave up: {error}. Until that is fixed, the same command ends here.", FAILED)


def _kept(store: Store) -> str:
    if store.trouble:
        return f"Cells are lost: --{store.trouble}."
    return "Finished cells are kept; the same command resumes from there."


def _with_progress(done: Iterator[Done], n_cells: int, name: str) -> Iterator[Done]:
    """Show a bar with the time left, counting only newly computed cells towards the speed."""
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread of its own: the end of a process that was interrupted would wait for it
    with tqdm(total=n_cells, desc=name, unit="cell", file=Forgiving(sys.stderr)) as bar:
        for one in done:
            if one.stored:
                bar.initial += 1
            bar.update()
            yield one
