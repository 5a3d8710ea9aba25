"""Speed: what a race measures, and what its summary makes of rounds."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from transfer_core.config import RunConfig
from transfer_core.studies.questions.speed import Race, summarise
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME


def rounds(cached: float, uncached: float, end_to_end: float, counted: tuple[float, float, float], n: int = 6):
    """Make rounds that took about so many seconds."""
    factor = 1 + 0.01 * np.arange(n)  # a slow round is slow for all
    names = ("cached", "uncached", "end_to_end")
    columns: dict[str, Any] = {
        f"seconds_{name}": value * factor for name, value in zip(names, (cached, uncached, end_to_end), strict=True)
    }
    columns |= {f"multiply_adds_{name}": value for name, value in zip(names, counted, strict=True)}
    return pd.DataFrame({"scenario": "low_to_high", "layers": 1, "width": 64, "seed": range(n), **columns})


def verdicts(rows: pd.DataFrame) -> dict[str, str]:
    return {name: finding.verdict for name, finding in summarise(rows).findings.items()}


def test_race_gives_one_row_a_round_and_counts_by_hand():
    # Two images a class and five classes, one layer of 4: 64 * 4 = 256 and 4 * 5 = 20 products an image and pass.
    config = RunConfig(
        scenario="low_to_high", hidden_sizes=(4,), images_per_class=2, n_epochs=3, unfreeze_epoch=1, n_seeds=2
    )
    ((labels, values),) = Race().measure(config)
    assert not labels
    assert values["multiply_adds_end_to_end"].tolist() == [10 * 3 * (256 + 20 + 256 + 20 + 20)] * 2
    assert values["multiply_adds_uncached"].tolist() == [10 * 3 * (256 + 20 + 20)] * 2
    assert values["multiply_adds_cached"].tolist() == [10 * (256 + 3 * (20 + 20))] * 2
    assert all((values[f"seconds_{arm}"] > 0).all() for arm in ("cached", "uncached", "end_to_end"))


def test_less_counted_work_and_less_time_confirm_both_claims():
    rows = rounds(1, 2, 4, (10, 20, 40))
    assert verdicts(rows) == {"fast": CONFIRMED, "cost": CONFIRMED}
    table = summarise(rows).table.set_index("speed_up")
    assert table.loc["clock, cached features", "mean"] == pytest.approx(4)
    assert table.loc["counted, no cache", "mean"] == pytest.approx(2)


def test_work_that_is_saved_but_no_time_refutes_that_it_costs_little():
    assert verdicts(rounds(3, 3, 4, (10, 20, 40))) == {"fast": CONFIRMED, "cost": REFUTED}


def test_time_that_is_saved_without_work_refutes_that_it_costs_little():
    assert verdicts(rounds(1, 2, 4, (30, 30, 40)))["cost"] == REFUTED


def test_slower_feature_extraction_refutes_that_it_is_fast():
    assert verdicts(rounds(4, 5, 4, (10, 20, 40)))["fast"] == REFUTED


@pytest.mark.parametrize(("end_to_end", "verdict"), [(4.2, SAME), (4.6, CONFIRMED)])
def test_a_speed_up_below_a_tenth_is_none(end_to_end, verdict):
    rows = rounds(4, 4, end_to_end, (10, 20, 40))
    assert verdicts(rows)["fast"] == verdict


def test_the_mean_over_the_architectures_decides_and_their_range_is_said():
    rows = pd.concat([rounds(1, 1, 4, (1, 1, 4)), rounds(4, 4, 4, (4, 4, 4)).assign(width=8)])
    finding = summarise(rows).findings["fast"]
    assert finding.verdict == CONFIRMED  # the geometric mean of 4 and 1
    assert "takes 2.0 times as long" in finding.sentence
    assert "1.0 to 4.0 by width and depth" in finding.sentence


def test_sentences_say_what_a_cache_needs_and_no_seconds():
    for finding in summarise(rounds(1, 2, 4, (10, 20, 40))).findings.values():
        assert "no augmentation" in finding.sentence
        assert "second" not in finding.sentence


def test_five_rounds_are_too_few():
    assert set(verdicts(rounds(1, 2, 4, (10, 20, 40), n=5)).values()) == {INCONCLUSIVE}


def test_one_round_has_no_interval():
    assert "no interval" in summarise(rounds(1, 2, 4, (10, 20, 40), n=1)).findings["fast"].sentence
