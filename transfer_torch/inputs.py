"""Pictures as a network takes them, and what frozen stages make of them: computed once."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from transfer_torch.machine import Machine

Rows = Callable[[Tensor], Tensor]
"""Gives the rows at some positions, on the device."""

MOST_KEPT = 1 << 30  # bytes of features


def rows_of(values: Tensor, machine: Machine, mean: tuple[float, ...] = (), std: tuple[float, ...] = ()) -> Rows:
    """Give rows of a tensor as floats; bytes of pictures are brought to the scale that the weights know.

    Examples
    --------
    >>> pictures = torch.full((2, 3, 1, 1), 255, dtype=torch.uint8)
    >>> rows_of(pictures, Machine("cpu"), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))(torch.tensor([1])).flatten().tolist()
    [1.0, 1.0, 1.0]
    """
    values = values.to(machine.device) if values.nbytes <= MOST_KEPT else values
    centre, scale = (torch.tensor(one, device=machine.device).reshape(-1, 1, 1) for one in (mean, std))

    def rows(positions: Tensor) -> Tensor:
        taken = values[positions.to(values.device)].to(machine.device)
        if values.dtype != torch.uint8:
            return taken
        return (taken.float() / 255 - centre) / scale

    return rows


def through(stages: nn.Module, rows: Rows, positions: Tensor, machine: Machine) -> Tensor:
    """Compute what frozen stages make of some pictures."""

    def pass_on(part: slice) -> Tensor:
        with torch.no_grad(), machine.frozen_pass():
            passed: Tensor = stages(rows(positions[part]))
            return passed.float()

    return torch.cat(machine.in_chunks(len(positions), pass_on))


class Inputs:
    """The pictures of a folder, and their features below each stage of the pretrained backbone.

    The pretrained stages are the same for every seed and arm, so what they make of a picture is kept as long as it fits.

    Parameters
    ----------
    rows : callable
    n_rows : int
    stages : Sequential
        Of the backbone, on the device; never trained.
    machine : Machine
    most_kept : int
        Bytes.
    """

    def __init__(
        self, rows: Rows, n_rows: int, stages: nn.Sequential, machine: Machine, most_kept: int = MOST_KEPT
    ) -> None:
        self.rows, self.machine = rows, machine
        self._n_rows, self._stages, self._left = n_rows, stages, most_kept
        self._kept: dict[int, tuple[Tensor, Tensor]] = {}  # by depth: the features, and which rows have theirs

    def below(self, depth: int, positions: Tensor) -> Tensor:
        """Features of some pictures below a stage of the pretrained backbone."""
        if depth == 0:
            return self.rows(positions)
        positions = positions.to(self.machine.device)
        if depth not in self._kept and not self._make_room(depth):
            return through(self._stages[:depth], self.rows, positions, self.machine)
        features, known = self._kept[depth]
        missing = torch.unique(positions[~known[positions]])
        if len(missing):
            features[missing] = through(self._stages[:depth], self.rows, missing, self.machine)
            known[missing] = True
        return features[positions]

    def _make_room(self, depth: int) -> bool:
        """Reserve memory for the features of all pictures, if there is enough left."""
        one = through(self._stages[:depth], self.rows, torch.zeros(1, dtype=torch.long), self.machine)
        n_bytes = one.nbytes * self._n_rows
        if n_bytes > self._left:
            return False
        self._left -= n_bytes
        room = torch.empty(self._n_rows, *one.shape[1:], device=self.machine.device)
        self._kept[depth] = room, torch.zeros(self._n_rows, dtype=torch.bool, device=self.machine.device)
        return True
