"""Which runs the page asks for: those at its settings, followed closely, and those at other rates and strengths."""

from __future__ import annotations

from collections.abc import Mapping

from transfer_core import STRATEGIES, Arm, RunConfig, arm_of
from transfer_core.measures import FinalAccuracy
from transfer_core.studies.grids import at_rate
from transfer_ui.charts.followed import FOLLOWED, HELD, short
from transfer_ui.charts.trade_rows import Point
from transfer_ui.old_task import old_task_measures
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs.cached import Arms
from transfer_ui.runs.known_arms import of_a_comparison

RATES = (0.002, 0.01, 0.03, 0.1)
STRENGTHS = ("0.001", "0.003", "0.01", "0.03", "0.1")
DEFAULT_STRENGTH = "0.01"
LOST_BY = {name: short(name) for name in FOLLOWED if name != "feature_extraction"}
"""Arms that can lose something: a frozen backbone keeps the old head as it was."""
OLD_TASK = ("source_accuracy", "source_class_accuracy", "old_answers", "source_reprobed", "source_named")
PRETRAINED = tuple(name for name in FOLLOWED if name in STRATEGIES)


def at_the_settings(config: RunConfig, strength: float) -> Arms:
    """Ask for the arms at the settings of the page, with all that its pictures show.

    Parameters
    ----------
    config : RunConfig
    strength : float
        Of L2-SP.
    """
    arms = {name: arm_of(config, name) for name in PRETRAINED} | {HELD: _held(config, strength)}
    measures = (*measures_of(config), *old_task_measures(config))
    return Arms(config, arms, measures, (*of_a_comparison(config), *OLD_TASK))


def elsewhere(config: RunConfig, strength: float) -> Arms:
    """Ask where the same arms end at other rates, and L2-SP at other strengths."""
    found = points(config, strength)
    arms = {
        name: _held(config, point.value) if point.arm == HELD else at_rate(config, point.arm, point.value)
        for name, point in found.items()
        if not point.here
    }
    return Arms(config, arms, (FinalAccuracy(),), ())


def points(config: RunConfig, strength: float) -> Mapping[str, Point]:
    """Place all runs of the page on the chart of the two tasks, under their names; those at its settings come first.

    Examples
    --------
    >>> list(points(RunConfig(), 0.01))[:5]
    ['feature_extraction', 'end_to_end', 'progressive_unfreezing', 'l2_sp', 'feature_extraction 0.002']
    """
    own = {name: float(getattr(config, STRATEGIES[name].rate_field)) for name in PRETRAINED} | {HELD: strength}
    here = {name: Point(name, value, True) for name, value in own.items()}
    values = dict.fromkeys(PRETRAINED, RATES) | {HELD: tuple(float(one) for one in STRENGTHS)}
    others = [Point(name, value, False) for name in own for value in values[name] if value != own[name]]
    return here | {f"{point.arm} {point.value:g}": point for point in others}


def _held(config: RunConfig, strength: float) -> Arm:
    """End-to-end at the page's rate, with decay of the backbone towards its start."""
    return arm_of(config, "end_to_end", anchor=strength)
