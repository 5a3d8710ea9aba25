"""Data that a visitor brought, chosen as the scenario: on every page, in their visit alone, on a bench of their own."""

import gc
import os
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app import QUICK, ROOT, links, open_page, texts, widget
from tests.present import present
from transfer_core import Progress, RunConfig, arm_of, scenario_config
from transfer_core.own_data.answering import Question, answer_steps
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.stand_in import AtHome
from transfer_core.splits import cached_source_data, cached_target_data, max_images_per_class
from transfer_takeaway.comparison import asked_of
from transfer_takeaway.files import read, write
from transfer_ui.articles.your_data import leading_on
from transfer_ui.controls import yours
from transfer_ui.controls.link import OF_ANOTHER_VISIT, from_query
from transfer_ui.runs import apart, own, own_bench, places
from transfer_ui.saved import record_of

LINK = QUICK | {"scenario": "yours"}
MARK = "axolotl4711"
PAGES = ("compare", "unfreeze", "your_schedule", "inside", "forgetting", "decide", "export")
LOOKS = ("drift", "features", "errors", "gradients", "step")


def table(seed=0, mark=MARK, n=120):
    """Rows of two classes from two sites, of which one was learnt before."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    values = (rng.normal(size=(n, 4)) + labels[:, None]).astype(np.float32)
    words = {
        "site": tuple("old" if row // 2 % 2 else "new" for row in range(n)),
        "label": tuple(f"{mark} {'ab'[label]}" for label in labels),
    }
    return Contents("fish.csv", values, ("a", "b", "c", "d"), words)


def photos(mark=MARK, n=160):
    """Images of four classes, of which two were learnt before."""
    rng = np.random.default_rng(1)
    labels = np.arange(n) % 4
    values = rng.random((n, 12, 12)).astype(np.float32) / 2
    values[np.arange(n), 3 * labels] += 0.5
    return Contents("fish.zip", values, (), {"folder": tuple(f"{mark} {'abcd'[label]}" for label in labels)})


BY_SITE = Question("label", "column", column="site", source=("old",))


def by_classes(mark=MARK):
    return Question("folder", "classes", 12, source=(f"{mark} c", f"{mark} d"))


def held(contents, question, n_seeds=2):
    """Hold data as the page about them does once it has answered."""
    *_, last = answer_steps(contents, question, None, n_seeds)
    found = own.Brought(contents, asked=question)
    found.keep(question, present(last.results)())
    return found


def visit(data, page="compare", query=LINK):
    """Open a page in a visit that holds data."""
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    app.session_state[own.STATE] = data
    app.query_params.update(query)
    return app.run()


@pytest.fixture(scope="module")
def rows():
    return held(table(), BY_SITE)


@pytest.fixture(scope="module")
def images():
    return held(photos(), by_classes())


def said(app):
    return texts([*app.markdown, *app.caption, *app.info, *app.warning, *app.error])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_scenario_takes_a_table_and_speaks_of_rows(page, rows):
    app = visit(rows, page)
    assert not app.exception
    assert app.query_params["scenario"] in ("yours", ["yours"])
    assert widget(app, "scenario").value == present(rows.scenario).address
    assert widget(app, "images_per_class").label == "Target rows per class"
    assert not app.warning
    assert "#### " in texts(app.markdown)
    for look in LOOKS if page == "inside" else ():
        widget(app, "look").set_value(look).run()
        assert not app.exception, look
        assert "image" not in said(app).replace("images_per_class", ""), look
    assert "image" not in said(app)
    assert "pixel" not in said(app)
    assert MARK not in said(app)  # what a visitor wrote is never markup
    drawn = app.get("vega_lite_chart")
    assert not [chart.proto.alt for chart in drawn if "image" in chart.proto.alt]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_scenario_takes_images_of_another_size(page, images):
    app = visit(images, page)
    assert not app.exception
    assert widget(app, "images_per_class").label == "Target images per class"
    assert not app.warning
    assert MARK not in said(app)
    if page == "inside":
        assert "digit" not in widget(app, "look").options
        for look in LOOKS:
            widget(app, "look").set_value(look).run()
            assert not app.exception, look
    if page == "export":
        assert "pictures" in app.get("code")[-1].value


def test_a_knob_is_moved_on_warm_data_and_only_what_changes_is_trained(rows):
    app = visit(rows, query=LINK | {"seed": "50"})
    process = rows.bench.hands[0].process_id
    assert process
    widget(app, "n_epochs").set_value(6).run()
    assert not app.exception
    assert app.query_params["n_epochs"] in ("6", ["6"])
    assert rows.bench.hands[0].process_id == process
    assert "n_epochs=5" in "\n".join(app.session_state["runs"])
    again = visit(rows, query=LINK | {"seed": "50", "n_epochs": "6", "pin": app.session_state["runs"][1]})
    assert not again.exception
    assert "epochs 5, not 6" in texts(again.caption)


def test_figures_are_those_of_the_page_about_the_data(rows):
    """At its start, a comparison is what that page calls epoch by epoch."""
    app = visit(rows, query={"scenario": "yours", "n_seeds": "2"})
    config = app.session_state["config"]
    assert config == scenario_config(rows.scenario, n_seeds=2)
    found = rows.looks["compare", config].results
    for name, run in rows.answers[BY_SITE].runs.items():
        np.testing.assert_array_equal(found[name].test_accuracy, run.test_accuracy)


def test_what_was_learnt_before_is_forgotten_in_the_visitors_own_data(rows):
    app = visit(rows, "forgetting")
    assert not app.exception
    assert f"class {MARK}" in texts(app.text)


def test_two_visitors_with_other_data_under_one_name_share_nothing(rows):
    other = held(table(seed=5), BY_SITE)
    first, second = visit(rows), visit(other)
    ours, theirs = (app.session_state["config"] for app in (first, second))
    assert ours.but(seed=0) != theirs.but(seed=0)
    mine, yours_ = (data.looks["compare", one].results for data, one in ((rows, ours), (other, theirs)))
    assert (mine["end_to_end"].history["val_loss"] != yours_["end_to_end"].history["val_loss"]).any()
    assert not {*rows.looks} & {*other.looks}
    own_of_other = rows.bench.hands[0].process_id
    assert own_of_other is None or own_of_other != other.bench.hands[0].process_id


def test_of_two_visitors_with_the_same_data_one_may_leave(rows):
    """Whoever opens an example has the same data as all others who do."""
    twin = held(table(), BY_SITE)
    first, second = visit(rows), visit(twin)
    ours, theirs = (app.session_state["config"] for app in (first, second))
    assert ours.data_key == theirs.data_key
    assert ours.scenario != theirs.scenario
    del second, theirs
    twin.end()
    del twin
    gc.collect()
    widget(first, "n_epochs").set_value(8).run()
    assert not first.exception
    assert not first.warning
    assert first.session_state["config"].scenario == ours.scenario


def test_a_link_to_own_data_in_another_visit_says_so_and_shows_what_everybody_has():
    app = open_page("compare", LINK)
    assert not app.exception
    assert OF_ANOTHER_VISIT in texts(app.warning)
    assert app.session_state["config"].scenario == RunConfig.scenario
    assert "yours@" not in "".join(widget(app, "scenario").options)
    pinned = open_page("compare", QUICK | {"pin": "scenario=yours"})
    assert not pinned.exception
    assert OF_ANOTHER_VISIT in texts(pinned.warning)


def test_nothing_reaches_what_visitors_share(rows, monkeypatch, tmp_path):
    monkeypatch.setenv("FREEZE_OR_FINE_TUNE_RESULTS", str(tmp_path / "shared"))
    fresh = held(table(seed=9, mark=f"{MARK}9"), BY_SITE)
    after_holding = [cache.cache_info() for cache in (cached_source_data, cached_target_data)]
    n_known = len(places.known_arms()._runs)
    for page in ("compare", "inside", "forgetting"):
        assert not visit(fresh, page).exception
    assert [cache.cache_info() for cache in (cached_source_data, cached_target_data)] == after_holding
    assert len(places.known_arms()._runs) == n_known
    assert not [key for key in places.workbench()._shelf._jobs if "yours@" in str(key)]
    assert not [*tmp_path.rglob("*.result")]
    for kept in Path(os.environ["FREEZE_OR_FINE_TUNE_STORE"]).parent.rglob("*"):
        assert not kept.is_file() or MARK.encode() not in kept.read_bytes()
    assert fresh.looks
    assert all(look.n_bytes < own.MOST_LOOKS for look in fresh.looks.values())


def test_no_name_of_a_class_and_no_process_outlives_the_visit():
    names = [f"newt8812 {letter}" for letter in "ab"]
    data = held(table(seed=3, mark="newt8812"), BY_SITE)
    for page in PAGES:
        assert not visit(data, page).exception
    process, found = data.bench.hands[0].process_id, weakref.ref(data)
    assert _stand_ins(names)
    del data
    gc.collect()
    assert found() is None
    for _ in range(100):  # the thread that waited for the process ends a moment later
        if not _runs(process) and not _stand_ins(names):
            break
        time.sleep(0.1)
    assert not _runs(process)
    assert not _stand_ins(names)


def _stand_ins(names):
    """Find the scenarios that know these classes; whatever a page keeps holds one, and not the data."""
    gc.collect()
    return [one for one in gc.get_objects() if type(one) is AtHome and {*names} & {*one.target.classes}]


def _runs(process_id):
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_after_forgetting_the_pages_show_what_everybody_has():
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    data = held(table(seed=4), BY_SITE)
    app.session_state[own.STATE] = data
    app.query_params.update(LINK)
    app.run()
    app.switch_page("pages/your_data.py").run()
    told = links(app)
    assert told["**Your data, every setting to move**: the curves of all strategies"] == "scenario=yours"
    app.query_params.update(LINK)
    app.switch_page("pages/compare.py").run()
    assert yours.is_own(app.session_state["config"].scenario)
    assert app.session_state["runs"]
    app.switch_page("pages/your_data.py").run()
    app.button(key="forget").click().run()
    assert not app.exception
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert app.session_state["config"].scenario == RunConfig.scenario
    assert "yours" not in " ".join(app.session_state["runs"])
    assert app.query_params["scenario"] in ("off_centre", ["off_centre"])
    assert yours.GONE in texts(app.warning) or yours.GONE in app.session_state.get("told", yours.GONE)


def test_embeddings_are_no_scenario_and_the_page_says_why():
    data = held(table(seed=6), Question("label", "embeddings"))
    app = visit(data, "your_data", {})
    assert leading_on.EMBEDDED in texts(app.caption)
    assert "scenario=yours" not in links(app).values()
    compare = visit(data)
    assert OF_ANOTHER_VISIT in texts(compare.warning)
    alone = visit(held(table(seed=6), Question("label", "nothing")), "your_data", {})
    assert leading_on.WITHOUT_A_SOURCE in texts(alone.caption)


def test_pages_about_the_labs_own_data_say_so_and_go_on(rows):
    assert yours.OF_THE_LAB in texts(visit(rows, "home").caption)
    classes = visit(rows, "class_links")
    assert yours.NOT_FOR_A_CLASS in texts(classes.info)
    assert "scenario=yours" not in texts(classes.get("code"))
    for page in ("learn", "claims", "real_network"):
        assert not visit(rows, page).exception


def test_a_record_holds_the_data_only_if_asked_for(rows):
    app = visit(rows)
    results = rows.looks["compare", app.session_state["config"]].results
    plain = write(record_of(results, {}))
    assert MARK.encode() not in plain
    assert b"fish" not in plain
    whole = read(write(record_of(results, {}, data=rows.paired())))
    assert MARK in str(whole.data)
    asked = asked_of(whole)
    assert asked.config.data_key == rows.scenario.key
    beside = visit(
        rows, query=LINK | {"seed": "40"}
    )  # while the data themselves are known here under their own address
    assert ("compare", beside.session_state["config"]) in rows.looks
    assert asked.config.pair is not rows.scenario
    widget(app, f"run_with_data_{rows.number}").check().run()
    assert not app.exception


def test_limits_of_the_knobs_follow_the_data(rows):
    found, notices = from_query({"scenario": "off_centre"}), max_images_per_class(present(rows.scenario))
    assert found.config.images_per_class == 10
    app = visit(rows, query=LINK | {"images_per_class": "200"})
    assert "images_per_class in the link must be one of" in texts(app.warning)
    assert app.session_state["config"].images_per_class <= notices
    assert "shift_amount" not in app.session_state


def test_a_process_leaves_when_nobody_needs_it_and_when_another_visitor_does(rows, monkeypatch):
    app = visit(rows, query=LINK | {"seed": "7"})
    bench = rows.bench
    assert not app.error
    assert _runs(bench.hands[0].process_id)
    other = held(table(seed=8), BY_SITE)
    visit(other)
    assert bench.hands[0].process_id is None or not _runs(bench.hands[0].process_id)
    widget(app, "n_epochs").set_value(7).run()  # it starts anew, and takes the turn back
    assert not app.exception
    assert not _runs(other.bench.hands[0].process_id)
    monkeypatch.setattr(own_bench, "IDLE", 0.0)
    bench._call()
    for _ in range(100):
        if bench.hands[0].process_id is None:
            break
        time.sleep(0.1)
    assert bench.hands[0].process_id is None
    other.end()


def _endless():
    for number in range(10_000):
        time.sleep(0.02)
        yield Progress(0.0, f"Step {number}")


def _wait_until(is_so, seconds=20):
    for _ in range(int(seconds / 0.05)):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_whoever_walks_off_in_the_middle_leaves_no_process_behind(rows, monkeypatch):
    monkeypatch.setattr(own_bench, "IDLE", 0.2)
    bench = rows.bench
    job = bench.job("walked off", _endless)
    with bench.waiting_for(job):
        _wait_until(lambda: job.progress.message.startswith("Step"))
    bench._patience = 0.1
    _wait_until(lambda: bench.hands[0].process_id is None)
    assert not job.ended


def test_a_process_that_others_had_ended_is_no_loss(rows):
    """A run that had to give way twice goes on all the same."""
    bench = rows.bench
    job = bench.job("gives way", _endless)
    for _ in range(3):
        with bench.waiting_for(job):
            _wait_until(lambda: job.progress.message.startswith("Step"))
            before = bench.hands[0].process_id
            bench.cool_down()
            _wait_until(lambda before=before: bench.hands[0].process_id not in (before, None))
    assert not job.ended
    assert job.error is None
    assert bench._threads[0].is_alive()


def _greedy():
    yield Progress(0.0, "Filling")
    bytearray(2 * apart.MOST_MEMORY)


def test_what_does_not_fit_is_one_sentence_and_the_next_run_begins_afresh(rows):
    job = rows.bench.job("greedy", _greedy)
    with rows.bench.waiting_for(job):
        assert job.wait(60)
    assert str(job.error) == own_bench.TOO_LARGE
    app = visit(rows, query=LINK | {"seed": "30"})
    assert not app.exception
    assert not app.error


def test_what_was_stopped_is_kept_with_the_data_and_goes_on(rows):
    config = visit(rows).session_state["config"]
    asked, found = config.but(seed=20), rows.looks["compare", config].results
    rows.bench.stopped["compare", asked] = ("Epoch 3 of 5", found)
    app = visit(rows, query=LINK | {"seed": "20"})
    assert not app.exception
    assert "Stopped by you: epoch 3 of 5." in texts(app.warning)
    assert "stopped_runs" not in app.session_state
    next(button for button in app.button if button.label == "Continue").click().run()
    assert not app.exception
    assert not app.warning
    assert ("compare", asked) in rows.looks


def test_whoever_computes_apart_has_the_turn_first(rows):
    config = visit(rows).session_state["config"]
    job = rows.bench.job(("arms", 1), lambda: iter(()), None)
    other = object()
    apart.LINE.join(other, int)
    with rows.bench.waiting_for(job):
        assert apart.LINE.before(rows.bench) == 1
        assert not job.wait(0.3)
        assert job.progress.message == "Waiting for 1 visitor before you"
        apart.LINE.leave(other)
        assert job.wait(60)
    assert not apart.LINE.has_turn(rows.bench)
    known = rows.known.find(config, {"mine": arm_of(config, "end_to_end")}, ())
    assert set(known) == {"mine"}
