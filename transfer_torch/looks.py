"""A closer look at a few trainings: what the network answers to each test picture, and its first filters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import nn

from transfer_core.arrays import Array
from transfer_torch.cells import Bench, Cell


class Look(NamedTuple):
    """One network, looked into.

    Attributes
    ----------
    shown : int ndarray of shape (n,)
        Positions of the test pictures.
    answers : dict of str to int ndarray of shape (n,)
        By part (``"test"``, and ``"other"`` where there is another style): the class that each picture gets.
    before, after : ndarray of shape (n_filters, 3, side, side)
        Weights of the first convolution.
    """

    shown: Array
    answers: dict[str, Array]
    before: Array
    after: Array


def look(bench: Bench, cell: Cell) -> Look:
    """Train as a cell says, and look into the network."""
    before, network, positions, _ = cell.task.train(bench, cell.config)
    parts = bench.parts(cell.config.seed, positions)
    answers = {
        part: cell.task.logits(network, inputs, where).argmax(dim=1).cpu().numpy()
        for part, (inputs, where) in parts.items()
        if part in ("test", "other")
    }
    return Look(parts["test"][1].numpy(), answers, first_filters(before), first_filters(network))


def first_filters(network: nn.Module) -> Array:
    """Weights of the first convolution.

    Examples
    --------
    >>> first_filters(nn.Sequential(nn.ReLU(), nn.Conv2d(3, 8, 5))).shape
    (8, 3, 5, 5)
    """
    first = next(part for part in network.modules() if isinstance(part, nn.Conv2d))
    filters: Array = first.weight.detach().cpu().numpy().astype(np.float32)
    return filters
