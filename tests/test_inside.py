"""What changed inside: the page, what is behind its pictures, and what they cost."""

import base64
import json

import numpy as np
import pandas as pd
import pytest

from tests.app import QUICK, open_page, texts, widget
from tests.present import present
from transfer_core import SCENARIOS, STRATEGIES, Dataset, RunConfig, Scenario, Task, compare, scenario_config
from transfer_core.arrays import Layer
from transfer_ui.articles.inside import anatomy, errors, layers, of_the_lab, step
from transfer_ui.articles.inside.clouds import Clouds
from transfer_ui.articles.inside.digit import from_text, to_text
from transfer_ui.articles.inside.seen import look_into, small_batch, validation
from transfer_ui.charts import layer_lines
from transfer_ui.charts.components import pad
from transfer_ui.controls.link import from_query
from transfer_ui.on_the_way import SERIES
from transfer_ui.runs import places
from transfer_ui.runs.inside_steps import inside_steps, snapshot_steps
from transfer_ui.runs.job import n_bytes
from transfer_ui.runs.known_arms import KnownArms
from transfer_ui.runs.weights import SNAPSHOT_BYTES

CONFIG = from_query(QUICK).config


def last(steps):
    *_, progress = steps
    return progress.results()


@pytest.fixture(scope="module")
def taken():
    return last(snapshot_steps(CONFIG, 1))


@pytest.fixture(scope="module")
def seen(taken):
    return look_into(taken.runs)


@pytest.fixture(scope="module")
def results():
    return last(inside_steps(CONFIG, {}))


def components(app):
    return {one.proto.component_name: one.proto for one in app.get("bidi_component")}


# What is computed


def test_the_networks_of_one_seed_are_those_of_the_comparison_to_the_bit(seen):
    for name, result in compare(CONFIG).items():
        for drawn, start, end in zip(
            zip(*(seen[name].networks[at] for at in (0, -1)), strict=True),
            result.pretrained,
            result.params,
            strict=True,
        ):
            for layer, expected in zip(drawn, (start, end), strict=True):
                np.testing.assert_array_equal(layer.weights, expected.weights[1])
                np.testing.assert_array_equal(layer.bias, expected.bias[1])


def test_frozen_layers_are_identical_bit_by_bit_and_trained_ones_are_not(seen):
    assert (seen["feature_extraction"].n_changed[:, :2] == 0).all()
    freed = np.array([not frozen[0] for frozen in seen["progressive_unfreezing"].frozen])
    changed = seen["progressive_unfreezing"].n_changed[:, 0] > 0
    np.testing.assert_array_equal(changed, freed)
    assert freed.tolist() == [epoch > 2 for epoch in seen["progressive_unfreezing"].epochs]
    assert (seen["end_to_end"].n_changed[1:] > 0).all()


def test_a_single_bit_is_seen(taken):
    one = look_into(taken.runs)["feature_extraction"]
    start = one.networks[0]
    weights = start[0].weights.copy()
    weights[0, 0] = np.nextafter(weights[0, 0], np.float32(9))
    one.networks = (start, (Layer(weights, start[0].bias), *start[1:]))
    assert one.n_changed[1].tolist() == [1, 0, 0]


@pytest.mark.parametrize("sizes", [(8,), (128,) * 4], ids=str)
def test_snapshots_stay_within_their_memory(sizes):
    config = RunConfig(
        hidden_sizes=sizes, n_epochs=20, unfreeze_epoch=5, n_seeds=1, pretrain_epochs=0, images_per_class=1
    )
    runs = last(snapshot_steps(config, config.seed)).runs
    kept = n_bytes({name: {key: series.values for key, series in run.measured.items()} for name, run in runs.items()})
    assert kept <= SNAPSHOT_BYTES
    epochs = runs["end_to_end"].measured["weights_0"].epochs
    assert (epochs[0], epochs[-1]) == (0, 20)


