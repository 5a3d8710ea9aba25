"""A study as a record, and back to what would compute it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transfer_core.config import RunConfig
from transfer_core.datasets import content_key
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.study import Study, Summary
from transfer_core.wording import join_words, sentence_case
from transfer_takeaway.agreement import VERDICT
from transfer_takeaway.checks import RecordError
from transfer_takeaway.made import made_now
from transfer_takeaway.record import Record, Table, table_of
from transfer_takeaway.settings import to_config, to_values

COLUMNS = ("claim", "source", VERDICT, "decided by", "mean", "low", "high", "seeds")


def of_study(
    study: Study, found: Summary, configs: Sequence[RunConfig], made: Mapping[str, str] | None = None
) -> Record:
    """Put a study on record: its verdicts, with what decided them, and its table.

    Parameters
    ----------
    study : Study
    found : Summary
    configs : sequence of RunConfig
        One per scenario.
    made : mapping of str to str, optional
        When and with what; by default now and with this.

    Returns
    -------
    Record
    """
    first = configs[0]
    counted = Counter(finding.verdict for finding in found.findings.values())
    answer = join_words([f"{number} {verdict}" for verdict, number in counted.items()])
    titles = list(dict.fromkeys(config.pair.title for config in configs))
    return Record(
        kind="study",
        title=study.title,
        answer=f"Of {len(found.findings)} claims, {answer}.",
        evidence=tuple(
            f"{sentence_case(finding.verdict)}: “{study.claims[name].text}” {finding.sentence}".strip()
            for name, finding in found.findings.items()
        ),
        settings=(("Scenario", "; ".join(titles)), ("Seeds", f"{first.n_seeds}, from {first.seed}")),
        data=(),
        made=made_now() if made is None else dict(made),
        asked={
            "study": study.name,
            "configs": [to_values(config) for config in configs],
            "data": content_key(*(config.pair.key for config in configs)),
        },
        tables={
            "Verdicts": _verdicts(study, found),
            "Results": table_of([*found.table.columns], found.table.to_numpy().tolist()),
        },
    )


def _verdicts(study: Study, found: Summary) -> Table:
    rows: list[list[object]] = []
    for name, finding in found.findings.items():
        claim, by = study.claims[name], finding.decisive
        figures = [by.name, by.mean, by.low, by.high, by.n] if by else [None] * 5
        rows.append([claim.text, claim.source.words, finding.verdict, *figures])
    return table_of(COLUMNS, rows)


class AskedStudy(NamedTuple):
    """What computes a study again.

    Attributes
    ----------
    study : Study
    configs : list of RunConfig
    """

    study: Study
    configs: list[RunConfig]


def asked_of_study(record: Record) -> AskedStudy:
    """Find out what would compute a study again.

    Raises
    ------
    RecordError
        If there is no such study any more, or its settings are not sound.
    """
    name = record.asked.get("study")
    if name not in STUDIES:
        raise RecordError(f"The record must be of a study that this lab has, got {str(name)[:40]!r}.")
    listed = record.asked.get("configs")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise RecordError("The record must name its settings, got something else.")
    configs = [to_config(one) for one in listed]
    if not configs:
        raise RecordError("The record must name its settings, got none.")
    return AskedStudy(STUDIES[name], configs)
