"""The guided lesson: every step walked, every check answered right and wrong, progress in the link."""

import json
import re
from itertools import permutations

import numpy as np
import pytest

from tests.app import links, open_page, texts, widget
from tests.present import present
from transfer_core import network
from transfer_core.statistics import Interval
from transfer_core.studies.questions.crossover import Crossing
from transfer_ui.articles import claim_row, claims
from transfer_ui.articles.checks import OPEN, SEPARATOR, best_of, in_order, nearest, order_words
from transfer_ui.articles.learn import formulas, path, reference
from transfer_ui.articles.learn.path import PATH, STEPS
from transfer_ui.articles.learn.step import CHALLENGE, SETTINGS
from transfer_ui.articles.learn.steps import data
from transfer_ui.charts import levels
from transfer_ui.controls.presets import PRESETS

LEVEL = {"a": np.full(6, 0.7), "b": np.linspace(0.6, 0.8, 6), "c": np.full(6, 0.2)}
NAMES = {"a": "Ours", "b": "Theirs", "c": "Another"}


def _answers(check):
    """All that may be answered."""
    return (
        [SEPARATOR.join(order) for order in permutations(check.options)] if check.kind == "order" else [*check.options]
    )


@pytest.fixture(scope="session")
def runs():
    """What each step judges by."""
    return {step.name: step.run() for step in PATH}


def _predict(app, step, answer):
    """Answer a check in the app and look."""
    value = answer.split(SEPARATOR) if step.check.kind == "order" else answer
    widget(app, path.key_of(step.name)).set_value(value).run()
    return widget(app, f"check_{step.name}").click().run()


@pytest.mark.parametrize("step", PATH, ids=lambda step: step.name)
def test_a_step_is_veiled_until_it_is_answered_and_says_whether_that_was_right(step, runs):
    run = runs[step.name]
    judged = {answer: step.check.right(run, answer) for answer in _answers(step.check)}
    right, wrong = (next(one for one, is_right in judged.items() if is_right == wanted) for wanted in (True, False))
    app = open_page("learn", {"lesson": step.name})
    assert not app.exception
    assert not app.success
    assert not app.info
    assert step.happened(run) not in texts(app.markdown)

    app = _predict(app, step, wrong)
    assert not app.exception
    assert app.info[0].value.startswith("**Not here.**")
    assert step.check.words(wrong) in texts(app.caption)
    assert step.happened(run) in texts(app.markdown)
    assert app.query_params["done"] == step.name

    app = widget(app, f"again_{step.name}").click().run()
    assert "done" not in app.query_params
    app = _predict(app, step, right)
    assert not app.exception
    assert app.success[0].value.startswith("**Right.**")
    assert not app.warning


def test_a_check_waits_for_a_complete_answer_and_may_be_left_out(runs):
    app = open_page("learn", {"lesson": "rates"})
    assert widget(app, "check_rates").disabled
    widget(app, path.key_of("rates")).set_value(["0.01"]).run()
    assert widget(app, "check_rates").disabled
    app = widget(app, "show_rates").click().run()
    assert not app.exception
    assert "Shown without a prediction." in texts(app.caption)
    assert app.query_params["done"] == "rates"
    assert not app.success
    assert app.info[0].value == STEPS["rates"].check.shows(runs["rates"])


@pytest.mark.parametrize(("step", "ends"), [("rates", [0.002, 0.2]), ("data", [10, 1000])])
def test_a_figure_that_waits_for_a_prediction_has_axes_with_ends(step, ends):
    chart = open_page("learn", {"lesson": step}).get("vega_lite_chart")[-1].proto
    line = next(layer for layer in json.loads(chart.spec)["layer"] if layer["mark"]["type"] == "line")
    assert [line["encoding"][channel]["scale"]["domain"] for channel in "xy"] == [ends, [0, 1]]
    assert chart.alt == "Test accuracy, axes only: predict first."


def test_the_visit_remembers_what_was_predicted_and_the_link_only_that_a_step_is_done():
    app = open_page("learn", {})
    app = _predict(app, STEPS["approaches"], OPEN)
    widget(app, "lesson").set_value("features").run()
    assert app.query_params["done"] == "approaches"
    app = widget(app, "show_features").click().run()
    assert app.query_params["done"] == "approaches.features"
    assert "Done: 2 of 8 steps (1, 3)." in texts(app.caption)
    widget(app, "lesson").set_value("approaches").run()
    assert "You said too close to call." in texts(app.caption)
    again = open_page("learn", {"done": "approaches.features"})
    assert "Shown without a prediction." in texts(again.caption)


@pytest.mark.parametrize(
    ("query", "words", "left"),
    [
        ({"lesson": "<b>gold</b>"}, "lesson in the link must be one of approaches, ", {}),
        ({"done": "gold.rates"}, "done in the link must be names of steps joined by dots, ", {"done": "rates"}),
        ({"done": 10_000 * "x"}, "done in the link must be names of steps joined by dots, ", {}),
        ({"done": "rates.approaches.rates"}, "", {"done": "approaches.rates"}),
    ],
)
def test_a_wrong_place_in_the_link_is_said_once_and_corrected(query, words, left):
    app = open_page("learn", query)
    assert not app.exception
    assert len(app.warning) == bool(words)
    assert all(words in box.value for box in app.warning)
    assert {name: app.query_params[name] for name in ("lesson", "done") if name in app.query_params} == left


