"""From what was brought to an answer: what was found at once, then the curves as they grow, then what a visitor is told.

All of it is computed where `answer_steps` is driven. What it yields holds none of the data but a few images to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.config import scenario_config
from transfer_core.experiment import Progress, RunResult
from transfer_core.own_data.advice import Basis, Recommendation, recommend
from transfer_core.own_data.cleaning import Cleaned, clean
from transfer_core.own_data.contents import Contents, Finding
from transfer_core.own_data.curves import N_SEEDS, Curves, curve_steps
from transfer_core.own_data.limits import Refused
from transfer_core.own_data.pairing import MNIST_SIDE, Pair, after_digits, after_file, alone, by_classes, by_column
from transfer_core.own_data.rivals import rivals_of
from transfer_core.own_data.stand_in import Outline
from transfer_core.own_data.whole import start_of, whole_steps
from transfer_core.scenarios import Scenario

Before = Literal["nothing", "embeddings", "digits", "file", "classes", "column"]
MANY_NUMBERS = 64
"""Rows of at least so many numbers are taken for embeddings, until their owner says otherwise."""
RUNS_SHARE = 0.15
"""Of the progress, where there is a source: the strategies epoch by epoch, at all the labels there are."""


class Question(NamedTuple):
    """What somebody wants to know about their data.

    Attributes
    ----------
    label : str
        Column with the labels.
    before : {"nothing", "embeddings", "digits", "file", "classes", "column"}
        What was learnt before: nothing, the numbers are those of a pretrained model, our digits, a file, some of the
        classes, or the rows with some values of a column.
    side : int
        Of images: rows and columns to reduce them to.
    column : str
        That parts source and target.
    source : tuple of str
        Classes, or values of the column, that are the source.
    source_label : str
        Column with the labels of the source file.
    """

    label: str
    before: Before = "nothing"
    side: int = 0
    column: str = ""
    source: tuple[str, ...] = ()
    source_label: str = ""


@dataclass(frozen=True, eq=False)
class Facts:
    """What the data are, as far as they are used.

    Attributes
    ----------
    findings : tuple of Finding
    counts, source_counts : dict of str to int
        Class -> examples; the second is empty without a source.
    shape : tuple of int
        Of an image, or the length of a row.
    samples : ndarray of shape (n, height, width)
        One image of each class, of the first classes; empty for rows.
    balanced : bool
        Whether balanced accuracy decides.
    basis : {"pretrained", "embeddings", "images", "numbers"}
    titles : dict of str to str
        Rival -> what it is called.
    columns : tuple of str
        Of a table: what the numbers are called that are learnt from.
    outline : Outline or None
        Of the scenario, where there is a source: whoever has no data can stand in for it.
    """

    findings: tuple[Finding, ...]
    counts: dict[str, int]
    source_counts: dict[str, int]
    shape: tuple[int, ...]
    samples: Array
    balanced: bool
    basis: Basis
    titles: dict[str, str]
    columns: tuple[str, ...] = ()
    outline: Outline | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """As far as it is known.

    Attributes
    ----------
    facts : Facts
    curves : Curves or None
    advice : Recommendation or None
    runs : mapping of str to RunResult
        Strategy -> its run at all the labels there are, where there is a source. Their configuration holds none of the
        data: of `transfer_core.own_data.whole.without_data`.
    """

    facts: Facts
    curves: Curves | None = None
    advice: Recommendation | None = None
    runs: Mapping[str, RunResult] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether nothing more will come."""
        return self.curves is not None and self.curves.complete and bool(self.runs or self.facts.basis != "pretrained")


def first_question(contents: Contents) -> Question:
    """Ask what is most likely meant.

    Raises
    ------
    Refused
        If nothing may be a label.

    Examples
    --------
    >>> first_question(Contents("a.csv", np.full((2, 2), 0.5), ("x", "z"), {"kind": ("a", "b")}))[:3]
    ('kind', 'nothing', 0)
    """
    if not contents.label_columns:
        raise Refused("The file must have a column with the classes, as words or as few whole numbers; got none.")
    label = contents.label_columns[0]
    if not contents.is_image:
        n_numbers = len(contents.columns) - (label in contents.columns)
        return Question(label, "embeddings" if n_numbers >= MANY_NUMBERS else "nothing")
    digits = {str(digit) for digit in range(10)}
    if {*contents.column(label)} - {""} <= digits and min(contents.values.shape[1:]) >= MNIST_SIDE:
        return Question(label, "digits", MNIST_SIDE)
    return Question(label, side=min(LARGEST_SIDE, *contents.values.shape[1:]))


