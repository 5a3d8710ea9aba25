"""One training as a piece of work: what it is called, and what it measures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from transfer_core.arms import Arm
from transfer_core.seeds import Purpose, stream
from transfer_core.studies.fingerprint import CORE, name_of_code, read_sources
from transfer_core.studies.study import Label, Reading
from transfer_core.training import minibatch_orders
from transfer_torch.inputs import Inputs, rows_of
from transfer_torch.machine import Machine
from transfer_torch.network import Backbone, drift, new_network, take_statistics_anew
from transfer_torch.pictures import Pictures
from transfer_torch.splits import split
from transfer_torch.training import logits_of, minibatches, train

HERE = Path(__file__).parent
# Modules that have a say in what a training measures; arm, pictures and weights are in its name as they are.
OURS, OF_THE_CORE = (
    ("cells", "inputs", "machine", "network", "splits", "training"),
    ("arms", "schedules", "seeds", "training"),
)
BATCH_SIZE, MOMENTUM = 32, 0.9


@dataclass(frozen=True)
class Setting:
    """What all arms of a seed share.

    Attributes
    ----------
    pictures, other, backbone : str
        Their keys; ``other`` is empty if there is no second style.
    machine : str
        As in `Machine.name`: no table mixes machines of two kinds.
    size, seed : int
        Training pictures per class, and the seed.
    """

    pictures: str
    other: str
    backbone: str
    machine: str
    size: int
    seed: int
    n_seeds = 1  # for the store: a training has one seed


class Trained(NamedTuple):
    """A network, before and after.

    Attributes
    ----------
    before, network : Sequential
    positions : int Tensor
        What it was trained on.
    seconds : float
    """

    before: nn.Sequential
    network: nn.Sequential
    positions: Tensor
    seconds: float


@dataclass(frozen=True)
class Training:
    """What is done: a frozen dataclass, so that its ``repr`` says everything about it."""

    arm: Arm
    batch_statistics: bool
    statistics_anew: bool = False

    def train(self, bench: Bench, setting: Setting, *, cache_features: bool = True) -> Trained:
        """Train one network."""
        parts = split(bench.pictures, setting.seed)
        n_classes, labels = len(bench.pictures.classes), bench.pictures.labels
        network = new_network(bench.backbone, self.arm, n_classes, setting.seed).to(bench.machine.device)
        before = deepcopy(network)
        positions = torch.from_numpy(parts.train(labels, setting.size))
        order_seed = stream(setting.seed, Purpose.BATCHES, self.arm.repetition)
        started = bench.machine.clock()
        for _ in train(
            network,
            self.arm.schedule,
            bench.inputs,
            positions,
            bench.labels[positions],
            order_seed=order_seed,
            batch_size=BATCH_SIZE,
            momentum=MOMENTUM,
            anchor=self.arm.anchor,
            batch_statistics=self.batch_statistics,
            pretrained=self.arm.start.from_source,
            cache_features=cache_features,
        ):
            pass
        if self.statistics_anew:
            order = torch.from_numpy(next(minibatch_orders(len(positions), [order_seed]))[0])  # mixed: no class apart
            mixed = minibatches(positions[order], BATCH_SIZE, alone=False)
            take_statistics_anew(network, (bench.inputs.rows(batch) for batch in mixed))
        return Trained(before, network, positions, bench.machine.clock() - started)

    def measure(self, bench: Bench, setting: Setting) -> list[Reading]:
        """Train one network, and measure it.

        Returns
        -------
        list of Reading
            One: accuracies from 0 to 1, losses in nats, seconds (on a CPU, of processor time), and how far each stage
            moved.
        """
        before, network, positions, seconds = self.train(bench, setting)
        values = {"seconds": seconds}
        for part, (inputs, where) in bench.parts(setting.seed, positions).items():
            accuracy, loss = _judged(self.logits(network, inputs, where), bench.labels[where])
            values |= {f"{part}_accuracy": accuracy, f"{part}_loss": loss}
        for (name, stage), old in zip(network.named_children(), before, strict=True):
            values[f"drift_{name}"] = drift(old, stage)
        return [Reading({}, {name: np.array([value]) for name, value in values.items()})]

    def logits(self, network: nn.Sequential, inputs: Inputs, positions: Tensor) -> Tensor:
        """Answer for some pictures, from kept features where no stage below them moved."""
        unmoved = min(phase.first_trainable for phase in self.arm.schedule)
        return logits_of(network, inputs, positions, unmoved=unmoved, pretrained=self.arm.start.from_source)


@dataclass(frozen=True)
class Cell:
    """One training in its place in the grid, as `transfer_core.studies.store.Store` files it.

    Attributes
    ----------
    labels : mapping
        Columns of the row that it yields.
    config : Setting
    task : Training
    """

    labels: Mapping[str, Label]
    config: Setting
    task: Training

    @property
    def key(self) -> str:
        """Name of what is computed: other code, versions, pictures or weights, another name."""
        return hashlib.sha256(f"{fingerprint()} {self.config!r} {self.task!r}".encode()).hexdigest()


class Bench:
    """What a cell is measured with: loaded once, named by its content.

    Parameters
    ----------
    backbone : Backbone
    pictures : Pictures
    machine : Machine
    other : Pictures, optional
        The same in another style, to test on too.
    """

    def __init__(self, backbone: Backbone, pictures: Pictures, machine: Machine, other: Pictures | None = None) -> None:
        self.backbone, self.pictures, self.machine, self.other = backbone, pictures, machine, other
        self.labels = torch.from_numpy(pictures.labels).to(machine.device)
        self.stages = deepcopy(backbone.stages).to(machine.device)
        self.inputs = self._inputs(pictures)
        self.other_inputs = self._inputs(other) if other else None

    def anew(self) -> Bench:
        """Make the same, with no features kept."""
        return Bench(self.backbone, self.pictures, self.machine, self.other)

    def parts(self, seed: int, trained_on: Tensor) -> dict[str, tuple[Inputs, Tensor]]:
        """Where a network of a seed is judged: by part, the pictures and which of them."""
        of_seed = split(self.pictures, seed)
        val, test = torch.from_numpy(of_seed.val), torch.from_numpy(of_seed.test)
        parts = {"train": (self.inputs, trained_on), "val": (self.inputs, val), "test": (self.inputs, test)}
        return parts | ({"other": (self.other_inputs, test)} if self.other_inputs else {})

    def _inputs(self, pictures: Pictures) -> Inputs:
        rows = rows_of(torch.from_numpy(pictures.pixels), self.machine, self.backbone.mean, self.backbone.std)
        return Inputs(rows, len(pictures.labels), self.stages, self.machine)

    @cached_property
    def names(self) -> tuple[str, str, str, str]:
        """Keys of pictures, other pictures, backbone and machine."""
        return self.pictures.key, self.other.key if self.other else "", self.backbone.key, self.machine.name


def _judged(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Accuracy, and loss in nats; a network that diverged is right nowhere."""
    right = (logits.argmax(dim=1) == labels) & ~logits.isnan().any(dim=1)
    return float(right.double().mean()), float(functional.cross_entropy(logits, labels))


@cache
def fingerprint() -> str:
    """Name the code and the versions that results depend on."""
    counted = {*(f"{HERE.name}.{name}" for name in OURS), *(f"{CORE.name}.{name}" for name in OF_THE_CORE)}
    sources = {name: one for name, one in (read_sources() | read_sources(HERE)).items() if name in counted}
    versions = [version("torch").partition("+")[0], version("numpy")]
    return hashlib.sha256(" ".join([*versions, name_of_code(sources)]).encode()).hexdigest()[:16]
