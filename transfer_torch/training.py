"""One update, and the loop that follows a schedule: `transfer_core.training` for a network of PyTorch.

The same schedules, the same minibatches, the same update. A frozen stage is left out of the backward pass and of the
optimizer, keeps its statistics, and so stays as it is to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from transfer_core.arrays import check_mask_and_rates
from transfer_core.schedules import Phase, Schedule
from transfer_core.training import minibatch_orders
from transfer_torch.inputs import Inputs, Rows, through
from transfer_torch.machine import Machine
from transfer_torch.network import has_batch_norm, use_batch_statistics


def train(
    network: nn.Sequential,
    schedule: Schedule,
    inputs: Inputs,
    positions: Tensor,
    labels: Tensor,
    *,
    order_seed: int,
    batch_size: int = 32,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    anchor: float = 0.0,
    batch_statistics: bool = False,
    pretrained: bool = False,
    cache_features: bool = True,
) -> Iterator[int]:
    """Follow a schedule, epoch by epoch; the network is changed in place.

    Parameters
    ----------
    network : Sequential
        Stages, then the head, on the device.
    schedule : tuple of Phase
        One entry of each mask per stage, and one for the head.
    inputs : Inputs
    positions : int Tensor of shape (n,)
        Which pictures to train on.
    labels : int Tensor of shape (n,)
        Theirs, on the device.
    order_seed : int
        Fixes the order of the minibatches, as in `transfer_core.training.train`.
    batch_size : int
    momentum, weight_decay : float
    anchor : float
        Decay of the backbone towards its start and of the head towards zero (L2-SP); it replaces `weight_decay`.
    batch_statistics : bool
        Batch norm of stages that train uses the batch. By default it keeps its stored statistics everywhere.
    pretrained : bool
        The network starts with the stages of `inputs`, whose features are known or kept for others.
    cache_features : bool
        Compute what a frozen prefix makes of the pictures once per phase, not at every step.

    Yields
    ------
    int
        Epochs done, from 0.

    Raises
    ------
    ValueError
        If a mask or rates do not fit the network.
    """
    for phase in schedule:
        check_mask_and_rates(len(network), phase.frozen, phase.learning_rates)
    machine = inputs.machine
    # A rate stands in each group before its first update; the one given here is never used.
    optimizer = torch.optim.SGD(
        [{"params": list(layer.parameters())} for layer in network],
        lr=0.0,
        momentum=momentum,
        weight_decay=0.0 if anchor else weight_decay,
    )
    anchors = _anchors(network) if anchor else []
    orders = minibatch_orders(len(positions), [order_seed])
    there = positions.to(
        machine.device
    )  # with each epoch's order: a step that fetches anything waits for the one before
    network.eval()
    number, moved = 0, len(network)  # everything from here up may differ from its start
    yield number
    for phase in schedule:
        below = phase.first_trainable if cache_features else 0
        rows = _features(network, inputs, there, below, pretrained and below <= moved)
        moved = min(moved, phase.first_trainable)
        _enter(network, optimizer, phase)
        tail = network[below:]
        whole = batch_statistics and has_batch_norm(tail)  # half a minibatch has other statistics
        for _ in range(phase.n_epochs):
            if batch_statistics:
                use_batch_statistics(network, phase.frozen)
            order = torch.from_numpy(next(orders)[0]).to(machine.device)
            for batch in minibatches(order, batch_size, alone=not whole):
                _step(tail, optimizer, rows, batch, labels, machine, whole, anchor, anchors)
            network.eval()
            number += 1
            yield number


def logits_of(
    network: nn.Sequential, inputs: Inputs, positions: Tensor, *, unmoved: int = 0, pretrained: bool = False
) -> Tensor:
    """Answer for some pictures.

    Parameters
    ----------
    network : Sequential
    inputs : Inputs
    positions : int Tensor
    unmoved : int
        Lowest layers that are still those of the start.
    pretrained : bool
        These are the stages of `inputs`, whose features are known or kept for others.
    """
    below = unmoved if pretrained else 0
    rows = (lambda taken: inputs.below(below, taken)) if below else inputs.rows
    return through(network[below:], rows, positions, inputs.machine)


def _features(network: nn.Sequential, inputs: Inputs, positions: Tensor, below: int, unmoved: bool) -> Rows:
    """Give what the layers that train are fed with, by place in the training set."""
    if below == 0:
        return lambda places: inputs.rows(positions[places])
    known = (
        inputs.below(below, positions) if unmoved else through(network[:below], inputs.rows, positions, inputs.machine)
    )
    return lambda places: known[places.to(known.device)]


def _enter(network: nn.Sequential, optimizer: torch.optim.SGD, phase: Phase) -> None:
    """Freeze and set rates for a phase; what momentum remembers of a frozen stage waits for it."""
    optimizer.zero_grad(set_to_none=True)
    layers = zip(network, optimizer.param_groups, phase.frozen, phase.learning_rates, strict=True)
    for layer, group, frozen, rate in layers:
        layer.requires_grad_(not frozen)
        group["lr"] = rate


def _step(
    tail: nn.Module,
    optimizer: torch.optim.SGD,
    rows: Rows,
    batch: Tensor,
    labels: Tensor,
    machine: Machine,
    whole: bool,
    anchor: float,
    anchors: list[tuple[nn.Parameter, Tensor]],
) -> None:
    """Make one update on one minibatch, whose gradient is that of the mean, however many pictures go at a time."""

    def add_gradient(part: slice) -> None:
        if part.start == 0:
            optimizer.zero_grad(set_to_none=True)
        places = batch[part]
        logits = tail(rows(places))
        loss = functional.cross_entropy(logits, labels[places.to(labels.device)], reduction="sum") / len(batch)
        loss.backward()  # type: ignore[no-untyped-call]

    machine.in_chunks(len(batch), add_gradient, whole=whole)
    with torch.no_grad():
        for parameter, target in anchors:
            if parameter.grad is not None:
                parameter.grad += anchor * (parameter - target)
    optimizer.step()


def _anchors(network: nn.Sequential) -> list[tuple[nn.Parameter, Tensor]]:
    """Where L2-SP pulls to: the backbone to where it was, the new head to zero."""
    backbone = [(one, one.detach().clone()) for one in network[:-1].parameters()]
    return [*backbone, *((one, torch.zeros_like(one)) for one in network[-1].parameters())]


def minibatches(order: Tensor, batch_size: int, *, alone: bool) -> Iterator[Tensor]:
    """Cut one epoch into minibatches.

    Parameters
    ----------
    order : int Tensor of shape (n,)
    batch_size : int
    alone : bool
        A picture may be alone in the last one. It has no statistics: where these are needed, it joins the one before.
    """
    starts = list(range(0, len(order), batch_size))
    if not alone and len(starts) > 1 and len(order) - starts[-1] == 1:
        starts.pop()
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        yield order[start:end]
