"""The decide page: its words, and the page itself."""

import numpy as np
import pandas as pd
import pytest

from tests.app import links, open_page, texts, widget
from tests.present import present
from transfer_core import SCENARIOS, STRATEGIES, RunConfig
from transfer_core.baselines import BASELINES
from transfer_core.studies.questions.crossover import Crossing
from transfer_core.studies.questions.decision_map import OPEN, winners
from transfer_ui.articles import decide

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "8"}
STORED = {"guess": "50"}
WHERE = Crossing(36.0, 28.0, 44.0)


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
    ("means", "advice"),
    [
        ([0.9, 0.8, 0.8, 0.7, 0.5], "freeze the backbone."),
        ([0.7, 0.9, 0.8, 0.7, 0.5], "fine-tune end to end."),
        ([0.7, 0.8, 0.9, 0.7, 0.5], "unfreeze progressively."),
        ([0.7, 0.8, 0.8, 0.9, 0.5], "train from scratch: here the pretrained network hurts."),
    ],
)
def test_the_winner_of_the_cell_is_the_advice(means, advice):
    said, evidence = decide.recommendation(_rows(means), RunConfig())
    assert said == f"For 10 images per class: {advice}"
    assert "95\u00a0% interval" in evidence


def test_where_accuracy_does_not_decide_the_least_work_does():
    rows = _rows([0.8, 0.8, 0.7, 0.6, 0.5])
    rows.loc[rows["strategy"] == "end_to_end", "test_accuracy"] = [0.81, 0.79, 0.82, 0.78, 0.805, 0.8]
    said, evidence = decide.recommendation(rows, RunConfig())
    assert said == "For 10 images per class: no clear winner; the cheapest is to freeze the backbone."
    assert len(said.split()) <= 15
    assert evidence.startswith(
        "Of 7 ways, 2 cannot be told apart: feature extraction and end-to-end fine-tuning. Too close"
    )


@pytest.mark.parametrize(
    ("baseline", "level", "advice"),
    [
        ("zero_shot", 0.95, ": use the pretrained network as it is: no training is needed."),
        ("zero_shot", 0.9, ": no clear winner; the cheapest is to use the pretrained network as it is."),
        ("nearest_neighbour", 0.95, ": take the label of the nearest training image: no network is needed."),
        ("logistic_regression", 0.95, ": fit logistic regression to the pixels: no network is needed."),
        ("logistic_regression", 0.5, ": freeze the backbone."),
    ],
)
def test_what_needs_no_training_is_advised_where_it_is_best_or_level(baseline, level, advice):
    rows = _rows([0.9, 0.8, 0.8, 0.7, 0.5], **{baseline: level})
    its_own = rows["strategy"] == baseline
    rows.loc[its_own, "test_accuracy"] += np.array([4, -3, 2, -4, 3, -2]) / 1000
    said, _ = decide.recommendation(rows, RunConfig())
    assert advice in said


def test_a_cell_of_either_map_goes_to_zero_shot_where_it_is_clearly_better_than_freezing():
    rows = _rows([0.9, 0.8, 0.8, 0.7, 0.5], zero_shot=0.95).assign(scenario="mnist_to_digits", rate=0.0)
    for _, among in decide.AMONG.values():
        assert winners(rows, among)["winner"].tolist() == ["zero_shot"]


def test_few_seeds_give_no_advice():
    said, evidence = decide.recommendation(_rows([0.9, 0.8, 0.8, 0.7, 0.5], seeds=2), RunConfig())
    assert "no advice" in said
    assert "too few" in evidence


def test_a_cell_that_was_not_reached_is_said():
    said, _ = decide.recommendation(_rows([0.9, 0.8, 0.8, 0.7, 0.5]), RunConfig(images_per_class=1))
    assert "not measured yet" in said


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("count", [1, 5, None])
def test_every_setting_has_a_nearest_cell(scenario, count):
    config = RunConfig(scenario=scenario, images_per_class=count)
    size, shift = decide.nearest_cell(config)
    assert size >= 1
    assert shift == 0
    assert decide.cell_words(config, size, shift)


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
    assert decide.guess_sentence(guess, WHERE) == said
    everything = Crossing(36.0, -np.inf, np.inf)
    assert decide.guess_sentence(guess, everything).endswith("inside the interval.")
    assert "too few" in decide.guess_sentence(guess, Crossing(np.nan, np.nan, np.nan))


def test_marks_stay_on_the_axis():
    config = RunConfig(images_per_class=100)
    for guess in decide.GUESSES:
        for where in (WHERE, Crossing(36.0, -np.inf, np.inf), Crossing(np.inf, np.inf, np.inf)):
            placed = decide.marks(where, guess, config, 10, 1000)
            assert all(10 <= mark.at <= 1000 for mark in placed)
            intervals = [(mark.low, present(mark.high)) for mark in placed if mark.low is not None]
            assert all(10 <= low <= high <= 1000 for low, high in intervals)


