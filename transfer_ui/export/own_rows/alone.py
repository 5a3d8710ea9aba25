"""A script for rows of which nothing was learnt before, or which are embeddings: it measures and fits one way."""

from __future__ import annotations

from string import Template

from transfer_core.own_data.curves import FEWEST_EPOCHS, MOST_EPOCHS, UPDATES
from transfer_core.own_data.rivals import HEAD_RATE, RATE_INPUTS
from transfer_ui.export.code import number
from transfer_ui.export.own_rows.parts import NETWORK, USE, listed, quoted
from transfer_ui.export.own_rows.plan import NETWORKS, SKLEARN, Rows
from transfer_ui.export.own_rows.reading import READ, RULES

HEAD = '''\
"""$title on your rows.

It measures this way on parts of your file that it has not seen, as the lab does, then
fits it on all rows. Name a second file, and the labels of its rows are written to
"labelled.csv".
Needs: pip install numpy pandas$needs (and pyarrow for Parquet)
Run: python $command [NEW]
"""

import csv
import io
import sys
${pairs}from pathlib import Path

import numpy as np
import pandas as pd
$imports
# %% Settings
LABEL = $label
HAS_NAMES = $has_names  # whether the first row of a table of text names the columns
# Columns that are words, constant, merely count the rows, or give the label away.
$left_out
SEEDS = range($n_seeds)  # repetitions, each with its own split
TEST_SHARE = $test_share  # of each class
FEWEST = $fewest  # rows that a class must have
$settings'''

SETTINGS = """\
HIDDEN = $hidden  # widths of the hidden layers
BATCH_SIZE = $batch_size
MOMENTUM = $momentum
"""

PREPARE = """

if len(sys.argv) < 2:
    raise SystemExit(f"Run: python {Path(sys.argv[0]).name} DATA [NEW]")
table = read(Path(sys.argv[1]))
rows, labels = usable(numbers(table), named(table, LABEL))
columns = list(rows)
x, y, classes = arrays(rows, labels)
"""

FIT_SKLEARN = '''

# %% Fit
def fit(x, y, seed):
    """Fit, and give what labels other rows."""
    scale = scaled(x)
    model = $model.fit(scale(x), y)
    return lambda values: model.predict(scale(values))
'''

FIT_NETWORK = '''

# %% Fit
def fit(x, y, seed):
    """Train, and give what labels other rows; many rows need fewer epochs."""
    rng, scale = np.random.default_rng(seed), scaled(x)
    start = new_network([x.shape[1], *HIDDEN, len(classes)], rng)
    rate = $rate * min(1, $rate_inputs / x.shape[1])
    updates = -(-len(x) // BATCH_SIZE)
    n_epochs = max($fewest_epochs, min($most_epochs, $updates // updates))
    phases = [(n_epochs, len(start) * [rate])]
    params = train(start, phases, scale(x), y, BATCH_SIZE, rng)
    return lambda values: labels_of(params, scale(values))
'''

MEASURE = """

# %% Measure
scores = []
for seed in SEEDS:
    known, asked = split(y, TEST_SHARE, seed)
    found = accuracies(fit(x[known], y[known], seed)(x[asked]), y[asked])
    scores.append(found)
    print(f"seed {seed}: accuracy {found[0]:.4f}, balanced {found[1]:.4f}")
for place, name in enumerate(("accuracy", "balanced accuracy")):
    found = [one[place] for one in scores]
    span = f"from {min(found):.4f} to {max(found):.4f}"
    print(f"Mean {name}: {np.mean(found):.4f} ({span})")

# %% Use
predict = fit(x, y, 0)
"""


def write(rows: Rows) -> str:
    """Write the script."""
    model = SKLEARN.get(rows.way)
    settings = Template(SETTINGS).substitute(RULES, hidden=list(NETWORKS.get(rows.way, ())))
    fitting = FIT_SKLEARN if model else NETWORK + FIT_NETWORK
    return Template(HEAD + READ + PREPARE + fitting + MEASURE + USE).substitute(
        RULES,
        title=rows.title,
        needs=" scikit-learn" if model else "",
        command=rows.command,
        imports=f"{model.imports}\n" if model else "",
        pairs="" if model else "from itertools import pairwise\n",
        label=quoted(rows.label),
        has_names=rows.has_names,
        left_out=listed("LEFT_OUT", rows.left_out),
        settings="" if model else settings,
        model=model.make if model else "",
        rate=number(HEAD_RATE),
        rate_inputs=RATE_INPUTS,
        fewest_epochs=FEWEST_EPOCHS,
        most_epochs=MOST_EPOCHS,
        updates=UPDATES,
        n_files=1,
    )
