"""Every knob of a run as data: its name, its words, and the values it can take.

The sidebar draws them, the link reads and writes them, and the tests turn each to both ends; all
three know only this list. Adding a knob to a field of `RunConfig` is one entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from transfer_core import RunConfig
from transfer_core.splits import max_images_per_class
from transfer_core.statistics import MIN_SEEDS
from transfer_core.wording import TOO_FEW_SEEDS
from transfer_ui.controls import yours
from transfer_ui.controls.knob import Knob, Values

RATES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
IMAGES = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200)
DECAYS = (0.1, 0.2, round(1 / 2.6, 3), 0.5, 0.75, 1.0)


def _fixed(*options: Any) -> Callable[[Values], Sequence[Any]]:
    return lambda values: options


def _range(first: int, last: int, step: int = 1) -> Callable[[Values], range]:
    return lambda values: range(first, last + 1, step)


def _scenarios(values: Values) -> tuple[str, ...]:
    return yours.addresses()


def _epochs(values: Values) -> range:
    """Go in steps of five; of one for own data, whose answer takes as many epochs as their size asks for, so that it can be met."""
    return range(5, 201, 1 if yours.is_own(values["scenario"]) else 5)


def _shift_amounts(values: Values) -> tuple[float, ...]:
    shift = yours.at(values["scenario"]).shift
    if shift is None:
        return (0.0,)
    return tuple(round(index * shift.step, 6) for index in range(round(shift.max_amount / shift.step) + 1))


def _image_counts(values: Values) -> tuple[int | None, ...]:
    most = max_images_per_class(yours.at(values["scenario"]))
    return (*(count for count in IMAGES if count <= most), None)


def _unfreeze_epochs(values: Values) -> range:
    return range(values["n_epochs"] + 1)


KNOBS: tuple[Knob, ...] = (
    Knob(
        "scenario",
        "Scenario",
        "The source task (pretraining) and the target task. Try digits to ink: the same images, a different question.",
        "choice",
        _scenarios,
        group="task",
    ),
    Knob(
        "shift_amount",
        "Shift of the target",
        "Moves the target images away from what the backbone has seen. Try the middle of the range "
        "and see which strategy suffers first.",
        "number",
        _shift_amounts,
        group="task",
    ),
    Knob(
        "images_per_class",
        "Target images per class",
        "Labelled training images per class. “all” uses every available image; classes may be unbalanced. "
        "Try 1, then 50: the ranking may reverse.",
        "whole",
        _image_counts,
        none_word="all",
        group="task",
    ),
    Knob(
        "hidden_layers",
        "Hidden layers",
        "Layers of the backbone. With one, there is nothing between frozen and free. Try 3 with layer-by-layer unfreezing.",
        "whole",
        _fixed(1, 2, 3, 4),
        group="network",
    ),
    Knob(
        "hidden_width",
        "Hidden width",
        "Units in each hidden layer. Try 16: a narrow backbone has few features to hand on.",
        "whole",
        _fixed(8, 16, 32, 64, 128),
        group="network",
    ),
    Knob(
        "n_epochs",
        "Epochs",
        "Passes over the target images, the same for every strategy. Try 10: the fastest learner may not end up best.",
        "whole",
        _epochs,
    ),
    Knob(
        "unfreeze_epoch",
        "Unfreeze epoch",
        "Progressive unfreezing frees the backbone after this many epochs. 0 never freezes; the last value never unfreezes.",
        "whole",
        _unfreeze_epochs,
    ),
    Knob(
        "head_learning_rate",
        "Learning rate, head only",
        "Step size while the backbone is frozen: feature extraction, and the first phase of progressive unfreezing. "
        "The head alone tolerates high rates; try 0.5.",
        "number",
        _fixed(*RATES),
    ),
    Knob(
        "backbone_learning_rate",
        "Learning rate, end-to-end",
        "Step size of all layers in end-to-end training. Try 0.5: how much of the old task is left?",
        "number",
        _fixed(*RATES),
    ),
    Knob(
        "unfrozen_learning_rate",
        "Learning rate after unfreezing",
        "Step size once the backbone is free; usually lower than before. Try 0.001: does it still move away from the frozen "
        "solution?",
        "number",
        _fixed(*RATES),
    ),
    Knob(
        "gradual",
        "Unfreeze layer by layer",
        "Off: the whole backbone at once. On: one more layer at a time, in equal steps from the top. Needs at least two "
        "hidden layers.",
        "switch",
        _fixed(False, True),
    ),
    Knob(
        "layer_decay",
        "Rate decay per layer",
        "After unfreezing, each layer learns at this fraction of the rate of the layer above. 0.385 is ULMFiT's 1/2.6; try "
        "0.1 and look at the lowest layer.",
        "number",
        _fixed(*DECAYS),
    ),
    Knob(
        "batch_size",
        "Batch size",
        "Images per update; “full” uses all at once, one update per epoch. Try full: the same epochs, far fewer updates.",
        "whole",
        _fixed(8, 16, 32, 64, 128, None),
        none_word="full",
        group="more",
    ),
    Knob(
        "momentum",
        "Momentum",
        "How much of the last step carries over. 0.9 acts like a rate ten times higher; try 0.",
        "number",
        _fixed(0.0, 0.5, 0.8, 0.9, 0.95, 0.99),
        group="more",
    ),
    Knob(
        "weight_decay",
        "Weight decay",
        "Pulls every trained weight towards zero, on the target task only. Frozen weights are unaffected; try 0.01.",
        "number",
        _fixed(0.0, 0.0001, 0.001, 0.01, 0.1),
        group="more",
    ),
    Knob(
        "pretrain_epochs",
        "Pretraining epochs",
        "Epochs on the source task; 0 leaves the backbone random. Try 1: how much pretraining is enough?",
        "whole",
        _fixed(0, 1, 2, 5, 10, 15, 30),
        group="more",
    ),
    Knob(
        "n_seeds",
        "Seeds",
        "Repetitions, each with its own split and random weights. Fewer are quicker, but intervals widen, and below "
        f"{MIN_SEEDS} there are {TOO_FEW_SEEDS} to decide anything.",
        "whole",
        _fixed(2, 3, 6, 10, 20),
        group="more",
    ),
    Knob(
        "seed",
        "First seed",
        "The first of the consecutive seeds. For an independent repeat, raise this by the number of seeds: does the verdict "
        "hold?",
        "whole",
        _range(0, 999),
        group="more",
    ),
)

KNOB = {knob.name: knob for knob in KNOBS}


# The sizes are two knobs; the key of the data follows from the scenario.
_SINGLE = [field.name for field in fields(RunConfig) if field.name not in ("hidden_sizes", "data_key")]


def values_of(config: RunConfig) -> Values:
    """Spread a configuration over the knobs.

    Examples
    --------
    >>> values = values_of(RunConfig(hidden_sizes=(32, 32, 32)))
    >>> values["hidden_layers"], values["hidden_width"]
    (3, 32)
    """
    sizes = config.hidden_sizes
    return {name: getattr(config, name) for name in _SINGLE} | {"hidden_layers": len(sizes), "hidden_width": sizes[0]}


def config_of(values: Values) -> RunConfig:
    """Put the knobs together again."""
    fields = dict(values)
    layers, width = fields.pop("hidden_layers"), fields.pop("hidden_width")
    return RunConfig(**fields, hidden_sizes=(width,) * layers)


class Correction(NamedTuple):
    """A value that a knob could not take.

    Attributes
    ----------
    name, title, rule, used : str
        The knob in the link and on the page, what is allowed, and the value taken instead, in words.
    """

    name: str
    title: str
    rule: str
    used: str

    @property
    def sentence(self) -> str:
        """The correction, worded for a visitor who has not typed the value."""
        return f"{self.title} is now {self.used}: it must be {self.rule}."


def fitted(values: Values) -> tuple[RunConfig, list[Correction]]:
    """Bring every value to the nearest one its knob allows.

    Examples
    --------
    >>> config, corrections = fitted(values_of(RunConfig()) | {"n_epochs": 61})
    >>> config.n_epochs, corrections[0].rule
    (60, 'between 5 and 200 in steps of 5')
    """
    fit = dict(values)
    corrections = []
    for knob in KNOBS:
        options, asked = knob.options(fit), fit[knob.name]
        # The option itself, even if it is equal: -0.0 and 0.0 have different keys.
        fit[knob.name] = options[options.index(asked)] if asked in options else _nearest(asked, options)
        if asked not in options:
            title = knob.title(fit["scenario"])
            corrections.append(Correction(knob.name, title, knob.rule(options), knob.text(fit[knob.name])))
    return config_of(fit), corrections


def _nearest(asked: Any, options: Sequence[Any]) -> Any:
    """Closest number; if the asked or the allowed is no number, the first option."""
    numbers = [option for option in options if isinstance(option, int | float)]
    if not isinstance(asked, int | float) or not numbers or asked != asked:
        return options[0]
    within = min(max(asked, numbers[0]), numbers[-1])  # infinity is equally far from every option
    return min(numbers, key=lambda option: abs(option - within))
