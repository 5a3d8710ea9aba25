"""Studies from a shell: ``python -m transfer_ui study crossover --scenario mnist_to_digits --seeds 30``."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import joblib
import pandas as pd

# Worker processes import this file too: what draws is imported where it is used.
from transfer_core.config import ConfigError
from transfer_core.studies.execute import Done, OtherCode, execute, rows
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.store import Store, StoreError, default_path
from transfer_core.studies.study import Cell, Study, Summary
from transfer_core.studies.workers import processes

WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "csv": lambda table, path: table.to_csv(path, index=False),
    "parquet": lambda table, path: table.to_parquet(path, index=False),
}
OPTION_OF = {"n_seeds": "--seeds", "seed": "--seed", "scenario": "--scenario"}
WRONG_ARGUMENTS, FAILED, INTERRUPTED = 2, 1, 130


class WorkersLost(RuntimeError):
    """A Dask cluster no longer does what it was asked."""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        words = message.removeprefix("argument ").replace(": ", " ", 1)
        # The parser's own words for a wrong command differ from ours for everything else.
        words = re.sub(r"^the following arguments are required (.*)", r"\1 is missing", words)
        words = words.replace(" not allowed with argument ", " cannot be used together with ")
        words = re.sub(r"^(\w+) invalid choice: (.*) \(choose from (.*)\)", _must_be, words)
        _leave(f"{words}.", WRONG_ARGUMENTS)


def _must_be(found: re.Match[str]) -> str:
    name, value, choices = found.groups()
    options = choices.replace("'", "")
    return f"{name} must be one of {options}, got {value}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and do what they say.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line by default.
    """
    options = _parser().parse_args(arguments)
    if options.command == "list":
        print(listing())
    else:
        run_study(options)


def listing() -> str:
    """List the studies, one a line.

    Examples
    --------
    >>> listing().splitlines()[0]
    'crossover      How much data until fine-tuning pays?'
    """
    width = max(map(len, STUDIES)) + 1
    return "\n".join(f"{name:<{width}} {study.title}" for name, study in STUDIES.items())


