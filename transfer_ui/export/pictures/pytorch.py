"""PyTorch on somebody's own pictures: the loop is written out, and frozen features are computed once."""

from __future__ import annotations

from transfer_ui.export.pictures.backbones import Backbone
from transfer_ui.export.pictures.plan import Plan
from transfer_ui.export.pictures.torch_parts import write_with

IMPORTS = """
from pathlib import Path

import numpy as np
@timm@import torch
from PIL import Image, ImageOps
from torch import nn
@torchvision@"""

TRAIN = '''

# %% Training: SGD with momentum, phase by phase
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
loss_fn = nn.CrossEntropyLoss()


def features(backbone, places):
    """Give what the backbone makes of some pictures."""
    inputs = (pixels[places] / 255 - MEAN) / DEVIATION
    return backbone(inputs.to(DEVICE))


@torch.no_grad()
def all_features(backbone, places):
    """Do the same for many pictures, without gradients."""
    parts = torch.as_tensor(places).split(BATCH_SIZE)
    return torch.cat([features(backbone, part) for part in parts])


def train(seed, arm, rates, places):
    """Train one network on the pictures at some places."""
    torch.manual_seed(seed)  # the same new head for all arms of a seed
    head = nn.Linear($n_features, n_classes).to(DEVICE)
    backbone = new_backbone(arm["pretrained"]).to(DEVICE)
    groups = [*stages_of(backbone), list(head.parameters())]
    # It owns every stage from the start, so none is missed when it is freed. SGD skips
    # parameters without a gradient: a frozen stage keeps its weights and its momentum.
    optimizer = torch.optim.SGD(
        [{"params": group} for group in groups],
        lr=0.0,
        momentum=MOMENTUM,
        weight_decay=WEIGHT_DECAY,
    )
    rng = np.random.default_rng(seed)  # the same minibatches, too
    for n_epochs, frozen_share in arm["phases"]:
        phase = rates_of(rates, frozen_share)
        for group, rate in zip(groups, phase, strict=True):
            for parameter in group:
                parameter.requires_grad_(rate is not None)
        is_frozen = all(rate is None for rate in phase[:-1])
        set_mode(backbone, arm["pretrained"], is_frozen)
        # A frozen backbone gives the same features in every epoch: once will do.
        known = all_features(backbone, places) if is_frozen else None
        n_warm = 0 if is_frozen else WARM_UP * -(-len(places) // BATCH_SIZE)
        step = 0
        for _ in range(n_epochs):
            order = rng.permutation(len(places))
            # (A last minibatch of one picture has no statistics, and is left out.)
            for start in range(0, len(order) - 1, BATCH_SIZE):
                batch, step = order[start : start + BATCH_SIZE], step + 1
                share = min(1.0, step / n_warm) if n_warm else 1.0
                for group, rate in zip(optimizer.param_groups, phase, strict=True):
                    group["lr"] = share * (rate or 0.0)
                optimizer.zero_grad()  # sets them to None, which makes freezing exact
                mine = places[batch]
                inputs = features(backbone, mine) if known is None else known[batch]
                loss_fn(head(inputs), targets[mine].to(DEVICE)).backward()
                optimizer.step()
    return backbone, head


@torch.no_grad()
def accuracy(network, places):
    """Give the share of some pictures that are told right."""
    backbone, head = network
    backbone.eval()
    guesses = head(all_features(backbone, places)).argmax(dim=1).cpu()
    return (guesses == targets[places]).double().mean().item()
'''


def write(plan: Plan, backbone: Backbone) -> str:
    """Write the script."""
    return write_with(IMPORTS, TRAIN, plan, backbone, "PyTorch", "torch numpy")
