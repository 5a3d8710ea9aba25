import dataclasses
import re

import numpy as np
import pytest

from tests.present import present
from transfer_core import SCENARIOS, RunConfig, compare, compare_steps, scenario_config
from transfer_core.baselines import measure_baselines
from transfer_core.experiment import sweep_steps
from transfer_core.pretraining import pretraining_multiply_adds
from transfer_ui import sentences, tables, verdicts
from transfer_ui.articles.unfreeze.decays import DECAY_PRESETS
from transfer_ui.articles.unfreeze.swept import sweep_epochs
from transfer_ui.articles.unfreeze.words import moved_sentence, sweep_evidence, sweep_sentence
from transfer_ui.controls.presets import PRESETS

QUICK = RunConfig(scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=2, n_epochs=6, unfreeze_epoch=2, n_seeds=6)


@pytest.fixture(scope="module")
def results():
    return compare(QUICK)


def swept_run(results, final):
    """A run with these validation accuracies at its end."""
    return dataclasses.replace(results["progressive_unfreezing"], history={"val_accuracy": final[:, None]})


def with_accuracy(results, **scores):
    return {
        name: dataclasses.replace(result, test_accuracy=np.array(scores.get(name, result.test_accuracy)))
        for name, result in results.items()
    }


LEVELS = {"zero": 6 * [0.8], "above": 6 * [0.9], "below": 6 * [0.1], "about": 2 * [0.9, 0.7, 0.8]}


@pytest.mark.parametrize(
    ("scratch", "neighbour", "opening"),
    [
        ("below", "below", "Pretraining pays: feature extraction leads from scratch by 70.0 to 70.0 points"),
        ("about", "below", "Pretraining makes no clear difference"),
        ("below", "about", "Pretraining makes no clear difference"),
        ("above", "below", "Pretraining hurts: from scratch leads feature extraction by 10.0 to 10.0 points"),
        ("below", "above", "Pretraining does not pay: nearest neighbour on pixels leads feature extraction by 10.0"),
    ],
)
def test_pretraining_is_held_against_the_best_that_does_without(results, scratch, neighbour, opening):
    arms = dict.fromkeys(("feature_extraction", "end_to_end", "progressive_unfreezing"), LEVELS["zero"])
    measured = with_accuracy(results, from_scratch=LEVELS[scratch], random_features=6 * [0.1], **arms)
    said = verdicts.worth_of_pretraining(measured, {"nearest_neighbour": np.array(LEVELS[neighbour])})
    assert said.startswith(opening)


def test_where_nothing_learns_pretraining_is_not_judged(results):
    measured = with_accuracy(results, **dict.fromkeys(results, 6 * [0.2]))
    assert (
        verdicts.worth_of_pretraining(measured, {}) == "Whether pretraining pays cannot be told where nothing learns."
    )


def test_answer_of_a_stopped_run_says_that_it_was_stopped(results):
    stopped = next(step for step in compare_steps(QUICK) if step.results)
    stopped = present(stopped.results)()
    assert verdicts.answer(stopped, {}).startswith("Stopped after epoch 1, so far: ")
    assert not verdicts.answer(results, {}).startswith("Stopped")


def test_price_names_the_old_task(results):
    before = results["end_to_end"].source_accuracy_before.mean()
    assert f"the network started at {sentences.percent(before)}" in sentences.price(results)


def test_price_says_that_the_saving_needs_unchanging_images(results):
    assert "with augmented images it would compute them in every epoch" in sentences.price(results)


def test_few_seeds_have_no_interval_but_the_words():
    assert sentences.accuracy_words(np.full(5, 0.9)).endswith("(too few seeds)")


def test_lesson_has_no_old_task_to_speak_of():
    results = compare(scenario_config("lesson", n_epochs=3, unfreeze_epoch=1, n_seeds=2, hidden_sizes=(8,)))
    assert "old task" not in sentences.price(results)
    assert "Nothing was pretrained" in verdicts.worth_of_pretraining(results, {})
    assert "old task" not in sentences.cost_words(results["end_to_end"], results["feature_extraction"])


def test_trouble_names_only_the_strategies_that_broke_down():
    results = compare(QUICK.but(backbone_learning_rate=100.0, n_epochs=20, weight_decay=1.0))
    said = sentences.trouble(results)
    assert any("End-to-end fine-tuning diverged" in sentence for sentence in said)
    assert not any("Feature extraction" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_epochs": 40}, "epochs 60, not 40"),
        ({"batch_size": None}, "batch size 32, not full"),
        ({}, "the same settings"),
        ({"scenario": "low_to_high"}, "scenario “MNIST to UCI digits, off centre”"),
    ],
)
def test_differences_are_named(change, words):
    assert sentences.differences(RunConfig(), RunConfig().but(**change)) == words