def test_a_comparison_finds_the_runs_that_were_trained_to_look_inside(monkeypatch):
    known = KnownArms()
    monkeypatch.setattr(places, "known_arms", lambda: known)
    app = open_page("inside", QUICK | {"seed": "77"})
    assert not app.exception
    config = CONFIG.but(seed=77)
    found = known.find(config)
    assert set(found) == set(STRATEGIES)
    fresh = compare(config)
    for name, result in found.items():
        assert set(result.measured) == {"layer_change", "drift", SERIES}
        np.testing.assert_array_equal(result.history["val_loss"], fresh[name].history["val_loss"])
        np.testing.assert_array_equal(result.drift, fresh[name].drift)


def test_the_unit_that_moved_furthest_is_named(seen):
    chosen = {name: seen[name] for name in ("feature_extraction", "end_to_end")}
    start, end = (seen["end_to_end"].networks[at] for at in (0, -1))
    moves = [
        np.linalg.norm(new.weights - old.weights, axis=0) / np.linalg.norm(old.weights, axis=0)
        for old, new in zip(start[:-1], end[:-1], strict=True)
    ]
    layer = int(np.argmax([move.max() for move in moves]))
    said = anatomy.moved_sentence(chosen)
    assert said.startswith(f"Unit {moves[layer].argmax() + 1} of layer {layer + 1} moved furthest, by ")
    assert said.endswith("under end-to-end fine-tuning; under feature extraction, none moved.")
    assert (
        anatomy.moved_sentence({"feature_extraction": seen["feature_extraction"]}) == "No unit of the backbone moved."
    )


def test_a_network_that_diverged_answers_nothing_has_no_place_and_leaves_the_others_as_they_are(taken, seen):
    broken = look_into(taken.runs)
    one = broken["end_to_end"]
    one.networks = (
        *one.networks[:-1],
        tuple(Layer(np.full_like(weights, np.nan), np.full_like(bias, np.nan)) for weights, bias in one.networks[-1]),
    )
    assert one.diverged == [False] * (len(one.epochs) - 1) + [True]
    assert anatomy.moved_sentence(broken).endswith("; end-to-end fine-tuning diverged.")
    assert "end-to-end" not in anatomy.moved_sentence(broken).partition(";")[0]
    images = validation(CONFIG.but(seed=1, n_seeds=1))
    found = errors.Errors(broken, images)
    assert found.counts["end_to_end"].sum() == 0
    assert not found.report()["End-to-end recall"].any()
    assert set(found.table([0])["End-to-end"]) == {"no answer"}
    assert set(found.table([0])["Progressive"]) == set(errors.Errors(seen, images).table([0])["Progressive"])
    clouds = Clouds(broken, images)
    assert clouds.sentence().endswith("; end-to-end fine-tuning diverged.")
    gone = {panel["title"]: panel["gone"] for panel in clouds.data("light")["panels"]}
    assert gone == {"Before training": [False], **{of.title: of.diverged for of in clouds.arms.values()}}

    pictures, whole = (
        {arm["title"]: arm for arm in anatomy.networks(shown, "light")["arms"]} for shown in (broken, seen)
    )
    assert pictures["End-to-end"]["words"][-1] == anatomy.DIVERGED
    assert pictures["Feature extraction"]["lines"] == whole["Feature extraction"]["lines"]
    drawn = {arm["title"]: arm for arm in anatomy.weights(broken, (10, 10), "light")["arms"]}
    n_units = anatomy.N_UNITS * 100
    last_change = base64.b64decode(drawn["End-to-end"]["changes"])[-n_units:]
    assert set(last_change) == {128}  # nothing is drawn where there are no numbers


def test_a_run_that_runs_away_and_stays_a_number_leaves_the_others_their_colours_and_places(taken):
    away = look_into(taken.runs)
    one = away["end_to_end"]
    far = tuple(Layer(weights * np.float32(1e5), bias) for weights, bias in one.networks[-1])
    one.networks = (*one.networks[:-1], far)
    assert not any(one.diverged)
    for arm in anatomy.weights(away, (10, 10), "light")["arms"]:
        assert len(set(base64.b64decode(arm["units"]))) > 5
        is_frozen = arm["title"] in ("Feature extraction", "Random features")
        assert is_frozen or len(set(base64.b64decode(arm["changes"]))) > 5
    panels = Clouds(away, validation(CONFIG.but(seed=1, n_seeds=1))).data("light")["panels"]
    assert all(len(set(base64.b64decode(panel["x"]))) > 5 for panel in panels)


