import math
from dataclasses import fields

import pytest

from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_core.config import ConfigError

INVALID = [
    ("scenario", "nope", "one of off_centre, mnist_to_digits, "),
    ("scenario", ["lesson"], "one of "),
    ("shift_amount", 91.0, "a number from 0 to 90"),
    ("shift_amount", -1.0, "a number from 0 to 90"),
    ("shift_amount", math.nan, "a number"),
    ("shift_amount", "5", "a number"),
    ("hidden_sizes", (), "a tuple of 1 to 8 widths"),
    ("hidden_sizes", (4,) * 9, "a tuple of 1 to 8 widths"),
    ("hidden_sizes", [64], "a tuple of 1 to 8 widths"),
    ("hidden_sizes", (64, 0), "whole numbers from 1 to 1024"),
    ("hidden_sizes", (1025,), "whole numbers from 1 to 1024"),
    ("hidden_sizes", (True,), "whole numbers from 1 to 1024"),
    ("hidden_sizes", ("64",), "whole numbers from 1 to 1024"),
    ("pretrain_epochs", -1, "a whole number from 0 to 1000"),
    ("pretrain_epochs", True, "a whole number"),
    ("images_per_class", 0, "a whole number from 1 to"),
    ("images_per_class", 107, "a whole number from 1 to 105 in scenario off_centre"),
    ("images_per_class", 5.0, "a whole number"),
    ("n_epochs", 0, "a whole number from 1 to 10000"),
    ("n_epochs", 10_001, "a whole number from 1 to 10000"),
    ("n_epochs", None, "a whole number"),
    ("unfreeze_epoch", 61, "a whole number from 0 to 60 (n_epochs)"),
    ("unfreeze_epoch", -1, "a whole number"),
    ("gradual", 1, "True or False"),
    ("gradual", "yes", "True or False"),
    ("layer_decay", 0.0, "a number above 0 and at most 1"),
    ("layer_decay", 1.5, "a number above 0 and at most 1"),
    ("head_learning_rate", 0, "a number above 0 and at most 100"),
    ("head_learning_rate", math.inf, "a number"),
    ("backbone_learning_rate", 100.1, "a number above 0 and at most 100"),
    ("backbone_learning_rate", True, "a number"),
    ("unfrozen_learning_rate", -0.1, "a number above 0 and at most 100"),
    ("unfrozen_learning_rate", None, "a number"),
    ("batch_size", 0, "a whole number from 1 to 100000"),
    ("batch_size", 32.0, "a whole number"),
    ("momentum", 1.0, "a number from 0 to 0.999"),
    ("momentum", -0.1, "a number from 0 to 0.999"),
    ("momentum", 10**400, "a number from 0 to 0.999"),
    ("weight_decay", 11, "a number from 0 to 10"),
    ("weight_decay", "0", "a number"),
    ("n_seeds", 0, "a whole number from 1 to 1000"),
    ("n_seeds", "10", "a whole number"),
    ("seed", -1, "a whole number from 0 to 1000000"),
    ("seed", 1_000_001, "a whole number"),
    ("seed", True, "a whole number"),
]


@pytest.mark.parametrize(("field", "value", "rule"), INVALID, ids=[f"{f}={str(v)[:12]}" for f, v, _ in INVALID])
def test_an_invalid_value_is_refused_by_field_rule_and_value(field, value, rule):
    with pytest.raises(ConfigError) as caught:
        RunConfig(**{field: value})
    message = str(caught.value)
    assert caught.value.field == field
    assert message.startswith(f"{field} must be {rule}")
    assert message.endswith(f"got {value!r}")


def test_every_field_has_an_invalid_value_above():
    assert {field for field, _, _ in INVALID} == {field.name for field in fields(RunConfig) if field.init}


def test_a_shift_needs_a_scenario_with_a_shift():
    with pytest.raises(
        ConfigError, match=r"shift_amount must be a number from 0 to 0 \(low_to_high has no shift\), got 1"
    ):
        RunConfig(scenario="low_to_high", shift_amount=1)


def test_a_config_error_is_a_value_error():
    with pytest.raises(ValueError, match="seed must be"):
        RunConfig(seed=-1)


@pytest.mark.parametrize(
    "changes",
    [
        {"shift_amount": 90},
        {"hidden_sizes": (1024,) * 8},
        {"pretrain_epochs": 0},
        {"images_per_class": None},
        {"images_per_class": 102},
        {"n_epochs": 1, "unfreeze_epoch": 1},
        {"unfreeze_epoch": 0},
        {"layer_decay": 1},
        {"backbone_learning_rate": 100},
        {"batch_size": None},
        {"momentum": 0.999},
        {"n_seeds": 1, "seed": 1_000_000},
    ],
    ids=str,
)
def test_the_limits_themselves_are_allowed(changes):
    config = RunConfig(**changes)
    assert {name: getattr(config, name) for name in changes} == changes


def test_derived_values():
    config = RunConfig(scenario="low_to_high", hidden_sizes=(32, 16), seed=5, n_seeds=3)
    assert config.seeds == (5, 6, 7)
    assert config.layer_sizes == (64, 32, 16, 5)
    assert config.n_layers == 3


def test_but_changes_a_copy_and_checks_it_again():
    config = RunConfig()
    assert config.but(seed=3).seed == 3
    assert config.seed == 0
    with pytest.raises(ConfigError, match="unfreeze_epoch"):
        config.but(n_epochs=config.unfreeze_epoch - 1)


def test_a_config_is_a_value_that_can_be_a_key():
    assert {RunConfig(): "found"}[RunConfig()] == "found"
    with pytest.raises(AttributeError):
        RunConfig().seed = 1  # type: ignore[misc]  # the mistake is the test


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_settings_of_every_scenario_are_valid(name):
    config = scenario_config(name)
    assert config.scenario == name
    for field, value in SCENARIOS[name].settings.items():
        assert getattr(config, field) == value


def test_changes_win_over_the_settings_of_a_scenario():
    assert scenario_config("lesson", hidden_sizes=(8,)).hidden_sizes == (8,)
    assert scenario_config("lesson", seed=4).hidden_sizes == (128,)


def test_scenario_config_refuses_a_name_like_the_config_itself():
    with pytest.raises(ConfigError, match=r"scenario must be one of .*got 'nope'"):
        scenario_config("nope")