def test_the_challenge_is_the_preset_of_the_lesson():
    assert CHALLENGE in [preset.config for preset in PRESETS]
    assert (CHALLENGE.unfreeze_epoch, CHALLENGE.n_epochs) == (50, 100)
    assert CHALLENGE.unfrozen_learning_rate < CHALLENGE.head_learning_rate


def test_every_step_leads_to_the_next_and_the_last_to_what_to_remember():
    for step in PATH:
        before, after = path.neighbours(step.name)
        found = links(open_page("learn", {"lesson": step.name}))
        if before:
            assert f"lesson={before.name}" in found[f"Back: {before.title}"]
        if after:
            assert f"lesson={after.name}" in found[f"**Next: {after.title}**"]
        else:
            assert "section=takeaways" in found["**What to remember**"]


def test_steps_name_entries_of_the_ledger_and_sections_that_are_there():
    known = {entry.name for entry in claims.ledger()}
    assert all(set(step.claims) <= known for step in PATH)
    assert all(set(step.sections) <= set(reference.SHOW) for step in PATH)
    app = open_page("learn", {"lesson": "data", "done": "data"})
    html = "".join(element.proto.body for element in app.get("html"))
    assert all(claim_row.verdict_words(claims.entry(*name.split("."))) in html for name in STEPS["data"].claims)


def test_whatever_a_reader_has_set_the_lesson_runs_at_its_own_settings(runs):
    app = open_page("learn", {"n_seeds": "2", "images_per_class": "1", "done": "approaches"})
    assert STEPS["approaches"].happened(runs["approaches"]) in texts(app.markdown)


def test_too_close_to_call_is_an_answer_and_no_order_of_what_is_level_is_wrong():
    right = best_of(lambda run: {"a": LEVEL["a"], "b": LEVEL["b"]})
    assert [right(None, answer) for answer in ("a", "b", OPEN)] == [False, False, True]
    ordered = in_order(lambda run: run)
    assert {answer for answer in map(",".join, permutations(NAMES)) if ordered(LEVEL, answer)} == {"a,b,c", "b,a,c"}
    assert order_words(LEVEL, NAMES, "{:.1f}".format).endswith("Too close to call: ours and theirs.")


def test_too_few_seeds_settle_no_choice_and_no_order():
    few = {name: values[:2] for name, values in LEVEL.items()}
    assert best_of(lambda run: run)(few, OPEN)
    assert all(in_order(lambda run: run)(few, answer) for answer in map(",".join, permutations(NAMES)))


def test_a_number_is_right_inside_the_interval_or_where_no_option_is_closer():
    right = nearest({str(value): "" for value in range(0, 50, 10)}, lambda run: run)
    assert [right(Interval(18.0, 8.0, 28.0), answer) for answer in ("0", "10", "20", "30")] == [
        False,
        True,
        True,
        False,
    ]
    unknown = Interval(18.0, np.nan, np.nan)
    assert [right(unknown, answer) for answer in ("10", "20")] == [False, True]


@pytest.mark.parametrize(
    ("where", "right"),
    [
        (Crossing(40.0, 15.0, 60.0), {"20", "50"}),
        (Crossing(-np.inf, -np.inf, 12.0), {"start", "10"}),
        (Crossing(np.inf, np.inf, np.inf), {"never"}),
        (Crossing(np.nan, np.nan, np.nan), set()),
    ],
)
def test_a_crossing_may_lie_anywhere_or_nowhere(where, right, runs):
    run = runs["data"]._replace(where=where)
    check = data.STEP.check
    assert {answer for answer in check.options if check.right(run, answer)} == right
    assert check.shows(run).endswith(".")


@pytest.mark.parametrize("formula", formulas.FORMULAS, ids=lambda formula: formula.begins)
def test_a_formula_stands_beside_the_line_that_computes_it_and_its_number(formula):
    line = formulas.line_of(formula.function, formula.begins)
    source = present(__import__(line.module, fromlist=["_"]).__file__)
    with open(source, encoding="utf-8") as file:
        assert file.read().splitlines()[line.number - 1].strip() == line.code
    assert re.search(r"\d", formula.gave(*formulas.updates(SETTINGS)))


def test_the_update_that_is_written_out_adds_up():
    old, rate, slope, new = map(
        float,
        re.findall(
            r"-?\d+\.\d+", formulas.FORMULAS[-1].gave(*formulas.updates(SETTINGS)).replace("−", "-").replace("- ", "")
        ),
    )
    assert old - rate * slope == pytest.approx(new, abs=2e-4)


def test_a_line_that_is_not_alone_is_refused():
    with pytest.raises(ValueError, match="begins must name one line of backward"):
        formulas.line_of(network.backward, "by_class")


def test_a_figure_keeps_its_rows_before_and_after_the_answer():
    veiled, shown = (levels.rows(["end_to_end"], scores) for scores in ({}, {"end_to_end": np.array([0.5, 0.6])}))
    assert veiled["row"].unique().tolist() == shown["row"].unique().tolist() == ["End-to-end"]
    assert veiled["value"].isna().all()
    assert levels.template("light", ("end_to_end",), "x")["layer"][1:]
