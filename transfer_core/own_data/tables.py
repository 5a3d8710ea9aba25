"""Tables: CSV in any common dialect, and Parquet."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from transfer_core.own_data.contents import Contents, Finding, counted, listed, plain
from transfer_core.own_data.limits import LIMITS, Refused, at_most
from transfer_core.own_data.text import UNKNOWN, decoded, layout_of

if TYPE_CHECKING:
    import pandas as pd

MOSTLY = 0.9
"""From this share of numbers on, a column is one of numbers with some that are missing."""
FEW_WORDS = 64
"""Columns of words that a table may have beside its numbers."""
FORMULA = ("=", "+", "-", "@")


def read_csv(name: str, data: bytes) -> Contents:
    r"""Read a table of text.

    Examples
    --------
    >>> found = read_csv("mine.csv", "size;kind\r\n1,5;a\r\n2,5;b\r\n".encode("utf-16"))
    >>> found.values.tolist(), found.words["kind"]
    ([[1.5], [2.5]], ('a', 'b'))
    """
    import pandas as pd

    text, findings = decoded(data)
    if not text.strip():
        raise Refused("The file must hold a table, got nothing but blanks.")
    layout = layout_of(text)
    del text
    at_most("Columns", layout.n_columns, LIMITS.columns + FEW_WORDS)
    LIMITS.check_size(_rows_at_least(layout.body), max(1, layout.n_columns - FEW_WORDS))
    try:
        frame = pd.read_csv(
            io.BytesIO(layout.body.encode()),  # as text it would take four times its size
            sep=layout.delimiter,
            decimal=layout.decimal,
            header=None,
            na_values=list(UNKNOWN),
            skipinitialspace=True,
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise Refused(_parser_words(str(error))) from error
    names, renamed = _distinct(layout.names, frame.shape[1])
    frame.columns = pd.Index(names)
    found = _contents(name, frame, [*findings, *renamed], layout.decimal)
    return replace(found, has_names=bool(layout.names))


def _rows_at_least(body: str) -> int:
    """Rows there are, unless quoted cells hold line ends."""
    return 0 if '"' in body else body.count("\n")


def _parser_words(said: str) -> str:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", said)
    if found:
        wanted, line, got = found.groups()
        return f"Row {line} must have {wanted} cells like the first, got {got}."
    return "The table cannot be read: a quotation mark may be missing."


def _distinct(names: Sequence[str], n_columns: int) -> tuple[list[str], list[Finding]]:
    """Give every column a name of its own."""
    given = [plain(names[index]) if index < len(names) else "" for index in range(n_columns)]
    chosen: list[str] = []
    for index, name in enumerate(given):
        wanted = base = name or f"column {index + 1}"
        number = 1
        while wanted in chosen:
            number += 1
            wanted = f"{base} ({number})"
        chosen.append(wanted)
    repeated = sorted({name for name in given if name and given.count(name) > 1}) if len(set(given)) < n_columns else []
    if not repeated:
        return chosen, []
    words = f"Several columns have the same name ({listed(repeated)}): those after the first were numbered."
    return chosen, [Finding("names", listed(repeated), words)]


def from_frame(name: str, frame: pd.DataFrame) -> Contents:
    """Take a table that is already one.

    Examples
    --------
    >>> import pandas as pd
    >>> from_frame("iris", pd.DataFrame({"size": [1.0, 2.0], "kind": ["a", "b"]})).words
    {'kind': ('a', 'b')}
    """
    names, renamed = _distinct([str(column) for column in frame.columns], frame.shape[1])
    return _contents(name, frame.set_axis(names, axis=1).reset_index(drop=True), renamed)


def _contents(name: str, frame: pd.DataFrame, findings: list[Finding], decimal: str = ".") -> Contents:
    """Part a table into numbers and words."""
    numbers: dict[str, Any] = {}
    words: dict[str, tuple[str, ...]] = {}
    for column in frame.columns:
        series = frame[column]
        kind, found = _numbers(series, str(column), findings, decimal)
        if found is not None:
            numbers[str(column)] = found
        if kind != "number":
            words[str(column)] = _words(series)
    LIMITS.check_size(len(frame), len(numbers))
    at_most("Columns of words", len(words), FEW_WORDS)
    at_most("Cells of words", len(frame) * len(words), LIMITS.word_cells)
    with np.errstate(over="ignore"):  # what does not fit is infinite, and found as such
        values = [np.asarray(column, float).astype(np.float32) for column in numbers.values()]
    table = np.stack(values, axis=1) if values else np.zeros((len(frame), 0), np.float32)
    return Contents(name, table, tuple(numbers), words, tuple(findings))


def _numbers(series: pd.Series[Any], column: str, findings: list[Finding], decimal: str) -> tuple[str, Any]:
    """Read a column as numbers if it is one, and say what it is: number, flag or word."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(series.dtype):
        return "flag", series.astype(float)
    if pd.api.types.is_numeric_dtype(series.dtype):
        return "number", pd.to_numeric(series).astype(float).to_numpy(na_value=np.nan)
    known = series.dropna()
    if not len(known):
        return "number", np.full(len(series), np.nan)
    if isinstance(series.dtype, pd.CategoricalDtype) or pd.api.types.is_datetime64_any_dtype(series.dtype):
        return "word", None
    cells = series.astype(object)
    if decimal != ".":
        cells = cells.map(lambda cell: cell.replace(decimal, ".") if isinstance(cell, str) else cell)
    as_numbers = pd.to_numeric(cells, errors="coerce")
    n_words = int(as_numbers.isna().sum()) - (len(series) - len(known))
    if n_words > (1 - MOSTLY) * len(known):
        return "word", None
    odd = [str(value) for value in known[as_numbers[known.index].isna()]]
    if odd:
        formulas = [value for value in odd if value.lstrip().startswith(FORMULA)]
        what = "formula" if formulas else "mixed"
        how_many = counted(n_words, "cell that is no number", "cells that are no numbers")
        never = "; formulas are never evaluated" if formulas else ""
        said = f"Column {column} holds {how_many}, such as {plain(odd[0])}: they count as missing{never}."
        findings.append(Finding(what, column, said))
    return "number", as_numbers.astype(float).to_numpy()


