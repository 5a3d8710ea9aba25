"""The package finetuning-scheduler on top of Lightning: the schedule as its own explicit schedule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from transfer_core import Schedule
from transfer_ui.export.code import WIDTH, bracketed, fill, number, phase_comment, rate_knobs
from transfer_ui.export.framework import Checked, Framework, Habit, Word
from transfer_ui.export.frameworks.lightning import CURVES, DATA, MODEL
from transfer_ui.export.recipe import Recipe

TEMPLATE = '''\
"""$title in PyTorch Lightning, with finetuning-scheduler.

Task: $task, seed $seed of the run on screen.
Needs: pip install finetuning-scheduler numpy
Data: $data_file, from the same page, beside this file

$outcome
"""

import tempfile
from pathlib import Path

import lightning as L
import numpy as np
import torch
from finetuning_scheduler import FinetuningScheduler, FTSCheckpoint
from torch import nn
from torch.optim.lr_scheduler import ConstantLR
from torch.utils.data import DataLoader, Sampler, TensorDataset

# %% Settings: the knobs of the run on screen
$settings


def constant(rates):
    """Learning rates of all groups for a phase: that of the head first."""
    return {
        "lr_scheduler_init": {
            "class_path": "torch.optim.lr_scheduler.ConstantLR",
            "init_args": {"factor": 1.0},
        },
        "init_pg_lrs": rates,
    }


# What each phase frees, the epoch after which it ends, its rates; the rest is frozen.
FT_SCHEDULE = {
$ft_schedule
}

'''
TEMPLATE += DATA + MODEL
TEMPLATE += '''
    def configure_optimizers(self):
        """Optimizer of the first phase; each later one adds a group to it."""
        trained = [p for p in self.parameters() if p.requires_grad]
        optimizer = torch.optim.SGD(
            trained,
            lr=$first_rate,  # $first_knob
            momentum=MOMENTUM,
            weight_decay=WEIGHT_DECAY,
        )
        return [optimizer], [ConstantLR(optimizer, factor=1.0)]
'''
TEMPLATE += CURVES
TEMPLATE += """

