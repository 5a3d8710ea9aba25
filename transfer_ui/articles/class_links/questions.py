"""What a class can be asked to predict on any page: a question, its answers, and the run that knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from transfer_core import RunConfig
from transfer_core.arrays import Array
from transfer_core.statistics import Interval, mean_interval, paired_gap, verdict
from transfer_core.studies.questions import crossover
from transfer_core.studies.questions.crossover import Crossing
from transfer_core.wording import inside, side_words
from transfer_ui import verdicts
from transfer_ui.articles.checks import OPEN, TOO_CLOSE, Check, nearest
from transfer_ui.articles.decide import guessing
from transfer_ui.runs import baseline_scores, cached, studies
from transfer_ui.sentences import Results, percent, test_scores
from transfer_ui.verdicts import THREE, TITLES, Scores

Run = TypeVar("Run")
CONTROL = "control"
FROZEN, FULL = "feature_extraction", "end_to_end"
WINNERS = {name: TITLES[name] for name in THREE} | {CONTROL: "None of the three: a control", OPEN: TOO_CLOSE}


class Table(NamedTuple):
    """A comparison with its baselines."""

    results: Results
    baselines: Scores


class Located(NamedTuple):
    """Where fine-tuning overtakes freezing, and the sizes that were measured."""

    where: Crossing
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Question(Generic[Run]):
    """One question.

    Attributes
    ----------
    check : Check
        The question, what may be answered, and what of it is right.
    run : callable
        Gets the run that knows, ``None`` if the visitor stopped it.
    about_old_task : bool
        Whether it has an answer only where there is an old task.
    measured_on : str
        The page that measures it, where no other does: elsewhere a reader would wait too long.
    """

    check: Check[Run]
    run: Callable[[RunConfig], Run | None]
    about_old_task: bool = False
    measured_on: str = ""


def _compared(config: RunConfig) -> Table | None:
    found = cached.comparison(config)
    return Table(found.results, baseline_scores.measured(config)) if found.results and not found.stopped else None


def _located(config: RunConfig) -> Located | None:
    measured = studies.measure(crossover.STUDY, [config])
    sizes = crossover.complete_sizes(measured.rows) if len(measured.rows) else []
    if measured.stopped or len(sizes) < 2:
        return None
    return Located(measured.once("where", partial(crossover.locate, measured.rows, sizes)), tuple(sizes))


def winner(scores: Mapping[str, Array]) -> str:
    """Name the answer to "which wins": one of the three, a control, or nobody clearly.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = np.full(6, 0.5), np.full(6, 0.9)
    >>> winner({"end_to_end": high, "from_scratch": low}), winner({"end_to_end": low, "from_scratch": high})
    ('end_to_end', 'control')
    """
    found = verdict(scores)
    if found.inconclusive:
        return OPEN
    return found.leader if found.leader in THREE else CONTROL


def _is_winner(run: Table, answer: str) -> bool:
    return answer == winner(test_scores(run.results) | dict(run.baselines))


def _points(answers: range) -> dict[str, str]:
    r"""Name points as they stand in a link and on the page.

    Examples
    --------
    >>> _points(range(-5, 1, 5))
    {'-5': '−5 points', '0': '0 points'}
    """
    return {str(points): f"{points} points".replace("-", "\u2212") for points in answers}


GAPS, LOSSES = _points(range(-40, 41, 5)), _points(range(0, 91, 5))


def _gap(run: Table) -> Interval:
    gap = paired_gap(run.results[FULL].test_accuracy, run.results[FROZEN].test_accuracy)
    return Interval(*(100 * edge for edge in gap.interval))


def _say_gap(run: Table) -> str:
    gap = paired_gap(run.results[FULL].test_accuracy, run.results[FROZEN].test_accuracy)
    return f"On test images, end-to-end fine-tuning is {side_words(gap, 'feature extraction')}."


def _forgotten(run: Table) -> Interval:
    result = run.results[FULL]
    lost = 100 * (result.source_accuracy_before - result.source_accuracy_after)
    return mean_interval(lost)


def _say_forgotten(run: Table) -> str:
    result = run.results[FULL]
    before, after = (
        percent(float(one.mean())) for one in (result.source_accuracy_before, result.source_accuracy_after)
    )
    return f"End-to-end fine-tuning takes the old task from {before} to {after}."


def _is_crossing(run: Located, answer: str) -> bool:
    return guessing.is_right(answer, run.where)


QUESTIONS: dict[str, Question[Any]] = {
    "winner": Question(
        Check(
            "choose",
            "Predict: which wins on test images?",
            WINNERS,
            _is_winner,
            lambda run: verdicts.answer(run.results, run.baselines),
        ),
        _compared,
    ),
    "gap": Question(
        Check(
            "place",
            "Predict: by how many points of test accuracy does end-to-end fine-tuning lead feature extraction?",
            GAPS,
            nearest(GAPS, _gap),
            _say_gap,
        ),
        _compared,
    ),
    "forgotten": Question(
        Check(
            "place",
            "Predict: how many points of accuracy on the old task does end-to-end fine-tuning lose?",
            LOSSES,
            nearest(LOSSES, _forgotten),
            _say_forgotten,
        ),
        _compared,
        about_old_task=True,
    ),
    "crossing": Question(
        Check(
            "choose",
            "Predict: from what total number of training images does end-to-end fine-tuning beat feature extraction?",
            guessing.GUESSES,
            _is_crossing,
            lambda run: f"Each at its best rate: {inside(crossover.crossing_words(run.where, run.sizes))}",
        ),
        _located,
        measured_on="decide",
    ),
}
"""Name in the link -> the question; `transfer_ui.controls.class_link.PREDICTIONS` says what each is about."""


def asked(predict: str, config: RunConfig) -> Question[Any]:
    """Get a question as it can be asked at some settings: without an old task, who wins."""
    question = QUESTIONS[predict]
    return QUESTIONS["winner"] if question.about_old_task and not config.has_old_task else question
