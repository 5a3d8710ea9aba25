"""What the series of a chart are called, and how each looks."""

from __future__ import annotations

from collections.abc import Sequence

from transfer_core.baselines import BASELINES
from transfer_core.own_data.rivals import HEADS, NETWORKS
from transfer_core.scenarios import title_of
from transfer_core.strategies import Look
from transfer_ui.palette import ARM_STYLES, OTHERS
from transfer_ui.rows import SHORTS

SERIES_TITLE = "Which"
TITLES = (
    {name: rival.title for name, rival in {**HEADS, **NETWORKS}.items()}
    | SHORTS
    | {name: baseline.short for name, baseline in BASELINES.items()}
)


def shown(value: object) -> str:
    """Name a value of a column as people read it.

    Examples
    --------
    >>> shown("end_to_end"), shown("mnist_to_digits"), shown(0.05), shown(30.0)
    ('End-to-end', 'MNIST to UCI digits', '0.05', '30')
    """
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return TITLES.get(text) or title_of(text)


def styles(series: Sequence[str]) -> list[Look]:
    """Look of each series: strategies as everywhere, the others in turn."""
    others = iter(2 * OTHERS)
    return [ARM_STYLES.get(name) or next(others, OTHERS[-1]) for name in series]
