"""fastai on somebody's own pictures: ``opt.freeze_to``, ``fit``, and its batch norm told to hold still."""

from __future__ import annotations

from transfer_ui.export.pictures.backbones import Backbone
from transfer_ui.export.pictures.plan import Plan
from transfer_ui.export.pictures.torch_parts import write_with

IMPORTS = """
from functools import partial
from pathlib import Path

import numpy as np
@timm@import torch
from fastai.basics import SGD, Callback, DataLoader, DataLoaders, Learner
from PIL import Image, ImageOps
from torch import nn
@torchvision@"""

TRAIN = '''

# %% Training: `opt.freeze_to` and `fit`, phase by phase
class Network(nn.Module):
    """A backbone and a head."""

    def __init__(self, pretrained):
        super().__init__()
        self.head = nn.Linear($n_features, n_classes)
        self.backbone = new_backbone(pretrained)

    def forward(self, inputs):
        """Logits of pictures of bytes."""
        scaled = (inputs / 255 - MEAN.to(inputs.device)) / DEVIATION.to(inputs.device)
        return self.head(self.backbone(scaled))


class Phase(Callback):
    """Sets the mode that fastai sets back, and lets the rates grow at first."""

    def __init__(self, pretrained, rates):
        self.pretrained, self.rates, self.step = pretrained, rates, 0

    def before_batch(self):
        """Set mode and rates."""
        is_frozen = all(rate is None for rate in self.rates[:-1])
        set_mode(self.model.backbone, self.pretrained, is_frozen)
        self.step += 1
        n_warm = 0 if is_frozen else WARM_UP * self.n_iter
        share = min(1.0, self.step / n_warm) if n_warm else 1.0
        self.opt.set_hypers(lr=[share * (rate or 0.0) for rate in self.rates])


def train(seed, arm, rates, places):
    """Train one network on the pictures at some places."""
    torch.manual_seed(seed)  # the same new head for all arms of a seed
    model = Network(arm["pretrained"])
    rng = np.random.default_rng(seed)  # the same minibatches, too
    # (A last minibatch of one picture has no statistics, and is left out.)
    loader = DataLoader(
        list(zip(pixels[places], targets[places], strict=True)),
        bs=BATCH_SIZE,
        shuffle=True,
        drop_last=len(places) % BATCH_SIZE == 1,
        shuffle_fn=lambda indices: rng.permutation(len(indices)).tolist(),
    )
    learn = Learner(
        DataLoaders(loader, loader),
        model,
        loss_func=nn.CrossEntropyLoss(),
        opt_func=partial(SGD, mom=MOMENTUM, decouple_wd=False),
        splitter=lambda model: [
            *stages_of(model.backbone),
            list(model.head.parameters()),
        ],
        wd=WEIGHT_DECAY,
        wd_bn_bias=True,
        train_bn=False,  # otherwise batch norm trains in frozen stages too
    )
    learn.create_opt()
    with learn.no_logging():
        for n_epochs, frozen_share in arm["phases"]:
            # `learn.freeze_to` would do the same, but also clear the momentum.
            learn.opt.freeze_to(round(frozen_share * len(STAGES)))
            phase = Phase(arm["pretrained"], rates_of(rates, frozen_share))
            learn.fit(n_epochs, cbs=phase)
    return model


@torch.no_grad()
def accuracy(model, places):
    """Give the share of some pictures that are told right."""
    device = next(model.parameters()).device
    parts = pixels[places].split(BATCH_SIZE)
    guesses = [model.eval()(part.to(device)).argmax(dim=1).cpu() for part in parts]
    return (torch.cat(guesses) == targets[places]).double().mean().item()
'''


def write(plan: Plan, backbone: Backbone) -> str:
    """Write the script."""
    return write_with(IMPORTS, TRAIN, plan, backbone, "fastai", "fastai")
