"""PyTorch Lightning on somebody's own pictures: the schedule as a callback."""

from __future__ import annotations

from transfer_ui.export.pictures.backbones import Backbone
from transfer_ui.export.pictures.plan import Plan
from transfer_ui.export.pictures.torch_parts import write_with

IMPORTS = """
import logging
import warnings
from itertools import accumulate
from pathlib import Path

import lightning as L
import numpy as np
@timm@import torch
from lightning.pytorch.callbacks import BaseFinetuning
from PIL import Image, ImageOps
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
@torchvision@"""

TRAIN = '''

# %% Training: the schedule as a callback
# There is one trainer per network, and each would say hello.
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="lightning")


class Classifier(L.LightningModule):
    """A backbone and a head."""

    def __init__(self, backbone):
        super().__init__()
        self.head = nn.Linear($n_features, n_classes)
        self.backbone = backbone
        self.loss_fn = nn.CrossEntropyLoss()

    def forward(self, inputs):
        """Logits of pictures of bytes."""
        mean, deviation = MEAN.to(self.device), DEVIATION.to(self.device)
        return self.head(self.backbone((inputs / 255 - mean) / deviation))

    def groups(self):
        """Parameters of each stage, then of the head."""
        return [*stages_of(self.backbone), list(self.head.parameters())]

    def training_step(self, batch, batch_idx):
        """Loss of one minibatch."""
        inputs, labels = batch
        return self.loss_fn(self(inputs), labels)

    def predict_step(self, batch, batch_idx):
        """Guess some labels."""
        return self(batch[0]).argmax(dim=1)

    def configure_optimizers(self):
        """One optimizer owns all stages from the start, one group per stage."""
        return torch.optim.SGD(
            [{"params": group} for group in self.groups()],
            lr=0.0,
            momentum=MOMENTUM,
            weight_decay=WEIGHT_DECAY,
        )


class FollowSchedule(BaseFinetuning):
    """Freezes and frees stages, and sets their rates, at the start of each phase."""

    def __init__(self, arm, rates):
        super().__init__()
        self.arm, self.rates = arm, rates
        self.phase, self.step = [], 0

    def freeze_before_training(self, pl_module):
        """Freeze all; `train_bn` would leave batch norm training even so."""
        self.freeze(pl_module.backbone, train_bn=False)

    def finetune_function(self, pl_module, epoch, optimizer):
        """Apply the phase that begins with this epoch, if any."""
        lengths = [n_epochs for n_epochs, _ in self.arm["phases"]]
        starts = list(accumulate(lengths, initial=0))[:-1]
        if epoch not in starts:
            return
        _, frozen_share = self.arm["phases"][starts.index(epoch)]
        self.phase, self.step = rates_of(self.rates, frozen_share), 0
        for group, rate in zip(pl_module.groups(), self.phase, strict=True):
            for parameter in group:
                parameter.requires_grad_(rate is not None)

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        """Set the rates, and the mode that Lightning sets back."""
        is_frozen = all(rate is None for rate in self.phase[:-1])
        set_mode(pl_module.backbone, self.arm["pretrained"], is_frozen)
        n_warm = 0 if is_frozen else WARM_UP * trainer.num_training_batches
        self.step += 1
        share = min(1.0, self.step / n_warm) if n_warm else 1.0
        groups = trainer.optimizers[0].param_groups
        for group, rate in zip(groups, self.phase, strict=True):
            group["lr"] = share * (rate or 0.0)


def new_trainer(**options):
    """Make a trainer that leaves nothing behind."""
    return L.Trainer(
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **options,
    )


def train(seed, arm, rates, places):
    """Train one network on the pictures at some places."""
    torch.manual_seed(seed)  # the same new head for all arms of a seed
    model = Classifier(None)
    model.backbone = new_backbone(arm["pretrained"])
    # (A last minibatch of one picture has no statistics, and is left out.)
    loader = DataLoader(
        TensorDataset(pixels[places], targets[places]),
        batch_size=BATCH_SIZE,
        shuffle=True,
        drop_last=len(places) % BATCH_SIZE == 1,
        generator=torch.Generator().manual_seed(seed),  # the same minibatches, too
    )
    n_epochs = sum(n for n, _ in arm["phases"])
    new_trainer(max_epochs=n_epochs, callbacks=[FollowSchedule(arm, rates)]).fit(
        model, loader
    )
    return model


def accuracy(model, places):
    """Give the share of some pictures that are told right."""
    loader = DataLoader(TensorDataset(pixels[places]), batch_size=BATCH_SIZE)
    guesses = torch.cat(new_trainer().predict(model, loader)).cpu()
    return (guesses == targets[places]).double().mean().item()
'''


def write(plan: Plan, backbone: Backbone) -> str:
    """Write the script."""
    return write_with(IMPORTS, TRAIN, plan, backbone, "PyTorch Lightning", "lightning numpy")
