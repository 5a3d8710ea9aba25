"""Every knob of a run in one frozen value, checked when it is made."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from transfer_core.datasets import content_key
from transfer_core.scenarios import SCENARIOS, Scenario, address_of, scenario_at
from transfer_core.splits import max_images_per_class


class ConfigError(ValueError):
    """A field of `RunConfig` breaks its rule; the message names field, rule and value.

    Attributes
    ----------
    field : str
    """

    def __init__(self, field: str, rule: str, value: object) -> None:
        super().__init__(f"{field} must be {rule}, got {value!r}")
        self.field = field


@dataclass(frozen=True)
class RunConfig:
    """What is trained on what, for how long and how fast.

    Attributes
    ----------
    scenario : str
        A name in `SCENARIOS`: source task and target task. `scenario_config` also takes a `Scenario` of your own.
    data_key : str
        Content of the scenario. It follows from the scenario and cannot be given: two data sets under one
        name make two configurations.
    shift_amount : float
        How far the target images are moved, in the unit of the scenario's shift; 0 = not at all.
    hidden_sizes : tuple of int
        Widths of the backbone layers.
    pretrain_epochs : int
        Epochs on the source task; 0 leaves the backbone random.
    images_per_class : int or None
        Target training images per class; ``None`` = all there are.
    n_epochs : int
        Epochs on the target task, the same for every strategy.
    unfreeze_epoch : int
        Progressive unfreezing frees the backbone after this many epochs, 0 to `n_epochs`.
    gradual : bool
        Free one layer at a time, from the top, instead of all at once.
    layer_decay : float
        After unfreezing, each layer learns at this fraction of the rate of the layer above it; 1 = the same for all.
    head_learning_rate : float
        Rate of the head while the backbone is frozen.
    backbone_learning_rate : float
        Rate of all layers in end-to-end training.
    unfrozen_learning_rate : float
        Rate of the head after unfreezing; the layers below follow `layer_decay`.
    batch_size : int or None
        Images per update; ``None`` = all of them (full batch).
    momentum, weight_decay : float
    n_seeds : int
        How many times everything is repeated, each time with its own split and random weights.
    seed : int
        The first of the seeds; the others follow it.

    Raises
    ------
    ConfigError
        For the first field that breaks its rule.

    Examples
    --------
    >>> RunConfig(n_epochs=20, unfreeze_epoch=10).layer_sizes
    (100, 64, 64, 10)
    >>> RunConfig(n_epochs=20, unfreeze_epoch=30)
    Traceback (most recent call last):
    transfer_core.config.ConfigError: unfreeze_epoch must be a whole number from 0 to 20 (n_epochs), got 30
    """

    scenario: str = "off_centre"
    shift_amount: float = 0.0
    hidden_sizes: tuple[int, ...] = (64, 64)
    pretrain_epochs: int = 15
    images_per_class: int | None = 10
    n_epochs: int = 60
    unfreeze_epoch: int = 20
    gradual: bool = False
    layer_decay: float = 1.0
    head_learning_rate: float = 0.05
    backbone_learning_rate: float = 0.05
    unfrozen_learning_rate: float = 0.02
    batch_size: int | None = 32
    momentum: float = 0.9
    weight_decay: float = 0.0
    n_seeds: int = 10
    seed: int = 0
    data_key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pair = scenario_at(self.scenario) if isinstance(self.scenario, str) else None
        if pair is None:
            raise ConfigError("scenario", f"one of {', '.join(SCENARIOS)}", self.scenario)
        # Not a field, but held: whoever has the configuration can find the data, even in another process.
        object.__setattr__(self, "_pair", pair)
        object.__setattr__(self, "data_key", pair.key)
        shift = pair.shift
        most_shift = shift.max_amount if shift else 0.0
        self._number("shift_amount", 0, most_shift, "" if shift else f" ({self.scenario} has no shift)")
        if not (isinstance(self.hidden_sizes, tuple) and 1 <= len(self.hidden_sizes) <= 8):
            raise ConfigError("hidden_sizes", "a tuple of 1 to 8 widths", self.hidden_sizes)
        if not all(_is_whole(width) and 1 <= width <= 1024 for width in self.hidden_sizes):
            raise ConfigError("hidden_sizes", "whole numbers from 1 to 1024", self.hidden_sizes)
        self._whole("pretrain_epochs", 0, 1000)
        if self.images_per_class is not None:
            most = max_images_per_class(pair)
            self._whole("images_per_class", 1, most, f" in scenario {self.scenario}")
        self._whole("n_epochs", 1, 10_000)
        self._whole("unfreeze_epoch", 0, self.n_epochs, " (n_epochs)")
        if not isinstance(self.gradual, bool):
            raise ConfigError("gradual", "True or False", self.gradual)
        self._number("layer_decay", 0, 1, above=True)
        for name in ("head_learning_rate", "backbone_learning_rate", "unfrozen_learning_rate"):
            self._number(name, 0, 100, above=True)
        if self.batch_size is not None:
            self._whole("batch_size", 1, 100_000)
        self._number("momentum", 0, 0.999)
        self._number("weight_decay", 0, 10)
        self._whole("n_seeds", 1, 1000)
        self._whole("seed", 0, 1_000_000)

    def _whole(self, name: str, least: int, most: int, note: str = "") -> None:
        value = getattr(self, name)
        if not (_is_whole(value) and least <= value <= most):
            raise ConfigError(name, f"a whole number from {least} to {most}{note}", value)

    def _number(self, name: str, least: float, most: float, note: str = "", *, above: bool = False) -> None:
        value = getattr(self, name)
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not (fits and (least < value if above else least <= value) and value <= most):
            rule = f"above {least:g} and at most {most:g}" if above else f"from {least:g} to {most:g}"
            raise ConfigError(name, f"a number {rule}{note}", value)

    @property
    def pair(self) -> Scenario:
        """The scenario itself: a source task and a target task."""
        pair: Scenario = vars(self)["_pair"]
        return pair

    @property
    def key(self) -> str:
        """Name of everything that a result depends on: the data by content, and every other field except the scenario's name.

        Examples
        --------
        >>> RunConfig().key == RunConfig(seed=1).key, RunConfig().key == RunConfig().key
        (False, True)
        """
        values = {one.name: getattr(self, one.name) for one in dataclasses.fields(self) if one.name != "scenario"}
        return content_key(sorted(values.items()))

    @property
    def has_old_task(self) -> bool:
        """Whether anything is pretrained, so that there is an old task to keep.

        Examples
        --------
        >>> RunConfig().has_old_task, RunConfig("lesson").has_old_task, RunConfig(pretrain_epochs=0).has_old_task
        (True, False, False)
        """
        return self.pair.source is not None and self.pretrain_epochs > 0

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds themselves."""
        return tuple(range(self.seed, self.seed + self.n_seeds))

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Widths from the pixels to the logits of the target task."""
        return (self.pair.target.dataset.n_inputs, *self.hidden_sizes, len(self.pair.target.classes))

    @property
    def n_layers(self) -> int:
        """Number of layers, including the head."""
        return len(self.hidden_sizes) + 1

    def but(self, **changes: Any) -> RunConfig:
        """Copy with some fields changed, checked again."""
        address_of(self.pair)  # the copy must find the data that this one holds
        return dataclasses.replace(self, **changes)


def scenario_config(scenario: str | Scenario, **changes: Any) -> RunConfig:
    """Make the configuration a scenario starts with.

    Parameters
    ----------
    scenario : str or Scenario
        A name in `SCENARIOS`, or a scenario of your own.
    **changes
        Fields of `RunConfig`.

    Returns
    -------
    RunConfig

    Examples
    --------
    >>> scenario_config("lesson").hidden_sizes
    (128,)
    """
    address = address_of(scenario)
    pair = scenario_at(address)
    return RunConfig(**{"scenario": address, **(pair.settings if pair else {}), **changes})


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
