"""From data of one's own to a recommendation: nested examples, paired seeds, and words that say what the numbers do."""

from itertools import pairwise

import numpy as np
import pytest

from tests import brought
from transfer_core import scenario_config
from transfer_core.baselines import linear_labels, nearest_labels
from transfer_core.own_data import curves as measuring
from transfer_core.own_data import pairing, samples
from transfer_core.own_data.advice import gain_of_more, last_change, recommend, verdict_now
from transfer_core.own_data.cleaning import clean
from transfer_core.own_data.curves import Curves, curve_steps
from transfer_core.own_data.files import read
from transfer_core.own_data.rivals import HEADS, rivals_of

N_SEEDS = 6


def _table(n=90):
    return pairing.alone(clean(read("mine.csv", brought.csv_text(n).encode()), "label"))


@pytest.fixture(scope="module")
def steps():
    return list(curve_steps(_table().scenario, N_SEEDS))


@pytest.fixture(scope="module")
def found(steps):
    return steps[-1].results()


def test_curves_grow_size_by_size_and_end_complete(steps, found):
    seen = [step.results().sizes for step in steps if step.results]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(seen))
    assert found.complete
    assert len(found.sizes) > 2
    assert set(found.accuracy) == set(found.balanced) == set(HEADS)
    assert all(values.shape == (len(found.sizes), N_SEEDS) for values in found.accuracy.values())
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_few_labels_are_among_the_many_and_none_is_tested_on():
    scenario = _table().scenario
    config = scenario_config(scenario, images_per_class=None, n_seeds=2)
    parts = [measuring._examples(config, quotas) for quotas in measuring.sizes_of(scenario, config)]
    rows = [{row.tobytes() for row in known.inputs[0]} for known, _ in parts]
    assert all(few < many for few, many in pairwise(rows))
    assert not rows[-1] & {row.tobytes() for row in parts[-1][1].inputs[0]}


def test_seeds_that_wait_for_memory_give_what_they_give_together(found, monkeypatch):
    monkeypatch.setattr(measuring, "MAX_STACKED", 1)
    apart = measuring.curves(_table().scenario, N_SEEDS)
    assert apart.sizes == found.sizes
    for name in ("nearest_neighbour", "logistic_regression"):
        assert (apart.accuracy[name] == found.accuracy[name]).all()
    assert apart.accuracy["linear_head"] == pytest.approx(found.accuracy["linear_head"], abs=0.05)


def test_heads_learn_what_logistic_regression_learns(found):
    last = {name: values[-1].mean() for name, values in found.accuracy.items()}
    assert last["logistic_regression"] > 0.8
    assert last["linear_head"] == pytest.approx(last["logistic_regression"], abs=0.06)
    assert last["hidden_head"] == pytest.approx(last["logistic_regression"], abs=0.06)


def test_strategies_are_compared_where_there_is_a_source():
    images = np.random.default_rng(0).random((96, 8, 8)) / 4
    labels = np.arange(96) % 4
    images[np.arange(96), 2 * (labels // 2), 2 * labels] += 1
    contents = read("mine.npz", brought.npz(X=images / 2, y=labels))
    scenario = pairing.by_classes(clean(contents, "y"), ["0", "1"]).scenario
    found = measuring.curves(scenario, 2)
    assert {"feature_extraction", "end_to_end", "from_scratch", "nearest_neighbour"} <= set(found.accuracy)
    assert "zero_shot" not in found.accuracy
    assert set(found.accuracy) == set(rivals_of(scenario_config(scenario, images_per_class=None)))


def _curves(**accuracy):
    values = {name: np.array(means)[:, None] + np.linspace(0, 0.01, N_SEEDS) for name, means in accuracy.items()}
    return Curves((25, 50, 100), values, values, 3, 40, True)


CROSSING = _curves(nearest_neighbour=[0.6, 0.6, 0.6], linear_head=[0.4, 0.55, 0.8])


def test_the_advice_says_at_which_number_of_labels_it_would_change():
    change = last_change(CROSSING, balanced=False)
    assert change == (50, "nearest_neighbour")
    advice = recommend(CROSSING, dict(HEADS), balanced=False, basis="embeddings")
    assert advice.headline == "Linear head wins, at least 20.0 points ahead of nearest neighbour."
    assert "train a linear head" in advice.now
    assert "With 50 labels or fewer the advice would be another: there, nearest neighbour" in advice.change
    assert "end to end" in advice.untested


def test_what_cannot_be_told_apart_is_settled_by_simplicity():
    level = _curves(linear_head=[0.5, 0.6, 0.7], logistic_regression=[0.5, 0.6, 0.7])
    assert verdict_now(level, balanced=False).inconclusive
    advice = recommend(level, dict(HEADS), balanced=True, basis="images")
    assert "fit logistic regression" in advice.now
    assert "simplest of those that cannot be told apart" in advice.now
    assert "balanced accuracy" in advice.now
    assert "fewer labels would not change the advice" in advice.change


def test_more_labels_bring_what_the_line_says_and_never_more_than_everything():
    line = _curves(linear_head=[0.4, 0.5, 0.6])
    gain = gain_of_more(line, "linear_head", balanced=False)
    assert gain is not None
    assert gain.mean == pytest.approx(0.1)
    steep = gain_of_more(_curves(linear_head=[0.2, 0.6, 0.98]), "linear_head", balanced=False)
    assert steep is not None
    assert steep.high <= 0.02 + 1e-9
    short = Curves((25, 50), line.accuracy, line.balanced, 3, 40, True)
    assert gain_of_more(short, "linear_head", balanced=False) is None


def test_every_recommendation_is_one_short_headline(found):
    advice = recommend(found, dict(HEADS), balanced=False, basis="embeddings")
    assert len(advice.headline.split()) <= 15
    assert all(part.endswith(".") for part in advice)


def test_labels_without_a_network_are_those_of_the_known_examples():
    known, labels = np.array([[0.0], [1.0]]), np.array([4, 7])
    for label in (linear_labels, nearest_labels):
        assert label(known, labels, known).tolist() == [4, 7]


def test_the_broken_sample_has_every_kind_of_trouble_and_is_still_read():
    found = clean(read("broken.csv", samples.broken()), "label")
    assert {finding.what for finding in found.findings} == {
        "encoding", "names", "formula", "labels", "small classes", "words", "constant", "counter", "leak", "missing", "duplicates",
    }  # fmt: skip
    assert found.columns == ("width", "width (2)", "height")
    assert set(found.counts) == {"raw", "ripe"}
