"""Settings worth seeing, good and bad, each with what to look for."""

from __future__ import annotations

from typing import NamedTuple

from transfer_core import RunConfig, scenario_config


class Preset(NamedTuple):
    """One click.

    Attributes
    ----------
    title : str
    comment : str
        What is set, why, and what to look for. It promises no result: the run shows it.
    icon : str
    config : RunConfig
    """

    title: str
    comment: str
    icon: str
    config: RunConfig


PRESETS: tuple[Preset, ...] = (
    Preset(
        "Hardly any images",
        "One image per class. A frozen backbone leaves little to overfit; see whether that is enough to win, "
        "and how zero-shot in the table compares.",
        ":material/filter_1:",
        RunConfig(images_per_class=1),
    ),
    Preset(
        "Plenty of images",
        "A hundred images per class, enough to train every layer: look at the order of the curves, "
        "and at what training from scratch achieves without any pretraining.",
        ":material/photo_library:",
        RunConfig(images_per_class=100),
    ),
    Preset(
        "Rate too high",
        "End-to-end at a rate of 1, which a head alone tolerates. Is it the pretrained features that break, or training "
        "itself? From scratch trains at the same rate: compare their curves, and see what is left of the old task.",
        ":material/warning:",
        RunConfig(backbone_learning_rate=1.0, head_learning_rate=0.2),
    ),
    Preset(
        "Unfrozen at epoch 0",
        "Progressive unfreezing that never freezes, at the end-to-end rate, is end-to-end under another name. Raise "
        "the unfreeze epoch step by step and watch what the old task keeps.",
        ":material/lock_open:",
        RunConfig(unfreeze_epoch=0, unfrozen_learning_rate=0.05),
    ),
    Preset(
        "Pretraining that does not pay",
        "The same kind of images, a different question: more or less ink than usual. The features were trained to tell "
        "digits apart, not to weigh them. Compare with from scratch, which ignores the pretrained network.",
        ":material/heart_broken:",
        scenario_config("digits_to_ink", images_per_class=20),
    ),
    Preset(
        "Moved pixels",
        "The pixels of the target have changed places, so what the first layer learnt is wrong. Is feature extraction "
        "still better than random features?",
        ":material/shuffle:",
        scenario_config("digits_to_permuted", images_per_class=20),
    ),
    Preset(
        "A turned target",
        "The target is turned by 45°. Which strategies recover, and is pretraining still worth anything?",
        ":material/rotate_right:",
        RunConfig(shift_amount=45.0, images_per_class=20),
    ),
    Preset(
        "The lesson's notebook",
        "The notebook this lab grew from never pretrained its backbone. Its feature extraction is a head on random "
        "features: compare it with logistic regression on the bare pixels in the table.",
        ":material/menu_book:",
        scenario_config("lesson"),
    ),
)
