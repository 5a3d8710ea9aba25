import numpy as np
import pytest

from tests.present import present
from transfer_core import STRATEGIES, RunConfig, arm_of, compare, compare_steps
from transfer_core.archive import pack
from transfer_core.measures import FinalAccuracy
from transfer_core.old_task import OldHead
from transfer_ui.on_the_way import SERIES, measures_of
from transfer_ui.runs import steps
from transfer_ui.runs.known_arms import KnownArms

QUICK = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=6, unfreeze_epoch=2, n_seeds=2
)


def compared(config, arms=None):
    return compare(config, arms, measures_of(config))


@pytest.fixture(scope="module")
def known():
    arms = KnownArms()
    arms.add(compared(QUICK))
    return arms


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, set(STRATEGIES)),
        ({"unfreeze_epoch": 3}, set(STRATEGIES) - {"progressive_unfreezing"}),
        ({"backbone_learning_rate": 0.5}, {"feature_extraction", "progressive_unfreezing", "random_features"}),
        ({"head_learning_rate": 0.5}, {"end_to_end", "from_scratch"}),
        ({"n_epochs": 7}, set()),
        ({"images_per_class": 3}, set()),
        ({"momentum": 0.5}, set()),
        ({"seed": 1}, set()),
        ({"n_seeds": 3}, set()),
        ({"pretrain_epochs": 2}, set()),
        ({"scenario": "digits_to_digits"}, set()),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_an_arm_is_known_where_nothing_that_it_depends_on_has_changed(known, changes, same):
    assert set(known.find(QUICK.but(**changes))) == same


@pytest.mark.parametrize("changes", [{"unfreeze_epoch": 3}, {"backbone_learning_rate": 0.5}, {}], ids=str)
def test_a_comparison_with_known_arms_is_that_without(known, changes):
    config = QUICK.but(**changes)
    *_, last = steps.comparison_steps(config, known.find(config))
    found, expected = present(last.results)(), compare(config)
    assert list(found) == list(expected)
    for name, result in expected.items():
        assert found[name].config == config
        assert found[name].arm == result.arm
        np.testing.assert_array_equal(found[name].test_accuracy, result.test_accuracy)
        np.testing.assert_array_equal(found[name].source_accuracy_after, result.source_accuracy_after)
        for metric, values in result.history.items():
            np.testing.assert_array_equal(found[name].history[metric], values)


def test_known_arms_are_not_trained(known, monkeypatch):
    asked = []

    def trained(config, arms, measures):
        asked.extend(arms)
        yield from compare_steps(config, arms, measures)

    monkeypatch.setattr(steps, "compare_steps", trained)
    config = QUICK.but(unfreeze_epoch=3)
    assert list(steps.comparison_steps(config, known.find(config)))
    assert asked == ["progressive_unfreezing"]


def test_the_least_recently_used_go_first():
    arms = KnownArms(max_arms=len(STRATEGIES))
    arms.add(compared(QUICK))
    later = QUICK.but(n_epochs=3)
    arms.add(compared(later))
    assert arms.find(QUICK) == {}
    assert set(arms.find(later)) == set(STRATEGIES)


def test_a_run_is_known_to_whoever_wants_no_more_than_was_measured():
    arms = KnownArms()
    held = {"held": arm_of(QUICK, "end_to_end", anchor=0.1)}
    arms.add(compare(QUICK, held, [FinalAccuracy()]))
    assert arms.find(QUICK, held, ())["held"].val_accuracy.shape == (QUICK.n_seeds,)
    assert arms.find(QUICK, held) == {}
    assert arms.find(QUICK, {"plain": arm_of(QUICK, "end_to_end")}, ()) == {}


def test_the_richer_of_two_measurements_is_kept_and_handed_out_only_as_far_as_asked():
    arms, name = KnownArms(), "end_to_end"
    followed = compare(QUICK, [name], (*measures_of(QUICK), OldHead(QUICK)))
    plain = compared(QUICK, [name])
    for results in (compare(QUICK, [name], [FinalAccuracy()]), plain, followed, plain):
        arms.add(results)
    asked = {name: arm_of(QUICK, name)}
    assert set(arms.find(QUICK, asked, ["source_accuracy"])[name].measured) == {"source_accuracy"}
    assert not arms.find(QUICK, asked, ["source_accuracy"])[name].history
    for_compare = arms.find(QUICK)[name]
    assert set(for_compare.measured) == {"layer_change", SERIES}
    assert pack(
        {name: for_compare, "feature_extraction": compared(QUICK, ["feature_extraction"])["feature_extraction"]}
    )


def test_arms_are_trained_one_after_another_and_only_finished_ones_are_shown():
    asked = {f"held {strength}": arm_of(QUICK, "end_to_end", anchor=strength) for strength in (0.01, 0.1)}
    known = compare(QUICK, {"held 0.1": asked["held 0.1"]}, [FinalAccuracy()])
    seen = list(steps.arms_steps(QUICK, asked, [FinalAccuracy()], known))
    assert {tuple(one.results()) for one in seen[:-1] if one.results} == {("held 0.1",)}
    last = present(seen[-1].results)()
    assert list(last) == list(asked)
    assert not any(result.stopped or result.params for result in last.values() if result.strategy != "held 0.1")
    assert [one.fraction for one in seen] == sorted(one.fraction for one in seen)
    alone = compare(QUICK, {"alone": asked["held 0.01"]}, ())["alone"]
    np.testing.assert_array_equal(last["held 0.01"].source_accuracy_after, alone.source_accuracy_after)
