"""The arms by name: a schedule over the stages of a backbone, and the rates to choose from.

Every arm chooses among the same number of settings, on the validation pictures of each seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from transfer_core.arms import Arm, FromSource, Random
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.strategies import STRATEGIES, Look
from transfer_core.studies.recipes import LAYER_DECAY


class Rates(NamedTuple):
    """Learning rates of an arm.

    Attributes
    ----------
    head : float
    backbone : float
        Of the highest stage that trains; 0 if none does.
    """

    head: float
    backbone: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """How one arm is made.

    Attributes
    ----------
    title, summary : str
        Name in a sentence; one sentence: what it does.
    advice : str
        What to do where it wins, as an instruction.
    build : callable
        ``(n_stages, n_epochs, rates) -> Schedule``.
    look : Look
    grid : tuple of Rates
        To choose from.
    pretrained : bool
    anchor : float
        As in `transfer_core.Arm`.
    batch_statistics : bool
        Batch norm uses the batch.
    statistics_anew : bool
        After training, batch norm takes its statistics anew: see `transfer_torch.network.take_statistics_anew`.
    """

    title: str
    summary: str
    advice: str
    build: Callable[[int, int, Rates], Schedule]
    look: Look
    grid: tuple[Rates, ...]
    pretrained: bool = True
    anchor: float = 0.0
    batch_statistics: bool = False
    statistics_anew: bool = False

    def arm(self, n_stages: int, n_epochs: int, rates: Rates) -> Arm:
        """Make the arm for a backbone."""
        start = FromSource() if self.pretrained else Random()
        return Arm(self.build(n_stages, n_epochs, rates), start, anchor=self.anchor)


def _scheduled(
    n_stages: int, n_epochs: int, rates: Rates, lowest: Callable[[int], int], decay: float = 1.0
) -> Schedule:
    """Put together the epochs that free the same stages."""
    phases: list[Phase] = []
    for first, same in groupby(range(n_epochs), key=lowest):
        of_stages = (
            rates.backbone * decay ** (n_stages - 1 - stage) if stage >= first else 0.0 for stage in range(n_stages)
        )
        name = "head only" if first == n_stages else "all layers" if first == 0 else f"stage {first + 1} and up"
        phases.append(Phase(name, len(list(same)), freeze_to(n_stages + 1, first), (*of_stages, rates.head)))
    return tuple(phases)


def head_alone(n_stages: int, n_epochs: int, rates: Rates) -> Schedule:
    """Freeze every stage.

    Examples
    --------
    >>> head_alone(2, 10, Rates(0.1))
    (Phase(name='head only', n_epochs=10, frozen=(True, True, False), learning_rates=(0.0, 0.0, 0.1)),)
    """
    return _scheduled(n_stages, n_epochs, rates, lambda epoch: n_stages)


def everything(n_stages: int, n_epochs: int, rates: Rates) -> Schedule:
    """Freeze nothing.

    Examples
    --------
    >>> everything(2, 10, Rates(0.1, 0.01))[0].learning_rates
    (0.01, 0.01, 0.1)
    """
    return _scheduled(n_stages, n_epochs, rates, lambda epoch: 0)


def head_first(n_stages: int, n_epochs: int, rates: Rates) -> Schedule:
    """Train the head for half of the epochs, then everything.

    Examples
    --------
    >>> [(phase.n_epochs, phase.first_trainable) for phase in head_first(2, 11, Rates(0.1, 0.01))]
    [(5, 2), (6, 0)]
    """
    return _scheduled(n_stages, n_epochs, rates, lambda epoch: n_stages if epoch < n_epochs // 2 else 0)


def stage_by_stage(n_stages: int, n_epochs: int, rates: Rates) -> Schedule:
    """Train the head for half of the epochs, then free one stage more at a time, from the top, in equal steps.

    Examples
    --------
    >>> [(phase.n_epochs, phase.first_trainable) for phase in stage_by_stage(2, 8, Rates(0.1, 0.01))]
    [(4, 2), (2, 1), (2, 0)]
    """
    half = n_epochs // 2

    def lowest(epoch: int) -> int:
        return n_stages if epoch < half else n_stages - 1 - (epoch - half) * n_stages // (n_epochs - half)

    return _scheduled(n_stages, n_epochs, rates, lowest)


def top_third(n_stages: int, n_epochs: int, rates: Rates) -> Schedule:
    """Train the highest third of the stages, and the head.

    Examples
    --------
    >>> top_third(9, 10, Rates(0.1, 0.01))[0].first_trainable
    6
    """
    return _scheduled(n_stages, n_epochs, rates, lambda epoch: n_stages - max(1, round(n_stages / 3)))


def discriminative(n_stages: int, n_epochs: int, rates: Rates) -> Schedule:
    """Train everything, each stage at 1/2.6 of the rate of the stage above it (Howard, Ruder 2018).

    Examples
    --------
    >>> [round(rate, 4) for rate in discriminative(3, 10, Rates(0.1, 0.026))[0].learning_rates]
    [0.0038, 0.01, 0.026, 0.1]
    """
    return _scheduled(n_stages, n_epochs, rates, lambda epoch: 0, LAYER_DECAY)


HEAD_RATES = tuple(Rates(rate) for rate in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3))
# With batch norm held at its statistics, a backbone of EfficientNet-Lite0 breaks down at rates from 0.01 on.
PAIRS = tuple(Rates(head, backbone) for head in (0.01, 0.1) for backbone in (0.0003, 0.001, 0.003))
# A new network has nothing to lose: one rate for all of it, and higher ones too.
EQUAL = tuple(Rates(rate, rate) for rate in (0.003, 0.01, 0.03, 0.1, 0.2, 0.3))

ARMS: dict[str, Recipe] = {
    "feature_extraction": Recipe(
        "Feature extraction",
        STRATEGIES["feature_extraction"].summary,
        "freeze the backbone and train a new head",
        head_alone,
        STRATEGIES["feature_extraction"].look,
        HEAD_RATES,
    ),
    "top_third": Recipe(
        "Top third only",
        "Train the highest third of the stages, and the head.",
        "train the top third of the stages only",
        top_third,
        Look("#854D0E", "#F2C14E", (1, 0)),
        PAIRS,
    ),
    "stage_by_stage": Recipe(
        "Stage by stage",
        "Train the head for half of the epochs, then free one stage more at a time, from the top.",
        "unfreeze stage by stage",
        stage_by_stage,
        Look("#BE185D", "#F472B6", (2, 2)),
        PAIRS,
    ),
    "head_first": Recipe(
        "Head first, then all",
        "Train the head for half of the epochs, then everything.",
        "train the head first, then everything",
        head_first,
        STRATEGIES["progressive_unfreezing"].look,
        PAIRS,
    ),
    "end_to_end": Recipe(
        "End-to-end fine-tuning",
        STRATEGIES["end_to_end"].summary,
        "fine-tune end to end",
        everything,
        STRATEGIES["end_to_end"].look,
        PAIRS,
    ),
    "discriminative": Recipe(
        "Discriminative rates",
        "Train everything, each stage at 1/2.6 of the rate of the stage above it.",
        "fine-tune with lower rates further down",
        discriminative,
        Look("#1E3A8A", "#A5B4FC", (10, 3)),
        PAIRS,
    ),
    "l2_sp": Recipe(
        "L2-SP",
        "Train everything, with a decay towards the pretrained weights.",
        "fine-tune with a decay towards the pretrained weights",
        everything,
        Look("#3F6212", "#BEF264", (6, 2, 1, 2)),
        PAIRS,
        anchor=0.01,
    ),
    "batch_statistics": Recipe(
        "Batch norm in training mode",
        "Train everything, and let batch norm use the statistics of the batch: a trap with few pictures.",
        "fine-tune with batch norm in training mode",
        everything,
        Look("#8B5CF6", "#B79CFF", (4, 2)),
        PAIRS,
        batch_statistics=True,
    ),
    "from_scratch": Recipe(
        "From scratch",
        STRATEGIES["from_scratch"].summary,
        "train from scratch: the pretrained network does not help",
        everything,
        STRATEGIES["from_scratch"].look,
        EQUAL,
        pretrained=False,
        batch_statistics=True,  # stored statistics of a random network say nothing
        statistics_anew=True,  # and a running average of them forgets nothing in so few updates
    ),
}
"""The cheapest first: where two arms cannot be told apart, the first of them is advised."""

DEFAULT_ARMS = ("feature_extraction", "end_to_end", "head_first", "from_scratch")
