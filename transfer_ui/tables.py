"""The results as tables: one row per strategy, per seed, per epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from transfer_core import STRATEGIES, RunConfig, RunResult
from transfer_core.arrays import Array
from transfer_core.baselines import BASELINES
from transfer_core.pretraining import pretraining_multiply_adds
from transfer_core.statistics import MIN_SEEDS, mean_interval
from transfer_core.wording import TOO_FEW_SEEDS
from transfer_ui import nouns, verdicts
from transfer_ui.definitions import DEFINITIONS
from transfer_ui.rows import FROM_PRETRAINED, SHORTS
from transfer_ui.verdicts import TITLES

HEADINGS = {TITLES[name]: short for name, short in {**SHORTS, **verdicts.SHORTS}.items()} | {
    TITLES["nearest_neighbour"]: "Neighbour",
    TITLES["logistic_regression"]: "Logistic",
}
"""Short headings, so that the columns of the seeds stand side by side."""
PERCENT: dict[str, Any] = {"format": "%.1f %%"}
UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))


def summary(
    results: Mapping[str, RunResult],
    baselines: Mapping[str, Array],
    pretraining: Callable[[RunConfig], float] = pretraining_multiply_adds,
) -> pd.DataFrame:
    """One row per strategy or control: what it gains and what it costs, the most important first.

    Parameters
    ----------
    results : mapping of str to RunResult
    baselines : mapping of str to ndarray of shape (n_seeds,)
    pretraining : callable, optional
        Gives the multiply-adds of pretraining; whoever lacks the data cannot count them.

    Returns
    -------
    DataFrame
        Accuracies are shares, 0 to 1; a cell that means nothing is empty.
    """
    full = results["end_to_end"].cost
    found = []
    for name, result in results.items():
        old_task = result.config.has_old_task
        train, val = (result.history[f"{part}_accuracy"][:, -1].mean() for part in ("train", "val"))
        found.append(
            _scored(TITLES[name], result.test_accuracy)
            | {
                "source_before": result.source_accuracy_before.mean() if old_task else np.nan,
                "source_after": result.source_accuracy_after.mean() if old_task else np.nan,
                "multiply_adds": result.cost.multiply_adds,
                "speed_up_multiply_adds": full.multiply_adds / max(result.cost.multiply_adds, 1),
                "pretraining_multiply_adds": pretraining(result.config)
                if name in FROM_PRETRAINED and old_task
                else np.nan,
                "trainable_layers": f"{result.cost.trainable_layers} of {result.config.n_layers}",
                "trainable_parameters": result.cost.trainable_parameters,
                "train_accuracy": train,
                "train_minus_val": train - val,
                "best_for": STRATEGIES[name].best_for if name in STRATEGIES else "what you want to find out",
            }
        )
    pair = next(iter(results.values())).config.pair
    for name, scores in baselines.items():
        found.append(_scored(nouns.said(pair, TITLES[name]), scores) | {"best_for": BASELINES[name].best_for})
    return pd.DataFrame(found)


def per_seed(results: Mapping[str, RunResult], baselines: Mapping[str, Array]) -> pd.DataFrame:
    """One row per seed: test accuracy of every strategy, and of the controls."""
    seeds = next(iter(results.values())).config.seeds
    columns = {TITLES[name]: result.test_accuracy for name, result in results.items()}
    columns |= {TITLES[name]: scores for name, scores in baselines.items()}
    return pd.DataFrame({"seed": seeds, **columns})


def per_epoch(results: Mapping[str, RunResult]) -> pd.DataFrame:
    """One row per strategy, seed and epoch: the four curves."""
    frames = []
    for name, result in results.items():
        n_seeds, n_points = result.history["val_loss"].shape
        frames.append(
            pd.DataFrame(
                {
                    "strategy": name,
                    "seed": np.repeat(result.config.seeds, n_points),
                    "epoch": np.tile(np.arange(n_points), n_seeds),
                }
                | {metric: values.ravel() for metric, values in result.history.items()}
            )
        )
    return pd.concat(frames, ignore_index=True)


def show_summary(table: pd.DataFrame) -> None:
    """Draw what each row gains, with units and words; decimals are the same throughout a column."""
    number = st.column_config.NumberColumn
    shares = ["test_accuracy", "source_before", "source_after", "train_accuracy", "train_minus_val"]
    shown = _in_percent(table, shares).assign(interval=_interval_words(table))
    _draw(
        shown,
        "Results of all strategies and controls, one row for each",
        {
            "test_accuracy": number("Test", help="Accuracy on images used for no fitting and no choice.", **PERCENT),
            "interval": st.column_config.TextColumn("95 % interval", help="Of the test accuracy, over the seeds."),
            "source_before": number("Source before", help="Old head, before training on the target.", **PERCENT),
            "source_after": number(
                "Source after", help="Old head on the backbone, after training on the target.", **PERCENT
            ),
            "train_accuracy": number("Train", help="Accuracy on the training images.", **PERCENT),
            "train_minus_val": number(
                "Train − val",
                format="%.1f points",
                help="Training minus validation accuracy: overfitting widens this gap.",
            ),
        },
    )


def show_costs(table: pd.DataFrame) -> None:
    """Draw what each strategy takes, and what it is meant for."""
    number = st.column_config.NumberColumn
    trained = table[table["multiply_adds"].notna()]
    size, unit = next(one for one in UNITS if one[0] <= max(trained["multiply_adds"].max(), 1))
    work = ["multiply_adds", "pretraining_multiply_adds"]
    _draw(
        trained.assign(**{name: trained[name] / size for name in work}),
        "What each strategy costs, one row for each",
        {
            "multiply_adds": number("Multiply-adds", format=f"%.1f {unit}".rstrip(), help="For training one network."),
            "speed_up_multiply_adds": number(
                "Saving",
                format="%.1f×",
                help="Multiply-adds compared with end-to-end. Frozen features are computed once, which rules out augmentation.",
            ),
            "pretraining_multiply_adds": number(
                "Pretraining",
                format=f"%.1f {unit}".rstrip(),
                help="Multiply-adds of training the network on the source, paid once and before.",
            ),
            "trainable_layers": st.column_config.TextColumn("Layers", help="Layers trained, of all."),
            "trainable_parameters": number("Parameters", format="localized", help="Parameters trained."),
        },
    )
    meant = [
        f"**{strategy}**: {words}" for strategy, words in zip(trained["strategy"], trained["best_for"], strict=True)
    ]
    st.caption("What each is meant for  \n" + "  \n".join(meant))


def _draw(table: pd.DataFrame, alt: str, columns: Mapping[str, Any]) -> None:
    """Draw some columns of the summary, as many as stand side by side."""
    st.dataframe(
        table[["strategy", *columns]],
        hide_index=True,
        width="stretch",
        placeholder="–",
        alt=alt,
        column_config={"strategy": st.column_config.TextColumn("Strategy", pinned=True), **columns},
    )


def show_per_seed(table: pd.DataFrame) -> None:
    """Draw the seeds one by one."""
    names = [name for name in table.columns if name != "seed"]
    columns = {name: st.column_config.NumberColumn(HEADINGS.get(name, name), help=name, **PERCENT) for name in names}
    st.dataframe(
        _in_percent(table, names),
        hide_index=True,
        width="stretch",
        alt="Test accuracy of every strategy, one row per seed",
        column_config={
            "seed": st.column_config.NumberColumn("Seed", pinned=True, help=DEFINITIONS["seed"]),
            **columns,
        },
    )


def _in_percent(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table.assign(**{name: 100 * table[name] for name in columns})


def _interval_words(table: pd.DataFrame) -> list[str]:
    return [
        f"{100 * low:.1f} to {100 * high:.1f} %" if low == low else TOO_FEW_SEEDS
        for low, high in zip(table["low"], table["high"], strict=True)
    ]


def _scored(title: str, scores: Array) -> dict[str, Any]:
    mean, low, high = mean_interval(scores)
    if len(scores) < MIN_SEEDS:
        low = high = np.nan
    return {"strategy": title, "test_accuracy": mean, "low": low, "high": high}
