"""The page on the old task: its words, its pictures, its controls, and what it trains."""

import re
from dataclasses import replace
from typing import Any

import altair
import numpy as np
import pytest

from tests.app import QUICK, open_page, texts
from transfer_core import RunConfig, compare, compare_steps
from transfer_core.experiment import scores_of
from transfer_core.measures import Series
from transfer_core.splits import source_data
from transfer_ui.articles.forgetting import arms, tables, words
from transfer_ui.charts import by_epoch, followed, meanings, old_classes, trade, trade_rows
from transfer_ui.lost_images import lost_images, old_images
from transfer_ui.old_task import old_task_measures
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs import steps
from transfer_ui.runs.job import n_bytes

CONFIG = RunConfig(
    scenario="digits_to_digits",
    hidden_sizes=(16,),
    pretrain_epochs=4,
    images_per_class=6,
    n_epochs=6,
    unfreeze_epoch=2,
    n_seeds=6,
    backbone_learning_rate=0.1,
)


@pytest.fixture(scope="module")
def results():
    asked = arms.at_the_settings(CONFIG, 0.01)
    return compare(CONFIG, asked.arms, asked.measures)


@pytest.fixture(scope="module")
def everywhere(results):
    asked = arms.elsewhere(CONFIG, 0.01)
    return results | compare(CONFIG, asked.arms, asked.measures)


def test_what_the_page_asks_for_gives_the_series_that_it_counts_on(results):
    asked = arms.at_the_settings(CONFIG, 0.01)
    for result in results.values():
        assert {*result.history, *result.measured} == set(asked.series)


def test_each_rate_and_strength_is_asked_for_once():
    for strength in map(float, arms.STRENGTHS):
        here, others = arms.at_the_settings(CONFIG, strength).arms, arms.elsewhere(CONFIG, strength).arms
        assert [*here, *others] == list(arms.points(CONFIG, strength))
        both = {**here, **others}
        found = list(both.values())
        assert len(set(found)) == len(found)
        anchors = sorted(arm.anchor for name, arm in both.items() if name.startswith("l2_sp"))
        assert anchors == sorted(map(float, arms.STRENGTHS))


def traded(gain, loss, results):
    """Results in which end-to-end gains and loses so much, in points, in every seed."""
    before, one = np.full(6, 0.9), np.ones((1, 6))
    after = {"feature_extraction": (0.8, 0.9), "end_to_end": (0.8 + gain / 100, 0.9 - loss / 100)}
    return {
        name: replace(
            results[name],
            history={},
            measured={"final_val_accuracy": Series((6,), val * one)},
            source_accuracy_before=before,
            source_accuracy_after=np.full(6, old),
        )
        for name, (val, old) in after.items()
    }


@pytest.mark.parametrize("gain", [-2.5, 0.0, 2.5])
@pytest.mark.parametrize("loss", [-7.5, 0.0, 7.5])
def test_headline_is_short_has_no_brackets_and_names_both_sides_of_the_trade(results, gain, loss):
    said = words.traded(traded(gain, loss, results))
    assert len(said.split()) <= 15
    assert "(" not in said
    assert ("2.5" in said) == (gain != 0)
    assert ("7.5" in said) == (loss != 0)
    assert ("gain" in said or "for 2.5" in said) or gain <= 0
    assert not (loss > 0 and "keeps" in said)


def test_few_seeds_decide_nothing(results):
    few = CONFIG.but(n_seeds=2)
    said = words.traded(compare(few, ["feature_extraction", "end_to_end"]))
    assert said == "Inconclusive: 2 seeds are too few to say what is traded."


def test_no_sentence_shows_what_is_not_a_number(results, everywhere):
    drawn = trade_rows.picture(everywhere, arms.points(CONFIG, 0.01))
    said = [
        words.traded(results),
        *words.behind_it(results),
        words.front_sentence(drawn),
        words.when_sentence(results),
        *words.meaning_lines(results),
        *(words.classes_sentence(result, tuple("0123456789"), name) for name, result in results.items()),
    ]
    assert all(one.endswith(".") for one in said)
    assert not [one for one in said if re.search(r"\bnan\b|\binf\b|None|\d[eE][+-]", one)]


def test_front_is_what_no_other_run_beats(everywhere):
    table = trade_rows.picture(everywhere, arms.points(CONFIG, 0.01)).table
    assert len(table) == len(everywhere)
    pairs = list(zip(table["target"], table["source"], strict=True))
    for (target, source), front in zip(pairs, table["front"], strict=True):
        beaten = any(t >= target and s >= source and (t > target or s > source) for t, s in pairs)
        assert front == (not beaten)
    assert 0 < table["front"].sum() < len(table)


