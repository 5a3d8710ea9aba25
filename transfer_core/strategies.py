"""The strategies: names, what to say about them, how they look, and how a configuration becomes a schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from transfer_core.config import RunConfig
from transfer_core.schedules import Phase, Schedule, freeze_to


class Look(NamedTuple):
    """How one strategy is drawn everywhere.

    Attributes
    ----------
    light, dark : str
        Colour on a light and on a dark background.
    dash : tuple of int
        Lengths of dash and gap in pixels; ``(1, 0)`` is a solid line. It tells strategies apart without colour.
    """

    light: str
    dark: str
    dash: tuple[int, ...]


@dataclass(frozen=True)
class Strategy:
    """A way to train on the target task.

    Attributes
    ----------
    title, short : str
        Name in a sentence, and on a chart.
    summary : str
        One sentence: what it does.
    best_for : str
        What it is meant for, in a few words.
    advice : str
        What to do where it wins, as an instruction.
    build : callable
        ``RunConfig -> Schedule``.
    rate_field : str
        Field of `RunConfig` with the rate that is searched for it.
    look : Look
    pretrained : bool
        Starts from the pretrained backbone; otherwise from a random one.
    anchor : float
        Weight decay towards the start, as in `transfer_core.arms.Arm`.
    """

    title: str
    short: str
    summary: str
    best_for: str
    advice: str
    build: Callable[[RunConfig], Schedule]
    rate_field: str
    look: Look
    pretrained: bool = True
    anchor: float = 0.0


def _head_only(config: RunConfig, n_epochs: int) -> Schedule:
    """Train the head and nothing else; no phase at all for zero epochs."""
    if n_epochs == 0:
        return ()
    frozen = freeze_to(config.n_layers, config.n_layers - 1)
    rates = (0.0,) * (config.n_layers - 1) + (config.head_learning_rate,)
    return (Phase("head only", n_epochs, frozen, rates),)


def feature_extraction(config: RunConfig) -> Schedule:
    """Freeze the backbone from the first epoch to the last.

    Examples
    --------
    >>> feature_extraction(RunConfig())[0].frozen
    (True, True, False)
    """
    return _head_only(config, config.n_epochs)


def end_to_end(config: RunConfig) -> Schedule:
    """Train every layer at one rate from the first epoch to the last.

    Examples
    --------
    >>> end_to_end(RunConfig())[0].learning_rates
    (0.05, 0.05, 0.05)
    """
    rates = (config.backbone_learning_rate,) * config.n_layers
    return (Phase("all layers", config.n_epochs, freeze_to(config.n_layers, 0), rates),)


def progressive_unfreezing(config: RunConfig) -> Schedule:
    """Train the head first, then free the backbone, from the top, at lower rates.

    The backbone is freed all at once at `RunConfig.unfreeze_epoch`, or, if `RunConfig.gradual` is set, one layer at a
    time in as many equal steps as there are backbone layers. If fewer epochs than layers are left, the lowest stay
    frozen.

    References
    ----------
    Howard, Ruder (2018), "Universal language model fine-tuning for text classification", arXiv:1801.06146
    (layer by layer, decay 1/2.6); Kumar et al. (2022), "Fine-tuning can distort pretrained features and
    underperform out-of-distribution", arXiv:2202.10054 (head first, then all at once).

    Examples
    --------
    >>> schedule = progressive_unfreezing(RunConfig(n_epochs=10, unfreeze_epoch=4, gradual=True))
    >>> [(phase.n_epochs, phase.first_trainable) for phase in schedule]
    [(4, 2), (3, 1), (3, 0)]
    """
    top = config.n_layers - 1
    remaining = config.n_epochs - config.unfreeze_epoch
    rates = [config.unfrozen_learning_rate * config.layer_decay ** (top - index) for index in range(top + 1)]
    schedule = _head_only(config, config.unfreeze_epoch)
    for first_trainable, n_epochs in _unfreezing_steps(top, remaining, config.gradual):
        frozen = freeze_to(config.n_layers, first_trainable)
        name = "all layers" if first_trainable == 0 else f"layer {first_trainable + 1} and up"
        applied = tuple(0.0 if cold else rate for cold, rate in zip(frozen, rates, strict=True))
        schedule += (Phase(name, n_epochs, frozen, applied),)
    return schedule


def _unfreezing_steps(top: int, n_epochs: int, gradual: bool) -> list[tuple[int, int]]:
    """Lowest trainable layer and length of each phase after the unfreeze epoch."""
    if not gradual:
        return [(0, n_epochs)] if n_epochs else []
    length, longer = divmod(n_epochs, top)
    lengths = [length + (step < longer) for step in range(top)]
    return [(top - 1 - step, length) for step, length in enumerate(lengths) if length]


STRATEGIES: dict[str, Strategy] = {
    "feature_extraction": Strategy(
        title="Feature extraction",
        short="Feature extraction",
        summary="Freeze the pretrained backbone and train a new head on its features.",
        best_for="very few images; the least compute; keeping the old task intact",
        advice="freeze the backbone",
        build=feature_extraction,
        rate_field="head_learning_rate",
        look=Look("#0072B2", "#56B4E9", (1, 0)),
    ),
    "end_to_end": Strategy(
        title="End-to-end fine-tuning",
        short="End-to-end",
        summary="Freeze nothing: train every layer from the first epoch.",
        best_for="more images; a target that differs from the source",
        advice="fine-tune end to end",
        build=end_to_end,
        rate_field="backbone_learning_rate",
        look=Look("#D55E00", "#FF8A4C", (9, 2)),
    ),
    "progressive_unfreezing": Strategy(
        title="Progressive unfreezing",
        short="Progressive",
        summary="Train the head first, then free the backbone and continue at a lower rate.",
        best_for="gaining on the target while keeping most of the old task",
        advice="unfreeze progressively",
        build=progressive_unfreezing,
        rate_field="unfrozen_learning_rate",
        look=Look("#009E73", "#2FCB9A", (8, 2, 2, 2)),
    ),
    "from_scratch": Strategy(
        title="From scratch",
        short="From scratch",
        summary="Ignore the pretrained network: train every layer from random weights.",
        best_for="control: is pretraining worth anything here?",
        advice="train from scratch: here the pretrained network hurts",
        build=end_to_end,
        rate_field="backbone_learning_rate",
        look=Look("#6B7280", "#A9B0BA", (6, 3)),
        pretrained=False,
    ),
    "random_features": Strategy(
        title="Random features",
        short="Random features",
        summary="Freeze a random backbone and train a head on what it happens to compute.",
        best_for="control: are the pretrained features better than chance?",
        advice="train a head on a random backbone: here pretraining adds nothing",
        build=feature_extraction,
        rate_field="head_learning_rate",
        look=Look("#9AA1AB", "#7E8794", (2, 3)),
        pretrained=False,
    ),
}
