"""How a verdict looks, on every page that gives one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from streamlit.delta_generator import DeltaGenerator

from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, UNTESTED


class Look(NamedTuple):
    """Slug in a link, colour and icon of a verdict; it is also told by its words."""

    slug: str
    color: Literal["green", "red", "gray"]
    icon: str


LOOKS = {
    CONFIRMED: Look("confirmed", "green", "check"),
    REFUTED: Look("refuted", "red", "close"),
    INCONCLUSIVE: Look("inconclusive", "gray", "question_mark"),
    UNTESTED: Look("untested", "gray", "remove"),
}


def show_verdict(place: DeltaGenerator, verdict: str) -> None:
    """Draw the badge of a verdict; the column it stands in may be narrow, so its words may wrap."""
    look = LOOKS[verdict]
    place.markdown(f":{look.color}-badge[:material/{look.icon}: {verdict}]")


def counted(verdicts: Iterable[str]) -> dict[str, int]:
    """Count each verdict.

    Examples
    --------
    >>> counted([CONFIRMED, CONFIRMED])["confirmed here"], counted([])["refuted here"]
    (2, 0)
    """
    given = list(verdicts)
    return {verdict: given.count(verdict) for verdict in LOOKS}
