"""Who uses which decay: how known systems treat the lower layers after unfreezing."""

from __future__ import annotations

from typing import NamedTuple

from transfer_core import RunConfig
from transfer_ui.controls.knobs import DECAYS


class DecayPreset(NamedTuple):
    """How a known system treats the lower layers after unfreezing.

    Attributes
    ----------
    title, comment : str
    layer_decay : float
    gradual : bool
    """

    title: str
    comment: str
    layer_decay: float
    gradual: bool

    def is_on(self, config: RunConfig) -> bool:
        """Whether a run follows it."""
        return (config.layer_decay, config.gradual) == (self.layer_decay, self.gradual)


DECAY_PRESETS = (
    DecayPreset("One rate, all at once", "LP-FT (Kumar 2022), and the lesson: one switch, one lower rate.", 1.0, False),
    DecayPreset(
        "timm, 0.75", "Layer-wise decay of timm, AutoGluon and BEiT: 0.75 per layer, all at once.", 0.75, False
    ),
    DecayPreset(
        "ULMFiT, 1/2.6",
        "Howard and Ruder (2018): each lower layer learns 2.6 times slower; one more layer per step.",
        DECAYS[2],
        True,
    ),
    DecayPreset(
        "fastai and Lightning, 1/10",
        "Ten times slower: fastai and Lightning start all freed layers at a tenth of the head's rate. Here each layer "
        "further down is another ten times slower.",
        0.1,
        False,
    ),
    DecayPreset(
        "Layer by layer, one rate", "Gradual unfreezing alone, to see what it does without slower rates.", 1.0, True
    ),
)