# %% Training and evaluation
curves = Curves()
model = Classifier(layers)
measured = [whole["train"], whole["val"]]
quiet = {
    "accelerator": "cpu",
    "logger": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "num_sanity_val_steps": 0,
    "default_root_dir": tempfile.mkdtemp(),  # for its schedule and checkpoints
}
untrained = L.Trainer(callbacks=[curves], enable_checkpointing=False, **quiet)
untrained.validate(model, measured, verbose=False)  # epoch 0: before any training
trainer = L.Trainer(
    max_epochs=$n_epochs,
    callbacks=[
        FinetuningScheduler(
            ft_schedule=FT_SCHEDULE,
            epoch_transitions_only=True,  # not when the validation loss stops falling
            restore_best=False,  # a phase continues from the last epoch, as on screen
        ),
        FTSCheckpoint(monitor="val_loss"),
        curves,
    ],
    **quiet,
)
trainer.fit(model, train_loader, measured)
(test,) = trainer.test(model, whole["test"], verbose=False)
print(f"test accuracy: {test['test_accuracy']:.4f}")
"""


def write(recipe: Recipe) -> str:
    """Write the script."""
    schedule = recipe.schedule
    ends = list(accumulate(phase.n_epochs for phase in schedule))
    comments = [phase_comment(phase, recipe.name) for phase in schedule]
    entries = map(_entry, range(len(schedule)), comments, freed(schedule), ends, _group_rates(schedule))
    return fill(
        TEMPLATE,
        recipe,
        ft_schedule="\n".join(entries),
        first_rate=number(schedule[0].learning_rates[-1]),
        first_knob=rate_knobs(schedule[0], recipe.name)[0],
        n_epochs=number(ends[-1]),
    )


def freed(schedule: Schedule) -> Iterator[list[int]]:
    """Layers that a phase trains and no earlier phase did, from the head down.

    Examples
    --------
    >>> from transfer_core import Phase
    >>> list(freed((Phase("head", 2, (True, False), (0.0, 0.1)), Phase("all", 2, (False, False), (0.1, 0.1)))))
    [[1], [0]]
    """
    known: set[int] = set()
    for phase in schedule:
        new = [index for index in reversed(range(len(phase.frozen))) if not phase.frozen[index] and index not in known]
        known |= set(new)
        yield new


def _group_rates(schedule: Schedule) -> Iterator[list[float]]:
    """Rate of each parameter group in each phase: a group is what a single phase freed."""
    groups: list[int] = []
    for phase, new in zip(schedule, freed(schedule), strict=True):
        groups += new[:1]
        yield [phase.learning_rates[layer] for layer in groups]


def _entry(depth: int, comment: str, new: list[int], end: int, rates: list[float]) -> str:
    """Write a phase as an entry of the schedule."""
    names = [f'"layers.{layer}.{kind}"' for layer in new for kind in ("weight", "bias")]
    lines = [f"    {comment}", f"    {depth}: {{"]
    lines += _listed('"params": ', names, ",", 8)
    lines.append(f'        "max_transition_epoch": {end},')
    if depth:  # the rates of the first phase are those of the optimizer
        texts = [number(rate) for rate in rates]
        lines.append(f'        "lr": {texts[-1]},')
        lines += _listed('"new_lr_scheduler": constant(', texts, "),", 8)
    return "\n".join([*lines, "    },"])


def _listed(opening: str, items: list[str], closing: str, indent: int) -> list[str]:
    """Write a list on one line, or one item per line if that is too long."""
    margin = " " * indent
    line = f"{margin}{opening}{bracketed(items)}{closing}"
    if len(line) <= WIDTH:
        return [line]
    if opening.endswith("("):
        split = [f"{margin}        {item}," for item in items]
        return [f"{margin}{opening}", f"{margin}    [", *split, f"{margin}    ]", f"{margin}{closing}"]
    return [f"{margin}{opening}[", *(f"{margin}    {item}," for item in items), f"{margin}]{closing}"]


def cannot_say(schedule: Schedule) -> str:
    """Explain what its schedules cannot express."""
    news = list(freed(schedule))
    trained: set[int] = set()
    for phase, new in zip(schedule, news, strict=True):
        trained |= set(new)
        if not new or any(phase.frozen[layer] for layer in trained):
            return "In finetuning-scheduler, every phase frees something and never freezes again; here one phase breaks that rule."
        if any(len({phase.learning_rates[layer] for layer in group}) > 1 for group in news):
            return (
                "finetuning-scheduler gives one rate to all layers that are freed together; here they have several. "
                "Unfreeze layer by layer, or set the rate decay to 1."
            )
    return ""


FRAMEWORK = Framework(
    title="finetuning-scheduler",
    order=4,
    write=write,
    words=(
        Word("Frozen layer", "not named in the schedule up to this phase", "all but the last two parameters"),
        Word("Phase", "phase, or depth", "two more parameters in each"),
        Word("Unfreeze epoch", "`max_transition_epoch` of the phase before", "when the validation loss stops falling"),
        Word("Learning rate after unfreezing", "`lr` of the phase", "`base_max_lr=1e-5`"),
        Word("Rates of the layers freed before", "`init_pg_lrs` of `new_lr_scheduler`", "as they were"),
        Word("Layer by layer", "the explicit schedule", "implicit: made from the list of parameters"),
    ),
    habits=(
        Habit(
            "Before each phase it returns to the best checkpoint, and a phase ends when the validation loss stops falling.",
            "With `restore_best=False` and `epoch_transitions_only=True`, a phase ends at its epoch and the next one "
            "continues from there.",
        ),
        Habit(
            "The rates of layers freed earlier stay as they are when a phase begins.",
            "Each phase brings a new rate scheduler that sets the rates of all groups and keeps them constant.",
        ),
        Habit(
            "What a phase frees is one parameter group with one rate.",
            "If layers freed together have several rates, no script is offered; the Lightning script has no such limit.",
        ),
        Habit(
            "It writes its schedule and checkpoints to the working folder.",
            "`default_root_dir` is a temporary folder, so nothing is left beside the script.",
        ),
    ),
    checked=Checked(is_run=True, versions=("finetuning-scheduler==2.14.1", "lightning==2.6.6", "torch==2.13.0")),
    cannot_say=cannot_say,
)
