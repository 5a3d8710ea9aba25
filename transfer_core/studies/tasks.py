"""Tasks that many studies share: train one arm, and the controls that need no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from transfer_core.arrays import Array, Examples, Layer, Params
from transfer_core.baselines import logistic_regression, zero_shot
from transfer_core.config import RunConfig
from transfer_core.experiment import random_params, target_of, with_new_head
from transfer_core.network import accuracy, predict_logits
from transfer_core.pretraining import pretrain
from transfer_core.scenarios import SCENARIOS
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.seeds import stream
from transfer_core.splits import cached_source_data
from transfer_core.strategies import STRATEGIES
from transfer_core.studies.study import Reading
from transfer_core.training import Epoch, train

PROBE_EPOCHS, PROBE_RATE = 20, 0.05


@dataclass(frozen=True)
class Train:
    """Train one arm on the target task and measure it at the end.

    Attributes
    ----------
    schedule : tuple of Phase
    backbone : {"pretrained", "random"}
    head : {"new", "pretrained"}
        The old head is kept where the labels are those of the source task.
    head_scale : float
        Factor on the weights of the new head.
    anchor : float
        Weight decay of the backbone towards where it started, and of the head towards zero (L2-SP, with one
        strength for both).
    repetition : int
        Another head and another order of minibatches on the same split.
    reprobe : bool
        Also train a new head for the source task on the backbone as it is after training.
    """

    schedule: Schedule
    backbone: Literal["pretrained", "random"] = "pretrained"
    head: Literal["new", "pretrained"] = "new"
    head_scale: float = 1.0
    anchor: float = 0.0
    repetition: int = 0
    reprobe: bool = False

    @classmethod
    def of(cls, config: RunConfig, strategy: str, **others: object) -> Train:
        """Make the arm of a strategy."""
        backbone = "pretrained" if STRATEGIES[strategy].pretrained else "random"
        return cls(STRATEGIES[strategy].build(config), backbone, **others)  # type: ignore[arg-type]

    def start(self, config: RunConfig) -> Params:
        """Network before training."""
        params = pretrain(config).params if self.backbone == "pretrained" else random_params(config)
        if self.head == "new":
            params = with_new_head(config, params, self.repetition)
        *backbone, head = params
        return (*backbone, Layer(head.weights * np.float32(self.head_scale), head.bias))

    def epochs(self, config: RunConfig, start: Params | None = None) -> Iterator[Epoch]:
        """Train, without measuring on the way.

        Parameters
        ----------
        config : RunConfig
        start : tuple of Layer, optional
            Another network to start from.

        Yields
        ------
        Epoch
        """
        start = self.start(config) if start is None else start
        *backbone, head = start
        return train(
            start,
            self.schedule,
            target_of(config).train,
            None,
            batch_seeds=[stream(seed, _again("minibatches", self.repetition)) for seed in config.seeds],
            batch_size=config.batch_size,
            momentum=config.momentum,
            weight_decay=self.anchor or config.weight_decay,
            decay_to=(*backbone, Layer(np.zeros_like(head.weights), np.zeros_like(head.bias))) if self.anchor else None,
        )

    def trained(self, config: RunConfig, start: Params | None = None) -> Params:
        """Network after training."""
        for epoch in self.epochs(config, start):
            params = epoch.params
        return params

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give the accuracy on all parts of the target, and on the source with its old head."""
        params = self.trained(config)
        values = target_accuracies(config, params)
        if self.backbone == "pretrained" and SCENARIOS[config.scenario].source is not None:
            values |= source_accuracies(config, params)
            if self.reprobe:
                values["source_accuracy_reprobed"] = reprobed_source_accuracy(config, params)
        return [Reading({}, values)]


@dataclass(frozen=True)
class ZeroShot:
    """The pretrained network as it is, on the target."""

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give its test accuracy; NaN where the labels do not mean the same."""
        found = zero_shot(config)
        return [Reading({}, {"test_accuracy": np.full(config.n_seeds, np.nan) if found is None else found})]


@dataclass(frozen=True)
class PixelRegression:
    """Logistic regression on the pixels: no network at all."""

    def measure(self, config: RunConfig) -> list[Reading]:
        """Give its test accuracy."""
        return [Reading({}, {"test_accuracy": logistic_regression(config)})]


def measured_accuracy(params: Params, examples: Examples) -> Array:
    """Accuracy of each seed's network; one that has overflown is simply wrong."""
    with np.errstate(over="ignore", invalid="ignore"):
        return accuracy(predict_logits(params, examples.inputs), examples.labels)


def target_accuracies(config: RunConfig, params: Params) -> dict[str, Array]:
    """Accuracy on the training, validation and test images of the target."""
    parts = target_of(config)._asdict()
    return {f"{part}_accuracy": measured_accuracy(params, examples) for part, examples in parts.items()}


def source_accuracies(config: RunConfig, params: Params) -> dict[str, Array]:
    """Accuracy on the source task with the old head: on the backbone before and after."""
    before = pretrain(config)
    test = cached_source_data(config.scenario, config.seeds).test
    return {
        "source_accuracy_before": before.source_accuracy,
        "source_accuracy_after": measured_accuracy((*params[:-1], before.params[-1]), test),
    }


def reprobed_source_accuracy(config: RunConfig, params: Params) -> Array:
    """Accuracy on the source task with a new head, trained on the features as they are now.

    References
    ----------
    Davari et al. (2022), "Probing representation forgetting in supervised and unsupervised continual
    learning", arXiv:2203.13381.
    """
    source = cached_source_data(config.scenario, config.seeds)
    n_layers = len(params)
    old_head = pretrain(config).params[-1]
    blank = Layer(np.zeros_like(old_head.weights), np.zeros_like(old_head.bias))
    rates = (0.0,) * (n_layers - 1) + (PROBE_RATE,)
    schedule = (Phase("probe", PROBE_EPOCHS, freeze_to(n_layers, n_layers - 1), rates),)
    seeds = [stream(seed, "probe") for seed in config.seeds]
    start = (*params[:-1], blank)
    for epoch in train(start, schedule, source.train, None, batch_seeds=seeds, batch_size=64, momentum=0.9):
        probed = epoch.params
    return measured_accuracy(probed, source.test)


def _again(purpose: str, repetition: int) -> str:
    return f"{purpose} {repetition}" if repetition else purpose
