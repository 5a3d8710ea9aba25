"""A schedule of the visitor's own: drawn, undone, carried by the link, judged with the attempts before it, taken away."""

import ast
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.app import QUICK, open_page, texts, widget
from transfer_core import STRATEGIES, Arm, RunConfig, compare, scenario_config
from transfer_core.schedule_text import ScheduleError, from_text, to_text
from transfer_core.schedules import n_epochs
from transfer_core.strategies import progressive_unfreezing
from transfer_ui.articles.your_schedule.bet import Bet, feedback
from transfer_ui.articles.your_schedule.code import in_notebook
from transfer_ui.articles.your_schedule.editor import as_text
from transfer_ui.articles.your_schedule.standing import headline, standing
from transfer_ui.articles.your_schedule.starts import STARTS, lesson
from transfer_ui.charts import price
from transfer_ui.charts.components.schedule import KEY
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.recipe import recipe_of
from transfer_ui.rows import OWN

LINK = QUICK | {"n_seeds": "6"}
DRAWN = "3-f-f-0.1_2-0.02-f-0.02"
CONFIG = RunConfig(
    scenario="low_to_high", hidden_sizes=(8, 8), pretrain_epochs=1, n_epochs=5, unfreeze_epoch=2, n_seeds=2
)


@pytest.fixture(scope="module")
def own():
    return compare(CONFIG, {OWN: Arm(from_text(DRAWN))})[OWN]


def said(app):
    """The answer of the page."""
    return next(element.value for element in app.markdown if element.value.startswith("####"))


def schedule(app):
    found = app.query_params.get("schedule")
    return found[0] if isinstance(found, list) else found


def edited(app, text, sent="17"):
    """Do what the editor in the browser does: send an edit."""
    app.session_state[KEY] = {"edit": f"{sent} {schedule(app)} {text}"}
    return app.run()


def test_the_first_view_says_what_there_is_to_beat_and_asks_for_a_prediction_before_it_trains():
    app = open_page("your_schedule", LINK)
    assert not app.exception
    assert said(app).startswith("#### To beat: ")
    assert schedule(app) is None
    assert widget(app, "train").disabled
    app.segmented_control(key="bet").set_value("theirs").run()
    assert not widget(app, "train").disabled
    widget(app, "train").click().run()
    assert not app.exception
    assert not said(app).startswith("#### To beat")
    assert "You predicted: one of theirs, by 1 to 3 points." in texts(app.caption)
    assert app.query_params["trained"] in ("yes", ["yes"])


