"""The pictures of a report: every rival on one accuracy axis, and lines with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from math import isfinite
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from transfer_core.arrays import Array
from transfer_core.statistics import mean_band
from transfer_core.strategies import STRATEGIES, Look
from transfer_takeaway.record import Row
from transfer_takeaway.report.svg import (
    INK,
    MUTED,
    Scale,
    area,
    dot,
    drawing,
    line,
    path,
    percent,
    share_scale,
    spread,
    text,
    whole_ticks,
)

WIDTH, LABELS, VALUES = 760, 190, 170
ROW, LINES_HEIGHT, LABEL_GAP = 26, 280, 15
PLAIN = Look(MUTED, MUTED, (1, 0))
OWN = Look(INK, INK, (12, 2))
LONGEST_LABEL = 30
Looks = Mapping[str, Look]
NO_LOOKS: Looks = MappingProxyType({})


class Figure(NamedTuple):
    """A picture with what it shows.

    Attributes
    ----------
    caption, svg : str
    """

    caption: str
    svg: str


class Line(NamedTuple):
    """A line with its band; a share at each place.

    Attributes
    ----------
    name, title : str
    places : sequence of float
        Ascending.
    mean, low, high : sequence of float
    """

    name: str
    title: str
    places: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def strip(rows: Sequence[Row], looks: Looks = NO_LOOKS) -> Figure:
    """Draw all rivals on one axis: a dot per seed, the mean, and its interval."""
    right, bottom = WIDTH - VALUES, ROW * len(rows) + 10
    scale, ticks = share_scale(chain.from_iterable(row.scores.tolist() for row in rows), LABELS, right)
    parts = [line(scale(tick), 4, scale(tick), bottom) for tick in ticks]
    parts += [text(scale(tick), bottom + 16, percent(tick), anchor="middle", fill=MUTED, size=11) for tick in ticks]
    for number, row in enumerate(rows):
        y, colour, interval = ROW * number + 18, _look(row.name, looks, PLAIN).light, row.interval
        parts.append(text(LABELS - 10, y + 4, _short(row.title), anchor="end"))
        parts += [dot(scale(value), y, 2.5, colour, 0.35) for value in row.scores.tolist() if isfinite(value)]
        if isfinite(interval.low):
            ends = scale(max(interval.low, scale.low)), scale(min(interval.high, scale.high))
            parts.append(line(ends[0], y, ends[1], y, colour, 2))
        if isfinite(interval.mean):
            parts.append(dot(scale(interval.mean), y, 4.5, colour))
        parts.append(text(right + 14, y + 4, accuracy(row), fill=INK))
    says = "; ".join(f"{row.title} {accuracy(row)}" for row in rows)
    caption = "Test accuracy: a dot per seed, the mean, and its 95 % interval."
    return Figure(caption, drawing(WIDTH, bottom + 24, parts, says))


def accuracy(row: Row) -> str:
    """Write a mean with its interval.

    Examples
    --------
    >>> accuracy(Row("a", "A", np.full(6, 0.9))), accuracy(Row("a", "A", np.full(2, 0.9)))
    ('90.0 % (90.0 to 90.0)', '90.0 %')
    """
    mean, low, high = row.interval
    if not isfinite(mean):
        return "no number"
    return f"{100 * mean:.1f} %" + (f" ({100 * low:.1f} to {100 * high:.1f})" if isfinite(low) else "")


def curves(rows: Sequence[Row], metric: str, caption: str, looks: Looks = NO_LOOKS) -> Figure:
    """Draw a share by epoch, with its band over the seeds."""
    found = [
        Line(row.name, row.title, range(row.curves[metric].shape[1]), *_band(row.curves[metric]))
        for row in rows
        if metric in row.curves
    ]
    last = max((int(one.places[-1]) for one in found), default=1)
    ticks = whole_ticks(max(last, 1))
    return lines(found, caption, "Epoch", Scale(0, max(last, 1), 54, WIDTH - VALUES - 10), ticks, looks)


def lines(
    found: Sequence[Line],
    caption: str,
    x_title: str,
    x: Scale,
    ticks: Sequence[float],
    looks: Looks = NO_LOOKS,
    write: Callable[[float], str] = "{:g}".format,
) -> Figure:
    """Draw lines with their bands, each labelled at its end.

    Parameters
    ----------
    found : sequence of Line
    caption, x_title : str
    x : Scale
        To pixels of a picture that is `WIDTH` wide.
    ticks : sequence of float
    looks : mapping of str to Look
        Of lines that are no strategies.
    write : callable
        Writes a tick.
    """
    top, bottom = 12, LINES_HEIGHT
    values = chain.from_iterable(chain(one.mean, one.low, one.high) for one in found)
    y, levels = share_scale(values, bottom, top)
    parts = [line(x.start, y(level), x.end, y(level)) for level in levels]
    parts += [text(x.start - 8, y(level) + 4, percent(level), anchor="end", fill=MUTED, size=11) for level in levels]
    parts += [text(x(tick), bottom + 18, write(tick), anchor="middle", fill=MUTED, size=11) for tick in ticks]
    parts.append(text((x.start + x.end) / 2, bottom + 36, x_title, anchor="middle", fill=MUTED, size=11))
    ends = []
    for one in found:
        look = _look(one.name, looks, OWN)
        upper = [
            (x(at), y(_within(y, value))) for at, value in zip(one.places, one.high, strict=True) if isfinite(value)
        ]
        lower = [
            (x(at), y(_within(y, value))) for at, value in zip(one.places, one.low, strict=True) if isfinite(value)
        ]
        means = [(x(at), y(value)) for at, value in zip(one.places, one.mean, strict=True) if isfinite(value)]
        if upper and lower:
            parts.append(area([*upper, *reversed(lower)], look.light))
        if means:
            parts.append(path(means, look.light, look.dash))
            ends.append((means[-1][1], one.title, look.light))
    heights = spread([end[0] for end in ends], LABEL_GAP, top + 4, bottom)
    parts += [
        text(x.end + 8, height + 4, _short(title), fill=colour)
        for height, (_, title, colour) in zip(heights, ends, strict=True)
    ]
    says = "; ".join(
        f"{one.title} ends at {percent(round(one.mean[-1], 3))}" for one in found if isfinite(one.mean[-1])
    )
    return Figure(caption, drawing(WIDTH, bottom + 46, parts, says))


def by_size(found: Sequence[Line], caption: str, x_title: str, looks: Looks = NO_LOOKS) -> Figure:
    """Draw lines against a number of examples, whose doublings are equally far apart.

    Examples
    --------
    >>> figure = by_size([Line("a", "A", [1, 10], [0.5, 0.6], [0.4, 0.5], [0.6, 0.7])], "", "Examples")
    >>> figure.svg.count("<polyline"), "A ends at 60 %" in figure.svg
    (1, True)
    """
    sizes = sorted({place for one in found for place in one.places})
    scale = Scale(sizes[0], sizes[-1], 54, WIDTH - VALUES - 10, is_log=True)
    return lines(found, caption, x_title, scale, sizes, looks)


def _band(values: Array) -> tuple[list[float], list[float], list[float]]:
    mean, low, high = mean_band(values)
    return np.asarray(mean).tolist(), np.asarray(low).tolist(), np.asarray(high).tolist()


def _within(scale: Scale, value: float) -> float:
    return min(max(value, scale.low), scale.high)


def _look(name: str, looks: Looks, other: Look) -> Look:
    return looks[name] if name in looks else STRATEGIES[name].look if name in STRATEGIES else other


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_LABEL else f"{title[:LONGEST_LABEL]}…"
