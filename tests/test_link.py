from urllib.parse import parse_qsl

import pytest

from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_ui.controls.link import from_query, quoted, to_query, to_text
from transfer_ui.controls.presets import PRESETS


@pytest.mark.parametrize(
    "config", [scenario_config(name) for name in SCENARIOS] + [preset.config for preset in PRESETS]
)
def test_link_brings_back_the_same_run(config):
    assert from_query(dict(parse_qsl(to_text(config)))) == (config, [])


def test_link_names_only_what_differs_from_the_scenario():
    assert to_query(RunConfig()) == {"scenario": "mnist_to_digits"}
    assert to_query(scenario_config("lesson", n_epochs=80)) == {"scenario": "lesson", "n_epochs": "80"}


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"n_epochs": "x"}, "n_epochs in the link must be a whole number, got `x`. Using 60."),
        ({"n_epochs": ""}, "n_epochs in the link must be a whole number, got nothing. Using 60."),
        (
            {"images_per_class": "many"},
            "images_per_class in the link must be a whole number or all, got `many`. Using 10.",
        ),
        ({"gradual": "1"}, "gradual in the link must be yes or no, got `1`. Using no."),
        ({"momentum": "-1"}, "momentum in the link must be one of 0, 0.5, 0.8, 0.9, 0.95, 0.99, got `-1`. Using 0."),
        ({"unfreeze_epoch": "99"}, "unfreeze_epoch in the link must be between 0 and 60, got `99`. Using 60."),
        ({"nonsense": "1"}, "The link names a setting that does not exist, `nonsense`. It was left out."),
    ],
)
def test_notice_names_field_rule_and_value(query, notice):
    assert from_query(query).notices == [notice]


def test_unknown_scenario_is_named_and_the_rest_of_the_link_is_kept():
    config, notices = from_query({"scenario": "moon", "n_epochs": "40"})
    assert (config.scenario, config.n_epochs) == ("mnist_to_digits", 40)
    assert len(notices) == 1
    assert notices[0].startswith("scenario in the link must be one of mnist_to_digits,")


def test_parameters_of_streamlit_are_not_taken_for_settings():
    assert from_query({"embed": "true", "embed_options": "dark_theme"}).notices == []


def test_what_was_typed_cannot_become_markup():
    assert quoted("`](javascript:x)\n# big\x00") == "`](javascript:x)# big`"
