import numpy as np
import pytest

from tests.present import present
from tools import worth
from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_core.statistics import paired_gap
from transfer_ui.runs.default_views import default_view

CLEAR = 0.05  # of accuracy: a lead that nobody can miss


def _rivals(config):
    """What needs no training on the source, and the pretrained network as it is."""
    view = present(default_view(config))
    trained = {name: result.test_accuracy for name, result in view.comparison.items()}
    everything = trained | view.baselines
    return {name: scores for name, scores in everything.items() if name not in worth.PRETRAINED}


def _best(config):
    results = present(default_view(config)).comparison
    return max((results[name].test_accuracy for name in worth.PRETRAINED), key=np.mean)


def test_off_centre_pretraining_is_clearly_ahead_of_everything_that_does_without():
    config = scenario_config("off_centre")
    rivals = _rivals(config)
    assert {"from_scratch", "random_features", "logistic_regression", "nearest_neighbour", "zero_shot"} <= set(rivals)
    for name, scores in rivals.items():
        gap = paired_gap(_best(config), scores)
        assert gap.interval.low > CLEAR, name


def test_in_place_nearest_neighbour_does_as_well_as_the_best_pretrained_network():
    config = scenario_config("mnist_to_digits")
    assert _rivals(config)["nearest_neighbour"].mean() > _best(config).mean()


def test_off_centre_forgetting_shows_and_progressive_unfreezing_keeps_the_old_task():
    results = present(default_view(scenario_config("off_centre"))).comparison
    lost = {
        name: float((results[name].source_accuracy_before - results[name].source_accuracy_after).mean())
        for name in worth.PRETRAINED
    }
    assert lost["feature_extraction"] == 0
    assert lost["progressive_unfreezing"] < 0.02
    assert lost["end_to_end"] > 0.05


def test_a_table_has_a_line_per_size_and_the_lead_of_the_best(monkeypatch, capsys):
    monkeypatch.setattr(worth, "SIZES", (1, 2))
    monkeypatch.setattr(worth, "scenario_config", lambda name, seed: _quick(name).but(seed=seed))
    worth.main(["low_to_high", "--seed", "3"])
    title, head, rule, one, two = (line for line in capsys.readouterr().out.splitlines() if line)
    assert title.startswith(f"{SCENARIOS['low_to_high'].title}: source accuracy ")
    assert "Nearest neighbour | Logistic regression | ahead of best rival | CPU s" in head
    assert [line.split(" | ")[0] for line in (one, two)] == ["| 1", "| 2"]
    assert head.count("|") == rule.count("|") == one.count("|") == two.count("|")


def _quick(name):
    return RunConfig(name, hidden_sizes=(8,), pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)


def test_a_scenario_that_is_not_ours_is_refused_in_a_sentence(capsys):
    with pytest.raises(SystemExit):
        worth.main(["nope"])
    assert "invalid choice: 'nope'" in capsys.readouterr().err