def test_an_equal_guess_is_right_and_so_is_the_nearest():
    assert decide.nearest_guess(36.0) == "50"
    assert decide.nearest_guess(-np.inf) == decide.ALWAYS
    assert decide.guess_sentence("start", Crossing(-np.inf, -np.inf, -np.inf)).endswith("inside the interval.")


def test_another_size_gets_the_nearest_cell_and_is_told_so():
    said, evidence = decide.recommendation(
        _rows([0.9, 0.8, 0.8, 0.7, 0.5]), RunConfig(images_per_class=10, shift_amount=5)
    )
    assert said.startswith("For 10 images per class: ")
    assert evidence.startswith("This is the cell of the map nearest to your settings.")


def test_where_nothing_learns_there_is_no_advice():
    said, evidence = decide.recommendation(
        _rows([0.09, 0.09, 0.098, 0.09, 0.08], **dict.fromkeys(BASELINES, 0.08)), RunConfig(hidden_sizes=(8,))
    )
    assert "nothing learns at these settings" in said
    assert "guessing gives 10.0" in evidence.replace("\u00a0", " ")


def test_the_map_is_counted():
    table = pd.DataFrame({"winner": ["from_scratch", OPEN, OPEN]})
    assert decide.tally(table) == "From scratch wins 1 of 3 cells; 2 are too close to call."
    assert decide.tally(table[1:]).startswith("No strategy wins any of 2 cells")


def test_the_guess_comes_first():
    app = open_page("decide", QUICK)
    assert not app.exception
    assert not app.get("vega_lite_chart")
    widget(app, "guess").set_value("50").run()
    assert not app.exception
    assert app.query_params["guess"] == "50"
    assert len(app.get("vega_lite_chart")) == 2
    assert any(element.value.startswith("#### For 10 images per class") for element in app.markdown)


def test_the_stored_map_needs_no_training():
    app = open_page("decide", STORED)
    assert not app.exception
    said = texts(app.markdown)
    assert "#### For 10 images per class: " in said
    assert "You said 50: " in texts(app.caption)
    assert texts(app.caption).count("Stored results from ") == 2


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_is_decided(scenario):
    app = open_page("decide", QUICK | {"scenario": scenario, "guess": "never", "images_per_class": "1"})
    assert not app.exception
    assert not app.warning, texts(app.warning)
    assert len(app.get("vega_lite_chart")) == 2
    assert "Stored results" not in texts(app.caption)


def test_a_click_on_a_cell_opens_its_numbers_and_a_link_to_compare():
    app = open_page("decide", STORED)
    app.session_state["map_all"] = {"selection": {"pick": [{"x": "20", "y": "30"}]}}
    app.run()
    assert not app.exception
    assert app.query_params["cell"] == "20,30"
    assert app.selectbox(key="cell").value == "20,30"
    table = app.dataframe[0].value
    assert len(table) == len(STRATEGIES) + len(BASELINES)
    assert table["test_accuracy"].is_monotonic_decreasing
    (query,) = (query for label, query in links(app).items() if "The same settings in Compare" in label)
    assert "images_per_class=20" in query
    assert "shift_amount=30" in query


def test_a_cell_in_the_link_is_opened_and_can_be_chosen_without_a_mouse():
    app = open_page("decide", STORED | {"cell": "5,15"})
    assert not app.exception
    assert len(app.dataframe[0].value) == len(STRATEGIES) + len(BASELINES)
    app.selectbox(key="cell").set_value("50,60").run()
    assert app.query_params["cell"] == "50,60"
    wrong = open_page("decide", STORED | {"cell": "7,7"})
    assert "cell in the link must be one of" in texts(wrong.warning)


def test_freeze_or_fine_tune_is_another_map_and_in_the_link():
    app = open_page("decide", STORED | {"among": "freeze_or_tune"})
    assert app.segmented_control(key="among").value == "freeze_or_tune"
    counted = next(text.value for text in app.caption if "of 24 cells" in text.value)
    assert "earest neighbour on pixels wins" in counted
    assert "rogressive unfreezing wins" not in counted
    assert "rom scratch wins" not in counted


@pytest.mark.parametrize("query", [{"guess": "<b>7</b>"}, {"guess": "30"}, STORED | {"among": "cats"}])
def test_a_wrong_choice_in_the_link_is_said(query):
    app = open_page("decide", query)
    assert not app.exception
    assert "in the link must be one of" in texts(app.warning)


def test_dark_theme_and_words_for_those_who_do_not_see_the_charts():
    for chart in open_page("decide", STORED).get("vega_lite_chart"):
        assert len(chart.proto.alt) > 30