def test_points_are_the_means_of_their_runs_and_seeds_are_those_of_the_page(everywhere):
    drawn = trade_rows.picture(everywhere, arms.points(CONFIG, 0.01))
    row = drawn.table[(drawn.table["arm"] == "L2-SP") & (drawn.table["value"] == 0.1)].iloc[0]
    assert row["source"] == pytest.approx(everywhere["l2_sp 0.1"].source_accuracy_after.mean())
    assert row["target"] == pytest.approx(everywhere["l2_sp 0.1"].val_accuracy.mean())
    seeds = drawn.rows[drawn.rows["kind"] == "seed"]
    assert len(seeds) == 4 * CONFIG.n_seeds
    ours = seeds.loc[seeds["arm"] == "L2-SP", "source"]
    np.testing.assert_array_equal(ours, everywhere["l2_sp"].source_accuracy_after)


def test_a_run_that_broke_down_elsewhere_does_not_squeeze_the_others(everywhere):
    table = trade_rows.picture(everywhere, arms.points(CONFIG, 0.01)).table
    usual = trade_rows.window(table, 0.9)
    broken = table.copy()
    worst = broken.index[~broken["here"] & ~broken["front"]][0]
    broken.loc[worst, ["target", "target_low", "target_high", "source", "source_low", "source_high"]] = 0.1
    assert trade_rows.window(broken, 0.9) == usual
    assert worst in trade_rows.outside(broken, usual).index
    for _, row in table[table["here"]].iterrows():
        assert usual["source_low"] < row["source"] < usual["source_high"]


def test_lines_by_epoch_are_the_means_over_seeds(results):
    for task, of in (("source", "source_accuracy_after"), ("target", "val_accuracy")):
        drawn = by_epoch.picture(results, CONFIG.n_epochs, task)
        for name, result in results.items():
            last = drawn.rows[drawn.rows["arm"] == followed.short(name)].iloc[-1]
            assert last["epoch"] == CONFIG.n_epochs
            assert last["mean"] == pytest.approx(getattr(result, of).mean())


def test_three_meanings_are_three_numbers(results):
    result = results["end_to_end"]
    before, after = result.source_accuracy_before, result.source_accuracy_after
    np.testing.assert_allclose(meanings.lost(result, "fit"), before - after)
    probed = result.measured["source_reprobed"].values
    np.testing.assert_allclose(meanings.lost(result, "features"), probed[0] - probed[1])
    np.testing.assert_allclose(meanings.lost(result, "labels"), before - result.measured["source_named"].values[0])
    frozen = results["feature_extraction"]
    assert (meanings.lost(frozen, "fit") == 0).all()
    assert (meanings.lost(frozen, "features") == 0).all()
    assert (meanings.lost(frozen, "labels") != 0).any()


def test_classes_stand_in_the_order_of_what_they_lose(results):
    rows = old_classes.class_rows(results["end_to_end"], tuple("abcdefghij"))
    ends = rows[rows["words"] != ""]
    assert len(ends) == 10
    assert ends["lost"].is_monotonic_decreasing
    assert (rows["end"] - rows["start"]).groupby(rows["label"]).sum().eq(CONFIG.n_epochs).all()


def test_images_were_right_before_and_are_wrong_now(results):
    result = results["end_to_end"]
    found = lost_images(result, old_images(CONFIG))
    assert found
    before, after = result.measured["old_answers"].values
    examples = source_data(CONFIG.pair, CONFIG.seeds[:1]).test
    for one in found:
        right = (examples.labels[0] == int(one.label)) & (before == int(one.label))
        wrong = right & (after != int(one.label))
        assert (one.n_right, one.n_lost) == (right.sum(), wrong.sum())
        first = np.flatnonzero(wrong)[0]
        np.testing.assert_array_equal(one.images[0].ravel(), examples.inputs[0, first])
        assert one.taken_for[0] == str(after[first])
        assert one.label not in one.taken_for


