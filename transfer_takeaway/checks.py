"""What a file may hold: every part of a record is checked, because a right checksum does not say who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from transfer_core.arrays import Array
from transfer_takeaway.record import KINDS, Cell, Facts, Record, Row, Table

MOST_ENTRIES, LONGEST_TEXT = 20_000, 4000
LARGEST_WHOLE = 2**53  # beyond it, whole numbers are counted as others are


class RecordError(ValueError):
    """A file is not a record that can be shown; the message is one sentence."""


def checked(content: Mapping[str, Any]) -> Record:
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
        _refuse(name, "hold numbers", short(value))
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
        _refuse(name, "be names and values", short(value))
    return {_text(key, name): check(one, name) for key, one in value.items()}


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_ENTRIES:
        _refuse(name, f"be a list of at most {MOST_ENTRIES:,} entries", short(value))
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        _refuse(name, f"be text of at most {LONGEST_TEXT:,} characters", short(value))
    return value


def _one_of(value: Any, options: tuple[str, ...], name: str) -> str:
    if value not in options:
        _refuse(name, f"be one of {', '.join(options)}", short(value))
    return str(value)


def _refuse(name: str, rule: str, got: str) -> NoReturn:
    raise RecordError(f"{name} in the record must {rule}, got {got}.")


def short(value: Any) -> str:
    """Show a value of a file without the risk of showing all of it."""
    if value is None:
        return "nothing"
    if isinstance(value, list | dict):
        return f"{len(value)} entries"
    text = "".join(one if one.isprintable() else "?" for one in str(value)[:40])
    return repr(text) if isinstance(value, str) else text
