from itertools import product
from typing import Any

import pytest

from transfer_core import STRATEGIES, Phase, RunConfig
from transfer_core.schedules import n_epochs

EVERY = pytest.mark.parametrize("name", STRATEGIES)
GRID = [
    RunConfig(n_epochs=length, unfreeze_epoch=epoch, gradual=gradual, layer_decay=decay, hidden_sizes=(8,) * depth)
    for length, share, gradual, decay, depth in product((1, 7), (0, 0.5, 1), (False, True), (1.0, 0.5), (1, 3))
    for epoch in [round(share * length)]
]


def _progressive(**changes):
    fields: dict[str, Any] = {
        "n_epochs": 10,
        "unfreeze_epoch": 4,
        "hidden_sizes": (8, 8, 8),
        "unfrozen_learning_rate": 0.02,
    }
    return STRATEGIES["progressive_unfreezing"].build(RunConfig(**fields | changes))


@EVERY
def test_a_strategy_says_what_it_is(name):
    strategy = STRATEGIES[name]
    assert strategy.summary.endswith(".")
    assert strategy.title[0].isupper()
    assert strategy.short[0].isupper()
    assert strategy.best_for


def test_the_strategies_that_were_promised_are_there_with_their_start():
    pretrained = {name: strategy.pretrained for name, strategy in STRATEGIES.items()}
    promised = {
        "feature_extraction": True,
        "end_to_end": True,
        "progressive_unfreezing": True,
        "from_scratch": False,
        "random_features": False,
    }
    assert promised.items() <= pretrained.items()


@EVERY
@pytest.mark.parametrize("config", GRID, ids=lambda c: f"{c.unfreeze_epoch}of{c.n_epochs}-{c.gradual}-{c.n_layers}")
def test_every_schedule_is_whole_trains_the_head_and_only_ever_frees_layers(name, config):
    schedule = STRATEGIES[name].build(config)
    assert n_epochs(schedule) == config.n_epochs
    lowest = [phase.first_trainable for phase in schedule]
    assert lowest == sorted(lowest, reverse=True)
    for phase in schedule:
        assert len(phase.frozen) == len(phase.learning_rates) == config.n_layers
        assert not phase.frozen[-1]
        assert list(phase.frozen) == sorted(phase.frozen, reverse=True)
        assert [rate == 0 for rate in phase.learning_rates] == list(phase.frozen)


@EVERY
def test_building_twice_gives_equal_schedules(name):
    assert STRATEGIES[name].build(GRID[0]) == STRATEGIES[name].build(GRID[0])


def test_feature_extraction_trains_the_head_alone_at_its_rate():
    config = RunConfig(n_epochs=5, unfreeze_epoch=0, hidden_sizes=(8, 8), head_learning_rate=0.3)
    for name in ("feature_extraction", "random_features"):
        assert STRATEGIES[name].build(config) == (Phase("head only", 5, (True, True, False), (0.0, 0.0, 0.3)),)


def test_end_to_end_trains_all_layers_at_one_rate():
    config = RunConfig(n_epochs=5, unfreeze_epoch=0, hidden_sizes=(8, 8), backbone_learning_rate=0.3)
    for name in ("end_to_end", "from_scratch"):
        assert STRATEGIES[name].build(config) == (Phase("all layers", 5, (False,) * 3, (0.3, 0.3, 0.3)),)


def test_progressive_at_once_has_two_phases():
    assert _progressive(head_learning_rate=0.3) == (
        Phase("head only", 4, (True, True, True, False), (0.0, 0.0, 0.0, 0.3)),
        Phase("all layers", 6, (False,) * 4, (0.02,) * 4),
    )


def test_layer_decay_slows_each_layer_below_the_head():
    rates = _progressive(layer_decay=0.5)[1].learning_rates
    assert rates == pytest.approx((0.0025, 0.005, 0.01, 0.02))


def test_layer_decay_does_not_touch_the_head_only_phase():
    assert _progressive(layer_decay=0.5)[0] == _progressive()[0]


def test_gradual_frees_one_layer_a_step_from_the_top():
    schedule = _progressive(gradual=True, layer_decay=0.5)
    assert [(phase.name, phase.n_epochs) for phase in schedule] == [
        ("head only", 4),
        ("layer 3 and up", 2),
        ("layer 2 and up", 2),
        ("all layers", 2),
    ]
    assert schedule[1].learning_rates == pytest.approx((0, 0, 0.01, 0.02))
    assert schedule[2].learning_rates == pytest.approx((0, 0.005, 0.01, 0.02))


def test_gradual_gives_the_epochs_left_over_to_the_earlier_steps():
    assert [phase.n_epochs for phase in _progressive(gradual=True, unfreeze_epoch=2)] == [2, 3, 3, 2]


@pytest.mark.parametrize(("unfreeze_epoch", "lowest"), [(10, [3]), (9, [3, 2]), (8, [3, 2, 1]), (7, [3, 2, 1, 0])])
def test_gradual_with_fewer_epochs_than_layers_leaves_the_lowest_frozen(unfreeze_epoch, lowest):
    schedule = _progressive(gradual=True, unfreeze_epoch=unfreeze_epoch)
    assert [phase.first_trainable for phase in schedule] == lowest
    assert [phase.n_epochs for phase in schedule[1:]] == [1] * (len(lowest) - 1)


@pytest.mark.parametrize("gradual", [False, True])
def test_unfreezing_at_epoch_0_has_no_head_only_phase(gradual):
    names = [phase.name for phase in _progressive(unfreeze_epoch=0, gradual=gradual)]
    assert names == (["layer 3 and up", "layer 2 and up", "all layers"] if gradual else ["all layers"])


@pytest.mark.parametrize("gradual", [False, True])
def test_unfreezing_at_the_end_is_feature_extraction(gradual):
    config = RunConfig(n_epochs=6, unfreeze_epoch=6, gradual=gradual)
    progressive, frozen = (STRATEGIES[name].build(config) for name in ("progressive_unfreezing", "feature_extraction"))
    assert progressive == frozen


def test_with_one_hidden_layer_gradual_is_at_once():
    assert _progressive(hidden_sizes=(8,), gradual=True) == _progressive(hidden_sizes=(8,))
