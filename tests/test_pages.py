"""Every page under AppTest: as it opens, with every control at both ends, from links, after a stop."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.app import PAGE_FILES, QUICK, ROOT, open_page, texts, widget
from transfer_core import SCENARIOS, STRATEGIES, RunConfig, compare
from transfer_ui import tables
from transfer_ui.controls.knobs import KNOBS, config_of, values_of
from transfer_ui.controls.link import to_query, to_text
from transfer_ui.controls.presets import PRESETS
from transfer_ui.runs import cached

LAB_PAGES = ["compare", "unfreeze", "forgetting"]


@pytest.mark.parametrize("page", PAGE_FILES)
def test_page_opens_alone(page):
    app = open_page(page, QUICK)
    assert not app.exception
    assert app.title


@pytest.mark.parametrize("page", PAGE_FILES)
def test_page_opens_through_the_map(page):
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params.update(QUICK)
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert app.title


@pytest.mark.parametrize("page", LAB_PAGES)
def test_answer_comes_first(page):
    app = open_page(page, QUICK)
    assert app.main.children[0].type == "html" or app.title
    first = next(element.value for element in app.markdown if element.value.startswith("####"))
    assert "%" in first or "Inconclusive" in first or "epoch" in first.lower()


@pytest.mark.parametrize("page", LAB_PAGES)
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.no_cover
def test_every_scenario_runs(page, scenario):
    app = open_page(page, QUICK | {"scenario": scenario, "images_per_class": "2"})
    assert not app.exception
    assert not app.warning, texts(app.warning)


@pytest.mark.parametrize("end", ["lowest", "highest"])
@pytest.mark.parametrize("knob", [knob for knob in KNOBS if knob.name != "scenario"], ids=lambda knob: knob.name)
@pytest.mark.no_cover
def test_every_control_at_both_ends(knob, end):
    start = values_of(RunConfig(n_epochs=5, unfreeze_epoch=2, n_seeds=2, pretrain_epochs=1, hidden_sizes=(8, 8)))
    options = knob.options(start)
    value = options[0] if end == "lowest" else options[-1]
    if (knob.name, end) == ("n_epochs", "highest"):
        start["images_per_class"] = 1
    app = open_page("compare", to_query(config_of(start)))
    widget(app, knob.name).set_value(knob.on_widget(value))
    app.run()
    assert not app.exception
    assert app.session_state["config"] == config_of(
        start | {knob.name: value} | ({"unfreeze_epoch": 2} if knob.name == "n_epochs" else {})
    )


def test_fewer_epochs_than_the_unfreeze_epoch_is_said_and_corrected():
    app = open_page("compare", QUICK | {"n_epochs": "40", "unfreeze_epoch": "30"})
    app.slider(key="n_epochs").set_value(20).run()
    assert app.session_state["config"].unfreeze_epoch == 20
    assert "Unfreeze epoch is now 20" in texts(app.warning)


def test_moving_to_the_lesson_brings_its_settings_and_says_so():
    app = open_page("compare", QUICK)
    app.selectbox(key="scenario").set_value("lesson").run()
    config = app.session_state["config"]
    assert (config.hidden_sizes, config.batch_size, config.n_epochs) == ((128,), None, 100)
    assert config.n_seeds == 2
    assert "has its own defaults" in texts(app.warning)


def test_knob_that_a_scenario_corrects_is_called_as_on_the_page():
    app = open_page("compare", QUICK | {"images_per_class": "100"})
    app.selectbox(key="scenario").set_value("digits_to_digits").run()
    assert app.session_state["config"].images_per_class == 50
    (box,) = app.warning
    assert box.value.startswith("Target images per class is now 50: in “")


@pytest.mark.parametrize(
    ("query", "name", "used"),
    [
        ({"n_epochs": "abc"}, "n_epochs", 60),
        ({"n_epochs": "61"}, "n_epochs", 60),
        ({"n_epochs": "999999999999"}, "n_epochs", 200),
        ({"images_per_class": "-3"}, "images_per_class", 1),
        ({"momentum": "nan"}, "momentum", 0.0),
        ({"head_learning_rate": "inf"}, "head_learning_rate", 2.0),
        ({"scenario": "<script>alert(1)</script>"}, "scenario", "off_centre"),
        ({"gradual": "maybe"}, "gradual", False),
        ({"unfreeze_epoch": "70"}, "unfreeze_epoch", 60),
        ({"shift_amount": "7", "scenario": "low_to_high"}, "shift_amount", 0.0),
    ],
)
def test_bad_value_in_a_link_is_said_and_corrected(query, name, used):
    quick = {key: value for key, value in QUICK.items() if key not in ("n_epochs", "unfreeze_epoch")}
    app = open_page("compare", quick | {"images_per_class": "1"} | query)
    assert not app.exception
    assert len(app.warning) == 1
    assert name in app.warning[0].value
    assert values_of(app.session_state["config"])[name] == used
    assert any(element.value.startswith("####") for element in app.markdown)


def test_unknown_setting_in_a_link_is_said():
    app = open_page("compare", QUICK | {"hidden_size": "64"})
    assert "does not exist, `hidden_size`" in texts(app.warning)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_preset_sets_everything_and_comments(monkeypatch, preset):
    app = open_page("compare", QUICK)
    if preset.config.images_per_class != 1:  # settings that train for long are looked at before they do
        monkeypatch.setattr(cached, "comparison", lambda *asked: st.stop())
    app.button(key=f"preset_{preset.title}").click().run(timeout=120)
    assert not app.exception
    assert app.session_state["config"] == preset.config
    assert preset.comment in texts(app.info)


def test_same_link_gives_the_same_numbers():
    first, second = (open_page("compare", QUICK | {"seed": "7"}) for _ in range(2))
    columns = ["strategy", "test_accuracy", "source_after", "train_minus_val"]
    assert first.dataframe[0].value[columns].equals(second.dataframe[0].value[columns])


def test_earlier_run_can_be_pinned_and_is_named():
    app = open_page("compare", QUICK)
    app.select_slider(key="images_per_class").set_value(2).run()
    assert app.selectbox(key="pinned").options == ["Target images per class 10, not 2"]
    app.session_state["pinned"] = to_text(config_of(values_of(app.session_state["config"]) | {"images_per_class": 10}))
    app.run()
    assert not app.exception
    assert "an earlier run with target images per class 10, not 2" in texts(app.caption)
    assert "images_per_class" not in app.query_params["pin"][0]


def test_pin_in_a_link_is_laid_under_the_curves():
    app = open_page("compare", QUICK | {"pin": "images_per_class=1&n_epochs=5&unfreeze_epoch=2&n_seeds=2"})
    assert not app.exception
    assert "an earlier run with target images per class 1, not 10" in texts(app.caption)


def test_second_view_lists_the_seeds():
    app = open_page("compare", QUICK)
    app.segmented_control(key="numbers").set_value("seeds").run()
    assert list(app.dataframe[0].value["seed"]) == [0, 1]
    assert app.query_params["numbers"] == "seeds"


def test_the_tables_of_the_numbers_stand_side_by_side_and_hold_together_all_of_the_download():
    summary, costs = (
        open_page("compare", QUICK | {"numbers": view}).dataframe[0].value for view in ("summary", "costs")
    )
    assert max(len(summary.columns), len(costs.columns)) <= 7
    assert set(summary["strategy"]) > set(costs["strategy"]) == {strategy.title for strategy in STRATEGIES.values()}
    small = RunConfig(hidden_sizes=(8,), pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    downloaded = set(tables.summary(compare(small), {}))
    assert {*summary, *costs} - {"interval"} == downloaded - {"low", "high", "best_for"}


def test_view_in_a_link_is_opened():
    app = open_page("compare", QUICK | {"numbers": "seeds"})
    assert list(app.dataframe[0].value["seed"]) == [0, 1]
    wrong = open_page("compare", QUICK | {"numbers": "all"})
    assert "numbers in the link must be one of summary, costs, seeds, got `all`" in texts(wrong.warning)


def test_diverging_run_is_named_not_a_traceback():
    app = open_page("compare", QUICK | {"backbone_learning_rate": "2", "momentum": "0.99", "n_epochs": "20"})
    assert not app.exception
    assert any(element.value.startswith("####") for element in app.markdown)


def test_decay_preset_is_one_click():
    app = open_page("unfreeze", QUICK)
    app.button(key="decay_ULMFiT, 1/2.6").click().run()
    assert app.session_state["config"].gradual
    assert app.session_state["config"].layer_decay == pytest.approx(1 / 2.6, abs=1e-3)
    assert not app.exception


def test_frozen_layers_are_shown_not_to_move():
    app = open_page("unfreeze", QUICK)
    assert "**exactly 0**" in texts(app.markdown)


def test_charts_have_words_for_those_who_do_not_see_them():
    for page in LAB_PAGES:
        charts = open_page(page, QUICK).get("vega_lite_chart")
        assert charts
        assert all(len(chart.proto.alt) > 30 for chart in charts)


@pytest.mark.parametrize("page", LAB_PAGES)
def test_dark_theme_has_its_own_colours(page):
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    app.context["theme"] = "dark"
    app.query_params.update(QUICK)
    app.run()
    assert not app.exception
    specs = " ".join(chart.proto.spec for chart in app.get("vega_lite_chart"))
    assert "#E5E7EB" in specs
    assert "#1F2937" not in specs


@pytest.mark.parametrize("page", ["compare", "inside", "unfreeze", "forgetting", "your_schedule"])
def test_no_caption_names_bands_or_intervals_where_too_few_seeds_have_none(page):
    for n_seeds in ("2", "6"):
        app = open_page(page, QUICK | {"seed": "511", "look": "drift", "n_seeds": n_seeds})
        assert not app.exception
        said = texts(app.caption)
        assert ("Band: its 95 %" in said or "95 % intervals" in said) == (n_seeds == "6"), said
