"""Records on the command line: written beside what is printed, opened, and computed again."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from transfer_core import compare
from transfer_core.baselines import measure_baselines
from transfer_core.studies.execute import execute, rows
from transfer_core.studies.store import Store
from transfer_takeaway import files, own_data
from transfer_takeaway.agreement import agreement
from transfer_takeaway.checks import RecordError
from transfer_takeaway.comparison import asked_of
from transfer_takeaway.record import Record
from transfer_takeaway.report.page import to_html
from transfer_takeaway.study import asked_of_study, of_study
from transfer_ui.command.boundary import FAILED, WRONG_ARGUMENTS, leave, reason, tell
from transfer_ui.command.files import put_in_place
from transfer_ui.saved import record_of
from transfer_ui.sentences import accuracy_words


def check_places(options: argparse.Namespace) -> None:
    """Leave if what was asked for cannot be written: better to say so now than after an hour."""
    for option in ("record", "report"):
        path: Path | None = getattr(options, option, None)
        if path is None:
            continue
        rule = f"--{option} must be a file that can be written"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path.parent):
                pass
            with suppress(FileNotFoundError):
                path.stat()  # a name that no file can have is refused as well
        except (OSError, ValueError) as error:
            leave(f"{rule}, got {str(path)!r} ({reason(error)}).", WRONG_ARGUMENTS)
        if path.is_dir():
            leave(f"{rule}, got a folder {str(path)!r}.", WRONG_ARGUMENTS)


def save(record: Record, options: argparse.Namespace) -> None:
    """Write a record and a report where they were asked for."""
    _write(getattr(options, "record", None), lambda: files.write(record))
    _write(options.report, lambda: to_html(record).encode())


def _write(path: Path | None, make: Callable[[], bytes]) -> None:
    if path is None:
        return
    try:
        with put_in_place(path) as part:
            part.write_bytes(make())
    except RecordError as error:
        leave(str(error), FAILED)
    except OSError as error:
        leave(f"Cannot write {path} ({reason(error)}).", FAILED)
    tell(f"Wrote {path}")


def open_record(options: argparse.Namespace) -> None:
    """Show a record as it was saved and, if asked, compute it again and say whether it still agrees.

    Parameters
    ----------
    options : Namespace
        What the parser made of the command line.
    """
    check_places(options)
    record = _read(options.file)
    width = max((len(row.title) for row in record.rows), default=0)
    tell(f"{record.title}, saved with results from {record.made.get('date', 'an unknown day')}")
    tell("\n".join(f"{row.title:<{width}}  {accuracy_words(row.scores)}" for row in record.ranked))
    tell("\n".join([record.answer, *record.evidence]))
    save(record, options)
    if options.recompute:
        try:
            fresh = _again(record)
        except RecordError as error:
            leave(str(error), FAILED)
        tell(f"\n{agreement(record, fresh).sentence}")
        if fresh.answer != record.answer:
            tell(f"The answer is now: {fresh.answer}")


def _read(path: Path) -> Record:
    try:
        with path.open("rb") as file:
            return files.read(file.read(files.MOST_BYTES + 1))
    except RecordError as error:
        leave(f"{str(error).rstrip('.')} ({path.name}).", WRONG_ARGUMENTS)
    except (OSError, ValueError) as error:
        leave(f"file must be one that can be read, got {str(path)!r} ({reason(error)}).", WRONG_ARGUMENTS)


def _again(record: Record) -> Record:
    """Compute from scratch: nothing is taken from a store."""
    if record.kind == "comparison":
        config, arms, baselines, _held = asked_of(record)
        measured = measure_baselines(config) if baselines else {}
        return record_of(compare(config, arms), {name: measured[name] for name in baselines if name in measured})
    if record.kind == "study":
        study, configs = asked_of_study(record)
        cells = study.cells(configs)
        with tempfile.TemporaryDirectory() as folder:
            done = list(execute(cells, Store(Path(folder) / f"{os.getpid()}.sqlite"), None))
        return of_study(study, study.summarise(rows(cells, done)), configs)
    if record.kind == own_data.KIND:
        for step in own_data.again_steps(record):
            latest = step
        assert latest.results is not None
        return own_data.of_answer(latest.results())
    raise RecordError("A measurement of pictures can be shown but not recomputed here: run the command that made it.")
