"""The page Unfreeze: the plane, the timeline whose handle sets the unfreeze epoch, the scale of what the weights did."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.app import QUICK, open_page, texts, widget
from tests.browser import answer, settled
from tests.present import present
from transfer_core import STRATEGIES, RunConfig, compare
from transfer_core.experiment import sweep_steps
from transfer_ui.articles.unfreeze import words
from transfer_ui.charts import layer_change, plane, plane_rows, sweep
from transfer_ui.charts.components import timeline
from transfer_ui.charts.two_tasks import AXES

CONFIG = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=6, unfreeze_epoch=2, n_seeds=6
)
PURE = ("feature_extraction", "end_to_end")


@pytest.fixture(scope="module")
def results():
    return compare(CONFIG, [*PURE, "progressive_unfreezing"])


@pytest.fixture(scope="module")
def swept():
    *_, last = sweep_steps(CONFIG, "progressive_unfreezing", "unfreeze_epoch", [0, 2, 6])
    return present(last.results)()


def pictured(swept, results, chosen):
    return plane_rows.picture(swept, {name: results[name] for name in PURE}, chosen)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_templates_are_valid_vega_lite(mode):
    for spec in (plane.plane_template(mode), layer_change.change_template(mode)):
        alt.LayerChart.from_dict(spec)


@pytest.mark.parametrize("chosen", [0, 2, 6])
def test_path_goes_from_zero_to_never_and_says_where_the_visitor_is(swept, results, chosen):
    rows = pictured(swept, results, chosen).rows
    path = rows[rows["role"] == "path"]
    assert path["epoch"].tolist() == [0, 2, 6]
    assert path["now"].tolist() == [epoch == chosen for epoch in (0, 2, 6)]
    assert path["arm"].iloc[-1] == "Feature extraction"
    assert {f"you are here: {chosen}", "6: feature extraction"} <= set(rows["label"])


def test_path_under_way_ends_at_feature_extraction(results):
    rows = pictured({"2": results["progressive_unfreezing"]}, results, 2).rows
    assert rows.loc[rows["role"] == "path", "epoch"].tolist() == [2, 6]


def test_end_to_end_too_far_away_is_named_and_not_drawn(swept, results):
    plain = results["end_to_end"]
    far = results | {"end_to_end": replace(plain, source_accuracy_after=plain.source_accuracy_after - 5)}
    drawn = pictured(swept, far, 2)
    outside = drawn.rows[drawn.rows["role"] == "outside"]
    assert outside["label"].tolist() == ["off the chart: end-to-end, rate 0.05"]
    assert (outside["source"] < drawn.frame["source_low"]).all()
    assert "end-to-end, rate 0.05" not in set(drawn.rows.loc[drawn.rows["role"] == "label", "label"])


def test_no_label_leaves_the_plane_and_two_of_one_point_stand_apart(swept, results):
    drawn = pictured(swept, results, 0)
    labels = drawn.rows[drawn.rows["role"] == "label"]
    share = (labels["target"] - drawn.frame["target_low"]) / (drawn.frame["target_high"] - drawn.frame["target_low"])
    assert (share[labels["right"].astype(bool)] > 0.2).all()
    assert (share[~labels["right"].astype(bool)] < 0.8).all()
    at_zero = labels[labels["epoch"] == 0]
    assert len(at_zero) == 2
    assert at_zero["right"].nunique() == 2 or at_zero["nudge_low"].nunique() == 2


def test_two_seeds_have_no_interval_in_the_plane(results):
    few = compare(CONFIG.but(n_seeds=2), list(results))
    rows = pictured({"2": few["progressive_unfreezing"]}, few, 2).rows
    ends = [f"{axis}_{end}" for axis in AXES for end in ("low", "high")]
    assert rows[ends].isna().all(axis=None)
    assert np.isfinite(list(pictured({}, few, 2).frame.values())).all()


def test_headline_names_what_the_old_task_pays(swept, results):
    never = results["feature_extraction"]
    lost = {
        epoch: replace(run, source_accuracy_after=never.source_accuracy_after - 0.1) for epoch, run in swept.items()
    }
    said = words.headline(lost, results)
    assert "costs the old 10.0 points" in said or said.startswith("Never unfreezing")
    assert len(said.split()) <= 15


def test_sweep_axis_ends_with_the_data():
    spec = sweep.sweep_template("val_accuracy", "light", "Unfreeze epoch")
    domains = [layer["encoding"]["x"]["scale"]["domain"] for layer in spec["layer"] if "x" in layer["encoding"]]
    assert len(domains) >= 5
    assert all(domain == [0, {"expr": "data('frame')[0].last"}] for domain in domains)


def test_timeline_has_a_schedule_for_every_place_of_its_handle():
    config = CONFIG.but(gradual=True)
    schedules = [STRATEGIES["progressive_unfreezing"].build(config.but(unfreeze_epoch=at)) for at in range(7)]
    data = timeline.data_of(schedules, "light")
    assert data["layers"] == ["head", "layer 2", "layer 1"]
    for at, drawn in enumerate(data["schedules"]):
        assert sum(length for _, length in drawn) == 6
        head_only = data["phases"][drawn[0][0]]["layers"]
        assert (drawn[0][1] == at and not head_only[1]["rate"]) or at == 0
    assert data["phases"][data["schedules"][0][-1][0]]["layers"][2]["rate"] == "0.02"


@pytest.mark.parametrize("epoch", ["0", "5"])
def test_page_opens_at_both_ends_of_the_unfreeze_epoch(epoch):
    app = open_page("unfreeze", QUICK)
    widget(app, "unfreeze_epoch").set_value(int(epoch)).run()
    assert not app.exception
    assert app.query_params["unfreeze_epoch"] == epoch
    assert (
        f"you are here: {'unfrozen from the start' if epoch == '0' else 'never unfrozen'}"
        in app.get("vega_lite_chart")[0].proto.alt
    )


@pytest.mark.parametrize("query", [{"pretrain_epochs": "0"}, {"scenario": "lesson"}])
def test_without_an_old_task_the_first_figure_is_the_new_task_by_epoch(query):
    app = open_page("unfreeze", QUICK | query)
    assert not app.exception
    assert app.get("vega_lite_chart")[0].proto.alt.startswith("New task: validation accuracy for unfreeze epoch")
    assert "old task" not in texts(app.caption).lower()


@pytest.mark.browser
def test_unfreeze_epoch_is_dragged_and_moved_by_keys_and_all_else_follows(server: str, page: Page):
    page.goto(f"{server}/unfreeze?n_epochs=20&unfreeze_epoch=8&n_seeds=6&pretrain_epochs=2&hidden_width=16")
    answer(page)
    settled(page)
    handle = page.get_by_test_id("stMain").get_by_role("slider", name="Unfreeze epoch")
    slider = page.get_by_test_id("stSidebar").get_by_role("slider", name="Unfreeze epoch")
    here = page.get_by_test_id("stVegaLiteChart").first.locator("svg")
    expect(handle).to_have_attribute("aria-valuenow", "8")
    box = present(handle.bounding_box())
    plot = present(page.locator(".timeline.moves .plot").bounding_box())
    page.mouse.move(box["x"] + 1, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 15 / 20, box["y"] + 30, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("unfreeze_epoch=15"))
    expect(slider).to_have_value("15")
    expect(here).to_contain_text("you are here: 15")
    page.get_by_role("button", name="Download as SVG: schedule").first.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    said = [one.text for one in ElementTree.parse(download.value.path()).iter("{http://www.w3.org/2000/svg}text")]
    assert {"layer 1", "layer 2", "head", "epoch 0", "epoch 20", "frozen", "unfreeze at 15"} <= set(said)
    handle.press("ArrowLeft")
    handle.press("ArrowLeft")
    expect(page).to_have_url(re.compile("unfreeze_epoch=13"))
    expect(slider).to_have_value("13")
    expect(here).to_contain_text("you are here: 13")
    expect(handle).to_be_focused()
    handle.press("End")
    expect(here).to_contain_text("you are here: 20")
