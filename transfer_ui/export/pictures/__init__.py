"""Scripts for somebody's own pictures: a real backbone by name, the schedule of the lab, paired seeds, a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from transfer_ui.export.pictures import fastai, keras, lightning, pytorch
from transfer_ui.export.pictures.backbones import KERAS, TORCH, Backbone
from transfer_ui.export.pictures.plan import Plan


class Form(NamedTuple):
    """The second form of a framework's script.

    Attributes
    ----------
    write : callable
        ``(Plan, Backbone) -> str``.
    backbones : mapping of str to Backbone
        To choose from.
    checked : str
        What the tests do with it, in one sentence.
    is_run : bool
        Whether they run it.
    """

    write: Callable[[Plan, Backbone], str]
    backbones: Mapping[str, Backbone]
    checked: str
    is_run: bool = True


RUN = (
    "In the tests this script runs to its verdict on a few small pictures, {}; it has not been run on a real data set."
)
STAND_IN = RUN.format("with a small network in place of the backbone")
PICTURES: dict[str, Form] = {
    "pytorch": Form(pytorch.write, TORCH, STAND_IN),
    "keras": Form(keras.write, KERAS, RUN.format("with random weights, on PyTorch")),
    "lightning": Form(lightning.write, TORCH, STAND_IN),
    "fastai": Form(
        fastai.write,
        TORCH,
        "In the tests this script is compiled and linted, but not run. Run by hand with fastai 2.8.12 and random weights, it "
        "came to its verdict.",
        is_run=False,
    ),
}
"""By the name of the framework; the others have none."""
