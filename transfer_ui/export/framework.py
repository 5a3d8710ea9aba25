"""What the lab knows about a framework: its template, its words, its habits, and what was tested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from transfer_core import Schedule
from transfer_core.wording import join_words
from transfer_ui.export.recipe import Recipe


class Word(NamedTuple):
    """A line of the dictionary.

    Attributes
    ----------
    ours, theirs, default : str
        What the lab calls it, how the framework says it, and what it does by default.
    """

    ours: str
    theirs: str
    default: str


class Habit(NamedTuple):
    """Something the framework does differently.

    Attributes
    ----------
    theirs : str
        What happens by default.
    script : str
        How the script deals with it.
    """

    theirs: str
    script: str


class Checked(NamedTuple):
    """What the tests do with the scripts.

    Attributes
    ----------
    is_run : bool
        Whether they are run and compared with the lab; otherwise they are compiled and linted.
    versions : tuple of str
        Pinned requirements they are tested with, such as ``"torch==2.13.0"``.
    why_not : str
        Why they are not run; empty if they are.
    backends : tuple of str
        Those they run on, if the framework has several; their versions are the last of `versions`.
    """

    is_run: bool
    versions: tuple[str, ...]
    why_not: str = ""
    backends: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What a reader may rely on.

        Examples
        --------
        >>> Checked(True, ("numpy",)).sentence[:46]
        'In the tests this script runs with numpy, for '
        """
        if not self.is_run:
            return f"In the tests this script is compiled and linted, but not run: {self.why_not}"
        own = len(self.versions) - len(self.backends)
        versions = [version.replace("==", " ") for version in self.versions]
        backends = f", on each of its backends ({join_words(versions[own:])})" if self.backends else ""
        return (
            f"In the tests this script runs with {join_words(versions[:own])}{backends}, for every "
            "strategy, all at once and layer by layer: accuracies equal to the lab's, losses within 0.0001, and frozen layers "
            "unchanged to the bit."
        )


L2_SP = "No script supports decay towards the pretrained weights (L2-SP)."


def can_say_all(schedule: Schedule) -> str:
    """Answer for a framework that can express any schedule."""
    return ""


@dataclass(frozen=True)
class Framework:
    """A framework to export to.

    Attributes
    ----------
    title : str
    order : int
        Its place on the page, ascending.
    write : callable
        ``Recipe -> str``: the script, formatted.
    words : tuple of Word
    habits : tuple of Habit
    checked : Checked
    cannot_say : callable
        ``Schedule -> str``: one sentence on why the framework cannot express it; empty if it can.
    """

    title: str
    order: int
    write: Callable[[Recipe], str]
    words: tuple[Word, ...]
    habits: tuple[Habit, ...]
    checked: Checked
    cannot_say: Callable[[Schedule], str] = can_say_all

    def obstacle(self, recipe: Recipe) -> str:
        """Say why there is no script for a recipe; empty if there is one."""
        return L2_SP if recipe.anchor else self.cannot_say(recipe.schedule)
