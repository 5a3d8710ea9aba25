"""PyTorch Lightning: the schedule as a finetuning callback."""

from __future__ import annotations

from transfer_ui.export.code import fill
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.recipe import Recipe

# What all Lightning scripts share: minibatches in the lab's order, the model without its optimizer, the curves.
DATA = '''\
# %% Data, and the network before training
$torch_network


class EpochOrder(Sampler):
    """A new order of the images in each epoch: that of the run on screen."""

    def __init__(self, n_images):
        self.n_images = n_images
        self.rng = np.random.default_rng(BATCH_SEED)

    def __len__(self):
        return self.n_images

    def __iter__(self):
        return iter(self.rng.permutation(self.n_images).tolist())


sets = {
    part: TensorDataset(data[f"{part}_inputs"], data[f"{part}_labels"])
    for part in ("train", "val", "test")
}
order = EpochOrder(len(sets["train"]))
train_loader = DataLoader(sets["train"], BATCH_SIZE, sampler=order)
whole = {part: DataLoader(images, len(images)) for part, images in sets.items()}
'''

MODEL = '''

# %% Model
class Classifier(L.LightningModule):
    """Backbone and head, with their training and measurement."""

    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.loss_fn = nn.CrossEntropyLoss()

    def forward(self, inputs):
        """Logits: ReLU after every layer but the head."""
        for layer in self.layers[:-1]:
            inputs = layer(inputs).relu()
        return self.layers[-1](inputs)

    def training_step(self, batch, batch_idx):
        """Loss of one minibatch."""
        inputs, labels = batch
        return self.loss_fn(self(inputs), labels)

    def evaluate(self, batch, part):
        """Log loss and accuracy."""
        inputs, labels = batch
        logits = self(inputs)
        row = {
            f"{part}_loss": self.loss_fn(logits, labels),
            f"{part}_accuracy": (logits.argmax(dim=1) == labels).float().mean(),
        }
        self.log_dict(row, batch_size=len(labels), add_dataloader_idx=False)

    def validation_step(self, batch, batch_idx, dataloader_idx):
        """Measure both curves after an epoch."""
        self.evaluate(batch, ("train", "val")[dataloader_idx])

    def test_step(self, batch, batch_idx):
        """Measure on images used for no fitting and no choice."""
        self.evaluate(batch, "test")
'''

CURVES = '''

# %% Curves
class Curves(L.Callback):
    """Collects what is measured after each epoch."""

    def __init__(self):
        self.history = []

    def on_validation_epoch_end(self, trainer, pl_module):
        """Add a point to the curves."""
        row = {k: v.item() for k, v in trainer.callback_metrics.items()}
        print(f"epoch {len(self.history)}:", *(f"{k} {v:.4f}" for k, v in row.items()))
        self.history.append(row)
'''

TEMPLATE = '''\
"""$title in PyTorch Lightning.

Task: $task, seed $seed of the run on screen.
Needs: pip install lightning numpy
Data: $data_file, from the same page, beside this file

$outcome
"""

from itertools import accumulate
from pathlib import Path

import lightning as L
import numpy as np
import torch
from lightning.pytorch.callbacks import BaseFinetuning
from torch import nn
from torch.utils.data import DataLoader, Sampler, TensorDataset

# %% Settings: the knobs of the run on screen
$settings

$phases

'''
TEMPLATE += DATA + MODEL
TEMPLATE += '''
    def configure_optimizers(self):
        """One optimizer owns all layers from the start, one group per layer."""
        return torch.optim.SGD(
            [{"params": layer.parameters()} for layer in self.layers],
            momentum=MOMENTUM,
            weight_decay=WEIGHT_DECAY,
        )
'''
TEMPLATE += CURVES
TEMPLATE += '''

# %% Schedule
class FollowSchedule(BaseFinetuning):
    """Freezes and frees layers, and sets their rates, at the start of each phase."""

    def freeze_before_training(self, pl_module):
        """Freeze everything; the first phase frees what it trains."""
        self.freeze(pl_module.layers)

    def finetune_function(self, pl_module, epoch, optimizer):
        """Apply the phase that begins with this epoch, if any."""
        starts = list(accumulate((n_epochs for n_epochs, _ in PHASES), initial=0))
        if epoch not in starts[:-1]:
            return
        _, rates = PHASES[starts.index(epoch)]
        groups = optimizer.param_groups
        for layer, group, rate in zip(pl_module.layers, groups, rates, strict=True):
            if rate is None:
                self.freeze(layer)
            else:
                self.make_trainable(layer)
                group["lr"] = rate


# %% Training and evaluation
curves = Curves()
model = Classifier(layers)
trainer = L.Trainer(
    max_epochs=sum(n_epochs for n_epochs, _ in PHASES),
    callbacks=[FollowSchedule(), curves],
    accelerator="cpu",
    num_sanity_val_steps=0,
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
measured = [whole["train"], whole["val"]]
trainer.validate(model, measured, verbose=False)  # epoch 0: before any training
trainer.fit(model, train_loader, measured)
(test,) = trainer.test(model, whole["test"], verbose=False)
print(f"test accuracy: {test['test_accuracy']:.4f}")
'''


def write(recipe: Recipe) -> str:
    """Write the script."""
    return fill(TEMPLATE, recipe)


FRAMEWORK = Framework(
    title="PyTorch Lightning",
    order=3,
    write=write,
    words=(
        Word("Backbone", "`backbone`, by the name that `BackboneFinetuning` looks for", "–"),
        Word("Frozen layer", "`BaseFinetuning.freeze`", "every parameter trains"),
        Word("Unfreeze epoch", "`unfreeze_backbone_at_epoch`", "`10`"),
        Word(
            "Learning rate after unfreezing", "`backbone_initial_ratio_lr`", "a tenth of the head's, doubled each epoch"
        ),
        Word("Layer by layer", "your own `finetune_function`, or finetuning-scheduler", "–"),
        Word("Phase", "what begins when `finetune_function` changes something", "–"),
        Word("Minibatch order", "`DataLoader(shuffle=True)`", "the given order"),
    ),
    habits=(
        Habit(
            "`BackboneFinetuning` frees all at once, starts the backbone at a tenth of the head's rate, doubles it every "
            "epoch until both are equal, and leaves the head's rate alone.",
            "The script extends `BaseFinetuning`, its base class, and reads all rates from the schedule, so layer by "
            "layer is the same script.",
        ),
        Habit(
            "`unfreeze_and_add_param_group` gives a newly freed group a tenth of the first group's rate, and omits a "
            "parameter whose values equal those of one already in the optimizer, such as a bias of zeros.",
            "The optimizer owns all layers from the start; the callback itself frees them and sets their rates.",
        ),
        Habit(
            "A few validation batches run before training, and the training loss is logged while the weights move.",
            "The script turns that check off and measures both curves after each epoch.",
        ),
    ),
    checked=Checked(is_run=True, versions=("lightning==2.6.6", "torch==2.13.0")),
)