def test_summary_has_what_the_run_says(results):
    table = tables.summary(results, {"logistic_regression": np.array([0.5, 0.6, 0.7])}).set_index("strategy")
    full = table.loc["End-to-end fine-tuning"]
    assert full["speed_up_multiply_adds"] == 1
    assert full["test_accuracy"] == pytest.approx(results["end_to_end"].test_accuracy.mean())
    assert full["trainable_layers"] == "2 of 2"
    assert table.loc["Feature extraction", "trainable_parameters"] == 9 * 5
    assert table.loc["Logistic regression on pixels", "test_accuracy"] == pytest.approx(0.6)
    assert table["source_after"].isna()["From scratch"]
    assert full["pretraining_multiply_adds"] == pretraining_multiply_adds(QUICK) > full["multiply_adds"]
    assert table["pretraining_multiply_adds"].isna()["From scratch"]
    assert not [column for column in table if "seconds" in str(column)]  # two runs of the same work differ by half


def test_curves_download_holds_every_seed_and_epoch(results):
    table = tables.per_epoch(results)
    assert len(table) == 5 * 6 * 7
    row = table[(table["strategy"] == "end_to_end") & (table["seed"] == 1) & (table["epoch"] == 6)].iloc[0]
    assert row["val_loss"] == results["end_to_end"].history["val_loss"][1, 6]


def test_moved_sentence_proves_the_freeze(results):
    assert "**exactly 0**" in moved_sentence(results["progressive_unfreezing"])
    assert moved_sentence(results["end_to_end"]) == "No layer was ever frozen in this schedule."


def test_sweep_sentence_names_the_best_epoch_and_ours():
    config = QUICK.but(n_epochs=8, unfreeze_epoch=3)
    *_, last = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", [0, 3, 8])
    swept = present(last.results)()
    means = {epoch: swept[epoch].val_accuracy.mean() for epoch in swept}
    assert f"epoch {max(means, key=means.__getitem__)} reaches" in sweep_evidence(swept, config)[0]
    assert "epoch 3" in sweep_evidence(swept, config)[0]
    assert "at least two unfreeze epochs" in sweep_sentence({"0": swept["0"]}, config)


def test_the_best_of_many_epochs_is_not_called_better_than_one_that_it_only_happens_to_lead(results):
    config = QUICK.but(n_epochs=8, unfreeze_epoch=8, n_seeds=10)
    level = 0.8 + 0.01 * np.random.default_rng(3).standard_normal((10, 9))
    swept = {str(epoch): swept_run(results, level[:, epoch]) for epoch in range(9)}
    assert sweep_sentence(swept, config) == "The unfreeze epoch makes no clear difference on the new task."
    assert sweep_evidence(swept, config)[0].endswith("cannot be told apart from it.")
    swept["4"] = swept_run(results, level[:, 4] + 0.1)
    assert sweep_sentence(swept, config) == "Unfreezing at epoch 4 is best for the new task."
    assert re.search(
        r"epoch 4 reaches .* and leads your epoch 8 by \S+ to \S+ points", sweep_evidence(swept, config)[0]
    )


def test_sweep_is_the_same_grid_wherever_the_slider_stands():
    epochs = sweep_epochs(RunConfig(n_epochs=200, unfreeze_epoch=33))
    assert (epochs[0], epochs[-1]) == (0, 200)
    assert epochs == sweep_epochs(RunConfig(n_epochs=200, unfreeze_epoch=90))


def test_decay_presets_are_different_rules():
    assert len({(preset.layer_decay, preset.gradual) for preset in DECAY_PRESETS}) == len(DECAY_PRESETS)


def test_presets_are_different_runs_and_promise_no_figure():
    assert len({preset.config for preset in PRESETS}) == len(PRESETS)
    assert not any("%" in preset.comment for preset in PRESETS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_size_of_the_training_set_is_said(scenario):
    assert sentences.cap(scenario_config(scenario)).startswith(("10 images", "all images"))


def test_preset_of_pretraining_that_does_not_pay_does_not():
    preset = next(preset for preset in PRESETS if preset.title == "Pretraining that does not pay")
    said = verdicts.worth_of_pretraining(compare(preset.config), measure_baselines(preset.config))
    assert said.startswith("Pretraining does not pay")


def test_preset_of_a_rate_too_high_makes_fine_tuning_collapse():
    preset = next(preset for preset in PRESETS if preset.title == "Rate too high")
    results = compare(preset.config, ["feature_extraction", "end_to_end"])
    assert results["end_to_end"].test_accuracy.max() < 0.5 < results["feature_extraction"].test_accuracy.min()


def test_preset_unfrozen_at_epoch_0_is_end_to_end():
    preset = next(preset for preset in PRESETS if preset.title == "Unfrozen at epoch 0")
    results = compare(preset.config, ["end_to_end", "progressive_unfreezing"])
    assert (results["end_to_end"].test_accuracy == results["progressive_unfreezing"].test_accuracy).all()
