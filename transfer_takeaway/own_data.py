"""The answer about somebody's own data as a record: numbers and advice; what they wrote and brought only if asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from transfer_core.experiment import Progress
from transfer_core.own_data.advice import Recommendation, measured
from transfer_core.own_data.answering import Answer, Facts, pair_steps
from transfer_core.own_data.contents import counted
from transfer_core.own_data.curves import N_SEEDS
from transfer_core.own_data.pairing import Pair
from transfer_core.scenarios import Scenario
from transfer_core.statistics import MIN_SEEDS, mean_interval
from transfer_core.strategies import Look
from transfer_takeaway import brought
from transfer_takeaway.checks import RecordError
from transfer_takeaway.comparison import shape_words
from transfer_takeaway.made import made_now
from transfer_takeaway.record import Facts as Pairs
from transfer_takeaway.record import Record, Row, Table, table_of
from transfer_takeaway.report import figures
from transfer_takeaway.report.figures import Figure, Line

KIND = "own data"
TITLE = "Data of one's own"
CURVE = "Learning curve"
NOT_PART = "The data of this record are not part of it, so it can be shown but not recomputed."
MOST_SEEDS = 20
"""That are computed again, whatever a file says."""
ADVICE = {"now": "Now", "change": "With fewer labels", "more": "With more labels", "untested": "Limits"}
"""Parts of the advice, with what each is called."""


def of_answer(
    answer: Answer, *, evidence: Sequence[str] = (), settings: Pairs = (), scenario: Scenario | None = None
) -> Record:
    """Put an answer on record.

    Parameters
    ----------
    answer : Answer
        A complete one.
    evidence : sequence of str
        What is behind it, besides the advice.
    settings : sequence of (str, str)
        What was asked, without what a visitor wrote.
    scenario : Scenario, optional
        The data, to put them in the file with the names of their classes and what was found in them.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        If the answer is not complete.
    """
    found, advice, facts = answer.curves, answer.advice, answer.facts
    if found is None or advice is None or not answer.complete:
        raise ValueError("answer of a record must be complete")
    asked: dict[str, Any] = {"embedded": facts.basis == "embeddings", "balanced": facts.balanced}
    if scenario is not None:
        asked |= {"data": scenario.key, "brought": brought.pack(scenario)}
    scores = measured(found, balanced=facts.balanced)
    tables = {CURVE: _curve(answer)}
    if scenario is not None and facts.findings:
        tables["Found in the data"] = table_of(["Where", "What"], [[one.where, one.words] for one in facts.findings])
    return Record(
        kind=KIND,
        title=TITLE,
        answer=advice.headline,
        evidence=(*_advice(advice), *evidence),
        settings=tuple(settings),
        data=_facts(facts, named=scenario is not None),
        made=made_now(),
        asked=asked,
        rows=tuple(Row(name, facts.titles[name], values[-1]) for name, values in scores.items()),
        tables=tables,
    )


def scenario_of(record: Record) -> Scenario:
    """Get the data that a record brought.

    Raises
    ------
    RecordError
        If it brought none, or others.
    """
    if "brought" not in record.asked:
        raise RecordError(NOT_PART)
    return brought.unpack(record.asked["brought"], str(record.asked.get("data")))


def again_steps(record: Record) -> Iterator[Progress]:
    """Answer the question of a record anew; the results of the last step are the `Answer`.

    Raises
    ------
    RecordError
        If it brought no data, or others.
    """
    pair = Pair(scenario_of(record), (), bool(record.asked.get("balanced")))
    n_seeds = min(len(record.rows[0].scores) if record.rows else N_SEEDS, MOST_SEEDS)
    yield from pair_steps(pair, n_seeds, embedded=bool(record.asked.get("embedded")))


def pictures(record: Record, looks: Mapping[str, Look]) -> list[Figure]:
    """Draw what a report shows of it: all ways at all labels, and the learning curves."""
    drawn = [figures.strip(record.ranked, looks)]
    lines = _lines(record)
    if lines and len(lines[0].places) > 1:
        caption = "The same against the number of labels, all classes together. Band: 95 % interval over the seeds."
        drawn.append(figures.by_size(lines, caption, "Labels", looks))
    return drawn


def _lines(record: Record) -> list[Line]:
    """Read the learning curves from their table, as it is in every file."""
    names = {row.title: row.name for row in record.rows}
    rows = record.tables[CURVE].rows if CURVE in record.tables else ()
    found = []
    for title, name in names.items():
        mine = [tuple(np.nan if one is None else one for one in row[1:5]) for row in rows if row[0] == title]
        found.append(Line(name, title, *zip(*mine, strict=True)) if mine else Line(name, title, (), (), (), ()))
    return [line for line in found if len(line.places)]


def _curve(answer: Answer) -> Table:
    found = answer.curves
    assert found is not None
    rows = []
    for name, values in measured(found, balanced=answer.facts.balanced).items():
        for size, scores in zip(found.sizes, values, strict=True):
            mean, low, high = mean_interval(scores)
            edges = (low, high) if len(scores) >= MIN_SEEDS else (np.nan, np.nan)
            rows.append([answer.facts.titles[name], size, mean, *edges, len(scores)])
    return table_of(["way", "labels", "mean", "low", "high", "seeds"], rows)


def _advice(advice: Recommendation) -> list[str]:
    said = {part: str(getattr(advice, part)) for part in ADVICE}
    return [f"{ADVICE[part]}: {words}" for part, words in said.items()]


def _facts(facts: Facts, *, named: bool) -> Pairs:
    """Say what the data are; names of classes only if they may be in the file."""
    pairs = [
        ("Examples", f"{sum(facts.counts.values()):,} of {shape_words(facts.shape)}"),
        ("Classes", str(len(facts.counts))),
    ]
    if facts.source_counts:
        before = sum(facts.source_counts.values())
        pairs.append(("Learnt before", f"{before:,} examples, {len(facts.source_counts)} classes"))
    if named:
        pairs.append(("Class sizes", "; ".join(f"{name}: {n:,}" for name, n in facts.counts.items())))
    pairs.append(("Decided by", "balanced accuracy" if facts.balanced else "test accuracy"))
    return (*pairs, ("Found in the data", counted(len(facts.findings), "finding")))
