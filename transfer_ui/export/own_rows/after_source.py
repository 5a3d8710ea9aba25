"""A script for rows with a source: it pretrains on the source, and compares what was recommended with its rival."""

from __future__ import annotations

from string import Template

from transfer_core.pretraining import MOST_HALVINGS, PRETRAIN_BATCH_SIZE, PRETRAIN_LEARNING_RATE
from transfer_core.splits import SOURCE_TEST_SHARE
from transfer_core.wording import inside
from transfer_ui.export.code import bracketed, number, rates_of
from transfer_ui.export.own_rows.parts import NETWORK, USE, listed, quoted
from transfer_ui.export.own_rows.plan import SKLEARN, ZERO_SHOT, Arm, Rows, Source
from transfer_ui.export.own_rows.reading import READ, RULES
from transfer_ui.export.pictures.parts import VERDICT

HEAD = '''\
"""$title on your rows, after a source.

Compared with: $rival
A small network is pretrained on the source. Per seed, both share split, pretrained
network, new head and minibatches. The verdict is printed; then the first of them is
fitted on all rows. Name a further file, and the labels of its rows are written to
"labelled.csv".
Needs: pip install numpy pandas$needs (and pyarrow for Parquet)
Run: python $command [NEW]
"""

import csv
import io
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
$imports
# %% Settings
LABEL = $label
$parting
HAS_NAMES = $has_names  # whether the first row of a table of text names the columns
# Columns that are words, constant, merely count the rows, or give the label away.
$left_out
SEEDS = range($n_seeds)  # paired repetitions
TEST_SHARE = $test_share  # of each class
FEWEST = $fewest  # rows that a class must have
HIDDEN = $hidden  # widths of the hidden layers
BATCH_SIZE = $batch_size
MOMENTUM = $momentum
PRETRAIN_EPOCHS = $pretrain_epochs
PRETRAIN_RATE = $pretrain_rate
PRETRAIN_BATCH_SIZE = $pretrain_batch_size
SOURCE_TEST_SHARE = $source_test_share  # shows whether pretraining has worked

# Each phase has its epochs and the rate of each layer, from the inputs up to the head;
# None is frozen.
ARMS = {
$arms
}
'''

PARTING = """\
# The source: the rows with one of these values in this column.
COLUMN = $column
$values"""

BY_COLUMN = """

if len(sys.argv) < 2:
    raise SystemExit(f"Run: python {Path(sys.argv[0]).name} DATA [NEW]")
table = read(Path(sys.argv[1]))
is_source = named(table, COLUMN).isin(SOURCE)
rows, labels = numbers(table), named(table, LABEL)
target = usable(rows[~is_source], labels[~is_source])
source = usable(rows[is_source], labels[is_source])
"""

BY_FILE = """

if len(sys.argv) < 3:
    raise SystemExit(f"Run: python {Path(sys.argv[0]).name} DATA SOURCE [NEW]")
table, before = read(Path(sys.argv[1])), read(Path(sys.argv[2]))
target = usable(numbers(table), named(table, LABEL))
before_labels = named(before, SOURCE_LABEL)
source = usable(numbers(before.drop(columns=SOURCE_LABEL)), before_labels)
"""

PREPARE = """\
columns = [name for name in target[0] if name in source[0]]
if not columns:
    raise SystemExit("Source and target must have columns of the same name.")
both = pd.concat([target[0][columns], source[0][columns]])
new_to_target = ~both.duplicated().to_numpy()[len(target[0]) :]
x, y, classes = arrays(target[0][columns], target[1])
old_x, old_y, old_classes = arrays(
    source[0].loc[new_to_target, columns], source[1][new_to_target]
)
scale = scaled(old_x)
"""

SAME_CLASSES = """\
if list(classes) != list(old_classes):
    raise SystemExit("Source and target must have the same classes.")
"""

