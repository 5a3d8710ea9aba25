"""The stages of somebody else's model, found by taking it apart and putting it together again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn

from transfer_torch.errors import MeasureError
from transfer_torch.network import NORMS

FEWEST = 4  # stages: with fewer, unfreezing has no steps worth speaking of
PROBE = (2, 3, 64, 64)
# What a model may do between its parts, unseen by whoever only sees the parts.
GLUE: tuple[Callable[[], nn.Module], ...] = (
    nn.Flatten,
    lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
)


def stages_of(model: nn.Module, name: str) -> nn.Sequential:
    """Take a classifier apart into a chain of named stages; its last linear layer is left out.

    Parameters
    ----------
    model : Module
        Pictures to logits. It is left without its last linear layer.
    name : str
        For errors.

    Returns
    -------
    Sequential
        Together they give the features that the last linear layer was fed with, ``(n, n_features)``.

    Raises
    ------
    MeasureError
        If the model is no chain of stages with a linear layer at its end.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 62 * 62, 2))
    >>> [name for name, _ in stages_of(model, "tiny").named_children()]
    ['0']
    """
    _drop_head(model, name)
    model.eval()
    with torch.no_grad():
        probe = torch.rand(PROBE, generator=torch.Generator().manual_seed(0))
        try:
            wanted = model(probe)
        except Exception as error:  # every model has its own ways to refuse
            raise MeasureError(f"--backbone must take pictures of any size, got {name!r}, which does not") from error
        parts = list(model.named_children())
        chain = _glued(parts, probe, wanted)
    if chain is None or wanted.ndim != 2:
        raise MeasureError(
            f"--backbone must be a chain of stages, got {name!r}, whose parts do more than follow one another"
        )
    stages = _grouped(chain)
    while len(stages) < FEWEST and (opened := _opened(chain)):
        chain, stages = opened, _grouped(opened)
    return nn.Sequential(OrderedDict(stages))


def _drop_head(model: nn.Module, name: str) -> None:
    """Put nothing in the place of the last linear layer."""
    linear = [path for path, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not linear:
        raise MeasureError(f"--backbone must end in a linear layer, got {name!r}, which has none")
    parent, _, last = linear[-1].rpartition(".")
    setattr(model.get_submodule(parent), last, nn.Identity())


Parts = list[tuple[str, nn.Module]]


def _glued(parts: Parts, probe: Tensor, wanted: Tensor) -> Parts | None:
    """Find what the model does between two of its parts, if that makes the chain give what the model gives."""
    chains = [parts, *([*parts[:place], ("glue", make()), *parts[place:]] for make in GLUE for place in _places(parts))]
    return next((chain for chain in chains if _gives(chain, probe, wanted)), None)


def _places(parts: Parts) -> range:
    """Between which parts to look: mostly at the end."""
    return range(len(parts), 0, -1)


def _gives(chain: Parts, probe: Tensor, wanted: Tensor) -> bool:
    passed = probe
    try:
        for _, part in chain:
            passed = part(passed)
    except Exception:  # not made to follow that part: no chain
        return False
    return passed.shape == wanted.shape and bool(torch.allclose(passed, wanted, rtol=1e-4, atol=1e-5))


def _grouped(chain: Parts) -> dict[str, nn.Module]:
    """Let a stage begin at each part with weights; norms, activations and pools belong to what they follow."""
    groups: list[Parts] = []
    for name, part in chain:
        if not groups or (_begins(part) and any(_begins(one) for _, one in groups[-1])):
            groups.append([])
        groups[-1].append((name, part))
    stages = {}
    for group in groups:
        name = next((name for name, part in group if _begins(part)), group[0][0])
        stages[name.replace(".", "_")] = group[0][1] if len(group) == 1 else nn.Sequential(*(part for _, part in group))
    return stages


def _begins(part: nn.Module) -> bool:
    return _size(part) > 0 and not isinstance(part, NORMS)


def _opened(chain: Parts) -> Parts | None:
    """Replace the sequence with the most weights by what is in it."""
    sequences = [place for place, (_, part) in enumerate(chain) if isinstance(part, nn.Sequential) and len(part) > 1]
    if not sequences:
        return None
    place = max(sequences, key=lambda one: _size(chain[one][1]))
    name, sequence = chain[place]
    inside = [(f"{name}.{one}", part) for one, part in sequence.named_children()]
    return [*chain[:place], *inside, *chain[place + 1 :]]


def _size(part: nn.Module) -> int:
    return sum(values.numel() for values in part.parameters())
