"""The old task while a comparison trains: a glance at a sample, set to what all images say at both ends."""

import numpy as np
import pytest

from tests.app import open_page
from tests.present import present
from transfer_core import STRATEGIES, RunConfig, compare, compare_steps, pretrain
from transfer_core.examples import source_of
from transfer_core.old_task import OldHead, old_answers
from transfer_ui.charts import curves, old_path
from transfer_ui.on_the_way import SERIES, OldTaskOnTheWay, kept_by_epoch, measures_of, on_sample, sample

CONFIG = RunConfig(
    scenario="digits_to_digits",
    hidden_sizes=(16, 16),
    pretrain_epochs=8,
    images_per_class=30,
    n_epochs=14,
    unfreeze_epoch=7,
    n_seeds=6,
    backbone_learning_rate=0.1,
)
LOOKS = (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14)


@pytest.fixture(scope="module")
def results():
    return compare(CONFIG, measures=(*measures_of(CONFIG), OldHead(CONFIG)))


def test_the_end_is_what_the_old_head_says_of_the_same_images(results):
    n = sample(CONFIG).labels.shape[-1]
    for name in old_path.PRETRAINED:
        answers = old_answers(CONFIG, results[name].params)[:, :n]
        right = (answers == source_of(CONFIG).test.labels[:, :n]).mean(axis=-1)
        series = results[name].measured[SERIES]
        assert series.epochs == LOOKS
        np.testing.assert_allclose(series.values[-1], right)


def test_a_frozen_backbone_keeps_all_and_one_that_never_knew_the_task_has_no_number(results):
    start = on_sample(CONFIG, pretrain(CONFIG).params[:-1])
    assert (results["feature_extraction"].measured[SERIES].values == start).all()
    freed = results["progressive_unfreezing"].measured[SERIES].values
    assert (freed[: LOOKS.index(7) + 1] == start).all()
    assert (freed[LOOKS.index(7) + 1 :] != start).any()
    for name, strategy in STRATEGIES.items():
        assert np.isnan(results[name].measured[SERIES].values).all() == (not strategy.pretrained)


def test_between_the_ends_the_sample_is_nearer_to_all_images_for_being_set_to_them(results):
    result = results["end_to_end"]
    epochs, kept = kept_by_epoch(result)
    every = result.measured["source_accuracy"]
    at = [every.epochs.index(epoch) for epoch in epochs]
    np.testing.assert_allclose(kept[:, 0], result.source_accuracy_before)
    np.testing.assert_allclose(kept[:, -1], result.source_accuracy_after)
    errors = [np.abs(values - every.values[at]).mean() for values in (kept.T, result.measured[SERIES].values)]
    assert errors[0] < errors[1]


def test_a_run_that_was_stopped_ends_where_it_was_stopped():
    steps = compare_steps(CONFIG, ["end_to_end"], measures_of(CONFIG))
    stopped = next(one for one in steps if one.results and one.results()["end_to_end"].n_epochs == 11)
    result = present(stopped.results)()["end_to_end"]
    epochs, kept = kept_by_epoch(result)
    assert epochs[-3:] == (9, 10, 11)
    np.testing.assert_array_equal(kept[:, -1], result.source_accuracy_after)
    assert kept.shape == (CONFIG.n_seeds, len(epochs))


def test_without_an_old_task_nothing_is_measured_of_it():
    config = CONFIG.but(pretrain_epochs=0)
    assert SERIES not in compare(config, ["end_to_end"], measures_of(config))["end_to_end"].measured


def test_what_a_run_keeps_of_it_is_what_the_measure_says(results):
    kept = results["end_to_end"].measured[SERIES].values
    assert kept.nbytes == OldTaskOnTheWay(CONFIG).n_bytes(CONFIG)


def test_the_path_has_a_row_per_look_at_which_the_slider_stays_until_the_next(results):
    table = old_path.rows(results)
    assert table["strategy"].unique().tolist() == [STRATEGIES[name].short for name in old_path.PRETRAINED]
    for name in old_path.PRETRAINED:
        path = table[table["strategy"] == STRATEGIES[name].short]
        assert path["epoch"].tolist() == list(LOOKS)
        assert path["until"].tolist() == [*LOOKS[1:], CONFIG.n_epochs + 1]
        np.testing.assert_allclose(path["source"].iloc[-1], results[name].source_accuracy_after.mean())
        np.testing.assert_allclose(path["mean"], results[name].history["val_accuracy"][:, list(LOOKS)].mean(axis=0))
    for epoch in curves.shown_epochs(CONFIG.n_epochs):
        assert ((table["epoch"] <= epoch) & (epoch < table["until"])).sum() == len(old_path.PRETRAINED)


def test_the_page_draws_it_where_there_is_an_old_task():
    quick = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "16"}
    drawn = [one.proto.alt for one in open_page("compare", quick).get("vega_lite_chart")]
    assert any(words.startswith("New task against accuracy on the old task, epoch by epoch") for words in drawn)
    drawn = [one.proto.alt for one in open_page("compare", quick | {"pretrain_epochs": "0"}).get("vega_lite_chart")]
    assert not any("old task" in words for words in drawn)
