import re
from urllib.parse import parse_qsl

import pytest

from tests.app import ROOT
from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_ui.controls.knobs import values_of
from transfer_ui.controls.link import (
    from_query,
    from_text,
    quoted,
    to_query,
    to_text,
)
from transfer_ui.controls.parameters import OTHER_PARAMETERS, PAGE_PARAMETERS, PLACE_PARAMETERS
from transfer_ui.controls.presets import PRESETS
from transfer_ui.shell.map import PAGES


@pytest.mark.parametrize(
    "config", [scenario_config(name) for name in SCENARIOS] + [preset.config for preset in PRESETS]
)
def test_link_brings_back_the_same_run(config):
    assert from_query(dict(parse_qsl(to_text(config)))) == (config, [])


def test_link_names_only_what_differs_from_the_scenario():
    assert to_query(RunConfig()) == {"scenario": "off_centre"}
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
        ({"n_epochs": "61"}, "n_epochs in the link must be between 5 and 200 in steps of 5, got `61`. Using 60."),
        (
            {"shift_amount": "7"},
            "shift_amount in the link must be between 0 and 90 in steps of 5, got `7`. Using 5.",
        ),
        ({"seed": "1000"}, "seed in the link must be between 0 and 999, got `1000`. Using 999."),
        ({"nonsense": "1"}, "The link names a setting that does not exist, `nonsense`. It was left out."),
    ],
)
def test_notice_names_field_rule_and_value(query, notice):
    assert from_query(query).notices == [notice]


def test_unknown_scenario_is_named_and_the_rest_of_the_link_is_kept():
    config, notices = from_query({"scenario": "moon", "n_epochs": "40"})
    assert (config.scenario, config.n_epochs) == ("off_centre", 40)
    assert len(notices) == 1
    assert notices[0].startswith("scenario in the link must be one of off_centre,")


def test_notices_of_one_field_agree_on_the_value_that_is_used():
    assert from_query({"n_epochs": "5", "unfreeze_epoch": "late"}) == (
        RunConfig(n_epochs=5, unfreeze_epoch=5),
        ["unfreeze_epoch in the link must be a whole number, got `late`. Using 5."],
    )


def test_knob_that_the_link_does_not_name_is_called_as_on_the_page():
    config, notices = from_query({"n_epochs": "5"})
    assert config == RunConfig(n_epochs=5, unfreeze_epoch=5)
    assert notices == ["Unfreeze epoch is now 5: it must be one of 0, 1, 2, 3, 4, 5."]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("-0", 0.0),
        ("  0.5 ", 0.5),
        ("٠.٥", 0.5),
        ("1e400", 0.99),
        ("-1e400", 0.0),
        ("NaN", 0.0),
        ("²", 0.9),
        ("", 0.9),
        ("\ud800", 0.9),
        ("\u202e5.0", 0.9),
        ("5" * 5000, 0.9),
    ],
)
def test_odd_numbers_give_a_value_of_the_control(text, used):
    config, notices = from_query({"momentum": text, "scenario": "low_to_high"})
    assert repr(config.momentum) == repr(used)  # -0.0 is equal to 0.0, but another key of every cache
    assert all(len(notice) < 150 and notice.startswith("momentum in the link must be ") for notice in notices)


@pytest.mark.parametrize("name", ["images_per_class", "n_epochs", "seed", "batch_size", "shift_amount"])
def test_a_value_of_five_thousand_digits_is_not_read(name):
    config, (notice,) = from_query({name: "9" * 5000})
    assert config == RunConfig()
    assert notice.startswith(f"{name} in the link must be at most 50 characters long, got `999")
    assert len(notice) < 150


def test_of_a_repeated_name_the_last_counts():
    assert from_text("n_epochs=40&n_epochs=80").config.n_epochs == 80


@pytest.mark.parametrize(
    ("names", "notice"),
    [
        (["N_EPOCHS"], "a setting that does not exist, `N_EPOCHS`. It was left out."),
        (["a", "b c"], "2 settings that do not exist, `a` and `b c`. They were left out."),
        (
            ["a" * 5000, "", "\u202e", "d", "e"],
            f"5 settings that do not exist, such as `{'a' * 30}…`, nothing and characters that cannot be shown. "
            "They were left out.",
        ),
    ],
)
def test_all_unknown_names_are_one_sentence(names, notice):
    assert from_query(dict.fromkeys(names, "1")) == (RunConfig(), [f"The link names {notice}"])


def test_run_inside_a_link_is_read_like_a_link():
    config, notices = from_text("pin=scenario%3Dlesson&n_epochs=&hello")
    assert config == RunConfig()
    assert len(notices) == 2
    assert notices[1] == "n_epochs in the link must be a whole number, got nothing. Using 60."


def test_run_inside_a_link_that_is_too_long_is_not_read():
    with pytest.raises(ValueError, match="at most 2,000 characters long"):
        from_text("n_epochs=40&" * 1000)


def test_parameters_of_a_page_are_no_settings_and_belong_to_one_page():
    names = [name for parameters in PAGE_PARAMETERS.values() for name in parameters]
    assert len(set(names)) == len(names)
    assert OTHER_PARAMETERS.isdisjoint(values_of(RunConfig()))
    assert set(names) == PLACE_PARAMETERS < OTHER_PARAMETERS


def test_every_parameter_that_a_page_reads_is_listed_and_no_other():
    files = [path for room in ("pages", "transfer_ui") for path in (ROOT / room).rglob("*.py")]
    sources = "".join(path.read_text(encoding="utf-8") for path in files if path.stem != "parameters")
    read = re.findall(r'(?:choose_in_link|query_params(?:\.\w+)?)[(\[]\s*"(\w+)"', sources)
    assert set(read) <= PLACE_PARAMETERS
    assert not [name for name in PLACE_PARAMETERS if f'"{name}"' not in sources]
    assert set(PAGE_PARAMETERS) <= {page.file for page in PAGES}


def test_parameters_of_streamlit_are_not_taken_for_settings():
    assert from_query({"embed": "true", "embed_options": "dark_theme"}).notices == []


@pytest.mark.parametrize(
    ("text", "shown"), [("", "nothing"), (" ", "nothing"), ("``", "characters that cannot be shown")]
)
def test_what_cannot_be_seen_is_said(text, shown):
    assert quoted(text) == shown


def test_what_was_typed_cannot_become_markup():
    assert quoted("`](javascript:x)\n# big\x00") == "`](javascript:x)# big`"
