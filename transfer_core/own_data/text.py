"""Text of unknown make: its encoding, its delimiter, its decimal mark, and whether it begins with names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from transfer_core.own_data.contents import Finding
from transfer_core.own_data.limits import Refused

MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
DELIMITERS = "\t;|,"
SAMPLE = 40  # rows that decide how the others are read
HEAD = 4 * 2**20  # characters in which these rows are
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
UNKNOWN = ("", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A")
BINARY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Layout(NamedTuple):
    """How a table is written.

    Attributes
    ----------
    delimiter, decimal : str
    names : tuple of str
        First row, if it names the columns; empty otherwise.
    n_columns : int
    body : str
        The rows.
    """

    delimiter: str
    decimal: str
    names: tuple[str, ...]
    n_columns: int
    body: str


def decoded(data: bytes) -> tuple[str, list[Finding]]:
    r"""Turn bytes into text with line ends as Python writes them.

    Examples
    --------
    >>> decoded("a;b\r\n".encode("utf-16"))[0], decoded(b"caf\xe9\n")[1][0].what
    ('a;b\n', 'encoding')
    """
    text, findings = _decoded(data)
    if BINARY.search(text):
        raise Refused("The file must be a table, NPZ, Parquet or a ZIP of photos, got binary data of another kind.")
    return text.replace("\r\n", "\n").replace("\r", "\n"), findings


def _decoded(data: bytes) -> tuple[str, list[Finding]]:
    start = data[:4096]
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if marked is None and start.count(0) > len(start) / 4:  # every other byte of UTF-16 is zero in most languages
        marked = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    try:
        return data.decode(marked or "utf-8"), []
    except UnicodeDecodeError:
        pass
    try:
        if marked is None:
            words = "The text is not UTF-8: it was read as Windows-1252; check names with accents."
            return data.decode("cp1252"), [Finding("encoding", "file", words)]
    except UnicodeDecodeError:
        pass
    raise Refused(f"The file must be text, got bytes that are not {marked or 'UTF-8'}: save it as CSV in UTF-8.")


def layout_of(text: str) -> Layout:
    r"""Find out how a table is written.

    Examples
    --------
    >>> layout_of("size;kind\n1,5;a\n2,5;b\n")[:3]
    (';', ',', ('size', 'kind'))
    """
    declared = re.match(r"sep=(.)\n", text)  # what Excel writes
    if declared:
        text = text[declared.end() :]
    delimiter = declared.group(1) if declared else _delimiter(text)
    sample = _rows(text, delimiter)
    if len(sample) < 2:
        raise Refused(f"The table must have at least two rows, got {len(sample)}.")
    decimal = _decimal(sample, delimiter)
    names: tuple[str, ...] = ()
    if _begins_with_names(sample):
        reader = csv.reader(_head(text), delimiter=delimiter)
        first = next(row for row in reader if row)
        names = tuple(first)
        for _ in range(reader.line_num):
            text = text[text.find("\n") + 1 :] if "\n" in text else ""
    return Layout(delimiter, decimal, names, max(len(row) for row in sample), text)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """First rows that are not empty."""
    reader = csv.reader(_head(text), delimiter=delimiter)
    try:
        return list(islice((row for row in reader if row), SAMPLE))
    except csv.Error as error:
        raise Refused(f"The table cannot be read at line {reader.line_num}: {error}.") from error


def _head(text: str) -> io.StringIO:
    """Take what is enough to find out how a table is written: as lines, a text takes four times its size."""
    return io.StringIO(text[:HEAD])


def _delimiter(text: str) -> str:
    """Take the first that cuts all rows into equally many cells; failing that, the one that nearly does."""

    def unevenness(delimiter: str) -> float:
        lengths = [len(row) for row in _rows(text, delimiter)]
        usual = max(set(lengths), key=lengths.count, default=1)
        return 1.0 if usual < 2 else 1 - lengths.count(usual) / len(lengths)

    return min(DELIMITERS, key=unevenness) if text.strip() else ","


def _decimal(sample: Sequence[Sequence[str]], delimiter: str) -> str:
    cells = [cell.strip() for row in sample for cell in row]
    commas = sum(bool(re.fullmatch(r"[+-]?\d+,\d+", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d+", cell)) for cell in cells)
    return "," if delimiter != "," and commas > points else "."


def _begins_with_names(sample: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: some column is of numbers below a word, or nothing there is a number."""
    first, *rest = sample
    is_number = [bool(NUMBER.fullmatch(cell.strip())) for cell in first]
    if not any(is_number):
        return True
    numbered = [cell.strip() for cell, number in zip(first, is_number, strict=True) if number]
    if len(numbered) > 2 and numbered in ([str(index + start) for index in range(len(numbered))] for start in (0, 1)):
        return True  # as pandas names columns
    for index, number in enumerate(is_number):
        below = [row[index].strip() for row in rest if index < len(row)]
        below = [cell for cell in below if cell not in UNKNOWN]
        if not number and first[index].strip() and below and all(NUMBER.fullmatch(cell) for cell in below):
            return True
    return False
