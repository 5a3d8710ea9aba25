import pytest

from transfer_core import STRATEGIES, Phase, run, scenario_config
from transfer_core.costs import Cost, cost, multiply_adds, n_parameters, trained_layers

LESSON = (64, 128, 10)  # products 8,192 and 1,280
HEAD = (Phase("head", 50, (True, False), (0.0, 0.1)),)
ALL = (Phase("all", 50, (False, False), (0.1, 0.1)),)


def test_parameters_of_the_lessons_network():
    assert n_parameters(LESSON, (0, 1)) == 9_610
    assert n_parameters(LESSON, (0,)) == 8_320
    assert n_parameters(LESSON, (1,)) == 1_290
    assert n_parameters(LESSON, ()) == 0


def test_trained_layers_are_those_of_any_phase_in_order():
    middle = Phase("middle", 1, (True, False, True), (0.0, 0.1, 0.0))
    bottom = Phase("bottom", 1, (False, True, True), (0.1, 0.0, 0.0))
    assert trained_layers((middle, bottom)) == (0, 1)
    assert trained_layers(HEAD) == (1,)
    assert trained_layers(()) == ()


def test_end_to_end_counts_forward_weights_and_the_gradient_handed_down():
    # Forward 8,192 + 1,280, weights the same again, handed down 1,280: nothing goes below the inputs.
    assert multiply_adds(ALL, LESSON, n_examples=1) == 50 * (9_472 + 9_472 + 1_280)
    assert multiply_adds(ALL, LESSON, n_examples=7) == 7 * 50 * 20_224


def test_feature_extraction_pays_for_its_backbone_once():
    assert multiply_adds(HEAD, LESSON, n_examples=3) == 3 * (8_192 + 50 * 2 * 1_280)
    assert multiply_adds(HEAD, LESSON, n_examples=3, cache_features=False) == 3 * 50 * (8_192 + 2 * 1_280)


def test_without_a_frozen_prefix_the_cache_changes_nothing():
    assert multiply_adds(ALL, LESSON, n_examples=3, cache_features=False) == multiply_adds(ALL, LESSON, n_examples=3)


def test_a_frozen_layer_above_a_trained_one_is_passed_through_but_not_updated():
    # 4-3-2, only the first layer trains: forward 12 + 6, weights 12, handed down 6.
    assert multiply_adds((Phase("first", 1, (False, True), (0.1, 0.0)),), (4, 3, 2), n_examples=1) == 36


def test_phases_add_up():
    assert multiply_adds(HEAD + ALL, LESSON, n_examples=2) == multiply_adds(HEAD, LESSON, 2) + multiply_adds(
        ALL, LESSON, 2
    )


def test_nothing_that_ran_costs_nothing():
    assert cost((), LESSON, n_examples=10, seconds=0.0) == Cost(0, 0, 0, 0.0)


def test_cost_puts_the_four_together():
    assert cost(HEAD, LESSON, n_examples=3, seconds=1.5) == Cost(1_290, 1, 408_576, 1.5)


@pytest.mark.parametrize(
    ("strategy", "parameters", "layers"),
    [("feature_extraction", 1_290, 1), ("end_to_end", 9_610, 2), ("progressive_unfreezing", 9_610, 2)],
)
def test_a_run_of_the_lesson_reports_its_cost(strategy, parameters, layers):
    config = scenario_config("lesson", n_epochs=4, unfreeze_epoch=2, n_seeds=1)
    reported = run(config, strategy).cost
    pool = 1_257  # 70 % of 1,797
    assert reported.trainable_parameters == parameters
    assert reported.trainable_layers == layers
    assert reported.multiply_adds == multiply_adds(STRATEGIES[strategy].build(config), LESSON, pool)
