"""The workbench, with a thread and with worker processes."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from tests.turns import Log, broken, turns
from transfer_core import Progress, RunConfig, compare, compare_steps
from transfer_ui.runs import turns as turns_module
from transfer_ui.runs.hands import ThreadHand
from transfer_ui.runs.job import Job, n_bytes
from transfer_ui.runs.workbench import Workbench

QUICK = RunConfig(scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=1, n_epochs=3, unfreeze_epoch=1, n_seeds=2)


@contextmanager
def opened(*args, **kwargs) -> Iterator[Workbench]:
    bench = Workbench(*args, **kwargs)
    try:
        yield bench
    finally:
        bench.close()


@pytest.fixture(scope="module", params=[0, 2], ids=["thread", "processes"])
def bench(request):
    with opened(request.param) as bench:
        yield bench


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path / "log")


def finish(bench: Workbench, job: Job) -> None:
    with bench.waiting_for(job):
        assert job.wait(30)


def wait_until(true) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lines_at_rest(log) -> int:
    """How many lines there are once the slice under way has ended and nothing more is written."""
    n, before = len(log.lines()), -1
    while n != before:
        time.sleep(0.2)
        n, before = len(log.lines()), n
    return n


def test_job_gives_the_same_result_as_the_core(bench):
    job = bench.job("core", partial(compare_steps, QUICK))
    finish(bench, job)
    expected = compare(QUICK)
    assert list(job.result) == list(expected)
    for name, result in expected.items():
        assert (job.result[name].test_accuracy == result.test_accuracy).all()
        assert job.result[name].params[0].weights.tobytes() == result.params[0].weights.tobytes()
        assert job.result[name].config == QUICK


def test_arrays_that_results_share_stay_shared(bench):
    job = bench.job("core", partial(compare_steps, QUICK))
    finish(bench, job)
    one, two = (job.result[name].pretrained[0].weights for name in ("feature_extraction", "end_to_end"))
    assert one is two
    assert job.n_bytes == n_bytes(compare(QUICK))


def test_same_key_is_computed_once(bench, log):
    for _ in range(3):
        finish(bench, bench.job(log.path, turns(log, "a", 4)))
    assert len(log.lines()) == 4


def test_job_rests_when_nobody_waits_and_goes_on_where_it_was(bench, log):
    job = bench.job(log.path, turns(log, "a", 100, pause=0.02))
    with bench.waiting_for(job):
        wait_until(log.lines)
        assert not job.wait(0.1)
    assert lines_at_rest(log) < 100
    finish(bench, bench.job(log.path, turns(log, "again", 100)))
    assert log.lines() == ["a"] * 100


def test_short_runs_go_in_the_order_in_which_they_were_asked_for(log):
    with opened() as bench:
        jobs = [bench.job(name, turns(log, name, 20, pause=0.02)) for name in "abc"]
        with bench.waiting_for(jobs[0]), bench.waiting_for(jobs[1]), bench.waiting_for(jobs[2]):
            assert jobs[2].wait(30)
    assert log.lines() == ["a"] * 20 + ["b"] * 20 + ["c"] * 20


def test_what_many_wait_for_comes_sooner(log):
    with opened() as bench, ExitStack() as waits:
        jobs = [bench.job(name, turns(log, name, 20, pause=0.02)) for name in "abc"]
        for job in jobs:
            waits.enter_context(bench.waiting_for(job))
        for _ in range(10):
            waits.enter_context(bench.waiting_for(jobs[2]))
        assert jobs[1].wait(30)
    assert log.lines().index("c") < log.lines().index("b")


def test_short_runs_overtake_a_long_one_which_goes_on_meanwhile(log, monkeypatch):
    monkeypatch.setattr(turns_module, "SHORT", 0.2)
    with opened() as bench:
        long = bench.job("long", turns(log, "long", 2000, work=0.02))
        with bench.waiting_for(long):
            wait_until(lambda: long.seconds > 0.2)
            before = len(log.lines())
            for index in range(6):
                short = bench.job(("short", index), turns(log, "short", 5, pause=0.02))
                with bench.waiting_for(short):
                    assert short.wait(10)
            assert not long.ended
    later = log.lines()[before:]
    assert later.count("short") == 30
    assert 0 < later.count("long") < 30


def test_a_run_that_rests_much_is_not_long(bench, log):
    job = bench.job(log.path, turns(log, "a", 20, pause=0.05))
    finish(bench, job)
    assert 0 <= job.seconds < 0.5


def test_a_visitor_who_waits_for_something_else_no_longer_waits_for_the_first(bench, log):
    first, second = (bench.job((log.path, name), turns(log, name, 1000, pause=0.01)) for name in ("first", "second"))
    with bench.waiting_for(first, "visitor"), bench.waiting_for(first, "somebody else"):
        with bench.waiting_for(second, "visitor"):
            assert (first.waiting, second.waiting) == (1, 1)
        with bench.waiting_for(second, "somebody else"):
            assert (first.waiting, second.waiting) == (0, 1)
    assert (first.waiting, second.waiting, bench.n_waiting) == (0, 0, 0)


def test_error_reaches_who_waits_and_is_not_kept(bench, log):
    job = bench.job(log.path, broken)
    finish(bench, job)
    assert isinstance(job.error, ValueError)
    assert str(job.error) == "broken on purpose"
    again = bench.job(log.path, turns(log, "a", 1))
    finish(bench, again)
    assert again.error is None


def test_results_so_far_are_those_of_the_latest_step_and_a_resting_job_has_them_too(bench, log):
    job = bench.job(log.path, turns(log, "a", 1000, pause=0.005))
    assert bench.results_so_far(job) == {}
    with bench.waiting_for(job):
        before = job.progress
        assert not job.wait(30, since=before)
        assert job.progress is not before
        seen = bench.results_so_far(job)["step"]
    lines_at_rest(log)
    assert seen <= bench.results_so_far(job)["step"] < 1000


def test_number_of_jobs_is_bounded_and_the_latest_stay(log):
    with opened(max_jobs=2) as bench:
        for name in "abc":
            finish(bench, bench.job(name, turns(log, name, 1)))
        finish(bench, bench.job("c", turns(log, "c", 1)))
        finish(bench, bench.job("a", turns(log, "a", 1)))
    assert log.lines() == ["a", "b", "c", "a"]


def test_memory_is_bounded_by_the_size_of_the_results():
    one = n_bytes(compare(QUICK))
    weights = 2 * (65 * 8 + 9 * 5) * 4  # two seeds, single precision
    assert 5 * weights < one < 50 * weights
    with opened(max_bytes=int(1.5 * one)) as bench:
        keys = [QUICK, QUICK.but(seed=3), QUICK.but(seed=6)]
        jobs = []
        for key in keys:
            jobs.append(bench.job(key, partial(compare_steps, key)))
            finish(bench, jobs[-1])
        assert bench.job(keys[0], partial(compare_steps, keys[0])) is not jobs[0]


def test_all_but_one_of_the_resting_jobs_are_dropped_and_begin_anew_if_somebody_holds_them(bench, log):
    held = []
    for name in "abc":
        held.append(bench.job((log.path, name), turns(log, name, 30, pause=0.02)))
        with bench.waiting_for(held[-1]):
            assert not held[-1].wait(30, since=held[-1].progress)
        lines_at_rest(log)
    bench.job((log.path, "d"), turns(log, "d", 1))
    assert [job.hand is None for job in held] == [True, True, False]
    finish(bench, held[0])
    assert held[0].result["step"] == 29
    assert log.lines().count("a") > 30


@pytest.mark.parametrize("n_visitors", [4])
def test_many_visitors_of_one_run_share_it(bench, log, n_visitors):
    threads = [
        threading.Thread(target=lambda: finish(bench, bench.job(log.path, turns(log, "a", 10, pause=0.01))))
        for _ in range(n_visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.lines()) == 10


def test_a_closed_workbench_leaves_nobody_waiting_for_an_answer(log):
    with opened() as bench:
        job = bench.job("key", turns(log, "a", 1000, pause=0.01))
        with bench.waiting_for(job):
            assert not job.wait(10, since=job.progress)
    assert bench.results_so_far(job) == {}
    assert not [thread for thread in bench._threads if thread.is_alive()]


def test_training_is_where_it_should_be(bench, log):
    job = bench.job(log.path, turns(log, "a", 1))
    finish(bench, job)
    assert (job.result["process"] == os.getpid()) == (len(bench.hands) == 1)


def test_that_there_is_nothing_to_show_yet_is_said_in_the_middle_of_a_long_step(log):
    with opened(1) as bench:
        job = bench.job("a", turns(log, "a", 2, pause=2.0))
        with bench.waiting_for(job):
            wait_until(lambda: log.lines())
            asked = time.monotonic()
            assert bench.results_so_far(job) == {}  # as Stop asks
            assert time.monotonic() - asked < 1.0
            assert not job.ended


def test_what_is_given_up_in_the_middle_of_a_slice_does_not_end_and_can_begin_anew():
    def steps():
        job.begin_again()  # as when another visitor's runs take its place
        yield Progress(1.0, "too late")

    job, hand = Job(steps), ThreadHand()
    job.advance(hand)
    assert not job.ended
    assert job.error is None
    assert not job.progress.fraction
