"""From a record to HTML. Every text is escaped in one place, and the page forbids itself to load or run anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files as resources
from math import isfinite

from transfer_core.strategies import Look
from transfer_core.wording import sentence_case
from transfer_takeaway.record import Cell, Facts, Record, Row, Table, table_of
from transfer_takeaway.report import figures
from transfer_takeaway.report.figures import Figure

NAME = "Freeze or fine-tune?"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MOST_ROWS = 40  # of a table that is printed
MOST_COLUMNS = 6  # of a table in letters of the usual size
LONG = 34  # characters of a value that takes the whole width
CURVES = {"val_accuracy": "Accuracy on the validation images by epoch. Band: 95 % interval of the mean over the seeds."}


def to_html(record: Record, drawn: Sequence[Figure] | None = None, looks: Mapping[str, Look] | None = None) -> str:
    """Write a record as a page.

    Parameters
    ----------
    record : Record
    drawn : sequence of Figure, optional
        Its pictures; by default those of a comparison.
    looks : mapping of str to Look, optional
        Colours of rows that are no strategies.

    Returns
    -------
    str
        One HTML document.

    Examples
    --------
    >>> record = Record("comparison", "<b>", "Freezing wins.", (), (), (), {}, {})
    >>> "<b>" in to_html(record), "&lt;b&gt;" in to_html(record)
    (False, True)
    """
    shown = pictures(record, looks or {}) if drawn is None else drawn
    parts = [
        f"<header><p>{escape(NAME)}</p><h1>{escape(record.answer)}</h1><p>{escape(_about(record))}</p></header>",
        *_evidence(record),
        *(f"<figure>{one.svg}<figcaption>{escape(one.caption)}</figcaption></figure>" for one in shown),
    ]
    if record.rows:
        parts.append(f"<h2>Results</h2>{_table(results(record.ranked))}")
    for title, table in record.tables.items():
        parts.append(f"<h2>{escape(title)}</h2>{_shortened(table)}")
    made = tuple((sentence_case(name), value) for name, value in record.made.items())
    for title, facts in (
        ("Settings", record.settings),
        ("Data", record.data),
        ("Made with", made),
    ):
        if facts:
            parts.append(f"<h2>{title}</h2>{_facts(facts)}")
    body = "\n".join(parts)
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(NAME)} {escape(record.title)}</title><style>{_style()}</style></head>"
    )
    foot = "Every figure is computed from the results below it. Accuracies are of examples used for no fitting and no choice."
    return f"{head}\n<body>\n{body}\n<footer>{foot}</footer>\n</body></html>\n"


def pictures(record: Record, looks: Mapping[str, Look]) -> list[Figure]:
    """Draw what a comparison found."""
    if not record.rows:
        return []
    drawn = [figures.strip(record.ranked, looks)]
    for metric, caption in CURVES.items():
        if any(metric in row.curves for row in record.rows):
            drawn.append(figures.curves(record.rows, metric, caption, looks))
    return drawn


def results(rows: Sequence[Row]) -> Table:
    """Make the table of a comparison."""
    numbers = [row.numbers for row in rows]
    lines = [
        [
            row.title,
            figures.accuracy(row),
            _share(known.get("old_task_after")),
            _millions(known.get("multiply_adds")),
            _whole(known.get("trainable_parameters")),
        ]
        for row, known in zip(rows, numbers, strict=True)
    ]
    columns = ["Strategy", "Test accuracy (95 % interval)", "Old task after", "Multiply-adds", "Parameters trained"]
    kept = [place for place in range(len(columns)) if place < 2 or any(line[place] for line in lines)]
    return table_of([columns[place] for place in kept], [[line[place] for place in kept] for line in lines])


def _about(record: Record) -> str:
    date = record.made.get("date", "")
    return f"{record.title}{', results from ' if date else ''}{date}"


def _evidence(record: Record) -> Iterator[str]:
    if record.evidence:
        yield f'<div class="evidence">{"".join(f"<p>{escape(line)}</p>" for line in record.evidence)}</div>'


def _shortened(table: Table) -> str:
    if len(table.rows) <= MOST_ROWS:
        return _table(table)
    return f"<p>{len(table.rows):,} rows, too many to print: they are in the record and in the table of the study.</p>"


def _table(table: Table) -> str:
    is_number = [
        bool(table.rows) and place > 0 and all(_is_figure(row[place]) for row in table.rows)
        for place in range(len(table.columns))
    ]
    head = "".join(_cell("th", name, number) for name, number in zip(table.columns, is_number, strict=True))
    lines = (
        "".join(_cell("td", _written(value), number) for value, number in zip(row, is_number, strict=True))
        for row in table.rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    kind = "wide small" if len(table.columns) > MOST_COLUMNS else "wide"
    return f'<div class="{kind}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(tag: str, words: str, is_number: bool) -> str:
    kind = ' class="number"' if is_number else ""
    return f"<{tag}{kind}>{escape(words)}</{tag}>"


def _is_figure(value: Cell) -> bool:
    """Whether a cell is a number, or a number with its unit, and stands at the right."""
    return not isinstance(value, str) or value[:1].isdigit() or not value


def _written(value: Cell) -> str:
    if value is None or value == "":
        return "–"
    return f"{value:.4g}".replace("-", "\u2212") if isinstance(value, float) else str(value)


def _facts(facts: Facts) -> str:
    return f"<dl>{''.join(_fact(*pair) for pair in facts)}</dl>"


def _fact(name: str, value: str) -> str:
    kind = ' class="long"' if len(name) + len(value) > LONG else ""
    return f"<div{kind}><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"


def _share(value: float | None) -> str:
    return f"{100 * value:.1f} %" if value is not None and isfinite(value) else ""


def _millions(value: float | None) -> str:
    return f"{value / 1e6:,.1f} M" if value is not None and isfinite(value) else ""


def _whole(value: float | None) -> str:
    return f"{value:,.0f}" if value is not None and isfinite(value) else ""


@cache
def _style() -> str:
    return resources("transfer_takeaway.report").joinpath("style.css").read_text(encoding="utf-8")
