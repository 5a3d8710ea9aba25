import numpy as np
import pytest

from tests.present import present
from transfer_core import SCENARIOS, RunConfig, compare, scenario_config
from transfer_core.baselines import measure_baselines
from transfer_core.experiment import sweep_steps
from transfer_ui.articles.forgetting.arms import DEFAULT_STRENGTH, at_the_settings, elsewhere
from transfer_ui.articles.unfreeze.swept import sweep_epochs
from transfer_ui.on_the_way import SERIES, measures_of
from transfer_ui.runs.default_views import FOLDER, default_arms, default_view

SAMPLE = ("off_centre", "mnist_to_digits", "digits_to_parity")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_a_small_view_for_its_present_settings(scenario):
    view = present(default_view(scenario_config(scenario)))
    assert set(view.sweep) == {str(epoch) for epoch in sweep_epochs(scenario_config(scenario))}
    assert (FOLDER / f"{scenario}.npz").stat().st_size < 100_000
    assert {"date", "versions", "machine", "command"} <= set(view.made)


def test_other_settings_have_none():
    assert default_view(RunConfig(seed=1)) is None
    assert default_view(RunConfig(n_epochs=59)) is None


@pytest.mark.parametrize("scenario", SAMPLE)
def test_what_is_stored_is_what_is_trained(scenario):
    config = scenario_config(scenario)
    view = present(default_view(config))
    for name, trained in compare(config, measures=measures_of(config)).items():
        stored = view.comparison[name]
        assert set(stored.measured) == {*trained.measured, "drift"}
        np.testing.assert_allclose(stored.test_accuracy, trained.test_accuracy, atol=0.005)
        np.testing.assert_allclose(stored.source_accuracy_after, trained.source_accuracy_after, atol=0.005)
        # Another BLAS rounds otherwise, and training amplifies it.
        np.testing.assert_allclose(stored.history["val_loss"], trained.history["val_loss"], atol=1e-3)
        np.testing.assert_allclose(stored.drift, trained.drift, rtol=1e-2)
        np.testing.assert_allclose(stored.measured[SERIES].values, trained.measured[SERIES].values, atol=0.02)
        assert stored.cost[:3] == trained.cost[:3]
    for name, scores in measure_baselines(config).items():
        np.testing.assert_allclose(view.baselines[name], scores, atol=0.005)


def test_the_stored_sweep_is_what_is_trained():
    config = RunConfig()
    *_, last = sweep_steps(config, "progressive_unfreezing", "unfreeze_epoch", sweep_epochs(config)[:2])
    for value, trained in present(last.results)().items():
        np.testing.assert_allclose(
            present(default_view(config)).sweep[value].val_accuracy, trained.val_accuracy, atol=0.01
        )


@pytest.mark.parametrize("ask", [at_the_settings, elsewhere])
def test_the_stored_arms_of_the_old_task_are_what_is_trained(ask):
    asked = ask(RunConfig(), float(DEFAULT_STRENGTH))
    stored = present(default_arms(asked.config, asked.arms)).results
    assert list(stored) == list(asked.arms)
    assert {one.arm for one in stored.values()} == set(asked.arms.values())
    assert (FOLDER / f"{asked.config.scenario}.arms.npz").stat().st_size < 100_000
    name = list(asked.arms)[-1]
    trained = compare(asked.config, {name: asked.arms[name]}, asked.measures)[name]
    assert {*stored[name].history, *stored[name].measured} >= set(asked.series)
    np.testing.assert_allclose(stored[name].test_accuracy, trained.test_accuracy, atol=0.005)
    np.testing.assert_allclose(stored[name].source_accuracy_after, trained.source_accuracy_after, atol=0.005)
    for series in set(trained.measured) - {"old_answers"}:
        np.testing.assert_allclose(
            stored[name].measured[series].values, trained.measured[series].values, rtol=0.02, atol=0.02, err_msg=series
        )


def test_arms_of_another_strength_or_other_settings_are_not_stored():
    for config, strength in ((RunConfig(), 0.1), (RunConfig(seed=1), float(DEFAULT_STRENGTH))):
        asked = at_the_settings(config, strength)
        assert default_arms(asked.config, asked.arms) is None
