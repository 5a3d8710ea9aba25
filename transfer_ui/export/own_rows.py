"""A script for somebody's own rows of numbers, such as embeddings: it measures and fits what was recommended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from string import Template
from typing import NamedTuple

from transfer_core.config import RunConfig
from transfer_core.own_data.cleaning import MIN_PER_CLASS, MOST_MISSING
from transfer_core.own_data.curves import BATCH_SIZE, FEWEST_EPOCHS, MOST_EPOCHS, N_SEEDS, UPDATES
from transfer_core.own_data.rivals import HEAD_RATE, HEAD_WIDTH, RATE_INPUTS
from transfer_core.scenarios import TEST_SHARE
from transfer_ui.export.code import WIDTH, number

SKLEARN = {
    "logistic_regression": (
        "from sklearn.linear_model import LogisticRegression",
        "LogisticRegression(max_iter=1000)",
        "scikit-learn",
    ),
    "nearest_neighbour": (
        "from sklearn.neighbors import KNeighborsClassifier",
        "KNeighborsClassifier(n_neighbors=1)",
        "scikit-learn",
    ),
}
NETWORKS = {"linear_head": (), "linear_network": (), "hidden_head": (HEAD_WIDTH,), "small_network": (HEAD_WIDTH,)}
"""Ways that are networks on the rows as they are: hidden layers of each."""

HEAD = '''\
"""$title on your rows.

It measures this way on parts of your file that it has not seen, as the lab does, then
fits it on all rows. Name a second file, and the labels of its rows are written to
"labelled.csv".
Needs: pip install numpy pandas$needs (and pyarrow for Parquet)
Run: python $file DATA [NEW]
"""

import sys
${pairs}from pathlib import Path

import numpy as np
import pandas as pd
$imports
# %% Settings
LABEL = $label
# Columns that are constant, merely count the rows, or give the label away.
LEFT_OUT = [$left_out]
SEEDS = range($n_seeds)  # repetitions, each with its own split
TEST_SHARE = $test_share  # of each class
FEWEST = $fewest  # rows that a class must have
$settings'''

DATA = '''

# %% Data
def read(path):
    """Read a table, or an NPZ file: rows in one array, labels in another."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        main = next(name for name, array in arrays.items() if array.ndim > 1)
        names = [f"{main} {i + 1}" for i in range(arrays[main].shape[1])]
        table = pd.DataFrame(arrays.pop(main), columns=names)
        return table.assign(**{name: array.ravel() for name, array in arrays.items()})
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    marks = b"\\xff\\xfe", b"\\xfe\\xff"
    encoding = "utf-16" if path.read_bytes()[:2] in marks else "utf-8-sig"
    look = {"sep": None, "engine": "python", "encoding_errors": "replace"}
    return pd.read_csv(path, encoding=encoding, **look)


def numbers(table):
    """Give the columns as numbers; a comma may stand for the point."""
    kept = table.drop(columns=[LABEL, *LEFT_OUT], errors="ignore")
    text = kept.astype(str).apply(lambda column: column.str.replace(",", "."))
    return text.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)


if len(sys.argv) < 2:
    raise SystemExit(f"Run: python {Path(sys.argv[0]).name} DATA [NEW]")
table = read(Path(sys.argv[1]))
if LABEL not in table:
    raise SystemExit(f"The file must have the column {LABEL!r}, got {list(table)[:5]}.")
rows = numbers(table)
rows = rows.loc[:, rows.notna().mean() >= $least_known]
columns = list(rows)
labels = table[LABEL]
kept = rows.notna().all(axis=1) & labels.notna() & ~rows.duplicated()
kept &= labels.map(labels[kept].value_counts()).fillna(0) >= FEWEST
classes, y = np.unique(labels[kept].astype(str), return_inverse=True)
x = rows[kept].to_numpy(float)
if len(classes) < 2:
    raise SystemExit(f"There must be two classes with {FEWEST} rows each.")


def split(seed):
    """Give the places of the rows to train and test with, each class in proportion."""
    rng, test = np.random.default_rng(seed), np.zeros(len(y), bool)
    for label in range(len(classes)):
        mine = rng.permutation(np.flatnonzero(y == label))
        test[mine[: max(1, round(TEST_SHARE * len(mine)))]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)


