"""The decide page: its words, and the page itself."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.app import links, open_page, texts, widget
from tests.present import present
from transfer_core import SCENARIOS, STRATEGIES, RunConfig
from transfer_core.baselines import BASELINES
from transfer_core.studies.questions.crossover import Crossing
from transfer_core.studies.questions.decision_map import OPEN
from transfer_ui.articles.decide import advice, crossing, guessing, maps, places
from transfer_ui.charts.series import TITLES

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "8"}
STORED = {"guess": "50"}
WHERE = Crossing(36.0, 28.0, 44.0)


def _recommended(rows):
    """What to do in the one cell."""
    return advice.recommendation(places.scores_at(rows, places.Place(10, 0.0)), RunConfig())


def _rows(means, seeds=6, **baselines):
    """One cell; baselines that are not named are far behind, and zero-shot makes no sense unless it is named."""
    levels = (
        dict(zip(STRATEGIES, means, strict=True)) | dict.fromkeys(BASELINES, 0.3) | {"zero_shot": np.nan} | baselines
    )
    return pd.DataFrame(
        [
            {
                "images_per_class": 10,
                "shift": 0.0,
                "strategy": name,
                "seed": seed,
                "test_accuracy": mean + seed * 1e-4 * (index + 1),
            }
            for index, (name, mean) in enumerate(levels.items())
            for seed in range(seeds)
        ]
    )


@pytest.mark.parametrize(
    ("means", "advised"),
    [
        ([0.9, 0.8, 0.8, 0.7, 0.5], "freeze the backbone."),
        ([0.7, 0.9, 0.8, 0.7, 0.5], "fine-tune end to end."),
        ([0.7, 0.8, 0.9, 0.7, 0.5], "unfreeze progressively."),
        ([0.7, 0.8, 0.8, 0.9, 0.5], "train from scratch."),
    ],
)
def test_the_winner_of_the_cell_is_the_advice(means, advised):
    said, evidence = _recommended(_rows(means))
    assert said == f"For 10 images per class: {advised}"
    assert "At the learning rates in the sidebar: " in evidence
    assert "95\u00a0% interval" in evidence


def test_where_accuracy_does_not_decide_the_least_work_does():
    rows = _rows([0.8, 0.8, 0.7, 0.6, 0.5])
    rows.loc[rows["strategy"] == "end_to_end", "test_accuracy"] = [0.81, 0.79, 0.82, 0.78, 0.805, 0.8]
    said, evidence = _recommended(rows)
    assert said == "For 10 images per class: no clear winner; cheapest is feature extraction."
    assert evidence.startswith(
        "At the learning rates in the sidebar: of 7 ways, 2 cannot be told apart: feature extraction and end-to-end fine-tuning. Too close"
    )


@pytest.mark.parametrize(
    ("baseline", "level", "advised", "why"),
    [
        ("zero_shot", 0.95, "use the pretrained network as it is.", "No training is needed. At the "),
        ("zero_shot", 0.9, "no clear winner; cheapest is zero-shot.", "At the learning rates in the sidebar: of 8"),
        ("nearest_neighbour", 0.95, "take the label of the nearest training image.", "No network is needed."),
        ("logistic_regression", 0.95, "fit logistic regression to the pixels.", "No network is needed."),
        ("logistic_regression", 0.5, "freeze the backbone.", "At the learning rates in the sidebar: "),
    ],
)
def test_what_needs_no_training_is_advised_where_it_is_best_or_level(baseline, level, advised, why):
    rows = _rows([0.9, 0.8, 0.8, 0.7, 0.5], **{baseline: level})
    its_own = rows["strategy"] == baseline
    rows.loc[its_own, "test_accuracy"] += np.array([4, -3, 2, -4, 3, -2]) / 1000
    said, evidence = _recommended(rows)
    assert said == f"For 10 images per class: {advised}"
    assert evidence.startswith(why)


def test_a_headline_has_at_most_fifteen_words_wherever_one_is():
    words = [
        advised.partition(":")[0]
        for advised in [*(one.advice for one in STRATEGIES.values()), *(one.advice for one in BASELINES.values())]
    ]
    words += [f"no clear winner; cheapest is {TITLES[name]}" for name in (*STRATEGIES, *BASELINES)]
    for scenario in SCENARIOS.values():
        largest = scenario.shift.max_amount if scenario.shift else 0.0
        place = places.place_words(RunConfig(scenario=scenario.name, shift_amount=largest))
        assert all(len(f"{place}: {said}".split()) <= 15 for said in words), place


def test_a_cell_where_zero_shot_wins_is_marked_among_freezing_and_fine_tuning_and_goes_to_it_among_all():
    rows = _rows([0.9, 0.8, 0.8, 0.7, 0.5], zero_shot=0.95).assign(scenario="mnist_to_digits", rate=0.0)
    assert maps.table(rows, "all")["winner"].tolist() == ["zero_shot"]
    of_two = maps.table(rows, "freeze_or_tune")
    assert of_two[["winner", "beaten"]].to_numpy().tolist() == [["feature_extraction", True]]
    plain = maps.table(_rows([0.9, 0.8, 0.8, 0.7, 0.5]).assign(scenario="mnist_to_digits", rate=0.0), "freeze_or_tune")
    assert not plain["beaten"].any()


def test_few_seeds_give_no_advice():
    said, evidence = _recommended(_rows([0.9, 0.8, 0.8, 0.7, 0.5], seeds=2))
    assert "no advice" in said
    assert "too few" in evidence


def test_settings_that_were_not_reached_are_said():
    assert "not measured yet" in advice.recommendation({}, RunConfig())[0]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("count", [1, 3, 30, None])
def test_every_setting_has_its_place(scenario, count):
    config = RunConfig(scenario=scenario, images_per_class=count)
    place, here = places.mine(config), places.you(config)
    assert places.config_at(config, place) == config
    assert 0 < here.left < 1
    assert 0 < here.top < 1
    assert places.is_on_map(config, place) == (count == 1)


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("start", "You said from the first: it comes later."),
        ("20", "You said 20: it comes later."),
        ("50", "You said 50: right, as closely as the choices allow."),
        ("100", "You said 100: it comes earlier."),
        ("1000", "You said 1,000: it comes earlier."),
        ("never", "You said never: it comes earlier."),
    ],
)
def test_a_guess_is_held_against_the_interval(guess, said):
    assert guessing.guess_sentence(guess, WHERE) == said
    everything = Crossing(36.0, -np.inf, np.inf)
    assert guessing.guess_sentence(guess, everything).endswith("inside the interval.")
    assert "too few" in guessing.guess_sentence(guess, Crossing(np.nan, np.nan, np.nan))


def test_marks_stay_on_the_axis():
    config = RunConfig(images_per_class=100)
    for guess in guessing.GUESSES:
        for where in (WHERE, Crossing(36.0, -np.inf, np.inf), Crossing(np.inf, np.inf, np.inf)):
            placed = crossing.marks(where, guess, config, 10, 1000)
            assert all(10 <= mark.at <= 1000 for mark in placed)
            intervals = [(mark.low, present(mark.high)) for mark in placed if mark.low is not None]
            assert all(10 <= low <= high <= 1000 for low, high in intervals)


def test_an_equal_guess_is_right_and_so_is_the_nearest():
    assert guessing.nearest_guess(36.0) == "50"
    assert guessing.nearest_guess(-np.inf) == guessing.ALWAYS
    assert guessing.guess_sentence("start", Crossing(-np.inf, -np.inf, -np.inf)).endswith("inside the interval.")


def test_where_nothing_learns_there_is_no_advice():
    rows = _rows([0.09, 0.09, 0.098, 0.09, 0.08], **dict.fromkeys(BASELINES, 0.08))
    said, evidence = _recommended(rows)
    assert "nothing learns at these settings" in said
    assert "guessing gives 10.0" in evidence.replace("\u00a0", " ")


def test_the_map_is_counted():
    table = pd.DataFrame({"winner": ["from_scratch", OPEN, OPEN]})
    assert maps.tally(table) == "From scratch wins 1 of 3 cells; 2 are too close to call."
    assert maps.tally(table[1:]).startswith("No strategy wins any of 2 cells")


def _rows_of_chart(app, number=0):
    """The rows of a chart on the page."""
    datasets = {data.name: data.data for data in app.get("vega_lite_chart")[number].proto.datasets}
    return pa.ipc.open_stream(datasets["rows"].data).read_pandas()


def test_before_a_guess_the_map_has_its_frame_and_shows_where_the_reader_is():
    app = open_page("decide", QUICK)
    assert not app.exception
    (chart,) = app.get("vega_lite_chart")
    rows = _rows_of_chart(app)
    assert (rows["waiting"] == "?").sum() == 24
    assert rows["mean"].isna().all()
    assert rows["left"].notna().sum() == 1
    assert "hidden until you guess" in chart.proto.alt
    assert "Make your guess" in texts(app.markdown)
    widget(app, "guess").set_value("50").run()
    assert not app.exception
    assert app.query_params["guess"] == "50"
    assert len(app.get("vega_lite_chart")) == 3
    assert _rows_of_chart(app)["mean"].notna().sum() == 24
    assert any(element.value.startswith("#### For 10 images per class") for element in app.markdown)


def test_the_stored_map_needs_no_training():
    app = open_page("decide", STORED)
    assert not app.exception
    said = texts(app.markdown)
    assert "#### For 10 images per class: " in said
    assert "You said 50: " in texts(app.caption)
    assert texts(app.caption).count("Stored results from ") == 2


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.no_cover
def test_every_scenario_is_decided(scenario):
    app = open_page("decide", QUICK | {"scenario": scenario, "guess": "never", "images_per_class": "1"})
    assert not app.exception
    assert not app.warning, texts(app.warning)
    assert len(app.get("vega_lite_chart")) == 3
    assert "Stored results" not in texts(app.caption)


def test_rates_that_differ_are_named_beside_each_figure():
    said = texts(open_page("decide", STORED).caption)
    assert "At the learning rates in the sidebar" in said
    assert "Each at its best of five learning rates" in said


def test_a_click_on_a_cell_opens_its_numbers_and_a_link_to_compare():
    app = open_page("decide", STORED | {"among": "all"})
    app.session_state["map_all"] = {"selection": {"pick": [{"x": "20", "y": "30"}]}}
    app.run()
    assert not app.exception
    assert app.query_params["cell"] == "20,30"
    assert (app.number_input(key="cell_size").value, app.selectbox(key="cell_shift").value) == (20, 30.0)
    opened = _rows_of_chart(app, 1)
    assert opened["strategy"].nunique() == len(STRATEGIES) + len(BASELINES)
    assert opened.loc[opened["kind"] == "mean", "value"].is_monotonic_decreasing
    (query,) = (query for label, query in links(app).items() if "The same settings in Compare" in label)
    assert "images_per_class=20" in query
    assert "shift_amount=30" in query


def test_any_number_of_images_can_be_asked_for_without_a_mouse():
    app = open_page("decide", STORED | {"cell": "5,15"})
    assert not app.exception
    assert (app.number_input(key="cell_size").value, app.selectbox(key="cell_shift").value) == (5, 15.0)
    on_the_map = _rows_of_chart(app, 1)
    app.number_input(key="cell_size").set_value(7).run()
    assert not app.exception
    assert app.query_params["cell"] == "7,15"
    assert "computed for exactly these settings" in texts(app.caption)
    assert not _rows_of_chart(app, 1).equals(on_the_map)
    app.selectbox(key="cell_shift").set_value(0.0).run()
    app.number_input(key="cell_size").set_value(10).run()
    assert "cell" not in app.query_params  # that of the settings needs no name


@pytest.mark.parametrize("cell", ["7", "0,0", "7,7", "1e9,0", "\u0663,0", 4000 * "1" + ",0", "<b>,0"])
def test_a_place_that_is_none_is_said(cell):
    app = open_page("decide", STORED | {"cell": cell})
    assert not app.exception
    assert "cell in the link must be images per class from 1 to " in texts(app.warning)
    assert app.number_input(key="cell_size").value == 10


@pytest.mark.parametrize("count", ["3", "all"])
def test_numbers_of_images_between_those_of_the_study_are_measured_and_told_apart(count):
    app = open_page("decide", QUICK | {"guess": "50", "images_per_class": count, "n_seeds": "6"})
    assert not app.exception
    rows = _rows_of_chart(app, 2)
    own = rows[rows["own"].fillna(False).astype(bool)]
    assert len(own) == 1
    others = rows.loc[rows["mean"].notna() & (rows["own"] == False), "x"]  # noqa: E712
    assert own["x"].iloc[0] not in others.tolist()
    assert "measured on request" in texts(app.markdown)
    assert f"#### {'With all images' if count == 'all' else 'For 3 images per class'}" in texts(app.markdown)


def test_the_gap_and_the_accuracies_have_the_same_height_and_one_link():
    app = open_page("decide", STORED)
    gap = app.get("vega_lite_chart")[2].proto
    assert "zero line" in gap.alt
    widget(app, "crossing").set_value("accuracies").run()
    assert not app.exception
    assert app.query_params["crossing"] == "accuracies"
    accuracies = app.get("vega_lite_chart")[2].proto
    assert json.loads(gap.spec)["height"] == json.loads(accuracies.spec)["height"]


def test_freeze_or_fine_tune_comes_first_and_all_are_another_map():
    app = open_page("decide", STORED)
    assert app.segmented_control(key="among").value == "freeze_or_tune"
    assert set(_rows_of_chart(app)["series"].dropna()) <= {"Feature extraction", "End-to-end", OPEN}
    widget(app, "among").set_value("all").run()
    assert app.query_params["among"] == "all"
    counted = next(text.value for text in app.markdown if "of 24 cells" in text.value)
    assert "earest neighbour on pixels wins" in counted


@pytest.mark.parametrize(
    "query", [{"guess": "<b>7</b>"}, {"guess": "30"}, STORED | {"among": "cats"}, STORED | {"crossing": "7"}]
)
def test_a_wrong_choice_in_the_link_is_said(query):
    app = open_page("decide", query)
    assert not app.exception
    assert "in the link must be one of" in texts(app.warning)


def test_dark_theme_and_words_for_those_who_do_not_see_the_charts():
    for chart in open_page("decide", STORED).get("vega_lite_chart"):
        assert len(chart.proto.alt) > 30