LARGEST_SIDE = 16
"""To which images are reduced at first: larger ones take longer, and need more labels than most have."""


def answer_steps(
    contents: Contents, question: Question, source: Contents | None = None, n_seeds: int = N_SEEDS
) -> Iterator[Progress]:
    """Answer a question.

    Parameters
    ----------
    contents : Contents
    question : Question
    source : Contents, optional
        The file that was learnt before.
    n_seeds : int

    Yields
    ------
    Progress
        The results are the `Answer` so far.

    Raises
    ------
    Refused
        If the data do not allow an answer, with the reason in one sentence.
    """
    yield Progress(0.0, "Looking through the data")
    pair = paired(contents, question, source)
    del contents, source  # from here on their memory is needed for other things
    yield from pair_steps(pair, n_seeds, embedded=question.before == "embeddings")


def pair_steps(pair: Pair, n_seeds: int = N_SEEDS, *, embedded: bool) -> Iterator[Progress]:
    """`answer_steps` of what has been turned into a scenario."""
    scenario = pair.scenario
    answer = Answer(_facts(pair, embedded=embedded))
    yield Progress(0.0, "Looked through the data", partial(_same, answer))
    share = 1 - RUNS_SHARE if scenario.source is not None else 1.0
    n_sizes = 0
    for step in curve_steps(scenario, n_seeds, embedded=embedded):
        if step.results is not None:
            curves: Curves = step.results()
            if len(curves.sizes) > n_sizes:
                n_sizes, answer = len(curves.sizes), _advised(answer, curves, scenario, embedded=embedded)
        yield Progress(share * step.fraction, step.message, partial(_same, answer))
    if scenario.source is not None:
        for step in whole_steps(scenario, n_seeds):
            if step.results is not None:
                answer = replace(answer, runs=step.results())
            message = "The strategies epoch by epoch"
            yield Progress(share + RUNS_SHARE * step.fraction, message, partial(_same, answer))


def paired(contents: Contents, question: Question, source: Contents | None = None) -> Pair:
    """Turn what was brought into a scenario."""
    if question.before == "column":
        return by_column(contents, question.label, question.column, question.source, question.side)
    target = clean(contents, question.label, question.side)
    if question.before == "digits":
        return after_digits(target)
    if question.before == "classes":
        return by_classes(target, question.source)
    if question.before == "file":
        if source is None:
            raise Refused("The file that was learnt before must be brought too, got none.")
        return after_file(target, clean(source, question.source_label, question.side))
    return alone(target)


def _same(answer: Answer) -> Answer:
    return answer


def _facts(pair: Pair, *, embedded: bool) -> Facts:
    scenario = pair.scenario
    data, source = scenario.target.dataset, scenario.source
    basis: Basis = "pretrained" if source else "images" if data.is_image else "embeddings" if embedded else "numbers"
    firsts = [int(np.flatnonzero(data.labels == label)[0]) for label in range(len(data.classes))]
    rivals = rivals_of(scenario_config(scenario, images_per_class=None), embedded=embedded)
    counts = Cleaned(data, (), ()).counts
    source_counts = Cleaned(source.dataset, (), ()).counts if source else {}
    start = start_of(scenario) if source else {}
    return Facts(
        pair.findings,
        counts,
        source_counts,
        data.image_shape,
        data.images[firsts] if data.is_image else np.zeros((0, 0, 0), np.float32),
        pair.is_uneven,
        basis,
        {name: rival.title for name, rival in rivals.items()},
        pair.columns,
        Outline(scenario.key, counts, source_counts, source.title, data.image_shape, start) if source else None,
    )


def _advised(answer: Answer, curves: Curves, scenario: Scenario, *, embedded: bool) -> Answer:
    rivals = rivals_of(scenario_config(scenario, images_per_class=None), embedded=embedded)
    facts = answer.facts
    return replace(answer, curves=curves, advice=recommend(curves, rivals, balanced=facts.balanced, basis=facts.basis))
