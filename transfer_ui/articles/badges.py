"""How a verdict looks, on every page that gives one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from streamlit.delta_generator import DeltaGenerator

from transfer_core.bibliography import LESSON, Source
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME, UNTESTED


class Look(NamedTuple):
    """Slug in a link, colour, icon and sign of a verdict; its words tell it apart too."""

    slug: str
    color: Literal["green", "red", "blue", "gray"]
    icon: str
    sign: str


LOOKS = {
    CONFIRMED: Look("confirmed", "green", "check", "✓"),
    REFUTED: Look("refuted", "red", "close", "✕"),
    SAME: Look("same", "blue", "drag_handle", "="),
    INCONCLUSIVE: Look("inconclusive", "gray", "question_mark", "?"),
    UNTESTED: Look("untested", "gray", "remove", "–"),
}


def verdict_words(verdict: str, source: Source) -> str:
    """Word a verdict beside its source: a small lab does not refute what a paper found in deep networks.

    Examples
    --------
    >>> from transfer_core.bibliography import SOURCES
    >>> verdict_words(REFUTED, SOURCES["kumar2022"]), verdict_words(REFUTED, LESSON)
    ('this miniature does not show it', 'refuted here')
    """
    return "this miniature does not show it" if verdict == REFUTED and source != LESSON else verdict


def there(verdict: str) -> str:
    """Word the verdict of the real network, under the name of its column.

    Examples
    --------
    >>> there(REFUTED)
    'refuted there'
    """
    return verdict.replace("here", "there")


def show_verdict(place: DeltaGenerator, verdict: str) -> None:
    """Draw the badge of a verdict on a line of its own, because a badge that does not fit is cut."""
    look = LOOKS[verdict]
    place.badge(verdict, color=look.color, icon=f":material/{look.icon}:")


def counted(verdicts: Iterable[str]) -> dict[str, int]:
    """Count each verdict.

    Examples
    --------
    >>> counted([CONFIRMED, CONFIRMED])["confirmed here"], counted([])["refuted here"]
    (2, 0)
    """
    given = list(verdicts)
    return {verdict: given.count(verdict) for verdict in LOOKS}
