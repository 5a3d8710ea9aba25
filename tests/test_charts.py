import ast
import itertools
import json
import re

import altair
import numpy as np
import pytest

from tests.app import ROOT
from tests.present import present
from transfer_core import STRATEGIES, RunConfig, compare, compare_steps
from transfer_core.statistics import paired_gap
from transfer_core.studies.registry import STUDIES
from transfer_ui.charts import (
    beside,
    curves,
    layer_change,
    line_ends,
    old_classes,
    old_path,
    paths,
    price,
    samples,
    strip,
    study,
    sweep,
    timeline,
    work,
)
from transfer_ui.charts.components import readings
from transfer_ui.controls.knobs import RATES
from transfer_ui.palette import ON_TRAINED, STRATEGY_STYLES, TRAINED_RANGE

QUICK = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=6, unfreeze_epoch=2, n_seeds=6
)


@pytest.fixture(scope="module")
def results():
    return compare(QUICK)


def test_every_strategy_has_a_style_of_its_own():
    assert set(STRATEGY_STYLES) == set(STRATEGIES)
    assert len({(style.light, style.dash) for style in STRATEGY_STYLES.values()}) == len(STRATEGIES)


def asked_of_the_frame(spec):
    """Names of all numbers that a template reads from the frame."""
    return set(re.findall(r"data\('frame'\)\[0\]\.(\w+)", json.dumps(spec)))


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("metric", curves.PANELS)
def test_frame_of_a_curve_has_all_that_its_template_reads(results, metric, mode):
    rows = curves.curve_rows(results, {}, metric)
    asked = asked_of_the_frame(curves.curves_template(metric.rpartition("_")[2], mode))
    assert set(curves.frame(6, rows, metric)) == asked


def test_axes_of_curves_are_those_of_the_whole_run(results):
    *_, half = itertools.islice(compare_steps(QUICK), 20)
    so_far = present(half.results)()
    assert so_far["end_to_end"].n_epochs < QUICK.n_epochs
    assert curves.frame(6, curves.curve_rows(so_far, {}, "val_loss"), "val_loss")["n_epochs"] == 6


def test_marks_that_are_not_read_say_nothing_under_the_pointer(results):
    for spec in (
        curves.curves_template("loss", "light"),
        sweep.sweep_template("val_accuracy", "light", "Unfreeze epoch"),
        study.panel_template(STUDIES["crossover"].figure, tuple(STRATEGIES), "light", None, 2),
    ):
        for layer in spec["layer"]:
            silent = layer["mark"].get("tooltip", "") is None
            assert silent != ("tooltip" in layer.get("encoding", {})), layer["mark"]


