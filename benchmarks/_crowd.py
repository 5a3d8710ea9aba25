"""What the visitors of a crowd do: which links they open, which settings they change and when.

Half of them are a class: all follow the same list, as if a teacher led them through it. The others go their own way,
each through settings of their own; if asked, on seeds of their own too, so that nothing they ask for has been asked for
by anybody else and even their networks have to be pretrained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

PAUSES = (2.0, 6.0)  # seconds from one click to the next
MOVES = (3, 6)  # on a page, before the next link is opened
PAGES = {"compare": 6, "unfreeze": 1, "": 1, "decide": 1, "claims": 1}
"""The pages and how often each is opened, beside the others."""

KNOBS: dict[str, tuple[Any, ...]] = {
    "images_per_class": ("10", "5", "20", "30"),
    "n_epochs": (60, *range(40, 60, 5), *range(65, 85, 5)),
    "unfreeze_epoch": (20, *range(10, 20), *range(21, 31)),
    "head_learning_rate": ("0.05", "0.02", "0.1", "0.2"),
    "backbone_learning_rate": ("0.05", "0.02", "0.1"),
    "momentum": ("0.9", "0.8", "0.5"),
}
"""Knobs that are turned: the default first, then other values, as on the controls."""
CHOICES: dict[str, dict[str, tuple[Any, ...]]] = {
    "compare": KNOBS,
    "unfreeze": KNOBS,
    "decide": {"guess": ("50", "20", "100"), "among": ("Freeze or fine-tune?", "All, controls too")},
    "claims": {f"open_{claim}": (None, True) for claim in ("speed.fast", "crossover.rule_of_thumb")},
}
"""What can be changed on a page without training a whole map."""


@dataclass(frozen=True)
class Step:
    """A click.

    Attributes
    ----------
    pause : float
        Seconds since the click before.
    link : str or None
        To open in a new tab.
    key, value
        Otherwise the control to set.
    """

    pause: float
    link: str | None = None
    key: str = ""
    value: Any = None


def steps(way: Random, seed: int | None) -> Iterator[Step]:
    """Say what a visitor does, without end.

    Parameters
    ----------
    way : Random
        Decides everything: two visitors with the same state do the same.
    seed : int or None
        First seed of all runs, if not the default.

    Examples
    --------
    >>> next(steps(Random(1), None)).link, next(steps(Random(1), 20)).link
    ('compare', 'compare?seed=20')
    """
    while True:
        page = way.choices(list(PAGES), list(PAGES.values()))[0]
        query = [f"seed={seed}"] if seed is not None and page not in ("decide", "claims") else []
        query += ["guess=50"] if page == "decide" else []
        yield Step(way.uniform(*PAUSES), link=page + "?" * bool(query) + "&".join(query))
        stands = {key: values[0] for key, values in CHOICES.get(page, {}).items()}
        for _ in range(way.randint(*MOVES) if stands else 0):
            key = way.choice(list(stands))
            value = way.choice([value for value in CHOICES[page][key] if value not in (stands[key], None)] or [True])
            stands[key] = value
            yield Step(way.uniform(*PAUSES), key=key, value=value)
