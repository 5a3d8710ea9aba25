"""Records as files: JSON with a checksum, one entry per line. Nothing in a file is ever run, and all of it is bounded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from transfer_core.arrays import Array
from transfer_takeaway.record import KINDS, Cell, Facts, Record, Row, Table

FORMAT = "freeze-or-fine-tune record"
VERSION = 1
SUFFIX = ".record.json"
MOST_BYTES = 4_000_000
MOST_ENTRIES, LONGEST_TEXT = 20_000, 4000
DIGITS = 7  # that a number keeps
LARGEST_WHOLE = 2**53  # beyond it, whole numbers are counted as others are


class RecordError(ValueError):
    """A file is not a record that can be shown; the message is one sentence."""


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
    transfer_takeaway.files.RecordError: The file must be a record that this lab saved, got something else.
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
        raise RecordError(f"The record must have version {VERSION}, got {_short(version)}{later}.")
    try:
        is_whole = content.pop("checksum", None) == checksum(content)
    except (ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise RecordError(
            "The record must be as it was saved, got one that was damaged or edited: its checksum differs."
        )
    return _record(content)


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


def _record(content: Mapping[str, Any]) -> Record:
    """Check every part: a right checksum says that nothing was damaged, not that we wrote it."""
    rows = tuple(map(_row_in, _list(content.get("rows"), "rows")))
    if len({len(row.scores) for row in rows}) > 1:
        _refuse("rows", "have as many seeds each", "different numbers")
    return Record(
        kind=_one_of(content.get("kind"), KINDS, "kind"),
        title=_text(content.get("title"), "title"),
        answer=_text(content.get("answer"), "answer"),
        evidence=tuple(_text(one, "evidence") for one in _list(content.get("evidence"), "evidence")),
        settings=_facts(content.get("settings"), "settings"),
        data=_facts(content.get("data"), "data"),
        made=_mapping(content.get("made"), "made", _text),
        asked=_mapping(content.get("asked"), "asked", lambda value, name: value),
        rows=rows,
        tables=_mapping(content.get("tables"), "tables", _table_in),
    )


def _row_in(value: Any) -> Row:
    row = _mapping(value, "rows", lambda one, name: one)
    curves = _mapping(row.get("curves"), "curves", _matrix_in)
    scores = _numbers_in(row.get("scores"), "scores")
    if any(len(values) != len(scores) for values in curves.values()) or not len(scores):
        _refuse("curves", "have one line per seed", "another number")
    return Row(
        _text(row.get("name"), "name"),
        _text(row.get("title"), "title"),
        scores,
        curves,
        _mapping(row.get("numbers"), "numbers", _number_in),
    )


def _table_in(value: Any, name: str) -> Table:
    table = _mapping(value, name, lambda one, name: one)
    columns = tuple(_text(one, "columns") for one in _list(table.get("columns"), "columns"))
    if len(set(columns)) < len(columns):
        _refuse("tables", "have columns of different names", "two of one name")
    rows = tuple(tuple(_cell_in(one) for one in _list(row, name)) for row in _list(table.get("rows"), name))
    if any(len(row) != len(columns) for row in rows):
        _refuse("tables", "have one entry per column", "rows of another length")
    return Table(columns, rows)


def _matrix_in(value: Any, name: str) -> Array:
    lines = [_numbers_in(one, name) for one in _list(value, name)]
    if not lines or not len(lines[0]) or len({len(line) for line in lines}) > 1:
        _refuse(name, "have as many epochs for every seed", "different numbers")
    return np.stack(lines)


def _numbers_in(value: Any, name: str) -> Array:
    return np.array([_number_in(one, name) for one in _list(value, name)])


def _number_in(value: Any, name: str) -> float:
    if value is None:
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        _refuse(name, "hold numbers", _short(value))
    return float(value)


def _cell_in(value: Any) -> Cell:
    if isinstance(value, str):
        return _text(value, "table")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE:
        return value
    return None if value is None else _number_in(value, "table")


def _facts(value: Any, name: str) -> Facts:
    pairs = [_list(pair, name) for pair in _list(value, name)]
    if any(len(pair) != 2 for pair in pairs):
        _refuse(name, "be pairs", "something else")
    return tuple((_text(one, name), _text(other, name)) for one, other in pairs)


def _mapping(value: Any, name: str, check: Callable[[Any, str], Any]) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MOST_ENTRIES:
        _refuse(name, "be names and values", _short(value))
    return {_text(key, name): check(one, name) for key, one in value.items()}


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_ENTRIES:
        _refuse(name, f"be a list of at most {MOST_ENTRIES:,} entries", _short(value))
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        _refuse(name, f"be text of at most {LONGEST_TEXT:,} characters", _short(value))
    return value


def _one_of(value: Any, options: tuple[str, ...], name: str) -> str:
    if value not in options:
        _refuse(name, f"be one of {', '.join(options)}", _short(value))
    return str(value)


def _refuse(name: str, rule: str, got: str) -> NoReturn:
    raise RecordError(f"{name} in the record must {rule}, got {got}.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _short(value: Any) -> str:
    """Show a value of a file without the risk of showing all of it."""
    if value is None:
        return "nothing"
    if isinstance(value, list | dict):
        return f"{len(value)} entries"
    text = "".join(one if one.isprintable() else "?" for one in str(value)[:40])
    return repr(text) if isinstance(value, str) else text


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"
