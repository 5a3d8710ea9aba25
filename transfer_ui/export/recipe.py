"""What a script needs to repeat one seed of a run: the schedule, a few numbers, and the arrays beside it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from transfer_core import Layer, Params, RunConfig, RunResult, Schedule
from transfer_core.arrays import Array, Examples
from transfer_core.pretraining import is_pretrained
from transfer_core.seeds import Purpose, stream
from transfer_core.splits import TargetData, target_data
from transfer_core.wording import amount_words
from transfer_ui.controls.knobs import KNOB, values_of
from transfer_ui.rows import OWN, TITLES
from transfer_ui.sentences import percent


class Recipe(NamedTuple):
    """One seed of a run, without the lab around it.

    Attributes
    ----------
    name, title : str
        Those of the arm: for file names, and for people.
    task : str
        Title of the scenario.
    seed : int
    schedule : tuple of Phase
        The whole of it, even if the run on screen was stopped.
    batch_size : int
        At most the number of training images, which is full batch.
    batch_seed : int
        ``np.random.default_rng(batch_seed).permutation(n)``, once per epoch, is the order of the images.
    momentum, weight_decay : float
    anchor : float
        Weight decay towards the start (L2-SP); 0 is none.
    start : tuple of Layer
        The network before training: pretrained or random backbone, fresh head; no leading axis.
    target : TargetData
        Images and labels of this seed; no leading axis.
    origin : tuple of (str, str)
        Controls that the start and the images come from, and their values, as on the screen.
    outcome : str
        What this seed reached in the lab, in one sentence.
    mark : str
        A few characters that differ between configurations.
    """

    name: str
    title: str
    task: str
    seed: int
    schedule: Schedule
    batch_size: int
    batch_seed: int
    momentum: float
    weight_decay: float
    anchor: float
    start: Params
    target: TargetData
    origin: tuple[tuple[str, str], ...]
    outcome: str
    mark: str

    @property
    def stem(self) -> str:
        """Name of its files, without the ending; no script reads the data of another run."""
        return f"{self.name}_seed_{self.seed}_{self.mark}"

    @property
    def data_file(self) -> str:
        """Name under which a script looks for its arrays."""
        return f"{self.stem}.npz"

    @property
    def is_full_batch(self) -> bool:
        """Whether an epoch is a single update."""
        return self.batch_size == len(self.target.train.labels)


def recipe_of(result: RunResult) -> Recipe:
    """Write down how to repeat the first seed of a run.

    Parameters
    ----------
    result : RunResult

    Returns
    -------
    Recipe

    Examples
    --------
    >>> from transfer_core import run
    >>> config = RunConfig(scenario="low_to_high", pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    >>> recipe = recipe_of(run(config, "end_to_end"))
    >>> recipe.data_file.startswith("end_to_end_seed_0_"), recipe.start[-1].weights.shape
    (True, (64, 5))
    >>> recipe.origin[-1]
    ('Pretraining epochs', '1')
    """
    config = result.config
    # What a strategy trains follows from the configuration; a schedule of the visitor's own is told apart by itself.
    drawn = result.arm.schedule if result.strategy == OWN else ""
    target = _first_seed(config)
    n_train = len(target.train.labels)
    return Recipe(
        name=result.strategy,
        title=TITLES[result.strategy],
        task=config.pair.title,
        seed=config.seed,
        schedule=result.arm.schedule,
        batch_size=n_train if config.batch_size is None else min(config.batch_size, n_train),
        batch_seed=stream(config.seed, Purpose.BATCHES, result.arm.repetition),
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        anchor=result.arm.anchor,
        start=_first_start(result),
        target=target,
        origin=tuple(_origin(config, result.arm.start.from_source)),
        outcome=_outcome(result),
        mark=sha256(f"{config!r}{drawn}".encode()).hexdigest()[:6],
    )


def _first_start(result: RunResult) -> Params:
    """Network of the first seed before training; a seed gives the same whether or not others are with it."""
    config = result.config if is_pretrained(result.config) else result.config.but(n_seeds=1)
    first = result.arm.start_params(config)
    return tuple(Layer(layer.weights[0], layer.bias[0]) for layer in first)


def _origin(config: RunConfig, pretrained: bool) -> Iterator[tuple[str, str]]:
    """Name what the arrays depend on, apart from the seed."""
    scenario, values = config.pair, values_of(config)
    yield KNOB["scenario"].label, scenario.title
    if scenario.shift:
        yield scenario.shift.title, amount_words(config.shift_amount, scenario.shift.unit)
    for name in ("images_per_class", "hidden_layers", "hidden_width"):
        yield KNOB[name].label, KNOB[name].text(values[name])
    if pretrained:  # a random backbone has not seen the source task
        yield KNOB["pretrain_epochs"].label, str(config.pretrain_epochs)


def _outcome(result: RunResult) -> str:
    """Say what a script should find, so that a reader can see whether it does."""
    if result.stopped:
        return "The run on screen was stopped early; this script continues to the end of the schedule."
    if not np.isfinite(result.history["train_loss"][0, -1]):
        return "The lab's loss became NaN or infinite; this script's will too."
    share = percent(float(result.test_accuracy[0])).replace("\u00a0", " ")  # a script has no use for a no-break space
    return f"The lab got {share} of the test images right."


def _first_seed(config: RunConfig) -> TargetData:
    data = target_data(
        config.pair,
        [config.seed],
        images_per_class=config.images_per_class,
        shift_amount=config.shift_amount,
    )
    return TargetData(*(Examples(part.inputs[0], part.labels[0]) for part in data))


def to_npz(recipe: Recipe) -> bytes:
    """Pack the arrays that a script loads: no pickle, nothing but numbers.

    Returns
    -------
    bytes
        ``weights_i (fan_in, fan_out)`` and ``bias_i (fan_out,)`` from the inputs up;
        ``train_inputs (n, d)``, ``train_labels (n,)`` and the same for ``val`` and ``test``.
    """
    arrays: dict[str, Array] = {}
    for index, layer in enumerate(recipe.start):
        arrays |= {f"weights_{index}": layer.weights, f"bias_{index}": layer.bias}
    for part, examples in recipe.target._asdict().items():
        arrays |= {f"{part}_inputs": examples.inputs, f"{part}_labels": examples.labels}
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    return packed.getvalue()
