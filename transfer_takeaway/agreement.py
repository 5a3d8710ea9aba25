"""Whether a record still agrees with what was computed again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.wording import inside, points_words
from transfer_takeaway.record import Cell, Record, Row, Table

TOLERANCE = 0.005
"""Difference of a mean accuracy, 0 to 1, up to which two runs agree: processors add in another order."""
VERDICT = "verdict"
DIGITS = 1e-6  # relative: a record keeps seven digits


class Agreement(NamedTuple):
    """How a record compares with a new computation.

    Attributes
    ----------
    level : {"same", "agrees", "differs"}
    sentence : str
    """

    level: str
    sentence: str


def agreement(saved: Record, fresh: Record) -> Agreement:
    """Compare a record with the record of a new computation.

    Parameters
    ----------
    saved, fresh : Record
        Of one kind.

    Returns
    -------
    Agreement

    Examples
    --------
    >>> def record(share):
    ...     scores = np.full(6, share)
    ...     return Record("comparison", "", "", (), (), (), {}, {}, (Row("a", "Freezing", scores),))
    >>> agreement(record(0.7), record(0.7)).sentence
    'Recomputed, every number is the same.'
    >>> agreement(record(0.7), record(0.8)).sentence
    'Recomputed, it no longer agrees: freezing now has a mean accuracy of 80.0 %, not 70.0 %.'
    """
    missing = [row.title for row in saved.rows if row.name not in {one.name for one in fresh.rows}]
    if missing:
        return Agreement(
            "differs",
            f"Recomputed, it no longer agrees: {inside(missing[0])} has no result any more.{_why(saved, fresh)}",
        )
    news = {row.name: row for row in fresh.rows}
    pairs = [(row, news[row.name]) for row in saved.rows]
    wrong = next((said for old, new in pairs if (said := _row_differs(old, new))), "") or _verdict_differs(saved, fresh)
    if wrong:
        return Agreement("differs", f"Recomputed, it no longer agrees: {wrong}.{_why(saved, fresh)}")
    if all(_same_row(old, new) for old, new in pairs) and all(
        _same_table(table, fresh.tables.get(title)) for title, table in saved.tables.items()
    ):
        return Agreement("same", "Recomputed, every number is the same.")
    return Agreement("agrees", f"Recomputed, it agrees: {_how_close(pairs)}.{_why(saved, fresh)}")


def _how_close(pairs: list[tuple[Row, Row]]) -> str:
    if not pairs:
        return "every verdict is the same, though numbers differ"
    apart = max(abs(float(np.nan_to_num(old.scores.mean() - new.scores.mean()))) for old, new in pairs)
    return f"no mean accuracy has moved by more than {points_words(max(apart, 0.0001), '.2f')}"


def _row_differs(old: Row, new: Row) -> str:
    if len(old.scores) != len(new.scores):
        return f"{inside(old.title)} now has {len(new.scores)} seeds, not {len(old.scores)}"
    before, after = float(old.scores.mean()), float(new.scores.mean())
    if abs(before - after) <= TOLERANCE or (np.isnan(before) and np.isnan(after)):
        return ""
    return f"{inside(old.title)} now has a mean accuracy of {100 * after:.1f} %, not {100 * before:.1f} %"


def _verdict_differs(saved: Record, fresh: Record) -> str:
    """Name the first verdict that is another one."""
    for title, old in saved.tables.items():
        new = fresh.tables.get(title)
        if VERDICT in old.columns:
            if new is None or VERDICT not in new.columns or len(new.rows) != len(old.rows):
                return "it has other verdicts"
            place = old.columns.index(VERDICT), new.columns.index(VERDICT)
            for ours, theirs in zip(old.rows, new.rows, strict=True):
                before, after = ours[place[0]], theirs[place[1]]
                if before != after:
                    return f"“{ours[0]}” is now {after}, not {before}"
    return ""


def _same_row(old: Row, new: Row) -> bool:
    return _equal(old.scores, new.scores) and all(
        name in new.curves and _equal(values, new.curves[name]) for name, values in old.curves.items()
    )


def _equal(old: Array, new: Array) -> bool:
    if old.shape != new.shape:
        return False
    both = np.isfinite(old) & np.isfinite(new)
    return bool(
        (np.isfinite(old) == np.isfinite(new)).all() and np.allclose(old[both], new[both], rtol=DIGITS, atol=1e-12)
    )


def _same_table(old: Table, new: Table | None) -> bool:
    if new is None or old.columns != new.columns or len(old.rows) != len(new.rows):
        return False
    pairs = [both for rows in zip(old.rows, new.rows, strict=True) for both in zip(*rows, strict=True)]
    return all(_same_cell(*both) for both in pairs)


def _same_cell(old: Cell, new: Cell) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return bool(np.isclose(old, new, rtol=DIGITS))
    return old == new


def _why(saved: Record, fresh: Record) -> str:
    """Name what has changed since, which may be the reason."""
    changed = [
        words
        for words, old, new in zip(
            ("the data", "the code", "the versions"),
            (saved.asked.get("data"), saved.made.get("code"), saved.made.get("versions")),
            (fresh.asked.get("data"), fresh.made.get("code"), fresh.made.get("versions")),
            strict=True,
        )
        if old and new and old != new
    ]
    return f" Changed since: {', '.join(changed)}." if changed else ""
