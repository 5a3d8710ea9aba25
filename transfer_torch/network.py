"""A network as its schedule sees it: a chain of named stages, the head last.

The counterpart of `transfer_core.arrays.Params`: ``network[:-1]`` is the backbone, ``network[-1]`` the head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from transfer_core.arms import Arm, FromSource, Random
from transfer_core.network import init_params
from transfer_core.seeds import Purpose, stream

Triple = tuple[float, float, float]
BATCH_NORMS = (nn.modules.batchnorm._BatchNorm,)
NORMS = (*BATCH_NORMS, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True, eq=False)
class Backbone:
    """A pretrained network without its head.

    Attributes
    ----------
    name : str
    stages : Sequential
        Named children; together they make ``n_features`` numbers of a picture. Nobody trains this one: see
        `new_network`.
    n_features : int
    fresh : callable
        Makes the same stages with random numbers.
    mean, std : tuple of float
        Of red, green and blue, from 0 to 1: what the weights were trained with.
    key : str
        Name of the content.
    """

    name: str
    stages: nn.Sequential
    n_features: int
    fresh: Callable[[], nn.Sequential] = field(repr=False)
    mean: Triple = (0.5, 0.5, 0.5)
    std: Triple = (0.5, 0.5, 0.5)

    def __post_init__(self) -> None:
        self.stages.eval().requires_grad_(False)

    @property
    def names(self) -> tuple[str, ...]:
        """What the stages are called, from the pictures up."""
        return tuple(name for name, _ in self.stages.named_children())

    @property
    def key(self) -> str:
        """Name of the content: stages, weights and what they were trained with."""
        digest = hashlib.sha256(f"{self.stages} {self.mean} {self.std}".encode())
        for name, values in self.stages.state_dict().items():
            digest.update(name.encode() + values.cpu().numpy().tobytes())
        return digest.hexdigest()


def new_network(backbone: Backbone, arm: Arm, n_classes: int, seed: int) -> nn.Sequential:
    """Make the network that an arm starts from.

    Parameters
    ----------
    backbone : Backbone
    arm : Arm
        It starts from the source or at random, with a new head.
    n_classes : int
    seed : int
        The head is the same for every arm of a seed.

    Returns
    -------
    Sequential
        The stages under their names, then ``head``.

    Raises
    ------
    ValueError
        If the arm starts from anything else.
    """
    if arm.head is None:
        raise ValueError("head of an arm must be a new one, got None")
    if isinstance(arm.start, Random):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stream(seed, arm.start.purpose, arm.start.repetition))
            stages = backbone.fresh()
    elif isinstance(arm.start, FromSource):
        stages = deepcopy(backbone.stages)
    else:
        raise ValueError(f"start of an arm must be FromSource or Random, got {arm.start!r}")
    head = _head(backbone.n_features, n_classes, stream(seed, Purpose.HEAD, arm.head.repetition), arm.head.scale)
    network = nn.Sequential()
    for name, stage in [*stages.named_children(), ("head", head)]:
        network.add_module(name, stage)
    return network.eval()


def _head(n_features: int, n_classes: int, seed: int, scale: float) -> nn.Linear:
    """Draw the head as the core draws it."""
    (drawn,) = init_params((n_features, n_classes), seeds=seed)
    head = nn.Linear(n_features, n_classes)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(drawn.weights.T * scale))
        head.bias.zero_()
    return head


def has_batch_norm(module: nn.Module) -> bool:
    """Whether a module keeps statistics of batches."""
    return any(isinstance(part, BATCH_NORMS) for part in module.modules())


def use_batch_statistics(network: nn.Sequential, frozen: tuple[bool, ...]) -> None:
    """Let the batch norm of every stage that trains use the batch, and learn its statistics; nothing else changes."""
    for stage, cold in zip(network, frozen, strict=True):
        for part in stage.modules():
            if isinstance(part, BATCH_NORMS):
                part.train(not cold)


def take_statistics_anew(network: nn.Sequential, minibatches: Iterable[Tensor]) -> None:
    """Give every batch norm the mean statistics of minibatches that pass through the network as it is now.

    A running average moves by a tenth or a hundredth with each update. A network that starts at random and takes only some
    dozens of them would be tested with the statistics of its start, and answer at chance (Wu, Johnson 2021,
    arXiv:2105.07576).

    Parameters
    ----------
    network : Sequential
    minibatches : iterable of Tensor
        Pictures, on the device.
    """
    norms = [part for part in network.modules() if isinstance(part, BATCH_NORMS)]
    paces = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # PyTorch's word for the plain mean over all minibatches
    use_batch_statistics(network, (False,) * len(network))
    with torch.no_grad():
        for pictures in minibatches:
            network(pictures)
    network.eval()
    for norm, pace in zip(norms, paces, strict=True):
        norm.momentum = pace


def drift(before: nn.Module, after: nn.Module) -> float:
    """How far the weights of a stage moved, as a share of their size before.

    Examples
    --------
    >>> stage = nn.Linear(2, 2)
    >>> drift(stage, stage)
    0.0
    """
    with torch.no_grad():
        old, new = (
            torch.cat([p.detach().cpu().flatten() for p in one.parameters()] or [torch.zeros(1)])
            for one in (before, after)
        )
        size = float(old.norm())
        return float((new - old).norm()) / size if size else 0.0
