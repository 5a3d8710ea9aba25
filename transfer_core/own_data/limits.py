"""How much may be brought: stated as data, so that a page can show what the readers enforce."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 10**6


class Refused(ValueError):
    """What was brought cannot be used; the message is one sentence for whoever brought it."""


@dataclass(frozen=True)
class Limits:
    """Bounds that are checked before anything is decoded.

    Attributes
    ----------
    file_bytes : int
    unpacked_bytes : int
        Of all that a compressed file holds.
    rows : int
        Rows of a table, or images.
    columns : int
        Numbers per row, such as those of an embedding.
    beside : int
        Columns of numbers that may stand beside these: the labels, a row number, what parts source and target. Which is
        which is said only when the file has been read.
    values : int
        Rows times columns, or images times their pixels.
    word_cells : int
        Cells of a table that hold words.
    classes : int
    pixels : int
        Of one photo, before it is reduced.

    Examples
    --------
    >>> LIMITS.words
    'At most 16 MB, 20,000 rows of 2,048 numbers, 3,000,000 numbers in all, 50 classes; photos of up to 25 megapixels.'
    """

    file_bytes: int = 16 * MEGABYTE
    unpacked_bytes: int = 128 * MEGABYTE
    rows: int = 20_000
    columns: int = 2_048
    beside: int = 8
    values: int = 3_000_000
    word_cells: int = 400_000
    classes: int = 50
    pixels: int = 25_000_000

    @property
    def words(self) -> str:
        """The limits in a sentence."""
        return (
            f"At most {self.file_bytes // MEGABYTE} MB, {self.rows:,} rows of {self.columns:,} numbers, "
            f"{self.values:,} numbers in all, {self.classes} classes; photos of up to {self.pixels // 10**6} megapixels."
        )

    def check_size(self, n_rows: int, n_columns: int) -> None:
        """Refuse a table of this many rows and numbers per row.

        Examples
        --------
        >>> LIMITS.check_size(3, 10_000)
        Traceback (most recent call last):
        transfer_core.own_data.limits.Refused: Numbers per row must be at most 2,048, got 10,000.
        """
        if n_columns > self.columns + self.beside:
            at_most("Numbers per row", n_columns, self.columns)
        at_most("Rows", n_rows, self.rows)
        at_most("Rows times numbers per row", n_rows * n_columns, self.values)


LIMITS = Limits()


def at_most(field: str, value: int, most: int) -> None:
    """Refuse a count above its limit."""
    if value > most:
        raise Refused(f"{field} must be at most {most:,}, got {value:,}.")
