"""A step of the guided lesson as data: an idea, a question, a run, what happened, why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from transfer_core import RunConfig, scenario_config
from transfer_ui.articles.checks import Check
from transfer_ui.articles.learn.sections import measured
from transfer_ui.sentences import Results

Run = TypeVar("Run")
Picture = Callable[[Run | None, str | None], None]
"""A figure in its place: draws a run and what the reader predicted; without a run, the axes alone."""

SETTINGS = RunConfig()
"""What the steps run at, whatever the reader has set elsewhere: a class that follows the lesson sees the same numbers."""
CHALLENGE = scenario_config("lesson")


class Further(NamedTuple):
    """A link to another page.

    Attributes
    ----------
    file, label : str
        The page, left out where the map has none of that name; what to do there.
    config : RunConfig
    """

    file: str
    label: str
    config: RunConfig = SETTINGS


@dataclass(frozen=True)
class Step(Generic[Run]):
    """One step.

    Attributes
    ----------
    name, title : str
        In the link; on the page.
    idea : str
        A few sentences of Markdown.
    check : Check
        What the reader predicts.
    figure_title : str
        What the figure shows.
    figure : callable
        ``mode -> Picture``: reserves the place.
    run : callable
        Gets the run, or ends the page if the reader stopped it.
    happened, why : callable
        ``run -> str``: a sentence with its figures, and the reason.
    claims : tuple of str
        Entries of the ledger that are about this, ``study.claim``.
    sections : tuple of str
        Sections of the reference that say more.
    further : tuple of Further
    laid_open : callable, optional
        Draws what else there is to see of the run.
    """

    name: str
    title: str
    idea: str
    check: Check[Run]
    figure_title: str
    figure: Callable[[str], Picture[Run]]
    run: Callable[[], Run]
    happened: Callable[[Run], str]
    why: Callable[[Run], str]
    claims: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    further: tuple[Further, ...] = ()
    laid_open: Callable[[Run], None] | None = None


def compared() -> Results:
    """Compare all strategies at the settings of the lesson."""
    return measured(SETTINGS)


def challenged() -> Results:
    """Compare all strategies in the lesson's challenge: 50 epochs frozen, 50 unfrozen at a lower rate."""
    return measured(CHALLENGE)