def test_starts_edits_and_their_history_are_in_the_link_and_a_known_attempt_is_shown_at_once():
    app = open_page("your_schedule", LINK)
    widget(app, "start_End-to-end").click().run()
    end_to_end = schedule(app)
    edited(app, DRAWN)
    assert schedule(app) == DRAWN
    app.segmented_control(key="bet").set_value("close").run()
    widget(app, "train").click().run()
    answer = said(app)
    widget(app, "undo").click().run()
    assert schedule(app) == end_to_end  # and the edit that the browser still holds is not done again
    assert said(app).startswith("#### To beat: ")
    assert "trained" not in app.query_params
    widget(app, "undo").click().run()
    assert schedule(app) is None
    assert widget(app, "undo").disabled
    for _ in range(2):
        widget(app, "redo").click().run()
    assert schedule(app) == DRAWN
    assert said(app) == answer
    assert widget(app, "redo").disabled
    edited(app, "5-f-f-0.2", sent="18")
    widget(app, "train").click().run()
    assert list(app.dataframe[0].value["schedule"]) == [DRAWN, "5-f-f-0.2"]
    widget(app, "back_1").click().run()
    assert said(app) == answer


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("5-f-f-f", "Phase 1 of schedule in the link must leave a layer to train, got `f-f-f`."),
        ("0-f-f-0.1", "Phase 1 of schedule in the link must begin with its epochs, a whole number from 1, got `0`."),
        ("5-f-nan-0.1", "Layer 2 in phase 1 of schedule in the link must be f (frozen) or a rate above 0"),
        ("5-f-0.1", "Phase 1 of schedule in the link must have 3 layers after its epochs, got `2`."),
        ("150-f-f-0.1_51-f-f-0.1", "Schedule in the link must have at most 200 epochs in all, got `201`."),
        (
            "`<script>`",
            "Phase 1 of schedule in the link must begin with its epochs, a whole number from 1, got `<script>`.",
        ),
    ],
    ids=lambda value: value[:9],
)
def test_a_wrong_schedule_in_the_link_gets_one_sentence_and_the_page_works(asked, sentence):
    app = open_page("your_schedule", LINK | {"schedule": asked, "trained": "yes"})
    assert not app.exception
    assert len(app.warning) == 1
    assert app.warning[0].value.startswith(sentence)
    assert schedule(app) is None
    assert said(app).startswith("#### To beat: ")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (["5", None, "", "0.1"], "5-f-f-0.1"),
        ([" 5 ", "frozen", "F", "5e-4"], "5-f-f-0.0005"),
        (["5", np.nan, None, 0.1], "5-f-f-0.1"),
    ],
)
def test_what_is_typed_into_the_table_is_a_schedule(typed, text):
    assert as_text(pd.DataFrame([typed], dtype=object)) == text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["5", None, None, None], "phase 1 of schedule must leave a layer to train, got 'f-f-f'"),
        (["5", None, None, "fast"], "head in phase 1 of schedule must be f (frozen) or a rate above 0 and at most 100"),
        (["5", None, "-1", "0.1"], "layer 2 in phase 1 of schedule must be f .* at most 100, got '\N{MINUS SIGN}1'"),
        (["5", "0.1_x", "0.1", "0.1"], "layer 1 in phase 1 of schedule must be f .* at most 100, got '0.1 x'"),
        (["5", None, None, "1_0"], "head in phase 1 of schedule must be f .* at most 100, got '1 0'"),
        (["5", None, None, "\u0660.\u0661"], "head in phase 1 of schedule must be f .* at most 100"),
        (["5", None, None, "inf"], "head in phase 1 of schedule must be f .* at most 100, got 'inf'"),
        (["0", None, None, "0.1"], "phase 1 of schedule must begin with its epochs, a whole number from 1, got '0'"),
        (["5-f", None, None, "0.1"], "phase 1 of schedule must begin with its epochs, .* got '5\N{MINUS SIGN}f'"),
        ([None, None, None, "0.1"], "phase 1 of schedule must begin with its epochs, a whole number from 1, got ''"),
        (["5", None, None, 10_000 * "x"], "schedule must have 1 to 2,000 characters"),
        ([], "schedule must have a phase, got 'none'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_entry_in_the_table_gets_the_sentence_of_the_link(typed, sentence):
    with pytest.raises(ScheduleError, match=re.sub(r"[()]", r"\\\g<0>", sentence)):
        from_text(as_text(pd.DataFrame([typed] if typed else [], dtype=object)), 3)


def test_an_edit_that_no_editor_makes_is_refused():
    app = open_page("your_schedule", LINK | {"schedule": DRAWN, "trained": "maybe"})
    assert "trained in the link must be yes, got `maybe`" in texts(app.warning)
    edited(app, "5-f-f-f")
    assert texts(app.warning) == "Phase 1 of schedule in the editor must leave a layer to train, got `f-f-f`."
    assert schedule(app) == DRAWN


@pytest.mark.parametrize(("layers", "n_rates"), [(1, 2), (4, 5)])
def test_a_network_of_another_depth_keeps_the_schedule(layers, n_rates):
    app = open_page("your_schedule", LINK | {"n_seeds": "2", "schedule": DRAWN, "trained": "yes"})
    app.select_slider(key="hidden_layers").set_value(layers).run()
    assert not app.exception
    assert not app.warning
    assert {len(phase.frozen) for phase in from_text(schedule(app))} == {n_rates}
    assert said(app).startswith("#### Inconclusive: too few seeds")


def _last_epoch(app):
    """Where the axis of the curves ends."""
    chart = next(one.proto for one in app.get("vega_lite_chart") if one.proto.alt.startswith("Validation accuracy"))
    frame = next(one.data.data for one in chart.datasets if one.name == "frame")
    return pa.ipc.open_stream(frame).read_all().to_pylist()[0]["n_epochs"]


def test_a_longer_schedule_is_said_and_all_can_be_given_as_many_epochs():
    app = open_page("your_schedule", LINK | {"schedule": "7-f-f-0.1_3-0.02-0.02-0.02"})
    assert "Your schedule trains for 10 epochs, the strategies for 5." in texts(app.caption)
    assert _last_epoch(app) == 10
    shorter = edited(open_page("your_schedule", LINK), "3-f-f-0.1_1-0.02-0.02-0.02")
    assert _last_epoch(shorter) == 5, "the axis is this visitor's, though the results are kept for all"
    widget(app, "equal").click().run()
    assert app.session_state["config"].n_epochs == 10
    assert "Your schedule trains for 10 epochs, as the strategies do." in texts(app.caption)
    assert schedule(app) == "7-f-f-0.1_3-0.02-0.02-0.02"


@pytest.mark.parametrize("epochs", [5, 200])
@pytest.mark.parametrize("sizes", [(8,), (8, 8, 8, 8)], ids=["1", "4"])
def test_every_start_is_as_long_as_the_strategies_and_trains_something(epochs, sizes):
    config = RunConfig(n_epochs=epochs, unfreeze_epoch=2, hidden_sizes=sizes)
    for start in STARTS:
        made = start.make(config)
        assert n_epochs(made) == epochs
        assert from_text(to_text(made), config.n_layers, max_epochs=200) == made


def test_the_lesson_in_its_own_scenario_is_what_the_lesson_does():
    config = scenario_config("lesson")
    assert lesson(config) == progressive_unfreezing(config)
    assert [phase.n_epochs for phase in lesson(config)] == [50, 50]


def test_the_verdict_counts_how_often_was_tried():
    rng = np.random.default_rng(0)
    theirs = {"end_to_end": 0.7 + 0.01 * rng.standard_normal(10), "feature_extraction": np.full(10, 0.4)}
    tries = [theirs["end_to_end"] + 0.02 * rng.standard_normal(10) for _ in range(40)]
    best = max(tries, key=np.mean)
    alone, counted = (
        standing(theirs | {OWN: best}, earlier) for earlier in ([], [one for one in tries if one is not best])
    )
    assert (alone.outcome, counted.outcome) == ("own", "close")
    assert counted.is_best_of == 40


@pytest.mark.parametrize(
    ("mean", "n_seeds", "outcome", "words"),
    [
        (0.9, 6, "own", "You beat them all, at least 19.9 points ahead of end-to-end fine-tuning."),
        (0.5, 6, "theirs", "Not yet: end-to-end fine-tuning stays at least 19.9 points ahead of your schedule."),
        (
            0.7,
            6,
            "close",
            "No difference: your schedule and end-to-end fine-tuning have the same accuracy in every seed.",
        ),
        (0.05, 6, "theirs", "Your schedule learns nothing: it is no better than guessing."),
        (0.9, 3, "unclear", "Inconclusive: too few seeds to say who wins."),
    ],
)
def test_the_headline_says_who_wins(mean, n_seeds, outcome, words):
    scores = {
        "end_to_end": np.full(n_seeds, 0.7),
        "random_features": np.full(n_seeds, 0.2),
        OWN: np.full(n_seeds, mean),
    }
    found = standing(scores)
    assert found.outcome == outcome
    assert headline(found, scores, 10).replace("20.0", "19.9") == words
    assert len(words.split()) <= 15
    assert bool(feedback(Bet("own", "over_3"), found)) == (outcome != "unclear")


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_framework_says_the_schedule_or_why_it_cannot(name, own):
    recipe = recipe_of(own)
    obstacle = FRAMEWORKS[name].obstacle(recipe)
    if obstacle:
        assert name in ("fastai", "finetuning_scheduler")
        assert obstacle.endswith(".")
        return
    script = FRAMEWORKS[name].write(recipe)
    ast.parse(script)
    assert script.startswith('"""Your schedule in ')
    assert f'DATA_FILE = "{recipe.data_file}"' in script
    assert "as drawn" in script
    assert "5 epochs in all" in script or name == "finetuning_scheduler"


def test_two_schedules_at_the_same_settings_have_files_of_their_own(own):
    other = compare(CONFIG, {OWN: Arm(from_text("5-f-f-0.1"))})[OWN]
    assert recipe_of(own).data_file != recipe_of(other).data_file


def test_what_is_shown_for_a_notebook_runs_and_repeats_the_run(own):
    names: dict[str, dict[str, object]] = {}
    exec(in_notebook(CONFIG, DRAWN), names)
    results = names["results"]
    np.testing.assert_array_equal(results["mine"].test_accuracy, own.test_accuracy)  # type: ignore[attr-defined]


def test_attempts_stand_on_the_plane_under_their_numbers_in_the_look_of_the_visitors_own(own):
    rows = price.rows({**compare(CONFIG, ["end_to_end"]), OWN: own, "1": own}, price.OLD_TASK, "val").set_index(
        "strategy"
    )
    assert list(rows.index) == ["End-to-end", "Yours", "1"]
    assert list(rows["look"]) == ["End-to-end", "Yours", "Yours"]
    assert rows.loc["1", "mean"] == pytest.approx(own.val_accuracy.mean())
    assert np.isfinite(rows["source"]).all()
    assert set(STRATEGIES).isdisjoint(rows.index)