def _tooltips():
    """Every tooltip that a chart may have, as it stands in the source."""
    for path in sorted((ROOT / "transfer_ui" / "charts").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "alt.Tooltip":
                yield path.stem, ast.unparse(node.args[0]), {keyword.arg for keyword in node.keywords}


WHOLE = ("count", "end", "epoch", "n", "readers", "size", "value", "x")
"""Fields of tooltips that are counts, or settings as the visitor chose them; all other numbers are measured."""


def test_every_tooltip_has_a_title_and_what_is_measured_is_rounded():
    found = list(_tooltips())
    assert len(found) > 50
    assert not [(where, field) for where, field, named in found if "title" not in named]
    measured = [one for one in found if ":Q" in one[1] and not any(f"'{field}:Q'" in one[1] for field in WHOLE)]
    assert len(measured) > 15
    assert not [(where, field) for where, field, named in measured if "format" not in named]


@pytest.mark.parametrize(
    "spec",
    [
        sweep.sweep_template("val_accuracy", "light", "Unfreeze epoch"),
        study.panel_template(STUDIES["crossover"].figure, tuple(STRATEGIES), "light", None, 2),
    ],
    ids=["sweep", "study"],
)
def test_the_pointer_reads_the_nearest_point(spec):
    reader = spec["layer"][-1]
    assert reader["mark"]["type"] == "point"
    assert [one["name"] for one in spec["params"] if one["select"].get("nearest")] == ["nearest"]
    assert spec["params"][0]["views"] == [reader["name"]]


def validate(spec):
    """Check all of a template but what it hands on to Vega."""
    params = [{name: value for name, value in one.items() if name != "on"} for one in spec.get("params", [])]
    altair.Chart.from_dict(spec | {"params": params, "data": {"values": []}}, validate=True)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_template_of_a_curve_is_valid_vega_lite(quantity, mode):
    spec = curves.curves_template(quantity, mode)
    validate(spec)


def test_rows_of_the_curves_are_the_mean_over_seeds(results):
    rows = curves.curve_rows(results, {}, "val_loss")
    row = rows[(rows["strategy"] == "End-to-end") & (rows["epoch"] == 6)].iloc[0]
    last = results["end_to_end"].history["val_loss"][:, -1]
    assert row["mean"] == pytest.approx(last.mean())
    assert row["low"] < last.mean() < row["high"]
    assert (rows["run"] == "this run").sum() == 7 * len(STRATEGIES)


def test_moments_of_unfreezing_are_those_of_the_schedule(results):
    rows = curves.curve_rows(results, {}, "val_loss")
    assert rows.loc[rows["run"] == "moment", "epoch"].tolist() == [2]
    gradual = compare(QUICK.but(gradual=True), ["progressive_unfreezing"])
    assert curves.curve_rows(gradual, {}, "val_loss").query("run == 'moment'")["epoch"].tolist() == [2, 4]
    never = compare(QUICK.but(unfreeze_epoch=6), ["progressive_unfreezing"])
    assert curves.curve_rows(never, {}, "val_loss").query("run == 'moment'").empty


def test_the_axis_of_accuracies_ends_near_the_best_and_holds_every_line(results):
    rows = curves.curve_rows(results, {}, "val_accuracy")
    for factor in (1.0, 0.4):
        shown = rows.assign(mean=factor * rows["mean"])
        frame = curves.frame(6, shown, "val_accuracy")
        best = shown.loc[shown["run"] == "this run", "mean"].max()
        assert best <= frame["y_high"] <= min(1.0, best + 0.1 + 1e-6)


def test_pinned_run_is_marked_and_has_no_labels(results):
    rows = curves.curve_rows(results, results, "val_loss")
    pinned = rows[rows["run"] == "pinned"]
    assert len(pinned) == 7 * len(STRATEGIES)
    assert len(curves.end_rows(rows, "val_loss")) == len(STRATEGIES)


def test_long_runs_are_thinned_but_keep_both_ends():
    results = compare(QUICK.but(n_epochs=150), ["feature_extraction"])
    epochs = curves.curve_rows(results, {}, "val_loss")["epoch"]
    assert (epochs.min(), epochs.max()) == (0, 150)
    assert len(epochs) <= curves.MAX_POINTS


def test_labels_move_as_little_as_they_can_and_keep_their_order():
    wanted = np.array([90.0, 90.1, 50.0, 90.2, 89.9])
    spread = line_ends.spread_labels(wanted, 200)
    assert (np.argsort(spread) == np.argsort(wanted)).all()
    assert np.diff(np.sort(spread)).min() >= line_ends.LABEL_GAP - 1e-9
    assert spread.max() - 90 < 2.5 * line_ends.LABEL_GAP
    assert line_ends.spread_labels(np.array([10.0, 100.0]), 200).tolist() == [10, 100]


def test_labels_stay_within_their_chart_and_above_its_axis():
    spread = line_ends.spread_labels(np.array([0.0, 1.0, 199.0, 200.0]), 200)
    assert spread.tolist() == [0, 16, 176, 192]


@pytest.mark.parametrize("height", [150, 180, 300, 560, 900])
def test_labels_stay_apart_and_by_their_lines_at_every_height(height):
    ends = np.array([0.95, 0.94, 0.93, 0.5, 0.49])
    placed = line_ends.label_rows(ends, 0.0, 1.0)
    share = np.clip((height - 150) / (560 - 150), 0, 1)
    moved = placed["nudge_low"] + share * (placed["nudge_high"] - placed["nudge_low"])
    tops = (1 - ends) * height + moved
    assert np.diff(tops).min() > line_ends.LABEL_GAP - 1e-9
    assert np.abs(moved).max() < 2 * line_ends.LABEL_GAP


def test_name_of_a_run_that_diverged_does_not_stand_among_the_best_losses(results):
    rows = curves.curve_rows(results, {}, "val_loss")
    rows.loc[rows["strategy"] == "End-to-end", "mean"] = np.nan
    ends = curves.end_rows(rows, "val_loss").set_index("strategy")
    assert ends.loc["End-to-end", "label"] == curves.frame(6, rows, "val_loss")["y_high"]


def test_labels_bear_runs_that_broke_down():
    placed = line_ends.label_rows(np.array([np.nan, np.inf, 0.5]), 0.0, 1.0)
    assert all(np.isfinite(values).all() for values in placed.values())


def test_timeline_has_a_bar_for_each_layer_and_phase(results):
    rows = timeline.schedule_rows(results["progressive_unfreezing"].schedule)
    assert list(rows["layer"]) == ["head", "layer 2", "layer 1"] * 2
    assert rows["rate"].isna().tolist() == [False, True, True, False, False, False]
    assert (rows["start"].min(), rows["end"].max()) == (0, 6)


def contrast(first, second):
    """Contrast of two colours of shares of red, green and blue, as WCAG 2 defines it."""
    linear = [np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (first, second)]
    low, high = sorted(float(colour @ [0.2126, 0.7152, 0.0722]) for colour in linear)
    return (high + 0.05) / (low + 0.05)


def shares(colour):
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("rate", RATES)
def test_the_rate_of_a_layer_can_be_read_on_its_bar(mode, rate):
    first, last = np.log(timeline.RATES)
    at = np.clip((np.log(rate) - first) / (last - first), 0, 1)
    start, end = map(shares, TRAINED_RANGE[mode])
    deep, below, above = ON_TRAINED[mode]
    assert contrast((1 - at) * start + at * end, shares(above if rate >= deep else below)) >= 4.5


def test_change_of_a_run_without_numbers_is_not_drawn_as_frozen():
    broken = compare(QUICK.but(backbone_learning_rate=100.0, weight_decay=1.0, n_epochs=40), ["end_to_end"])[
        "end_to_end"
    ]
    assert broken.n_diverged
    assert layer_change.change_rows(broken)["change"].notna().all()


def test_change_is_empty_exactly_where_the_schedule_froze(results):
    rows = layer_change.change_rows(results["progressive_unfreezing"])
    frozen = (rows["layer"] != "head") & (rows["start"] < 2)
    assert (rows["change"].isna() == frozen).all()


def test_the_epochs_of_a_heat_strip_leave_no_gap():
    for spec in (layer_change.change_template("light"), old_classes.class_template("light")):
        bars = [layer["mark"] for layer in spec["layer"] if layer["mark"]["type"] == "bar"]
        assert bars
        assert all(0 < mark["x2Offset"] < 1 for mark in bars)


def test_sweep_has_a_row_a_value_and_a_level_for_each_reference(results):
    swept = {"0": results["progressive_unfreezing"], "6": results["feature_extraction"]}
    rows = sweep.sweep_rows(swept, {"end_to_end": results["end_to_end"]}, chosen=6, last=6)
    assert rows["role"].tolist() == ["swept", "swept", "reference", "reference"]
    assert rows.loc[rows["role"] == "reference", "val_accuracy"].nunique() == 1
    assert rows["now"].tolist() == [False, True, False, False]


def test_a_sweep_under_way_has_its_references_from_end_to_end(results):
    references = {"end_to_end": results["end_to_end"]}
    rows = sweep.sweep_rows({"0": results["progressive_unfreezing"]}, references, chosen=2, last=6)
    assert rows.loc[rows["role"] == "reference", "value"].tolist() == [0, 6]
    assert rows.loc[rows["val_accuracy_label"].notna(), "value"].tolist() == [0, 6]


def test_strip_is_dark_ink_on_white_paper():
    image = np.zeros((1, 8, 8))
    image[0, 0, 0] = 1
    strip = samples.strip(image)
    assert strip[0, 0] == 255
    assert strip[samples.SCALE * samples.GAP, samples.SCALE * samples.GAP] == 0


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    "spec",
    [
        lambda mode: strip.template("accuracy", mode),
        lambda mode: strip.template("gap", mode),
        work.template,
        old_path.template,
        lambda mode: price.template(price.OLD_TASK, "test", mode),
        lambda mode: price.template(price.WORK, "val", mode),
    ],
    ids=["accuracy", "gap", "work by epoch", "old task by epoch", "old task", "work"],
)
def test_templates_of_the_answer_are_valid_vega_lite(spec, mode):
    validate(spec(mode))


