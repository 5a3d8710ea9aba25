"""What is trained ahead of a visitor, and what gives way to what."""

import threading
import time
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from tests.test_workbench import finish, opened
from tests.turns import Log, broken, turns
from transfer_core import SCENARIOS, RunConfig
from transfer_ui.controls.presets import PRESETS
from transfer_ui.runs import ahead, places
from transfer_ui.runs import shelf as shelf_module
from transfer_ui.runs.default_views import default_view
from transfer_ui.runs.guesses import Guesses, Request
from transfer_ui.runs.job import Job
from transfer_ui.runs.shelf import Shelf

PATIENCE = 30


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path / "log")


@pytest.fixture
def bench():
    with opened(2) as bench:
        yield bench


def wait_until(true):
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def listed(log, *names, n=2, pause=0.0):
    return lambda: [Request(name, turns(log, name, n, pause)) for name in names]


def ended(n_bytes=1, used=0.0):
    job = Job(partial(iter, ()))
    job._end({})
    job.n_bytes, job.used = n_bytes, used
    return job


def test_guesses_are_trained_in_order_when_nobody_waits_and_answer_at_once(bench, log):
    bench.ahead("visitor", listed(log, "a", "b"))
    wait_until(lambda: log.lines() == ["a", "a", "b", "b"])
    wait_until(lambda: "b" in bench._shelf)
    for name in "ab":
        assert bench.job(name, turns(log, "again", 1)).ended
    assert "again" not in log.lines()


def test_a_guess_gives_way_to_whoever_waits_and_goes_on_afterwards(bench, log):
    bench.ahead("visitor", listed(log, "guess", n=100, pause=0.02))
    wait_until(lambda: "guess" in log.lines())
    job = bench.job("job", turns(log, "job", 40, pause=0.02))
    with bench.waiting_for(job):
        wait_until(lambda: "job" in log.lines())
        guessed = log.lines().count("guess")
        assert job.wait(PATIENCE)
        assert log.lines().count("guess") <= guessed + 3 < 100  # the slice under way, and no other
    wait_until(lambda: log.lines().count("guess") == 100)


def test_whoever_asks_for_what_is_being_guessed_takes_it_over(bench, log):
    bench.ahead("visitor", listed(log, "guess", n=60, pause=0.02))
    wait_until(lambda: "guess" in log.lines())
    finish(bench, bench.job("guess", turns(log, "again", 60)))
    assert log.lines() == 60 * ["guess"]


def test_a_superseded_guess_is_dropped_and_one_still_wanted_goes_on(bench, log):
    bench.ahead("visitor", listed(log, "a", n=60, pause=0.02))
    wait_until(lambda: "a" in log.lines())
    bench.ahead("visitor", listed(log, "b", "a", n=60, pause=0.02))
    wait_until(lambda: log.lines().count("a") == 60)
    wait_until(lambda: "b" in log.lines())
    bench.ahead("visitor", listed(log, "c"))
    wait_until(lambda: "c" in bench._shelf)
    assert log.lines().count("b") < 60
    assert "b" not in bench._shelf


def test_only_one_guess_is_trained_at_a_time_so_that_a_core_is_left(bench, log):
    bench.ahead("one", listed(log, "a", n=30, pause=0.02))
    bench.ahead("two", listed(log, "b", n=30, pause=0.02))
    wait_until(lambda: len(log.lines()) == 60)
    assert log.lines() in (30 * ["a"] + 30 * ["b"], 30 * ["b"] + 30 * ["a"])


@pytest.mark.parametrize("n_processes", [0, 1])
def test_nothing_is_guessed_where_there_is_one_hand(log, n_processes):
    asked: list[str] = []
    with opened(n_processes) as bench:
        bench.ahead("visitor", lambda: asked.append("asked") or [])  # type: ignore[func-returns-value]
        finish(bench, bench.job("job", turns(log, "job", 1)))
        time.sleep(0.2)
    assert asked == []


def test_a_list_that_cannot_be_made_or_a_guess_that_fails_disturbs_nobody(bench, log, caplog):
    bench.ahead("one", lambda: [1 / 0])
    bench.ahead("two", lambda: [Request("broken", broken), *listed(log, "a")()])
    wait_until(lambda: "Nothing is trained ahead" in caplog.text)
    bench.ahead("three", listed(log, "b"))
    wait_until(lambda: "b" in bench._shelf)
    assert "broken" not in bench._shelf