FIT = '''

# %% Pretraining and fitting
def pretrain(x, y, seed):
    """Train on the source; a network that learns nothing is trained anew, slower."""
    sizes = [x.shape[1], *HIDDEN, len(old_classes)]
    shares = np.bincount(y)[np.unique(y)] / len(y)
    guessing, rate = -(shares * np.log(shares)).sum(), PRETRAIN_RATE
    for _ in range($n_tries):
        start = new_network(sizes, np.random.default_rng([seed, 1]))
        order = np.random.default_rng([seed, 2])
        phases = [(PRETRAIN_EPOCHS, len(start) * [rate])]
        with np.errstate(all="ignore"):
            params = train(start, phases, scale(x), y, PRETRAIN_BATCH_SIZE, order)
            odds = softmax(forward(params, scale(x))[-1])[np.arange(len(y)), y]
            loss = -np.log(odds).mean()
        if loss < guessing:
            break
        rate /= 2
    return params


def fit(arm, network, x, y, seed):
    """Train on the target, and give what labels other rows."""
${without_training}    sizes = [x.shape[1], *HIDDEN, len(classes)]
    random = new_network(sizes, np.random.default_rng([seed, 3]))
    head = new_network(sizes[-2:], np.random.default_rng([seed, 4]))
    start = [*(network if arm["pretrained"] else random)[:-1], *head]
    order = np.random.default_rng([seed, 5])
    params = train(start, arm["phases"], scale(x), y, BATCH_SIZE, order)
    return lambda values: labels_of(params, scale(values))
'''

WITH_SKLEARN = """\
    if arm["phases"] is None:
        model = $model.fit(scale(x), y)
        return lambda values: model.predict(scale(values))
"""

AS_IT_IS = """\
    if arm["phases"] is None:
        return lambda values: labels_of(network, scale(values))
"""

MEASURE = """

# %% Measurement
scores = {title: [] for title in ARMS}
for seed in SEEDS:
    known, asked = split(y, TEST_SHARE, seed)
    learnt, held = split(old_y, SOURCE_TEST_SHARE, seed)
    network = pretrain(old_x[learnt], old_y[learnt], seed)
    before = accuracies(labels_of(network, scale(old_x[held])), old_y[held])
    print(f"seed {seed}, source: accuracy {before[0]:.4f}")
    for title, arm in ARMS.items():
        found = fit(arm, network, x[known], y[known], seed)(x[asked])
        plain, balanced = accuracies(found, y[asked])
        scores[title].append($decides)
        print(f"seed {seed}, {title}: accuracy {plain:.4f}, balanced {balanced:.4f}")
"""

FIT_ALL = """

# %% Use: the first arm, on all rows
network = pretrain(old_x, old_y, 0)
predict = fit(next(iter(ARMS.values())), network, x, y, 0)
"""


def write(rows: Rows, source: Source) -> str:
    """Write the script."""
    chosen, rival = source.arms
    model = SKLEARN.get(chosen.name)
    by_column = bool(source.column)
    prepare = (BY_COLUMN if by_column else BY_FILE) + PREPARE + (SAME_CLASSES if chosen.name == ZERO_SHOT else "")
    without_training = WITH_SKLEARN if model else AS_IT_IS if chosen.name == ZERO_SHOT else ""
    fitting = FIT.replace("${without_training}", without_training)
    template = HEAD + READ + prepare + NETWORK + fitting + MEASURE + VERDICT + FIT_ALL + USE
    return Template(template).substitute(
        RULES,
        title=rows.title,
        rival=inside(rival.title),
        needs=" scikit-learn" if model else "",
        command=rows.command,
        imports=f"{model.imports}\n" if model else "",
        label=quoted(rows.label),
        parting=_parting(source),
        has_names=rows.has_names,
        left_out=listed("LEFT_OUT", rows.left_out),
        hidden=list(source.hidden_sizes),
        pretrain_epochs=source.pretrain_epochs,
        pretrain_rate=number(PRETRAIN_LEARNING_RATE),
        pretrain_batch_size=PRETRAIN_BATCH_SIZE,
        source_test_share=number(SOURCE_TEST_SHARE),
        arms="\n".join(map(_arm, source.arms)),
        n_tries=MOST_HALVINGS + 1,
        model=model.make if model else "",
        decides="balanced" if source.balanced else "plain",
        accuracy="balanced accuracy" if source.balanced else "test accuracy",
        n_files=1 if by_column else 2,
    )


def _parting(source: Source) -> str:
    if not source.column:
        return f"SOURCE_LABEL = {quoted(source.label)}  # column of the second file"
    values = listed("SOURCE", source.values)
    return Template(PARTING).substitute(column=quoted(source.column), values=values)


def _arm(arm: Arm) -> str:
    """Write an arm as an entry of a dictionary."""
    opening, pretrained = f'    "{inside(arm.title)}": {{', f'        "pretrained": {arm.pretrained},'
    if arm.schedule is None:
        return f'{opening[:-1]}{{"phases": None}},'
    phases = [f"            ({phase.n_epochs}, {bracketed(rates_of(phase))})," for phase in arm.schedule]
    return "\n".join([opening, pretrained, '        "phases": [', *phases, "        ],", "    },"])