def run_study(options: argparse.Namespace) -> None:
    """Run a study as asked, write its table and its chart, print its verdicts."""
    study: Study = STUDIES[options.name]
    changes = {name: value for name, value in (("n_seeds", options.seeds), ("seed", options.seed)) if value is not None}
    try:
        cells = study.cells(study.default_configs(options.scenario, **changes))
    except ConfigError as error:
        _leave(f"{OPTION_OF.get(error.field, error.field)}{str(error).removeprefix(error.field)}.", WRONG_ARGUMENTS)
    except ValueError as error:
        _leave(f"{str(error).replace('scenario', '--scenario', 1)}.", WRONG_ARGUMENTS)
    out = _folder(options.out)
    try:
        store = Store(options.store or default_path())
    except StoreError as error:
        _leave(f"--{error}.", WRONG_ARGUMENTS)
    done: list[Done] = []
    try:
        with _executor(options) as executor:
            done.extend(_with_progress(execute(cells, store, executor), len(cells), study.name))
    except KeyboardInterrupt:
        _leave("Stopped. Finished cells are kept; the same command goes on from there.", INTERRUPTED)
    except StoreError as error:
        _leave(f"--{error}. Finished cells are kept; the same command goes on from there.", FAILED)
    except (BrokenProcessPool, OtherCode, WorkersLost, ModuleNotFoundError) as error:
        _leave(
            f"A worker gave up: {str(error).rstrip('.')}. Finished cells are kept; the same command goes on from there.",
            FAILED,
        )
    found = study.summarise(rows(cells, done))
    name = f"{study.name}_{options.scenario}" if options.scenario else study.name
    for path in (
        _write_table(found, out / f"{name}.{options.format}"),
        _write_chart(study, found, cells, out / f"{name}.html"),
    ):
        print(f"Wrote {path}")
    for name, finding in found.findings.items():
        claim = study.claims[name]
        print(f"\n{claim.text} ({claim.source.words})\n  {finding.verdict.capitalize()}. {finding.sentence}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m transfer_ui", description="Freeze or fine-tune? Studies from a shell.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("list", help="list the studies")
    study = commands.add_parser("study", help="run a study")
    study.add_argument("name", type=_one_of(*STUDIES), help="a study; the command list has them")
    study.add_argument("--scenario", help="run it on this scenario only")
    study.add_argument("--seeds", type=_whole, metavar="N", help="how many seeds")
    study.add_argument("--seed", type=_whole, metavar="N", help="the first seed")
    study.add_argument("--out", type=Path, default=Path("results"), metavar="FOLDER", help="where table and chart go")
    study.add_argument(
        "--format", type=_one_of(*WRITERS), default="csv", metavar="FORMAT", help="of the table: csv or parquet"
    )
    study.add_argument(
        "--store", type=Path, metavar="FILE", help="where finished cells are kept; shared with the pages by default"
    )
    where = study.add_mutually_exclusive_group()
    where.add_argument("--processes", type=_positive, metavar="N", help="worker processes; all cores by default")
    where.add_argument("--dask", metavar="ADDRESS", help="use the Dask cluster with this scheduler")
    return parser


def _one_of(*options: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in options:
            raise argparse.ArgumentTypeError(f"must be one of {', '.join(options)}, got {text!r}")
        return text

    return read


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None


def _positive(text: str) -> int:
    if _whole(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, got {text!r}")
    return int(text)


@contextmanager
def _executor(options: argparse.Namespace) -> Iterator[Executor | None]:
    """Open what the cells are done with; one process means here."""
    if options.dask:
        with _dask(options.dask) as executor:
            yield executor
        return
    n_processes = options.processes or joblib.cpu_count()
    if n_processes == 1:
        yield None
        return
    with processes(n_processes) as executor:
        yield executor


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    """Connect to an existing cluster; its client speaks the interface of `concurrent.futures`."""
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.core import CommClosedError
    except ImportError:
        _leave("--dask needs the packages of requirements-dask.txt.", WRONG_ARGUMENTS)
    try:
        client = Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        _leave(f"--dask must be the address of a scheduler that answers, got {address!r} ({reason}).", WRONG_ARGUMENTS)
    with client:
        try:
            yield client.get_executor()  # type: ignore[no-untyped-call]
        except (KilledWorker, CommClosedError, CancelledError) as error:
            raise WorkersLost(f"the cluster at {address} lost its workers or its scheduler ({error})") from error


def _with_progress(done: Iterator[Done], n_cells: int, name: str) -> Iterator[Done]:
    """Show a bar with the time left, counting only what is done now towards the speed."""
    from tqdm import tqdm

    with tqdm(total=n_cells, desc=name, unit="cell") as bar:
        for one in done:
            if one.stored:
                bar.initial += 1
            bar.update()
            yield one


def _folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):  # better now than after an hour
            pass
    except OSError as error:
        _leave(f"--out must be a folder that can be written, got {str(out)!r} ({error.strerror}).", WRONG_ARGUMENTS)
    return out


def _write_table(found: Summary, path: Path) -> Path:
    WRITERS[path.suffix.removeprefix(".")](found.table, path)
    return path


def _write_chart(study: Study, found: Summary, cells: Sequence[Cell], path: Path) -> Path:
    """Write the chart as one file that needs nothing else, not even a network."""
    from transfer_ui.charts.study import standalone

    n_seeds = max(cell.config.n_seeds for cell in cells)
    verdicts = [
        f"{finding.verdict.capitalize()}: {study.claims[name].text}" for name, finding in found.findings.items()
    ]
    standalone(study, found.table, [f"{n_seeds} seeds, {len(cells)} cells.", *verdicts]).save(path, inline=True)
    return path


def _leave(sentence: str, status: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
