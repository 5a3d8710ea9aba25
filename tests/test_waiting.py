"""What a page does while a job is under way."""

import pytest
from streamlit.testing.v1 import AppTest

from transfer_ui.runs import waiting
from transfer_ui.runs.waiting import BEAT, FIRST


def page(n_steps, without=0):
    import time
    from functools import partial

    import streamlit as st

    from transfer_core import Progress
    from transfer_ui.runs.waiting import outcome
    from transfer_ui.runs.workbench import Workbench

    def steps():
        for step in range(1, n_steps + 1):
            time.sleep(0.02)
            yield Progress(step / n_steps, f"step {step}", partial(dict, step=step) if step > without else None)

    bench = st.session_state.setdefault("bench", Workbench())
    drawn = st.session_state.setdefault("drawn", [])
    started = time.monotonic()
    found = outcome(bench, ("key", n_steps), steps, lambda so_far: drawn.append(so_far["step"]))
    st.session_state.seconds = time.monotonic() - started
    st.markdown(f"result {found.results['step']}")


def opened(n_steps, **further):
    return AppTest.from_function(page, kwargs={"n_steps": n_steps, **further}, default_timeout=60).run()


def test_results_are_drawn_while_they_grow_but_not_more_often_than_a_browser_can_follow():
    app = opened(120)
    drawn = app.session_state["drawn"]
    assert drawn == sorted(set(drawn))
    assert 2 <= len(drawn) <= (app.session_state["seconds"] - FIRST) / BEAT + 1
    assert drawn[0] < 120 / 4  # the first curves do not wait for the progress bar
    assert app.markdown[0].value == "result 120"


def test_the_first_curves_come_when_they_are_there_and_only_those_after_them_keep_to_the_beat():
    without = 8  # steps of 0.02 s: the first look comes before there is anything to draw
    app = opened(120, without=without)
    drawn = app.session_state["drawn"]
    assert without < drawn[0] < without + BEAT / 0.02 / 2
    assert len(drawn) <= (app.session_state["seconds"] - FIRST) / BEAT + 1


def test_a_quick_run_draws_nothing_on_its_way():
    assert opened(2).session_state["drawn"] == []


def test_stop_is_there_as_soon_as_waiting_begins(monkeypatch):
    there = []

    def draw_bar(place, job, *rest):
        there.append(job.progress.fraction)
        return progress_bar(place, job, *rest)

    progress_bar = waiting._progress_bar
    monkeypatch.setattr(waiting, "_progress_bar", draw_bar)
    opened(120)
    (fraction,) = there
    assert fraction <= 1 / 120  # before, it came when a fifth was done


def test_what_follows_keeps_its_place_whether_there_was_a_wait_or_not():
    app = opened(60)
    waited = [child.type for child in app.main.children.values()]
    assert not app.get("progress")
    assert not app.button
    assert [child.type for child in app.run().main.children.values()] == waited


def test_a_run_whose_visitor_has_gone_rests(monkeypatch):
    monkeypatch.setattr(waiting, "AWAY", 0.5)
    monkeypatch.setattr(waiting, "is_connected", lambda: False)
    app = opened(10_000)
    assert not app.markdown
    assert not app.exception
    (job,) = app.session_state["bench"]._shelf
    assert (job.waiting, job.ended) == (0, False)


def lost_page():
    import streamlit as st

    from transfer_ui.runs.job import TrainingLost
    from transfer_ui.runs.waiting import outcome, quietly
    from transfer_ui.runs.workbench import Workbench

    def steps():
        raise TrainingLost
        yield

    (quietly if st.session_state.get("quiet") else outcome)(Workbench(), "key", steps)
    st.markdown("never")


@pytest.mark.parametrize("quiet", [False, True])
def test_a_run_that_its_process_did_not_survive_is_one_sentence(quiet):
    app = AppTest.from_function(lost_page, default_timeout=60)
    app.session_state.quiet = quiet
    app.run()
    assert not app.exception
    assert not app.markdown
    assert [error.value for error in app.error] == [
        "Training ended twice before it was finished, perhaps for lack of memory: try smaller settings."
    ]


def page_with_more_to_come():
    from functools import partial

    import streamlit as st

    from transfer_core import Progress
    from transfer_ui.runs.guesses import Request
    from transfer_ui.runs.waiting import outcome
    from transfer_ui.runs.workbench import Workbench

    def steps(name):
        yield Progress(1.0, name, partial(dict, name=name))

    bench = st.session_state.setdefault("bench", Workbench())
    beside = [Request(name, partial(steps, name), name) for name in ("second", "third", "fourth")]
    outcome(bench, "first", partial(steps, "first"), beside=beside)


def test_what_a_page_waits_for_next_drops_nothing_of_what_it_waits_for_now():
    app = AppTest.from_function(page_with_more_to_come, default_timeout=60).run()
    assert not app.exception
    kept = app.session_state["bench"]._shelf
    assert all(name in kept for name in ("first", "second", "third", "fourth"))
