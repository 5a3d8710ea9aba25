"""Overfitting: the verdicts on made-up rows."""

import numpy as np
import pandas as pd
import pytest

from transfer_core.config import RunConfig
from transfer_core.studies.grids import sizes_and_rates
from transfer_core.studies.questions.overfitting import summarise
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED
from transfer_core.studies.tasks import Train


def rows(frozen: tuple[float, float, float], full: tuple[float, float, float], n: int = 6) -> pd.DataFrame:
    """Make two arms at one size, each with its training, validation and test accuracy."""
    arms = []
    for strategy, measured in {"feature_extraction": frozen, "end_to_end": full}.items():
        columns = dict(zip(("train_accuracy", "val_accuracy", "test_accuracy"), measured, strict=True))
        place = {"scenario": "low_to_high", "images": 50, "strategy": strategy, "rate": 0.1}
        arms.append(pd.DataFrame({**place, "seed": range(n), **columns}))
    return pd.concat(arms)


@pytest.mark.parametrize(
    ("frozen", "full", "risk", "harm"),
    [
        ((0.9, 0.8, 0.8), (1.0, 0.7, 0.7), CONFIRMED, CONFIRMED),
        ((0.8, 0.7, 0.7), (1.0, 0.8, 0.8), CONFIRMED, REFUTED),  # overfits more, and is better
        ((0.8, 0.7, 0.7), (1.0, 0.8, 0.7), CONFIRMED, INCONCLUSIVE),
        ((1.0, 0.7, 0.7), (1.0, 0.9, 0.9), REFUTED, INCONCLUSIVE),
        ((1.0, 0.8, 0.8), (1.0, 0.8, 0.8), INCONCLUSIVE, INCONCLUSIVE),
    ],
)
def test_verdicts_follow_their_rules(frozen, full, risk, harm):
    findings = summarise(rows(frozen, full)).findings
    assert (findings["risk"].verdict, findings["harm"].verdict) == (risk, harm)


def test_gap_is_that_of_the_rate_that_validates_best():
    worse = rows((1.0, 0.5, 0.5), (1.0, 0.5, 0.5)).assign(rate=0.2)
    table = summarise(pd.concat([worse, rows((0.9, 0.8, 0.7), (1.0, 0.6, 0.6))])).table.set_index("strategy")
    assert table["rate"].tolist() == [0.1, 0.1]
    assert np.allclose(table.loc["feature_extraction", ["mean", "test_accuracy"]].to_numpy(float), [0.1, 0.7])


def test_it_trains_what_the_crossover_trains_and_nothing_else():
    cells = list(sizes_and_rates(RunConfig()))
    assert all(isinstance(cell.task, Train) for cell in cells)
    assert len({cell.key for cell in cells}) == len(cells)
