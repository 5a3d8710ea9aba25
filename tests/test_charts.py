import altair
import numpy as np
import pytest

from transfer_core import STRATEGIES, RunConfig, compare
from transfer_ui.charts import base, curves, samples, sweep, timeline
from transfer_ui.palette import STRATEGY_STYLES

QUICK = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=6, unfreeze_epoch=2, n_seeds=3
)


@pytest.fixture(scope="module")
def results():
    return compare(QUICK)


def test_every_strategy_has_a_style_of_its_own():
    assert set(STRATEGY_STYLES) == set(STRATEGIES)
    assert len({(style.light, style.dash) for style in STRATEGY_STYLES.values()}) == len(STRATEGIES)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("metric", curves.PANELS)
def test_template_of_a_curve_has_the_parameters_that_are_set(results, metric, mode):
    rows = curves.curve_rows(results, {}, metric)
    named = {entry["name"] for entry in curves.curves_template(metric.rpartition("_")[2], mode)["params"]}
    assert set(curves.parameters(results, rows, metric)) <= named


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_template_of_a_curve_is_valid_vega_lite(quantity, mode):
    spec = curves.curves_template(quantity, mode)
    altair.Chart.from_dict(spec | {"data": {"values": []}}, validate=True)


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


def test_pinned_run_is_marked_and_has_no_labels(results):
    rows = curves.curve_rows(results, results, "val_loss")
    pinned = rows[rows["run"] == "pinned"]
    assert len(pinned) == 7 * len(STRATEGIES)
    assert pinned["label"].isna().all()


def test_long_runs_are_thinned_but_keep_both_ends():
    results = compare(QUICK.but(n_epochs=150), ["feature_extraction"])
    epochs = curves.curve_rows(results, {}, "val_loss")["epoch"]
    assert (epochs.min(), epochs.max()) == (0, 150)
    assert len(epochs) <= curves.MAX_POINTS


def test_labels_do_not_overlap_and_keep_their_order():
    wanted = np.array([0.9, 0.901, 0.5, 0.902, 0.899])
    spread = base.spread_labels(wanted, 0.0, 1.0)
    assert (np.argsort(spread) == np.argsort(wanted)).all()
    assert np.diff(np.sort(spread)).min() > 0.08


def test_labels_bear_runs_that_broke_down():
    assert np.isfinite(base.spread_labels(np.array([np.nan, np.inf, 0.5]), 0.0, 1.0)).all()


def test_timeline_has_a_bar_for_each_layer_and_phase(results):
    rows = timeline.schedule_rows(results["progressive_unfreezing"].schedule)
    assert list(rows["layer"]) == ["head", "layer 2", "layer 1"] * 2
    assert rows["rate"].isna().tolist() == [False, True, True, False, False, False]
    assert (rows["start"].min(), rows["end"].max()) == (0, 6)


def test_change_of_a_run_without_numbers_is_not_drawn_as_frozen():
    broken = compare(QUICK.but(backbone_learning_rate=100.0, weight_decay=1.0, n_epochs=40), ["end_to_end"])[
        "end_to_end"
    ]
    assert broken.n_diverged
    assert timeline.change_rows(broken)["rate"].notna().all()


def test_change_is_empty_exactly_where_the_schedule_froze(results):
    rows = timeline.change_rows(results["progressive_unfreezing"])
    frozen = (rows["layer"] != "head") & (rows["start"] < 2)
    assert (rows["rate"].isna() == frozen).all()


def test_sweep_has_a_row_a_value_and_a_level_for_each_reference(results):
    swept = {"0": results["progressive_unfreezing"], "6": results["feature_extraction"]}
    rows = sweep.sweep_rows(swept, {"end_to_end": results["end_to_end"]})
    assert rows["role"].tolist() == ["swept", "swept", "reference", "reference"]
    assert rows.loc[rows["role"] == "reference", "val_accuracy"].nunique() == 1


def test_strip_is_dark_ink_on_white_paper():
    image = np.zeros((1, 8, 8))
    image[0, 0, 0] = 1
    strip = samples.strip(image)
    assert strip[0, 0] == 255
    assert strip[samples.SCALE * samples.GAP, samples.SCALE * samples.GAP] == 0
