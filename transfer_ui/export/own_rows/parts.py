"""What scripts for somebody's own rows share besides reading: a network, the labels of new rows, and names in quotes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from transfer_ui.export.code import WIDTH

NETWORK = '''

# %% Network
def new_network(sizes, rng):
    """Draw the weights of layers with ReLU between them; biases start at zero."""
    return [
        (rng.normal(0, (2 / n) ** 0.5, (n, m)), np.zeros(m)) for n, m in pairwise(sizes)
    ]


def forward(params, values):
    """Give the outputs of all layers: first the values, last the logits."""
    outputs = [values]
    for place, (weights, bias) in enumerate(params):
        value = outputs[-1] @ weights + bias
        outputs.append(value if place == len(params) - 1 else np.maximum(value, 0))
    return outputs


def labels_of(params, values):
    """Give the class with the largest logit."""
    return forward(params, values)[-1].argmax(axis=1)


def softmax(logits):
    """Give the probability of each class."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def train(params, phases, x, y, batch_size, rng):
    """Train by SGD with momentum, phase by phase; a layer without a rate is frozen."""
    params = list(params)
    speed = [(np.zeros_like(w), np.zeros_like(b)) for w, b in params]
    for n_epochs, rates in phases:
        trained = [place for place, rate in enumerate(rates) if rate is not None]
        for _ in range(n_epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                outputs = forward(params, x[batch])
                error = softmax(outputs[-1])
                error[np.arange(len(batch)), y[batch]] -= 1
                error /= len(batch)
                for place in range(len(params) - 1, trained[0] - 1, -1):
                    w, b = params[place]
                    pulls = outputs[place].T @ error, error.sum(axis=0)
                    error = error @ w.T * (outputs[place] > 0)
                    if place not in trained:
                        continue
                    speed[place] = tuple(
                        MOMENTUM * v + pull
                        for v, pull in zip(speed[place], pulls, strict=True)
                    )
                    moved_w, moved_b = (rates[place] * v for v in speed[place])
                    params[place] = w - moved_w, b - moved_b
    return params
'''

USE = """
print(f"Fitted on {len(x)} rows of {len(columns)} numbers, {len(classes)} classes.")
if len(sys.argv) > $n_files + 1:
    new = read(Path(sys.argv[$n_files + 1]))
    missing = [name for name in columns if name not in new]
    if missing:
        raise SystemExit(f"The file to label must have the column {missing[0]!r}.")
    values = numbers(new).reindex(columns=columns)
    known = values.notna().all(axis=1).to_numpy()
    said = np.full(len(new), "", object)
    if known.any():
        said[known] = classes[predict(values[known].to_numpy(float))]
    pd.DataFrame({"row": np.arange(1, len(new) + 1), "label": said}).to_csv(
        "labelled.csv", index=False
    )
    print(f"Labelled {known.sum()} of {len(new)} rows: labelled.csv")
"""


def quoted(text: str) -> str:
    """Write what a visitor called something as a string of Python."""
    return json.dumps(text, ensure_ascii=False)


def listed(name: str, items: Sequence[str]) -> str:
    """Write a list of such names, one per line unless they are few.

    Examples
    --------
    >>> listed("LEFT_OUT", ["a", "b"])
    'LEFT_OUT = ["a", "b"]'
    """
    written = list(map(quoted, items))
    line = f"{name} = [{', '.join(written)}]"
    return line if len(line) <= WIDTH else "\n".join([f"{name} = [", *(f"    {one}," for one in written), "]"])
