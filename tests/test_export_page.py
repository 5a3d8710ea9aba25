"""The export page under AppTest: whose code it shows, what the link holds, what has changed since the last look."""

from dataclasses import replace

import numpy as np
import pytest

from tests.app import QUICK, open_page, texts
from transfer_core import SCENARIOS, RunConfig, compare
from transfer_core.schedules import first_epochs
from transfer_core.statistics import verdict
from transfer_ui.articles import export
from transfer_ui.controls.link import from_query
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.recipe import recipe_of
from transfer_ui.sentences import TITLES
from transfer_ui.shell import frame


def answer(app):
    """The sentence of the answer, and the one that says whose code it is."""
    lines = [element.value for element in app.markdown]
    first = next(line for line in lines if line.startswith("####"))
    return first, next(line for line in lines if " code" in line or " script for " in line)


def script_on(app):
    return next(block.value for block in app.code if block.language == "python")


def test_shows_the_code_of_the_strategy_in_the_lead_and_says_so():
    app = open_page("export", QUICK)
    results = compare(from_query(QUICK).config)
    leader = export.winner(results).leader
    first, second = answer(app)
    assert first.startswith("#### Inconclusive")
    assert "highest mean of the three" in second
    assert TITLES[leader].lower() in second
    assert script_on(app).strip() == FRAMEWORKS["pytorch"].write(recipe_of(results[leader])).strip()
    assert not {"strategy", "framework"} & set(app.query_params)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_choices_stand_in_the_link_and_a_link_opens_them(framework):
    app = open_page("export", QUICK)
    app.pills(key="strategy").set_value("random_features").run()
    app.segmented_control(key="framework").set_value(framework).run()
    assert app.query_params["strategy"] == "random_features"
    assert app.query_params.get("framework", "pytorch") == framework
    again = open_page("export", QUICK | {"strategy": "random_features", "framework": framework})
    assert script_on(again) == script_on(app)
    assert "You chose **random features**" in answer(app)[1]
    assert FRAMEWORKS[framework].checked.sentence in texts(app.markdown)


IN_PLACE = QUICK | {"scenario": "mnist_to_digits"}  # where less momentum makes another one lead


def test_choice_of_strategy_follows_the_lead_until_the_visitor_makes_one():
    app = open_page("export", IN_PLACE)
    first = app.pills(key="strategy").value
    app.select_slider(key="momentum").set_value(0.5).run()
    assert app.pills(key="strategy").value != first  # another one leads now
    assert "highest mean" in answer(app)[1]
    app.pills(key="strategy").set_value("from_scratch").run()
    app.select_slider(key="momentum").set_value(0.9).run()
    assert app.pills(key="strategy").value == "from_scratch"


def test_choice_in_a_link_stays_where_it_is_the_leader_and_no_choice_is_the_leader_again():
    leader = open_page("export", IN_PLACE).pills(key="strategy").value
    assert isinstance(leader, str)
    app = open_page("export", IN_PLACE | {"strategy": leader})
    assert app.query_params["strategy"] == leader
    app.select_slider(key="momentum").set_value(0.5).run()
    assert app.pills(key="strategy").value == leader  # another one leads now
    app.pills(key="strategy").set_value(None).run()
    assert not app.exception
    app.run()
    assert "strategy" not in app.query_params
    assert app.pills(key="strategy").value != leader


def test_only_a_link_to_the_same_page_keeps_strategy_and_framework(monkeypatch):
    kept = {}
    monkeypatch.setattr(frame, "link", lambda file, config, label, **place: kept.update({file: place}))
    open_page("export", QUICK | {"strategy": "end_to_end", "framework": "keras"})
    assert kept.pop("export") == {"strategy": "end_to_end", "framework": "keras"}
    assert set(kept) >= {"unfreeze", "compare"}
    assert not any(kept.values())


def test_unknown_choice_in_a_link_is_said():
    app = open_page("export", QUICK | {"framework": "<b>theano</b>", "strategy": "luck"})
    assert not app.exception
    assert "framework in the link must be one of" in texts(app.warning)
    assert "got `<b>theano</b>`" in texts(app.warning)
    assert "got `luck`" in texts(app.warning)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_code(scenario):
    app = open_page("export", QUICK | {"scenario": scenario, "images_per_class": "2"})
    assert not app.exception
    assert not app.warning
    compile(script_on(app), scenario, "exec")


def test_what_changed_since_the_last_look_is_shown_until_the_next_change():
    app = open_page("export", QUICK | {"strategy": "end_to_end"})
    assert not any(block.language == "diff" for block in app.code)
    app.select_slider(key="momentum").set_value(0.5).run()
    assert [expander.label for expander in app.expander if "last look" in expander.label] == [
        "4 lines have changed since your last look in this framework"
    ]
    diff = next(block.value for block in app.code if block.language == "diff")
    assert "-MOMENTUM = 0.9" in diff
    assert "+MOMENTUM = 0.5" in diff
    app.run()
    assert diff == next(block.value for block in app.code if block.language == "diff")
    app.segmented_control(key="framework").set_value("keras").run()
    assert not any(block.language == "diff" for block in app.code)


def test_another_strategy_shows_which_lines_make_the_difference():
    app = open_page("export", QUICK | {"strategy": "feature_extraction"})
    app.pills(key="strategy").set_value("progressive_unfreezing").run()
    diff = next(block.value for block in app.code if block.language == "diff")
    assert "-    (5, [None, None, 0.05])," in diff
    assert "+    (3, [0.02, 0.02, 0.02])," in diff


def test_schedule_that_a_framework_has_no_words_for_is_said(monkeypatch):
    mute = replace(FRAMEWORKS["fastai"], cannot_say=lambda schedule: "It has no word for this.")
    monkeypatch.setitem(FRAMEWORKS, "fastai", mute)
    app = open_page("export", QUICK | {"framework": "fastai"})
    assert not app.exception
    assert "It has no word for this. Another framework can express it." in texts(app.warning)
    assert "No fastai script for" in answer(app)[1]
    assert not app.code


def test_decay_all_at_once_is_a_schedule_that_one_framework_refuses():
    app = open_page(
        "export",
        QUICK | {"layer_decay": "0.5", "strategy": "progressive_unfreezing", "framework": "finetuning_scheduler"},
    )
    assert "here they have several" in texts(app.warning)
    app.toggle(key="gradual").set_value(True).run()
    assert not app.warning
    assert "max_transition_epoch" in script_on(app)


def test_words_for_a_run_that_was_stopped_or_broke_down():
    config = RunConfig(scenario="low_to_high", pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    result = compare(config, ["end_to_end"])["end_to_end"]
    assert "ends as that did" in export.what_it_repeats(result)
    stopped = replace(result, schedule=first_epochs(result.schedule, 1))
    assert "continues to the end of the schedule" in export.what_it_repeats(stopped)
    broken = replace(result, history=result.history | {"train_loss": np.full((2, 3), np.nan)})
    assert "became NaN" in export.what_it_repeats(broken)


def test_words_for_the_strategy_follow_the_verdict():
    clear = verdict({"end_to_end": np.ones(6), "feature_extraction": np.zeros(6)})
    assert export.whose_code(clear, "end_to_end", "Keras").startswith("This is the Keras code for the best")
    assert export.whose_code(clear, "feature_extraction", "Keras").startswith("You chose **feature extraction**")
    even = verdict({"end_to_end": np.ones(2), "feature_extraction": np.zeros(2)})
    assert "highest mean" in export.whose_code(even, "end_to_end", "Keras")