def test_a_layer_of_which_every_arm_diverged_keeps_an_axis():
    rows = pd.DataFrame({"strategy": "End-to-end", "epoch": range(3), "mean": [0.0, 0.1, np.nan], "high": 0.1})
    assert layer_lines._highest(rows) == 0.0  # `show` draws to 1 instead


def test_a_run_that_diverges_does_not_stretch_the_axis_of_the_others():
    means = {"End-to-end": [0.0, 1e15, np.nan], "Progressive": [0.0, 0.1, 0.3]}
    rows = pd.concat(
        pd.DataFrame({"strategy": name, "epoch": range(3), "mean": mean, "low": mean, "high": mean})
        for name, mean in means.items()
    )
    assert layer_lines._highest(rows) == 0.3
    assert "End-to-end diverged, Progressive 30%" in layer_lines._alt(rows, "layer 1", layer_lines.DRIFT)


def test_units_that_changed_most_come_first(seen):
    units = anatomy.most_changed(seen, 16)
    arms = [seen[name] for name in ("feature_extraction", "end_to_end", "progressive_unfreezing")]
    total = sum(
        np.linalg.norm(one.networks[-1][0].weights - one.networks[0][0].weights, axis=0)
        / np.linalg.norm(one.networks[0][0].weights, axis=0)
        for one in arms
    )
    assert sorted(units) == list(range(16))
    assert (np.diff(total[units]) <= 1e-6).all()


def test_the_plane_is_fitted_once_on_the_features_before_training(seen):
    clouds = Clouds(seen, validation(CONFIG.but(seed=1, n_seeds=1)))
    assert list(clouds.arms) == ["feature_extraction", "end_to_end", "progressive_unfreezing"]
    for path in clouds.places.values():
        np.testing.assert_allclose(path[0], clouds.places["end_to_end"][0], atol=1e-5)
    still = clouds.places["feature_extraction"]
    np.testing.assert_array_equal(still[0], still[-1])
    assert np.abs(clouds.places["end_to_end"][-1] - still[0]).max() > 0.01
    np.testing.assert_allclose(still[0].mean(axis=0), 0, atol=1e-4)


def test_confusions_count_what_their_cells_open(seen):
    found = errors.Errors(seen, validation(CONFIG.but(seed=1, n_seeds=1)))
    cells = found.cells()
    for cell, title in cells.items():
        if cell != errors.DISAGREE:
            assert f"({len(found.members(cell))} image" in title
    said = np.stack([one.classes for one in found.answers.values()])
    assert len(found.disagreed) == sum(len(set(column)) > 1 for column in said.T.tolist())
    assert sum(int(counts.sum()) for counts in found.counts.values()) == len(found.labels) * len(seen)


def test_the_report_is_that_of_scikit_learn(seen):
    from sklearn.metrics import precision_recall_fscore_support

    found = errors.Errors(seen, validation(CONFIG.but(seed=1, n_seeds=1)))
    for name, said in found.answers.items():
        expected = precision_recall_fscore_support(
            found.labels,
            said.classes,
            labels=range(10),
            zero_division=np.nan,
        )
        precision, recall, _ = errors.per_class(found.counts[name], np.bincount(found.labels))
        np.testing.assert_allclose(precision, expected[0])
        np.testing.assert_allclose(recall, expected[1])


