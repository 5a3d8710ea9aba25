"""The door: a file is known by what it holds, never by its name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple

from transfer_core.experiment import Progress
from transfer_core.own_data.arrays import read_npz
from transfer_core.own_data.contents import Contents, Finding, plain
from transfer_core.own_data.limits import LIMITS, Refused, at_most
from transfer_core.own_data.photos import read_photos_steps
from transfer_core.own_data.tables import read_csv, read_parquet

ENDINGS = ("csv", "tsv", "txt", "parquet", "npz", "zip")


class Format(NamedTuple):
    """A kind of file that is read."""

    title: str
    endings: tuple[str, ...]


CSV = Format("a table of text", ("csv", "tsv", "txt"))
PARQUET = Format("a Parquet file", ("parquet",))
NPZ = Format("an NPZ file", ("npz",))
PHOTOS = Format("a ZIP of photos", ("zip",))

# What people bring by mistake, by how it begins, and what they should bring instead.
FOREIGN = (
    (b"\x89PNG", "One photo is no data set: put photos into folders, one per class, and the folders into a ZIP."),
    (b"\xff\xd8\xff", "One photo is no data set: put photos into folders, one per class, and the folders into a ZIP."),
    (b"%PDF", "The file must be a table, NPZ, Parquet or a ZIP of photos, got a PDF."),
    (b"\x1f\x8b", "The file must not be compressed with gzip: unpack it first."),
    (b"\x93NUMPY", "One array has no labels: save images or rows and labels together with numpy.savez."),
    (b"\x89HDF", "The file must be a table, NPZ, Parquet or a ZIP of photos, got HDF5: save it with numpy.savez."),
    (b"SQLite format 3", "The file must be a table, NPZ, Parquet or a ZIP of photos, got a database."),
    (b"Rar!", "The file must be a ZIP, got a RAR archive."),
    (b"7z\xbc\xaf", "The file must be a ZIP, got a 7z archive."),
    (b"GIF8", "Photos must be PNG or JPEG in a ZIP, got a GIF."),
    (b"\xd0\xcf\x11\xe0", "The file must be a table, got an old Excel or Word file: save the sheet as CSV."),
    (b"{\\rtf", "The file must be a table, got formatted text: save it as CSV."),
)
PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))


def read_steps(name: str, data: bytes) -> Iterator[Progress]:
    """Read a file that somebody brought.

    Parameters
    ----------
    name : str
        As it was called; only its ending matters, and only for a remark.
    data : bytes

    Yields
    ------
    Progress
        The result of the last is the `Contents`.

    Raises
    ------
    Refused
        If it cannot be used, with the reason in one sentence.
    """
    shown = plain(PurePath(name.replace("\\", "/")).name) or "file"
    kind = _format_of(data)
    yield Progress(0.0, f"Reading {kind.title}")
    try:
        if kind is PHOTOS:
            for step in read_photos_steps(shown, data):
                if step.results is None:
                    yield step
                else:
                    found = step.results()
        else:
            found = {CSV: read_csv, PARQUET: read_parquet, NPZ: read_npz}[kind](shown, data)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # what a damaged file does to the parsers of others cannot be listed
        raise Refused(f"The file cannot be read as {kind.title}: it is damaged.") from error
    remarked = _with_remark(found, kind)
    yield Progress(1.0, "Read", lambda: remarked)


def read(name: str, data: bytes) -> Contents:
    r"""`read_steps` in one go.

    Examples
    --------
    >>> read("mine.csv", b"size,kind\n1,a\n2,b\n").columns
    ('size',)
    >>> read("mine.csv", b"")
    Traceback (most recent call last):
    transfer_core.own_data.limits.Refused: The file must hold data, got 0 bytes.
    """
    *_, last = read_steps(name, data)
    assert last.results is not None
    contents: Contents = last.results()
    return contents


def _with_remark(found: Contents, kind: Format) -> Contents:
    """Say so if the name promised something else, and refuse what is empty."""
    if not len(found):
        raise Refused("The file must hold at least two rows, got none.")
    ending = PurePath(found.name).suffix.lstrip(".").lower()
    if ending in kind.endings or not ending:
        return found
    words = f"The name ends in .{ending}, but the content is {kind.title}: it was read as that."
    return replace(found, findings=(Finding("type", "file", words), *found.findings))


def _format_of(data: bytes) -> Format:
    """Recognise a file by its content."""
    if not data:
        raise Refused("The file must hold data, got 0 bytes.")
    at_most("Bytes of the file", len(data), LIMITS.file_bytes)
    for start, words in FOREIGN:
        if data.startswith(start):
            raise Refused(words)
    if data.startswith(PICKLES):
        raise Refused("The file is a pickle, which can run code when it is opened: it is never read.")
    if data.startswith(b"PAR1"):
        return PARQUET
    if data.startswith(b"PK"):
        return _archive(data)
    return CSV


def _archive(data: bytes) -> Format:
    """Tell NPZ from photos, and from office files, which are ZIPs too."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except Exception as error:
        raise Refused("The ZIP cannot be read: it is damaged or incomplete.") from error
    if any(name == "[Content_Types].xml" or name == "mimetype" for name in names):
        raise Refused("The file must be a table, got an office document: save the sheet as CSV.")
    if any(name.endswith("data.pkl") for name in names):
        raise Refused("The file is a saved model or pickle, which can run code when it is opened: it is never read.")
    return NPZ if names and all(name.endswith(".npy") for name in names) else PHOTOS
