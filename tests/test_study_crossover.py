import numpy as np
import pandas as pd
import pytest

from transfer_core import RunConfig
from transfer_core.studies.grids import RATE_FACTORS
from transfer_core.studies.questions.crossover import (
    STUDY,
    Crossing,
    accuracies,
    complete_sizes,
    crossing,
    crossing_of,
    crossing_words,
    locate,
    summarise,
)
from transfer_core.studies.rules import CONFIRMED, INCONCLUSIVE, REFUTED, SAME
from transfer_core.studies.tasks import PixelNeighbour, PixelRegression

SIZES = (10, 100, 1000)
WIGGLE = np.array([0.001, -0.001, 0.002, -0.002, 0.0, 0.0])


def _rows(gaps, seeds=6, rates=RATE_FACTORS, rival=0.0):
    """Make rows: end-to-end is ahead of feature extraction by these gaps, a rival by that; the middle rate is the best."""
    table = []
    for images, gap in zip(SIZES, gaps, strict=True):
        for strategy, ahead in (("feature_extraction", 0.0), ("end_to_end", gap), ("from_scratch", rival)):
            for rate in rates:
                best = 0.0 if rate == 1.0 else -0.1
                table += [
                    {
                        "scenario": "mnist_to_digits",
                        "images": images,
                        "strategy": strategy,
                        "rate": rate,
                        "seed": seed,
                        "val_score": 0.6 + best,
                        "test_accuracy": 0.5 + ahead + 2 * best + (ahead != 0) * WIGGLE[seed],
                    }
                    for seed in range(seeds)
                ]
    return pd.DataFrame(table)


@pytest.mark.parametrize(
    ("gaps", "rule", "few"),
    [
        ((-0.1, 0.05, 0.1), INCONCLUSIVE, CONFIRMED),  # one size may be luck
        ((-0.1, -0.1, 0.1), CONFIRMED, CONFIRMED),
        ((-0.1, -0.1, -0.1), CONFIRMED, REFUTED),
        ((0.1, 0.1, 0.1), REFUTED, REFUTED),
        ((-0.1, 0.0, 0.0), INCONCLUSIVE, INCONCLUSIVE),
        ((0.0, 0.0, 0.1), SAME, INCONCLUSIVE),
        ((0.004, 0.004, 0.004), SAME, SAME),  # clearly ahead, but by nothing that matters
    ],
)
def test_verdicts_follow_from_the_gaps(gaps, rule, few):
    found = summarise(_rows(gaps)).findings
    assert (found["rule_of_thumb"].verdict, found["few_shot"].verdict) == (rule, few)


@pytest.mark.parametrize(
    ("gaps", "more", "enough"),
    [
        ((-0.1, 0.05, 0.1), CONFIRMED, CONFIRMED),
        ((0.1, 0.1, 0.2), REFUTED, CONFIRMED),  # it does not need more: it leads with few
        ((-0.1, -0.1, -0.2), INCONCLUSIVE, REFUTED),  # behind throughout: it may need more than there is
        ((0.0, 0.0, 0.0), SAME, SAME),
    ],
)
def test_data_that_end_to_end_needs_follow_from_the_gaps(gaps, more, enough):
    found = summarise(_rows(gaps)).findings
    assert (found["more_data"].verdict, found["enough_data"].verdict) == (more, enough)


@pytest.mark.parametrize(
    ("rivals", "expected"),
    [
        ({"from_scratch": -0.1, "nearest_neighbour": -0.05}, CONFIRMED),
        ({"from_scratch": -0.1, "nearest_neighbour": 0.05}, REFUTED),  # one rival is enough
        ({"from_scratch": -0.1, "nearest_neighbour": 0.001}, SAME),
    ],
)
def test_few_images_suffice_only_against_the_best_rival_without_pretraining(rivals, expected):
    rows = _rows((0.0, 0.0, 0.0), rival=rivals["from_scratch"])
    frozen = rows[(rows["strategy"] == "feature_extraction") & (rows["rate"] == 1.0)]
    ahead = rivals["nearest_neighbour"] + WIGGLE[frozen["seed"]]
    control = frozen.assign(
        strategy="nearest_neighbour", rate=0.0, val_score=np.nan, test_accuracy=frozen["test_accuracy"] + ahead
    )
    finding = summarise(pd.concat([rows, control])).findings["small_data"]
    assert finding.verdict == expected


