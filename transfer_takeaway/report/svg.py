"""Drawings as text: a scale, a few marks, and letters that nothing can turn into markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

INK, MUTED, LINE = "#1F2937", "#6B7280", "#D9DEE5"
STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
MOST_TICKS = 7


class Scale(NamedTuple):
    """Numbers to pixels.

    Attributes
    ----------
    low, high : float
        Numbers at the two ends.
    start, end : float
        Pixels there.
    is_log : bool
    """

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """Place a number.

        Examples
        --------
        >>> Scale(0, 10, 100, 200)(5), Scale(1, 100, 0, 80, True)(10)
        (150.0, 40.0)
        """
        low, high, value = (log10(one) if self.is_log else one for one in (self.low, self.high, value))
        return self.start + (self.end - self.start) * ((value - low) / (high - low) if high > low else 0.5)


def share_scale(values: Iterable[float], start: float, end: float) -> tuple[Scale, list[float]]:
    """Make the scale of some shares, from 0 to 1, and place its ticks.

    Examples
    --------
    >>> share_scale([0.31, 0.62], 0, 100)[1]
    [0.3, 0.4, 0.5, 0.6, 0.7]
    """
    known = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = max(0.0, min(known)), min(1.0, max(known))
    step = next((one for one in STEPS if (high - low) / one <= MOST_TICKS - 2), STEPS[-1])
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    last = max(last, first + 1)
    ticks = [round(number * step, 4) for number in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], start, end), ticks


def whole_ticks(last: int) -> list[int]:
    """Place ticks from 0 to a whole number.

    Examples
    --------
    >>> whole_ticks(60), whole_ticks(3)
    ([0, 10, 20, 30, 40, 50, 60], [0, 1, 2, 3])
    """
    steps = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
    step = next((one for one in steps if last / one <= MOST_TICKS - 1), max(1, last))
    return list(range(0, last + 1, step))


def percent(share: float) -> str:
    """Write a tick.

    Examples
    --------
    >>> percent(0.3), percent(0.625)
    ('30 %', '62.5 %')
    """
    return f"{100 * share:g} %"


def drawing(width: float, height: float, parts: Iterable[str], says: str) -> str:
    """Put marks together, with what they show for whoever cannot see them."""
    head = f'<svg viewBox="0 0 {width:g} {height:g}" role="img" xmlns="http://www.w3.org/2000/svg">'
    return f"{head}<title>{escape(says)}</title>{''.join(parts)}</svg>"


def text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = INK, size: int = 12) -> str:
    """Write letters.

    Examples
    --------
    >>> text(0, 9, "<b>")
    '<text x="0" y="9" text-anchor="start" fill="#1F2937" font-size="12">&lt;b&gt;</text>'
    """
    where = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"'
    return f'<text {where} fill="{fill}" font-size="{size}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = LINE, width: float = 1) -> str:
    """Draw a straight line."""
    where = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
    return f'<line {where} stroke="{stroke}" stroke-width="{width:g}"/>'


def dot(x: float, y: float, radius: float, fill: str, opacity: float = 1) -> str:
    """Draw a dot."""
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{radius:g}" fill="{fill}" fill-opacity="{opacity:g}"/>'


def path(points: Sequence[tuple[float, float]], stroke: str, dash: Sequence[int]) -> str:
    """Draw a line through points."""
    dashed = "" if tuple(dash) == (1, 0) else f' stroke-dasharray="{" ".join(map(str, dash))}"'
    return f'<polyline points="{_points(points)}" fill="none" stroke="{stroke}" stroke-width="2"{dashed}/>'


def area(points: Sequence[tuple[float, float]], fill: str) -> str:
    """Fill what points enclose, lightly."""
    return f'<polygon points="{_points(points)}" fill="{fill}" fill-opacity="0.13"/>'


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart until no two are closer than a gap, as little as that takes.

    Examples
    --------
    >>> spread([50, 52, 90], 10, 0, 100)
    [46.0, 56.0, 90.0]
    """
    order = sorted(range(len(places)), key=places.__getitem__)
    blocks: list[list[float]] = []  # middle and number of labels of each run of labels that touch
    for index in order:
        blocks.append([places[index], 1])
        while len(blocks) > 1 and blocks[-1][0] - blocks[-2][0] < gap * (blocks[-1][1] + blocks[-2][1]) / 2:
            (later, m), (earlier, n) = blocks.pop(), blocks.pop()
            blocks.append([(later * m + earlier * n) / (m + n), m + n])
    moved = [0.0] * len(places)
    waiting = iter(order)
    for middle, count in blocks:
        half = gap * (count - 1) / 2
        middle = min(max(middle, low + half), high - half)
        for step in range(int(count)):
            moved[next(waiting)] = middle - half + gap * step
    return moved


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