SCORES = {"end_to_end": np.linspace(0.8, 0.9, 10), "from_scratch": np.linspace(0.7, 0.9, 10)}


def test_the_strip_has_a_row_per_arm_the_best_first_and_a_dot_per_seed():
    accuracies, gaps = strip.rows(SCORES, to_come=["zero_shot", "end_to_end"])
    for table in (accuracies, gaps):
        assert table["strategy"].unique().tolist() == ["end_to_end", "from_scratch", "zero_shot"]
        assert (table["kind"] == "seed").sum() == 20
    mean = gaps[(gaps["strategy"] == "from_scratch") & (gaps["kind"] == "mean")].iloc[0]
    expected = paired_gap(SCORES["from_scratch"], SCORES["end_to_end"])
    assert (mean["value"], mean["low"], mean["high"]) == pytest.approx(tuple(100 * edge for edge in expected.interval))
    assert "From scratch  \u22125.0" in mean["row"]
    assert f"ahead of the best in {expected.wins} of 10 seeds" == mean["words"]
    assert accuracies["row"].iloc[-1] == "Zero-shot  …"


def test_the_strip_shows_no_interval_of_too_few_seeds():
    for table in strip.rows({name: values[:5] for name, values in SCORES.items()}):
        assert table["low"].isna().all()
        assert table["value"].notna().all()