def test_tables_hold_every_seed_and_every_look(results):
    seeds = tables.seeds_table(results)
    assert len(seeds) == 4 * CONFIG.n_seeds
    np.testing.assert_array_equal(
        seeds.loc[seeds["arm"] == "End-to-end", "old_after"], results["end_to_end"].source_accuracy_after
    )
    epochs = tables.epochs_table(results)
    assert len(epochs) == 4 * CONFIG.n_seeds * (CONFIG.n_epochs + 1)
    last = epochs[(epochs["arm"] == "End-to-end") & (epochs["epoch"] == CONFIG.n_epochs)]
    by_class = results["end_to_end"].measured["source_class_accuracy"].values[-1]
    np.testing.assert_array_equal(last["class 3"], by_class[:, 3])


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_templates_are_valid_vega_lite(mode):
    for spec in (
        trade.trade_template(mode),
        by_epoch.epoch_template("source", mode),
        meanings.meaning_template(mode),
        old_classes.class_template(mode),
    ):
        altair.Chart.from_dict(spec | {"data": {"values": []}}, validate=True)


@pytest.mark.parametrize("strength", [arms.STRENGTHS[0], arms.STRENGTHS[-1]])
@pytest.mark.parametrize("lost_by", ["end_to_end", followed.HELD])
def test_controls_of_the_page_at_both_ends_stand_in_the_link(strength, lost_by):
    app = open_page("forgetting", QUICK)
    app.segmented_control(key="anchor").set_value(strength)
    app.segmented_control(key="lost_by").set_value(lost_by)
    app.run()
    assert not app.exception
    assert app.query_params["anchor"] == strength
    assert app.query_params.get("lost_by", "end_to_end") == lost_by
    same = open_page("forgetting", QUICK | {"anchor": strength, "lost_by": lost_by})
    assert texts(same.markdown) == texts(app.markdown)
    assert f"After {words.title(lost_by)}" in texts(app.text)


def test_unknown_strength_in_a_link_is_said_and_shown_as_text():
    app = open_page("forgetting", QUICK | {"anchor": "<b>much</b>"})
    assert not app.exception
    assert "anchor in the link must be one of 0.001, " in texts(app.warning)
    assert "got `<b>much</b>`" in texts(app.warning)


@pytest.mark.parametrize("query", [{"scenario": "lesson"}, {"pretrain_epochs": "0"}], ids=["no source", "no epochs"])
def test_without_an_old_task_one_sentence_says_so_and_the_rest_of_the_page_stands(query):
    app = open_page("forgetting", QUICK | query)
    assert not app.exception
    first = next(element.value for element in app.markdown if element.value.startswith("####"))
    assert first == f"#### {words.NO_OLD_TASK}"
    (chart,) = app.get("vega_lite_chart")
    assert "New task" in chart.proto.alt
    assert any("With an old task" in link.proto.label for link in app.get("page_link"))


def test_what_the_page_has_trained_is_not_trained_again_for_it_or_for_compare(monkeypatch):
    link = QUICK | {"seed": "31"}
    assert not open_page("forgetting", link).exception
    trained = []
    whole = compare_steps

    def counted(config, asked=None, *rest):
        trained.extend(asked)
        yield from whole(config, asked, *rest)

    monkeypatch.setattr(steps, "compare_steps", counted)
    app = open_page("compare", link)
    assert not app.exception
    assert trained == ["from_scratch", "random_features"]
    trained.clear()
    open_page("forgetting", link | {"anchor": "0.1"})
    assert trained == ["l2_sp"], "known from the chart, but its old head was not followed"
    trained.clear()
    open_page("forgetting", link | {"anchor": "0.1", "lost_by": "l2_sp"})
    assert trained == []


def test_a_network_that_diverged_answers_nothing_and_keeps_no_class(results):
    config = CONFIG.but(backbone_learning_rate=2.0, hidden_sizes=(128,) * 4, batch_size=8, n_epochs=10)
    asked = arms.at_the_settings(config, 0.01)
    result = compare(config, {"end_to_end": asked.arms["end_to_end"]}, asked.measures)["end_to_end"]
    assert result.n_diverged == config.n_seeds
    for name in ("source_accuracy", "source_class_accuracy", "source_reprobed", "source_named"):
        assert not result.measured[name].values[-1].any(), name
    assert (result.source_accuracy_after == 0).all()
    for lost in lost_images(result, old_images(config)):
        assert lost.n_lost == lost.n_right
        assert lost.taken_for == ()


def test_what_is_kept_of_a_run_is_no_more_than_its_measures_say(results):
    asked: Any = (*measures_of(CONFIG), *old_task_measures(CONFIG))
    assert asked == arms.at_the_settings(CONFIG, 0.01).measures
    stated = sum(measure.n_bytes(CONFIG) for measure in asked)
    scores = 8 * CONFIG.n_seeds * (3 + CONFIG.n_layers)  # accuracies, and how far each layer moved
    for result in results.values():
        assert n_bytes(scores_of(result)) <= stated + scores < 50_000
