"""What a script for somebody's own pictures measures: the arm chosen in the lab, and one to compare it with."""

from __future__ import annotations

from typing import NamedTuple

from transfer_core import STRATEGIES, RunConfig, RunResult, Schedule
from transfer_core.statistics import MIN_SEEDS
from transfer_ui.rows import TITLES

RIVAL, OTHER_RIVAL = "feature_extraction", "end_to_end"
Rates = tuple[float, float]
"""Learning rates of the head and of the highest stage of the backbone."""

# A new head wants another rate on 512 features than on the lab's 64, and a pretrained backbone a lower one than the
# head: each arm chooses among as many settings, around those that our own measurement on ImageNet networks chose.
HEAD_RATES: tuple[Rates, ...] = ((0.003, 0.0), (0.01, 0.0), (0.03, 0.0), (0.1, 0.0))
PAIRS: tuple[Rates, ...] = ((0.01, 0.003), (0.01, 0.01), (0.1, 0.003), (0.1, 0.01))
EQUAL: tuple[Rates, ...] = ((0.01, 0.01), (0.03, 0.03), (0.1, 0.1), (0.2, 0.2))


class Planned(NamedTuple):
    """An arm of the script.

    Attributes
    ----------
    title : str
    pretrained : bool
    phases : tuple of (int, float)
        Epochs, and the share of the backbone that stays frozen, from the bottom.
    rates : tuple of Rates
        To choose from on the validation pictures.
    """

    title: str
    pretrained: bool
    phases: tuple[tuple[int, float], ...]
    rates: tuple[Rates, ...]


class Plan(NamedTuple):
    """What all arms share, and the arms.

    Attributes
    ----------
    name : str
        Of the arm that was chosen.
    arms : tuple of Planned
        It, and the one to compare it with.
    seed, n_seeds : int
    batch_size : int
    momentum, weight_decay : float
    stage_decay : float
        After unfreezing, each stage learns at this share of the rate of the stage above it.
    classes : tuple of str
        That the pictures must have; empty if any will do.
    """

    name: str
    arms: tuple[Planned, Planned]
    seed: int
    n_seeds: int
    batch_size: int
    momentum: float
    weight_decay: float
    stage_decay: float
    classes: tuple[str, ...] = ()


def plan_of(result: RunResult) -> Plan:
    """Plan what a script measures.

    Parameters
    ----------
    result : RunResult
        Of a strategy.

    Examples
    --------
    >>> from transfer_core import run
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=1, n_epochs=4, unfreeze_epoch=2, n_seeds=2, gradual=True)
    >>> plan = plan_of(run(config, "progressive_unfreezing"))
    >>> plan.arms[0].phases, plan.arms[1].title, plan.n_seeds
    (((2, 1.0), (1, 0.5), (1, 0.0)), 'Feature extraction', 6)
    """
    return _plan(result.config, result.strategy, result.arm.schedule)


def plan_without_run(config: RunConfig, strategy: str) -> Plan:
    """Plan to measure a strategy that was not run.

    Examples
    --------
    >>> plan_without_run(RunConfig(), "feature_extraction").arms[1].title
    'End-to-end fine-tuning'
    """
    return _plan(config, strategy, STRATEGIES[strategy].build(config))


def _plan(config: RunConfig, chosen: str, schedule: Schedule) -> Plan:
    rival = OTHER_RIVAL if chosen == RIVAL else RIVAL
    return Plan(
        name=chosen,
        arms=(_planned(chosen, schedule), _planned(rival, STRATEGIES[rival].build(config))),
        seed=config.seed,
        n_seeds=max(config.n_seeds, MIN_SEEDS),
        batch_size=config.batch_size or 32,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        stage_decay=config.layer_decay if chosen == "progressive_unfreezing" else 1.0,
    )


def _planned(name: str, schedule: Schedule) -> Planned:
    pretrained = STRATEGIES[name].pretrained
    shares = tuple((phase.n_epochs, phase.first_trainable / (len(phase.frozen) - 1)) for phase in schedule)
    trains_backbone = any(share < 1 for _, share in shares)
    rates = (PAIRS if pretrained else EQUAL) if trains_backbone else HEAD_RATES
    return Planned(TITLES[name], pretrained, shares, rates)