def scaled(train):
    """Scale every number to mean 0 and deviation 1 over the rows to train with."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[deviation < 1e-12] = 1.0
    return lambda values: (values - mean) / deviation
'''

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
def forward(params, values):
    """Give the outputs of all layers; ReLU between them."""
    outputs = [values]
    for place, (weights, bias) in enumerate(params):
        value = outputs[-1] @ weights + bias
        outputs.append(value if place == len(params) - 1 else np.maximum(value, 0))
    return outputs


def fit(x, y, seed):
    """Train by SGD with momentum, and give what labels other rows."""
    rng, scale, values = np.random.default_rng(seed), scaled(x), scaled(x)(x)
    sizes = [x.shape[1], *HIDDEN, len(classes)]
    params = [
        (rng.normal(0, (2 / n) ** 0.5, (n, m)), np.zeros(m)) for n, m in pairwise(sizes)
    ]
    speed = [(np.zeros_like(w), np.zeros_like(b)) for w, b in params]
    rate = $rate * min(1, $rate_inputs / x.shape[1])
    updates = -(-len(x) // BATCH_SIZE)
    for _ in range(max($fewest_epochs, min($most_epochs, $updates // updates))):
        for batch in np.array_split(rng.permutation(len(x)), updates):
            outputs = forward(params, values[batch])
            odds = np.exp(outputs[-1] - outputs[-1].max(axis=1, keepdims=True))
            error = odds / odds.sum(axis=1, keepdims=True)
            error[np.arange(len(batch)), y[batch]] -= 1
            error /= len(batch)
            for place in reversed(range(len(params))):
                w, b = params[place]
                pulls = outputs[place].T @ error, error.sum(axis=0)
                error = error @ w.T * (outputs[place] > 0)
                speed[place] = tuple(
                    MOMENTUM * v + pull
                    for v, pull in zip(speed[place], pulls, strict=True)
                )
                params[place] = w - rate * speed[place][0], b - rate * speed[place][1]
    return lambda values: forward(params, scale(values))[-1].argmax(axis=1)
'''

END = """

# %% Measure
scores = []
for seed in SEEDS:
    train, test = split(seed)
    right = fit(x[train], y[train], seed)(x[test]) == y[test]
    each = [right[y[test] == label].mean() for label in range(len(classes))]
    scores.append((right.mean(), np.mean(each)))
    print(f"seed {seed}: accuracy {right.mean():.4f}, balanced {np.mean(each):.4f}")
for place, name in enumerate(("accuracy", "balanced accuracy")):
    found = [one[place] for one in scores]
    span = f"from {min(found):.4f} to {max(found):.4f}"
    print(f"Mean {name}: {np.mean(found):.4f} ({span})")

# %% Use
predict = fit(x, y, 0)
print(f"Fitted on {len(x)} rows of {len(columns)} numbers, {len(classes)} classes.")
if len(sys.argv) > 2:
    new = read(Path(sys.argv[2]))
    values = numbers(new.assign(**{LABEL: 0})).reindex(columns=columns)
    known = values.notna().all(axis=1).to_numpy()
    said = np.full(len(new), "", object)
    said[known] = classes[predict(values[known].to_numpy(float))]
    pd.DataFrame({"row": np.arange(1, len(new) + 1), "label": said}).to_csv(
        "labelled.csv", index=False
    )
    print(f"Labelled {known.sum()} of {len(new)} rows: labelled.csv")
"""


class Rows(NamedTuple):
    """What is to be fitted.

    Attributes
    ----------
    way : str
        A key of `SKLEARN` or `NETWORKS`.
    title : str
        What it is called.
    label : str
        Column with the labels.
    left_out : sequence of str
        Columns that say nothing, or too much.
    """

    way: str
    title: str
    label: str
    left_out: Sequence[str] = ()

    @property
    def file(self) -> str:
        """Name of the script."""
        return f"{self.way}_on_your_rows.py"


def can_write(way: str) -> bool:
    """Whether there is a script for it: not for what a network that was pretrained here does.

    Examples
    --------
    >>> can_write("linear_head"), can_write("end_to_end")
    (True, False)
    """
    return way in SKLEARN or way in NETWORKS


def write(rows: Rows) -> str:
    """Write the script.

    Examples
    --------
    >>> 'LABEL = "kind"' in write(Rows("linear_head", "Linear head", "kind"))
    True
    """
    imports, model, needs = SKLEARN.get(rows.way, ("", "", ""))
    hidden = NETWORKS.get(rows.way, ())
    settings = f"HIDDEN = {list(hidden)}  # widths of the hidden layers\nBATCH_SIZE = {BATCH_SIZE}\n"
    settings += f"MOMENTUM = {number(RunConfig.momentum)}\n"
    body = FIT_SKLEARN if model else FIT_NETWORK
    return Template(HEAD + DATA + body + END).substitute(
        title=rows.title,
        needs=f" {needs}" if needs else "",
        file=rows.file,
        imports=f"{imports}\n" if imports else "",
        pairs="" if model else "from itertools import pairwise\n",
        label=_quoted(rows.label),
        left_out=_listed(rows.left_out),
        n_seeds=N_SEEDS,
        test_share=number(TEST_SHARE),
        fewest=MIN_PER_CLASS,
        settings="" if model else settings,
        least_known=number(1 - MOST_MISSING),
        model=model,
        rate=number(HEAD_RATE),
        rate_inputs=RATE_INPUTS,
        fewest_epochs=FEWEST_EPOCHS,
        most_epochs=MOST_EPOCHS,
        updates=UPDATES,
    )


def _listed(names: Sequence[str]) -> str:
    """Write the names of columns, one per line unless they are few."""
    quoted = list(map(_quoted, names))
    line = ", ".join(quoted)
    return line if len(line) < WIDTH - len("LEFT_OUT = []") else "".join(f"\n    {one}," for one in quoted) + "\n"


def _quoted(text: str) -> str:
    """Write what a visitor called something as a string of Python."""
    return json.dumps(text, ensure_ascii=False)
