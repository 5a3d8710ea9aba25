"""From a recipe to text: what all scripts have in common, with nothing in it but numbers and our own words.

Lines stay within 88 characters, the formatter's default, so a script is well formatted without any settings.
"""

from __future__ import annotations

from string import Template

from transfer_core.schedules import Phase, n_epochs
from transfer_core.wording import sentence_case
from transfer_ui.controls.knobs import KNOB
from transfer_ui.export.recipe import Recipe
from transfer_ui.rows import OWN

WIDTH = 88

SETTINGS = Template("""\
# The file holds what these settings produced for seed $seed:
$origin
DATA_FILE = "$data_file"
BATCH_SIZE = $batch_size  # $batch_size_knob
BATCH_SEED = $batch_seed  # reproduces the minibatches of the run on screen
MOMENTUM = $momentum  # $momentum_knob
WEIGHT_DECAY = $weight_decay  # $weight_decay_knob""")

PHASES = Template("""\
# The schedule, as on the timeline; $epochs in all. Each phase has its number of
# epochs and the rate of each layer, from the inputs up to the head; None = frozen.
PHASES = [
$phases
]""")

# Python may be started in any folder; one sentence names what a reader forgot to download.
FIND_DATA = """\
# The file lies beside this script; a notebook has no `__file__` and runs in its folder.
data_path = Path(globals().get("__file__", "")).parent / DATA_FILE
if not data_path.exists():
    raise SystemExit(f"Missing: {data_path.resolve()}. Download it from the same page.")"""

# Every script based on PyTorch builds the same network.
TORCH_NETWORK = (
    FIND_DATA
    + """
with np.load(data_path, allow_pickle=False) as stored:
    data = {name: torch.from_numpy(stored[name]) for name in stored.files}

# The hidden layers and the head; nn.Linear stores its weights as (fan_out, fan_in).
layers = []
for i in range(sum(name.startswith("bias_") for name in data)):
    layer = nn.Linear(*data[f"weights_{i}"].shape)
    layer.load_state_dict({"weight": data[f"weights_{i}"].T, "bias": data[f"bias_{i}"]})
    layers.append(layer)"""
)

TORCH_SEQUENTIAL = """\
model = nn.Sequential()
for layer in layers[:-1]:
    model.extend([layer, nn.ReLU()])
model.append(layers[-1])"""


def fill(template: str, recipe: Recipe, **parts: str) -> str:
    """Fill a template of a script.

    Parameters
    ----------
    template : str
        Names ``$title``, ``$task``, ``$seed``, ``$data_file``, ``$outcome``, ``$settings`` and ``$phases``,
        ``$find_data``, those of the PyTorch network, and those of `parts`.
    recipe : Recipe
    **parts : str
        What else it names.
    """
    return Template(template).substitute(
        title=plain(recipe.title),
        task=plain(recipe.task),
        seed=number(recipe.seed),
        data_file=plain(recipe.data_file),
        outcome=plain(recipe.outcome),
        settings=settings(recipe),
        phases=phases(recipe),
        find_data=FIND_DATA,
        torch_network=TORCH_NETWORK,
        torch_sequential=TORCH_SEQUENTIAL,
        **parts,
    )


def settings(recipe: Recipe) -> str:
    """Write the knobs as constants, in the words on screen."""
    full = ": full, one update per epoch" if recipe.is_full_batch else ""
    return SETTINGS.substitute(
        data_file=plain(recipe.data_file),
        seed=number(recipe.seed),
        origin="\n".join(f'# - "{plain(name)}": {plain(value)}' for name, value in recipe.origin),
        batch_size=number(recipe.batch_size),
        batch_size_knob=_knob("batch_size") + full,
        batch_seed=number(recipe.batch_seed),
        momentum=number(recipe.momentum),
        momentum_knob=_knob("momentum"),
        weight_decay=number(recipe.weight_decay),
        weight_decay_knob=_knob("weight_decay"),
    )


def phases(recipe: Recipe) -> str:
    """Write the schedule as a list."""
    return PHASES.substitute(
        phases="\n".join(phase_lines(phase, recipe.name) for phase in recipe.schedule),
        epochs=f"{n_epochs(recipe.schedule)} epochs" if recipe.name == OWN else _knob("n_epochs"),
    )


def phase_lines(phase: Phase, strategy: str) -> str:
    """Write a phase as an element of a list, split if it is too long for a line.

    Examples
    --------
    >>> print(phase_lines(Phase("head only", 3, (True, False), (0.0, 0.1)), "feature_extraction"))
        # Head only: "Learning rate, head only"
        (3, [None, 0.1]),
    """
    rates = rates_of(phase)
    comment, line = phase_comment(phase, strategy), f"    ({phase.n_epochs}, {bracketed(rates)}),"
    if len(line) <= WIDTH:
        return f"    {comment}\n{line}"
    split = "\n".join(f"            {rate}," for rate in rates)
    return f"    {comment}\n    (\n        {phase.n_epochs},\n        [\n{split}\n        ],\n    ),"


def phase_comment(phase: Phase, strategy: str) -> str:
    """Say what a phase trains, and which controls on the screen its rates come from.

    Examples
    --------
    >>> phase_comment(Phase("all layers", 3, (False, False), (0.1, 0.1)), "end_to_end")
    '# All layers: "Learning rate, end-to-end"'
    """
    return f"# {sentence_case(plain(phase.name))}: {', '.join(rate_knobs(phase, strategy))}"


def rate_knobs(phase: Phase, strategy: str) -> list[str]:
    """Name the controls that the rates of a phase come from; the rate itself is the first."""
    if strategy == OWN:
        return ["as drawn"]
    if all(phase.frozen[:-1]):
        return [_knob("head_learning_rate")]
    if strategy == "progressive_unfreezing":
        return [_knob("unfrozen_learning_rate"), _knob("layer_decay")]
    return [_knob("backbone_learning_rate")]


def rates_of(phase: Phase) -> list[str]:
    """Write the rate of each layer; ``None`` for a frozen one."""
    return ["None" if frozen else number(rate) for frozen, rate in zip(phase.frozen, phase.learning_rates, strict=True)]


def bracketed(items: list[str]) -> str:
    """Write a list on one line."""
    return f"[{', '.join(items)}]"


def number(value: float) -> str:
    """Write a number as Python reads it; a rate has the eight digits that single precision holds.

    Examples
    --------
    >>> number(0.02 * 0.385), number(32), number(0.0)
    ('0.0077', '32', '0.0')
    """
    return repr(int(value)) if isinstance(value, int) else repr(float(f"{value:.8g}"))


def plain(text: str) -> str:
    r"""Keep only what can end neither a line nor a string.

    Examples
    --------
    >>> plain('a"\\\nb')
    'ab'
    """
    return "".join(character for character in text if character.isprintable() and character not in '"\\')


def _knob(name: str) -> str:
    """Name of a control, as on the screen."""
    return f'"{KNOB[name].label}"'