def test_the_grid_has_both_controls_on_pixels_at_every_size():
    tasks = [cell.task for cell in STUDY.grid(RunConfig())]
    assert tasks.count(PixelRegression()) == tasks.count(PixelNeighbour()) == 7


def test_the_rate_is_chosen_on_validation_and_shown():
    table = accuracies(_rows((-0.1, 0.1, 0.2)))
    assert set(table["rate"]) == {1.0}
    frozen = table[table["strategy"] == "feature_extraction"]
    assert frozen["mean"].tolist() == pytest.approx([0.5, 0.5, 0.5])


def test_sign_change_lies_where_the_line_between_two_sizes_meets_zero():
    assert crossing_of(SIZES, np.array([-0.1, 0.1, 0.1])) == pytest.approx(np.sqrt(1000))
    assert crossing_of(SIZES, np.array([0.1, -0.1, 0.3])) == pytest.approx(100 * 10**0.25)
    assert crossing_of(SIZES, np.array([0.1, 0.1, 0.0])) == -np.inf
    assert crossing_of(SIZES, np.array([0.1, 0.1, -0.1])) == np.inf


def test_interval_of_the_sign_change_widens_with_the_seeds_disagreement():
    rng = np.random.default_rng(0)
    mean = np.array([-0.1, 0.1, 0.2])
    sure, unsure = (crossing(SIZES, mean + spread * rng.standard_normal((10, 3))) for spread in (0.001, 0.1))
    assert sure.low <= sure.at <= sure.high
    assert np.log(sure.high / sure.low) < 0.1
    assert unsure.high / unsure.low > 2


def test_sign_change_that_may_lie_outside_has_an_open_end():
    gaps = np.array([[0.1, 0.1, 0.1]] * 5 + [[-0.3, 0.1, 0.1]] * 5)
    where = crossing(SIZES, gaps)
    assert where.low == -np.inf
    assert 10 < where.high < 100
    assert "10 or fewer to" in crossing_words(where, SIZES)


def test_too_few_seeds_locate_nothing():
    where = locate(_rows((-0.1, 0.1, 0.2), seeds=2), SIZES)
    assert np.isnan(where.low)
    assert crossing_words(where, SIZES) == "Too few seeds to locate a sign change."


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Crossing(np.inf, np.inf, np.inf), "ahead at the largest size, 1,000 training images, however the seeds"),
        (Crossing(-np.inf, -np.inf, -np.inf), "at every size, from 10 to 1,000 training images, however the seeds"),
        (Crossing(np.inf, 800.0, np.inf), "interval of the sign change: 800 to 1,000 or more training images"),
        (Crossing(1234.0, 456.0, 5678.0), "at about 1,200 training images (95\u00a0% interval 460 to 5,700)"),
    ],
)
def test_sign_change_is_worded_as_it_is(where, words):
    assert words in crossing_words(where, SIZES)


def test_a_size_counts_only_when_both_arms_have_every_rate():
    rows = _rows((-0.1, 0.1, 0.2))
    part = rows[~((rows["images"] == 100) & (rows["strategy"] == "end_to_end") & (rows["rate"] == RATE_FACTORS[0]))]
    assert complete_sizes(rows) == [10, 100, 1000]
    assert complete_sizes(part) == [10, 1000]


def test_what_the_grid_sets_itself_makes_no_other_study():
    config = RunConfig(images_per_class=3)
    assert STUDY.without_swept(config) == RunConfig()
    assert STUDY.without_swept(config.but(n_epochs=10, unfreeze_epoch=5)) != RunConfig()
