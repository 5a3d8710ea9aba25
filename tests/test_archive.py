from dataclasses import replace

import numpy as np
import pytest

from tests.present import present
from transfer_core import RunConfig, compare
from transfer_core.archive import pack, unpack
from transfer_core.experiment import sweep_steps

QUICK = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=6, unfreeze_epoch=2, n_seeds=3
)


@pytest.fixture(scope="module")
def results():
    return compare(QUICK)


def test_all_but_the_weights_comes_back_to_the_bit(results):
    again = unpack(pack(results), QUICK)
    assert list(again) == list(results)
    for name, result in results.items():
        found = again[name]
        assert (found.config, found.strategy, found.arm, found.schedule, found.cost) == (
            result.config,
            result.strategy,
            result.arm,
            result.schedule,
            result.cost,
        )
        for metric, values in result.history.items():
            np.testing.assert_array_equal(found.history[metric], values)
            assert found.history[metric].dtype == values.dtype
        for one in ("test_accuracy", "source_accuracy_before", "source_accuracy_after", "layer_change", "drift"):
            np.testing.assert_array_equal(getattr(found, one), getattr(result, one))
        assert found.params == found.pretrained == ()
        assert found.n_epochs == 6
        assert not found.stopped


def test_a_sweep_comes_back_with_the_value_of_each_run():
    *_, last = sweep_steps(QUICK, "progressive_unfreezing", "unfreeze_epoch", [0, 4])
    swept = present(last.results)()
    again = unpack(pack(swept), QUICK.but(unfreeze_epoch=0))
    assert [one.config.unfreeze_epoch for one in again.values()] == [0, 4]
    for value, result in swept.items():
        np.testing.assert_array_equal(again[value].val_accuracy, result.val_accuracy)


def test_numbers_that_are_none_survive(results):
    broken = {
        name: replace(one, history={k: np.full_like(v, np.nan) for k, v in one.history.items()})
        for name, one in results.items()
    }
    assert np.isnan(unpack(pack(broken), QUICK)["end_to_end"].history["train_loss"]).all()


def test_a_sweep_measures_its_final_scores_alone():
    *_, last = sweep_steps(QUICK, "end_to_end", "momentum", [0.5])
    result = present(last.results)()["0.5"]
    assert result.history == {}
    whole = compare(QUICK.but(momentum=0.5), ["end_to_end"])["end_to_end"]
    np.testing.assert_array_equal(result.val_accuracy, whole.val_accuracy)
    np.testing.assert_array_equal(result.drift, whole.drift)


def test_only_a_strategys_own_arm_is_packed(results):
    result = results["end_to_end"]
    with pytest.raises(ValueError, match="'held'"):
        pack({"held": replace(result, arm=replace(result.arm, anchor=0.1))})
