"""What a training costs, counted: multiply-adds of convolutions and linear layers, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from transfer_core.schedules import Schedule


def stage_multiply_adds(stages: nn.Sequential, side: int) -> list[int]:
    """Count what each stage takes to carry one picture forward.

    Parameters
    ----------
    stages : Sequential
    side : int
        Pixels of the picture.

    Examples
    --------
    >>> stages = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.Flatten())
    >>> stage_multiply_adds(stages, side=8)
    [6912, 0]
    """
    counts = [0] * len(stages)

    def counting(stage: int) -> Any:
        def count(part: nn.Module, taken: tuple[Tensor, ...], given: Tensor) -> None:
            weights = part.weight
            assert isinstance(weights, Tensor)
            # Each number that comes out is a sum over one filter, or one row of the matrix.
            counts[stage] += given[0].numel() * weights[0].numel()

        return count

    handles = [
        part.register_forward_hook(counting(place))
        for place, stage in enumerate(stages)
        for part in stage.modules()
        if isinstance(part, (nn.Conv2d, nn.Linear))
    ]
    try:
        with torch.no_grad():
            stages(torch.zeros(1, 3, side, side, device=next(stages.parameters()).device))
    finally:
        for handle in handles:
            handle.remove()
    return counts


def multiply_adds(schedule: Schedule, per_stage: Sequence[int], n_pictures: int) -> tuple[int, int]:
    """Count the work of a training, forward and backward.

    Parameters
    ----------
    schedule : tuple of Phase
    per_stage : sequence of int
        Of one picture, forward: the stages, then the head.
    n_pictures : int
        Training pictures; each epoch sees every one once.

    Returns
    -------
    tuple of (int, int)
        Forward, with what is frozen below computed once per phase; and backward.

    Notes
    -----
    As in `transfer_core.costs.multiply_adds`: a layer takes as many multiply-adds for the gradient of its weights as to
    go forward, and as many again to hand the gradient down, which the lowest stage that trains does not do.

    Examples
    --------
    >>> from transfer_core.schedules import Phase
    >>> multiply_adds((Phase("head only", 2, (True, False), (0.0, 0.1)),), [100, 10], n_pictures=1)
    (120, 20)
    """
    forward = backward = 0
    for phase in schedule:
        first = phase.first_trainable
        forward += sum(per_stage[:first]) + phase.n_epochs * sum(per_stage[first:])
        trained = sum(one for one, frozen in zip(per_stage, phase.frozen, strict=True) if not frozen)
        backward += phase.n_epochs * (trained + sum(per_stage[first + 1 :]))
    return forward * n_pictures, backward * n_pictures
