"""Records as files: JSON with a checksum, one entry per line. Nothing in a file is ever run, and all of it is bounded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from transfer_core.arrays import Array
from transfer_takeaway.checks import RecordError, checked, short
from transfer_takeaway.record import Cell, Record, Row, Table

FORMAT = "freeze-or-fine-tune record"
VERSION = 1
SUFFIX = ".record.json"
MOST_BYTES = 4_000_000
DIGITS = 7  # that a number keeps


def write(record: Record) -> bytes:
    """Write a record.

    Parameters
    ----------
    record : Record

    Returns
    -------
    bytes
        Numbers have seven digits; what is not finite is ``null``.

    Raises
    ------
    RecordError
        If the file would be too large to be opened again.

    Examples
    --------
    >>> saved = Record("study", "Title", "Answer.", (), (), (), {}, {}, tables={"T": Table(("a",), ((0.5,),))})
    >>> read(write(saved)).tables["T"].rows
    ((0.5,),)
    """
    content = {
        "kind": record.kind,
        "title": record.title,
        "answer": record.answer,
        "evidence": list(record.evidence),
        "settings": [list(pair) for pair in record.settings],
        "data": [list(pair) for pair in record.data],
        "made": dict(record.made),
        "asked": dict(record.asked),
        "rows": [_row_out(row) for row in record.rows],
        "tables": {title: _table_out(table) for title, table in record.tables.items()},
    }
    head = {"format": FORMAT, "version": VERSION, "checksum": checksum(content)}
    lines = [f"{json.dumps(name)}: {_entry(value)}" for name, value in (head | content).items()]
    written = ("{\n" + ",\n".join(lines) + "\n}\n").encode()
    if len(written) > MOST_BYTES:
        raise RecordError(f"A record must have at most {_megabytes(MOST_BYTES)}, got {_megabytes(len(written))}.")
    return written


def read(data: bytes) -> Record:
    """Read a record.

    Parameters
    ----------
    data : bytes
        From anywhere: it is trusted in nothing.

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        If it is too large, is no record, was damaged, or comes from a later version.

    Examples
    --------
    >>> read(b"PK")
    Traceback (most recent call last):
    transfer_takeaway.checks.RecordError: The file must be a record that this lab saved, got something else.
    """
    if not data:
        raise RecordError("The file must be a record that this lab saved, got an empty file.")
    if len(data) > MOST_BYTES:
        raise RecordError(f"The file must have at most {_megabytes(MOST_BYTES)}, got {_megabytes(len(data))}.")
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RecordError(
            "The file must be a record that this lab saved, got one that was cut short or damaged."
            if FORMAT.encode() in data[:200]
            else "The file must be a record that this lab saved, got something else."
        ) from None
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise RecordError("The file must be a record that this lab saved, got something else.")
    if (version := content.pop("version", None)) != VERSION:
        later = ": a later version of the lab saved it" if isinstance(version, int) and version > VERSION else ""
        raise RecordError(f"The record must have version {VERSION}, got {short(version)}{later}.")
    try:
        is_whole = content.pop("checksum", None) == checksum(content)
    except (ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise RecordError(
            "The record must be as it was saved, got one that was damaged or edited: its checksum differs."
        )
    return checked(content)


def checksum(content: Mapping[str, Any]) -> str:
    """Name the content of a record, whatever the order and the spaces in its file."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _row_out(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "scores": _numbers_out(row.scores),
        "curves": {name: [_numbers_out(seed) for seed in values] for name, values in row.curves.items()},
        "numbers": {name: _cell_out(float(value)) for name, value in row.numbers.items()},
    }


def _table_out(table: Table) -> dict[str, Any]:
    return {"columns": list(table.columns), "rows": [[*map(_cell_out, row)] for row in table.rows]}


def _numbers_out(values: Array) -> list[float | None]:
    return [_rounded(float(value)) for value in values]


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def _cell_out(value: Cell) -> Cell:
    return _rounded(value) if isinstance(value, float) else value


def _entry(value: Any) -> str:
    """Write a list with one element per line, so that files can be compared line by line."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(one, allow_nan=False) for one in value) + "\n]"
    return json.dumps(value, allow_nan=False)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"