def test_a_guess_takes_no_room_from_what_was_used_recently_but_from_older_guesses():
    shelf, now = Shelf(3, 100), time.monotonic()
    shelf.put("used", ended(used=now))
    shelf.put_guess("stale", ended(), ())
    assert shelf.put_guess("likely", ended(), {"likely", "next", "last"})
    assert shelf.put_guess("next", ended(), {"likely", "next", "last"})
    assert [name for name in ("used", "stale", "likely", "next") if name in shelf] == ["used", "likely", "next"]
    assert not shelf.put_guess("last", ended(), {"likely", "next", "last"})
    assert "used" in shelf
    assert not shelf.put_guess("huge", ended(n_bytes=101), ())


def test_guesses_make_room_for_what_is_used():
    shelf, now = Shelf(2, 100), time.monotonic()
    shelf.put("used", ended(used=now / 2))  # the clock of a machine that has just started is near zero
    shelf.put_guess("guess", ended(), ())
    shelf.put("new", ended(used=now))
    assert "used" in shelf
    assert "guess" not in shelf


def test_what_nobody_has_used_for_long_makes_room_for_a_guess(monkeypatch):
    monkeypatch.setattr(shelf_module, "RECENT", 0)
    shelf = Shelf(1, 100)
    shelf.put("old", ended(used=0.001))
    assert shelf.put_guess("guess", ended(), ())
    assert "old" not in shelf


def test_lists_are_bounded():
    guesses, asked = Guesses(), list[int]()
    for visitor in range(100):
        guesses.want(visitor, lambda visitor=visitor: asked.append(visitor) or [])  # type: ignore[misc, func-returns-value]
    assert guesses.next(lambda key: False) is None
    assert asked == list(range(99, 79, -1))


def test_neighbours_are_values_that_the_control_can_take():
    config = RunConfig(n_epochs=20, unfreeze_epoch=20)
    fewer = list(ahead.neighbours(config, ahead.Move("n_epochs", -1)))[:4]
    assert [one.n_epochs for one in fewer] == [15, 25, 10, 30]
    assert [one.unfreeze_epoch for one in fewer] == [15, 20, 10, 20]
    lowest = RunConfig(images_per_class=1)
    more = list(ahead.neighbours(lowest, ahead.Move("images_per_class", -1)))
    assert [one.images_per_class for one in more[:2]] == [2, 3]
    assert {one.images_per_class for one in more[2:]} == {1}


def test_list_has_neighbours_presets_and_the_next_scenario_and_not_the_present_setting():
    config = RunConfig()
    presets = [preset.config for preset in PRESETS] + [config]
    asked = ahead.requests(config, ahead.Move("images_per_class", 1), presets)
    keys = [request.key for request in asked]
    configs = [key[1] for key in keys if isinstance(key, tuple) and key[0] == "compare"]
    assert [one.images_per_class for one in configs[:4]] == [20, 5, 30, 3]
    # Nothing that is stored is trained: neither the present setting nor the next scenario at its own settings.
    assert {preset.config for preset in PRESETS if not default_view(preset.config)} <= {*configs, config}
    assert not any(default_view(one) for one in configs)
    assert config not in configs
    moved = RunConfig(seed=3)
    keys = [request.key for request in ahead.requests(moved)]
    there = [key[1] for key in keys if isinstance(key, tuple) and key[0] == "compare"]
    assert there[-1].scenario == list(SCENARIOS)[1]
    assert len(configs) == len(set(configs))


def test_last_of_the_scenarios_has_none_next():
    assert list(ahead.next_scenario(RunConfig(scenario=list(SCENARIOS)[-1]))) == []


def test_a_preset_is_no_move_of_a_knob():
    assert ahead.move_between(RunConfig(), RunConfig(images_per_class=5)) == ("images_per_class", -1)
    assert ahead.move_between(RunConfig(), RunConfig(images_per_class=5, n_epochs=30)) is None


def test_a_page_that_has_been_drawn_prepares_the_neighbours_and_starts_nothing_itself(monkeypatch):
    asked = []

    class Bench:
        def ahead(self, visitor, find):
            asked.append((visitor, find, threading.current_thread()))

    monkeypatch.setattr(places, "workbench", Bench)

    def page():
        import streamlit as st

        from transfer_core import RunConfig
        from transfer_ui.runs import ahead

        st.slider("images", 1, 20, 10, key="images")
        ahead.prepare(RunConfig(images_per_class=st.session_state.images, n_seeds=2))

    app = AppTest.from_function(page, default_timeout=60).run()
    app.slider(key="images").set_value(5).run()
    assert not app.exception
    found = [find()[0].key[1].images_per_class for _, find, _ in asked]
    assert found == [20, 3]
    assert len({visitor for visitor, _, _ in asked}) == 1