def test_a_step_is_an_update_of_the_loop_and_skips_what_is_frozen(seen):
    arms = [seen[name] for name in ("feature_extraction", "end_to_end")]
    frozen, free = (step.first_step(one, small_batch(one.config)) for one in arms)
    assert [gradient is None for gradient in frozen.gradients] == [True, True, False]
    assert [new is old for new, old in zip(frozen.after, frozen.before, strict=True)] == [True, True, False]
    for index, gradient in enumerate(free.gradients):
        moved = free.before[index].weights - np.float32(free.rates[index]) * present(gradient).weights
        np.testing.assert_allclose(free.after[index].weights, moved, atol=1e-6)
    assert "every layer got a gradient" in step.sentence(free)
    assert "layer 1 and layer 2 got no gradient" in step.sentence(frozen)


def test_head_first_is_told_from_never_and_from_at_once(results):
    assert "times smaller" in layers.gradient_sentence(results) or "times larger" in layers.gradient_sentence(results)
    first = layers.first_updates_sentence(results)
    pull = results["end_to_end"].measured["first_gradients"].values[:, :, 0].mean(axis=1)
    assert f"goes from {pull[0]:.2g} to {pull[-1]:.2g} under end-to-end" in first
    moved = results["end_to_end"].drift[:, :-1].mean(axis=0)
    assert f"End-to-end moved layer {moved.argmax() + 1} furthest" in layers.moved_sentence(results)
    at_once, never = (
        last(inside_steps(CONFIG.but(n_seeds=1, unfreeze_epoch=epoch), {})) for epoch in (0, CONFIG.n_epochs)
    )
    assert "no head-first phase" in layers.gradient_sentence(at_once)
    assert "never frees" in layers.gradient_sentence(never)


def test_rows_of_numbers_are_drawn_as_rows():
    rng = np.random.default_rng(0)
    rows = Dataset(rng.normal(size=(120, 13)).astype(np.float32), np.arange(120) % 3, ("a", "b", "c"))
    mine = Scenario("mine", "Mine", "", target=Task("New", rows, half=1), source=Task("Old", rows, half=0))
    config = scenario_config(mine, images_per_class=5, hidden_sizes=(8, 8), n_epochs=3, unfreeze_epoch=1, n_seeds=1)
    found = look_into(last(snapshot_steps(config, config.seed)).runs)
    assert anatomy.picture_shape(config) == (1, 13)
    assert anatomy.weights(found, (1, 13), "light")["shape"] == [1, 13]
    images = validation(config)
    assert Clouds(found, images).data("dark")["shape"] == [1, 13]
    listed = errors.Errors(found, images).table([0, 1])
    assert len(listed) == 2
    assert "image" not in listed  # a row of numbers is no picture


def test_ink_in_a_link_is_the_ink_that_was_drawn():
    ink = (np.random.default_rng(0).integers(0, 17, (8, 8)) / 16).astype(np.float32)
    np.testing.assert_array_equal(from_text(to_text(ink), (8, 8)), ink)
    assert from_text(to_text(ink)[:-1], (8, 8)) is None
    assert from_text("<" * 64, (8, 8)) is None


# The page


@pytest.mark.parametrize("look", of_the_lab.TITLES)
@pytest.mark.parametrize("end", ["first", "last"])
@pytest.mark.no_cover
def test_every_look_at_both_ends_of_the_controls_of_the_page(look, end):
    own = {"look": look} | ({"arms": "all", "of_seed": "1", "epoch": "0"} if end == "last" else {})
    app = open_page("inside", QUICK | own)
    assert not app.exception
    assert not app.warning, texts(app.warning)
    assert any(element.value.startswith("####") for element in app.markdown)
    assert len(app.subheader) == 2  # the question, and what to try next
    for chart in app.get("vega_lite_chart"):
        assert len(chart.proto.alt) > 30


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.no_cover
def test_every_scenario_can_be_looked_into(scenario):
    app = open_page("inside", QUICK | {"scenario": scenario, "images_per_class": "2", "arms": "all"})
    for look in of_the_lab.TITLES:
        widget(app, "look").set_value(look).run()
        assert not app.exception, look


