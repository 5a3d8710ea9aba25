import numpy as np
import pytest

from tests.present import present
from transfer_core import SCENARIOS, RunConfig, compare, compare_steps, scenario_config
from transfer_core.experiment import sweep_steps
from transfer_ui import sentences, tables, verdicts
from transfer_ui.articles.unfreeze import DECAY_PRESETS, moved_sentence, sweep_epochs, sweep_evidence, sweep_sentence
from transfer_ui.controls.presets import PRESETS

QUICK = RunConfig(scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=2, n_epochs=6, unfreeze_epoch=2, n_seeds=6)


@pytest.fixture(scope="module")
def results():
    return compare(QUICK)


def with_accuracy(results, **scores):
    import dataclasses

    return {
        name: dataclasses.replace(result, test_accuracy=np.array(scores.get(name, result.test_accuracy)))
        for name, result in results.items()
    }


@pytest.mark.parametrize(
    ("scratch", "opening"),
    [
        (6 * [0.1], "Pretraining pays"),
        (6 * [1.0], "Pretraining hurts"),
        (2 * [0.9, 0.7, 0.8], "Pretraining makes no clear difference"),
    ],
)
def test_worth_of_pretraining_follows_the_interval(results, monkeypatch, scratch, opening):
    level = 6 * [0.8]
    arms = dict.fromkeys(("feature_extraction", "end_to_end", "progressive_unfreezing"), level)
    monkeypatch.setattr(sentences, "learnt", lambda n_classes: 0.0)
    said = sentences.worth_of_pretraining(with_accuracy(results, from_scratch=scratch, **arms))
    assert said.startswith(opening)


def test_control_that_has_not_learnt_is_no_evidence_for_pretraining():
    preset = next(preset for preset in PRESETS if preset.title == "Rate too high")
    said = sentences.worth_of_pretraining(compare(preset.config))
    assert said.startswith("From scratch does not fit even its own training images")


def test_answer_of_a_stopped_run_says_that_it_was_stopped(results):
    stopped = next(step for step in compare_steps(QUICK) if step.results)
    stopped = present(stopped.results)()
    assert verdicts.answer(stopped, {}).startswith("Stopped after epoch 1, so far: ")
    assert not verdicts.answer(results, {}).startswith("Stopped")


def test_price_names_the_old_task(results):
    before = results["end_to_end"].source_accuracy_before.mean()
    assert f"the network started at {sentences.percent(before)}" in sentences.price(results)


def test_lesson_has_no_old_task_to_speak_of():
    results = compare(scenario_config("lesson", n_epochs=3, unfreeze_epoch=1, n_seeds=2, hidden_sizes=(8,)))
    assert "old task" not in sentences.price(results)
    assert "Nothing was pretrained" in sentences.worth_of_pretraining(results)
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


def test_preset_of_pretraining_that_hurts_does_hurt():
    preset = next(preset for preset in PRESETS if preset.title == "Pretraining that hurts")
    assert sentences.worth_of_pretraining(compare(preset.config)).startswith("Pretraining hurts")


def test_preset_of_a_rate_too_high_makes_fine_tuning_collapse():
    preset = next(preset for preset in PRESETS if preset.title == "Rate too high")
    results = compare(preset.config, ["feature_extraction", "end_to_end"])
    assert results["end_to_end"].test_accuracy.max() < 0.5 < results["feature_extraction"].test_accuracy.min()


def test_preset_unfrozen_at_epoch_0_is_end_to_end():
    preset = next(preset for preset in PRESETS if preset.title == "Unfrozen at epoch 0")
    results = compare(preset.config, ["end_to_end", "progressive_unfreezing"])
    assert (results["end_to_end"].test_accuracy == results["progressive_unfreezing"].test_accuracy).all()