def _words(series: pd.Series[Any]) -> tuple[str, ...]:
    missing = series.isna()
    shown: dict[str, str] = {}  # equal words are one: a column of labels has few
    written = ("" if gone else str(value) for value, gone in zip(series, missing, strict=True))
    return tuple(shown.setdefault(value, plain(value)) for value in written)


def read_parquet(name: str, data: bytes) -> Contents:
    """Read a Parquet file, after its own account of its size has been checked; a column of lists is an embedding."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pa.BufferReader(data) as source:
        meta = pq.read_metadata(source)
        n_leaves = sum(
            meta.row_group(group).column(index).num_values
            for group in range(meta.num_row_groups)
            for index in range(meta.num_columns)
        )
        at_most("Rows", meta.num_rows, LIMITS.rows)
        at_most("Columns", meta.num_columns, LIMITS.columns + FEW_WORDS)
        at_most("Rows times columns", n_leaves, LIMITS.values + FEW_WORDS * LIMITS.rows)
        size = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
        at_most("Unpacked bytes", size, LIMITS.unpacked_bytes)
        texts = [field.name for field in meta.schema.to_arrow_schema() if pa.types.is_string(field.type)]
        source.seek(0)  # a dictionary stays one: a few long words must not be written out for every row
        table = pq.ParquetFile(source, read_dictionary=texts).read()
    return _contents(name, *_flat(table))


def _flat(table: Any) -> tuple[pd.DataFrame, list[Finding]]:
    """Lay lists of numbers out as columns."""
    import pandas as pd
    import pyarrow as pa

    parts: list[tuple[str, Any]] = []
    findings: list[Finding] = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if field.name.startswith("__index_level"):
            continue
        if (
            pa.types.is_list(field.type)
            or pa.types.is_large_list(field.type)
            or pa.types.is_fixed_size_list(field.type)
        ):
            rows = [np.asarray([] if row is None else row, float) for row in column.to_pylist()]
            lengths = {len(row) for row in rows}
            if len(lengths) != 1:
                raise Refused(
                    f"Lists in column {plain(field.name)} must all be equally long, got {len(lengths)} lengths."
                )
            parts += [(f"{field.name} {index + 1}", values) for index, values in enumerate(np.stack(rows).T)]
        elif pa.types.is_nested(field.type):
            words = f"Column {plain(field.name)} holds structures: it is left out."
            findings.append(Finding("nested", plain(field.name), words))
        else:
            parts.append((field.name, column.to_pandas()))
    names, renamed = _distinct([name for name, _ in parts], len(parts))
    frame = pd.DataFrame(
        {
            name: np.asarray(part) if isinstance(part, np.ndarray) else part
            for name, (_, part) in zip(names, parts, strict=True)
        }
    )
    return frame, [*findings, *renamed]