def test_diverging_run_is_named_not_a_traceback():
    app = open_page(
        "inside", QUICK | {"backbone_learning_rate": "2", "momentum": "0.99", "n_epochs": "20", "arms": "all"}
    )
    for look in of_the_lab.TITLES:
        widget(app, "look").set_value(look).run()
        assert not app.exception, look
    assert "diverged" in texts(app.markdown) + texts(app.error) or "guessing" in texts(app.error)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"epoch": "<b>9"}, "epoch in the link must be a whole number from 0 to 5, got `<b>9`. Using 5."),
        ({"epoch": "6"}, "epoch in the link must be a whole number from 0 to 5"),
        ({"of_seed": "9"}, "of_seed in the link must be one of 0, 1, got `9`"),
        (
            {"look": "digit", "drawn": "xyz"},
            "drawn in the link must be 100 characters from 0 to 9 and a to g, got `xyz`",
        ),
        ({"look": "errors", "confused": "end_to_end,3"}, "confused in the link must be one of disagree"),
        ({"arms": "none"}, "arms in the link must be one of three, all, got `none`"),
    ],
)
def test_bad_value_in_a_link_is_said_and_the_page_still_works(query, said):
    app = open_page("inside", QUICK | query)
    assert not app.exception
    assert said in texts(app.warning)
    assert any(element.value.startswith("####") for element in app.markdown)


def test_what_a_view_sends_is_small_even_for_the_largest_network():
    wide = QUICK | {"hidden_width": "128", "hidden_layers": "4", "arms": "all"}
    app = open_page("inside", wide)
    for look in ("weights", "features"):
        widget(app, "look").set_value(look).run()
        sent = {name: len(proto.SerializeToString()) for name, proto in components(app).items()}
        assert f"inside_{look}" in sent
        assert sum(sent.values()) < 2_000_000, sent


def test_pictures_say_in_words_what_they_show_and_know_the_theme():
    for theme, ink in (("light", "#1F2937"), ("dark", "#E5E7EB")):
        app = open_page("inside", QUICK)
        app.context["theme"] = theme
        app.run()
        drawn = components(app)
        network = json.loads(drawn["inside_network"].json)
        assert network["colours"]["ink"] == ink
        assert "backbone moved 0 · 0" in network["arms"][0]["alt"]
        assert "numbers identical" in json.loads(drawn["inside_weights"].json)["arms"][0]["alt"]


def drawn_bits():
    bits = np.zeros((pad.SIDE, pad.SIDE), bool)
    bits[8:48, 26:31] = True
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


def test_a_drawing_is_answered_kept_in_the_link_and_can_be_cleared():
    app = open_page("inside", QUICK | {"look": "digit", "example": "3"})
    assert "Pretrained: " in texts(app.markdown)
    app.session_state["pad"] = {"ink": drawn_bits()}
    app.run()
    assert not app.exception
    assert "example" not in app.query_params
    text = app.query_params["drawn"]
    answered = [element.value for element in app.markdown if "Pretrained: " in element.value]
    assert answered
    again = open_page("inside", QUICK | {"look": "digit", "drawn": text})
    assert answered[0] in texts(again.markdown)
    app.session_state["pad"] = {"ink": ""}
    app.run()
    assert "drawn" not in app.query_params
    assert "Draw a digit on the pad" in texts(app.info)


@pytest.mark.parametrize("sent", [None, 7, "not base64!", base64.b64encode(b"short").decode()])
def test_what_is_no_drawing_is_not_read(sent):
    assert pad.bits_of(sent) is None


def test_a_click_on_a_cell_opens_its_images_and_is_in_the_link():
    app = open_page("inside", QUICK | {"look": "errors"})
    alone = CONFIG.but(n_seeds=1)
    frozen = errors.Errors(look_into(last(snapshot_steps(alone, alone.seed)).runs), validation(alone))
    cell = next(one for one in frozen.cells() if one.startswith("end_to_end"))
    _, true, answer = cell.split(",")
    app.session_state["confusion_end_to_end"] = {"selection": {"pick": [{"true": true, "answer": answer}]}}
    app.run()
    assert not app.exception
    assert app.query_params["confused"] == cell
    assert len(app.dataframe[0].value) == len(frozen.members(cell))
    assert set(app.dataframe[0].value["true"]) == {true}