@pytest.mark.parametrize("scores", [{}, SCORES])
@pytest.mark.parametrize("panel", ["accuracy", "gap"])
def test_the_frame_of_the_strip_has_all_that_its_template_reads_and_holds_every_mark(scores, panel):
    table = strip.rows(scores, ["zero_shot"])[panel == "gap"]
    frame = strip.frame(table, panel)
    assert asked_of_the_frame(strip.template(panel, "light")) <= set(frame)
    values = table[["value", "low", "high"]].to_numpy(float)
    assert not (values < frame["low"]).any()
    assert not (values > frame["high"]).any()


def test_the_price_on_the_old_task_is_what_the_runs_paid(results):
    table = price.rows(results, price.OLD_TASK, "test").set_index("strategy")
    assert list(table.index) == [STRATEGIES[name].short for name in results if STRATEGIES[name].pretrained]
    for name, result in results.items():
        if STRATEGIES[name].pretrained:
            row = table.loc[STRATEGIES[name].short]
            assert row["mean"] == pytest.approx(result.test_accuracy.mean())
            assert row["source"] == pytest.approx(result.source_accuracy_after.mean())


def test_the_work_of_a_path_grows_to_what_its_run_cost(results):
    table = work.rows(results)
    for name, result in results.items():
        path = table[table["strategy"] == STRATEGIES[name].short]
        assert path["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
        assert path["multiply_adds"].is_monotonic_increasing
        assert path["multiply_adds"].iloc[-1] == pytest.approx(result.cost.multiply_adds)
        assert path["mean"].to_numpy() == pytest.approx(result.history["val_accuracy"][:, 1:].mean(axis=0))
    assert work.work_by_epoch(results["end_to_end"])[0] == 0


def test_readings_are_the_curves_and_the_work_at_every_epoch(results):
    spent = {STRATEGIES[name].short: work.work_by_epoch(result) for name, result in results.items()}
    rows = curves.curve_rows(results, {}, "val_loss").query("run == 'this run'")
    data = readings.data_of(rows, spent, dict.fromkeys(spent, "#000000"), "light", metric="val_loss")
    assert data["epochs"] == curves.shown_epochs(6)
    assert not data["share"]
    assert [arm["title"] for arm in data["arms"]] == list(spent)
    for arm, result in zip(data["arms"], results.values(), strict=True):
        assert arm["values"] == pytest.approx(result.history["val_loss"].mean(axis=0), abs=1e-4)
        assert arm["work"][-1] == pytest.approx(result.cost.multiply_adds, rel=5e-3)


@pytest.mark.parametrize("outside", [beside.BESIDE, beside.ABOVE], ids=["beside", "above"])
@pytest.mark.parametrize("height", [150, 185, 300, 560])
def test_a_name_covers_no_point_and_no_other_name(height, outside):
    names = ["Feature extraction", "End-to-end", "Progressive", "From scratch", "Random features"]
    across, up = np.array([0.56, 1.0, 0.94, 1.0, 0.56]), np.array([0.703, 0.666, 0.712, 0.514, 0.297])
    placed = beside.names_beside(names, across, up, 0.22, 0.79, span=(0.0, 1.0), outside=outside)
    points = (0.79 - up) / (0.79 - 0.22) * height
    share = np.clip((height - 150) / (560 - 150), 0, 1)
    rows = points + placed["nudge_low"] + share * (placed["nudge_high"] - placed["nudge_low"])
    begin = across * beside.NARROWEST + np.where(placed["right"], -outside, outside)
    widths = beside.LETTER * np.array([len(name) for name in names])
    begin = np.where(placed["right"], begin - widths, begin)
    for name, other in itertools.product(range(5), repeat=2):
        if begin[name] < across[other] * beside.NARROWEST < begin[name] + widths[name]:
            assert abs(rows[name] - points[other]) >= beside.CLEAR - 1, (names[name], names[other])
        if name < other and begin[name] < begin[other] + widths[other] and begin[other] < begin[name] + widths[name]:
            assert abs(rows[name] - rows[other]) >= line_ends.LABEL_GAP - 1, (names[name], names[other])


def test_points_that_the_slider_moves_are_drawn_over_the_names():
    for spec in (work.template("light"), old_path.template("light")):
        marks = [layer["mark"]["type"] for layer in spec["layer"]]
        assert marks.index("point") > max(at for at, mark in enumerate(marks) if mark == "text")


def test_charts_that_follow_the_epoch_hear_it_and_stay_within_their_run(results):
    for spec, frame in (
        (
            curves.curves_template("loss", "dark"),
            curves.frame(6, curves.curve_rows(results, {}, "val_loss"), "val_loss"),
        ),
        (work.template("dark"), paths.frame(work.rows(results))),
    ):
        epoch, at = (next(one for one in spec["params"] if one["name"] == name) for name in ("epoch", "at"))
        assert [event["type"] for event in epoch["on"][0]["events"]] == ["epoch", "epoch-again"]
        assert "min(epoch, data('frame')[0].last)" in at["expr"]
        assert frame["last"] == 6
        assert any("== at" in json.dumps(layer.get("transform", "")) for layer in spec["layer"])
