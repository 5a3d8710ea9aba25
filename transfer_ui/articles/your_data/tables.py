"""The answer in numbers, on the page and to take away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core.own_data.answering import Answer
from transfer_core.own_data.curves import Curves
from transfer_core.statistics import MIN_SEEDS, mean_interval
from transfer_core.wording import TOO_FEW_SEEDS

HEAD = "# Freeze or fine-tune? Data of one's own. Accuracies are shares from 0 to 1.\n"
BOTH = ("accuracy", "balanced")


def summary(answer: Answer) -> pd.DataFrame:
    """One row per way at the most labels: both accuracies with their intervals, the best first."""
    found = answer.curves
    assert found is not None
    rows = []
    for name in found.accuracy:
        row: dict[str, object] = {"way": answer.facts.titles[name]}
        for kind, values in zip(BOTH, (found.accuracy[name][-1], found.balanced[name][-1]), strict=True):
            mean, low, high = mean_interval(values)
            edges = (low, high) if len(values) >= MIN_SEEDS else (np.nan, np.nan)
            row |= {kind: mean, f"{kind}_low": edges[0], f"{kind}_high": edges[1]}
        rows.append(row)
    first = "balanced" if answer.facts.balanced else "accuracy"
    return pd.DataFrame(rows).sort_values(first, ascending=False, ignore_index=True)


def per_seed(answer: Answer) -> pd.DataFrame:
    """One row per way, number of labels and seed."""
    found = answer.curves
    assert found is not None
    return pd.concat([_of_size(answer, found, place) for place in range(len(found.sizes))], ignore_index=True)


def _of_size(answer: Answer, found: Curves, place: int) -> pd.DataFrame:
    parts = []
    for name, values in found.accuracy.items():
        seeds = range(values.shape[1])
        columns = {"labels": found.sizes[place], "way": answer.facts.titles[name], "seed": seeds}
        parts.append(pd.DataFrame(columns | {"accuracy": values[place], "balanced": found.balanced[name][place]}))
    return pd.concat(parts, ignore_index=True)


def show(answer: Answer) -> None:
    """Draw the summary."""
    table = summary(answer)
    shown = pd.DataFrame({"way": table["way"]})
    columns = {"way": st.column_config.TextColumn("Way", pinned=True)}
    for kind, title in zip(BOTH, ("Accuracy", "Balanced accuracy"), strict=True):
        shown[kind] = 100 * table[kind]
        edges = zip(table[f"{kind}_low"], table[f"{kind}_high"], strict=True)
        shown[f"{kind} interval"] = [_words(low, high) for low, high in edges]
        columns[kind] = st.column_config.NumberColumn(title, format="%.1f %%")
        columns[f"{kind} interval"] = st.column_config.TextColumn("95 % interval")
    st.dataframe(shown, hide_index=True, width="stretch", alt="All ways at all your labels", column_config=columns)


def _words(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {100 * high:.1f} %" if low == low else TOO_FEW_SEEDS


def offer(label: str, make: Callable[[], pd.DataFrame], name: str) -> None:
    """Draw a button that downloads a table; no name of a file or a class of the visitor's is in it."""
    file = f"your_data_{name}.csv"
    body = lambda: (HEAD + make().to_csv(index=False)).encode()  # noqa: E731
    st.download_button(label, body, file, "text/csv", icon=":material/download:", on_click="ignore", help=file)
