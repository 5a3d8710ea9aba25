import dataclasses
import itertools

import pytest

from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_ui.controls.knobs import KNOB, KNOBS, config_of, fitted, values_of
from transfer_ui.controls.widgets import short_title


def test_every_field_of_a_run_has_a_knob():
    fields = {field.name for field in dataclasses.fields(RunConfig) if field.init} - {"hidden_sizes"}
    assert {knob.name for knob in KNOBS} == fields | {"hidden_layers", "hidden_width"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_settings_of_a_scenario_are_on_the_grid_of_the_knobs(scenario):
    config = scenario_config(scenario)
    assert fitted(values_of(config)) == (config, [])


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_every_option_survives_being_written_and_read(knob):
    for option in knob.options(values_of(RunConfig())):
        assert knob.value(knob.text(option)) == option
        assert knob.from_widget(knob.on_widget(option)) == option


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_help_says_what_it_does_and_ends_as_a_sentence(knob):
    assert len(knob.help) > 40
    assert knob.help[-1] in ".?"


def test_values_and_config_are_inverse():
    config = RunConfig(hidden_sizes=(32, 32, 32), batch_size=None)
    assert config_of(values_of(config)) == config


@pytest.mark.parametrize(
    ("name", "asked", "used"),
    [
        ("images_per_class", 7, 5),
        ("n_epochs", 10**9, 200),
        ("momentum", float("nan"), 0.0),
        ("momentum", float("inf"), 0.99),
    ],
)
def test_value_off_the_grid_goes_to_the_nearest(name, asked, used):
    config, corrections = fitted(values_of(RunConfig()) | {name: asked})
    assert values_of(config)[name] == used
    assert [correction.name for correction in corrections] == [name]


def test_range_of_the_unfreeze_epoch_ends_with_the_epochs():
    assert list(KNOB["unfreeze_epoch"].options({"n_epochs": 3})) == [0, 1, 2, 3]


def test_names_of_scenarios_fit_into_the_sidebar_and_differ():
    names = [short_title(scenario) for scenario in SCENARIOS]
    assert max(map(len, names)) <= 32  # what its control has room for
    assert len(set(names)) == len(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_most_images_on_the_slider_are_there(scenario):
    most = max(count for count in KNOB["images_per_class"].options({"scenario": scenario}) if count)
    assert scenario_config(scenario, images_per_class=most).images_per_class == most


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_rule_with_steps_is_true_of_every_option(knob, scenario):
    options = knob.options(values_of(scenario_config(scenario)))
    rule = knob.rule(options)
    if rule.startswith("between"):
        step = float(rule.rpartition(" in steps of ")[2]) if "steps" in rule else 1
        assert [round(later - earlier, 6) for earlier, later in itertools.pairwise(options)] == [step] * (
            len(options) - 1
        )
    else:
        assert all(knob.text(option) in rule for option in options)


def test_correction_calls_the_knob_as_the_page_does():
    _, corrections = fitted(values_of(RunConfig()) | {"shift_amount": 7.0, "n_epochs": 61})
    assert [correction.sentence for correction in corrections] == [
        "Rotation of the target is now 5: it must be between 0 and 90 in steps of 5.",
        "Epochs is now 60: it must be between 5 and 200 in steps of 5.",
    ]
