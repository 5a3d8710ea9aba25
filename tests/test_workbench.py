import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from transfer_core import Progress, RunConfig, compare, compare_steps
from transfer_ui.runs.workbench import Job, Workbench

QUICK = RunConfig(scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=1, n_epochs=3, unfreeze_epoch=1, n_seeds=2)


def counting(log: list[str], name: str, n: int, pause: float = 0.0) -> Callable[[], Iterator[Progress]]:
    """Steps that write down their turns."""

    def steps() -> Iterator[Progress]:
        for step in range(n):
            log.append(name)
            time.sleep(pause)
            yield Progress((step + 1) / n, f"step {step}")

    return steps


def finish(bench: Workbench, job: Job) -> None:
    with bench.waiting_for(job):
        assert job.wait(20)


def test_job_gives_the_same_result_as_the_core():
    bench = Workbench()
    job = bench.job("key", lambda: compare_steps(QUICK))
    finish(bench, job)
    expected = compare(QUICK)
    assert list(job.result) == list(expected)
    for name, result in expected.items():
        assert (job.result[name].test_accuracy == result.test_accuracy).all()


def test_same_key_is_computed_once():
    bench, log = Workbench(), list[str]()
    for _ in range(3):
        finish(bench, bench.job("key", counting(log, "a", 4)))
    assert len(log) == 4


def test_job_rests_when_nobody_waits_and_goes_on_where_it_was():
    bench, log = Workbench(), list[str]()
    job = bench.job("key", counting(log, "a", 40, pause=0.02))
    with bench.waiting_for(job):
        assert not job.wait(0.2)
    time.sleep(0.15)  # the step under way ends
    resting = len(log)
    time.sleep(0.2)
    assert len(log) == resting < 40
    finish(bench, bench.job("key", counting(log, "again", 40)))
    assert log == ["a"] * 40


def test_two_visitors_take_turns():
    bench, log = Workbench(), list[str]()
    long, short = (bench.job(name, counting(log, name, n, pause=0.02)) for name, n in (("long", 100), ("short", 5)))
    with bench.waiting_for(long), bench.waiting_for(short):
        assert short.wait(10)
        assert not long.ended
    assert "long" in log


def test_error_reaches_who_waits_and_is_not_kept():
    def broken() -> Iterator[Progress]:
        yield Progress(0.5, "half")
        raise ValueError("broken on purpose")

    bench = Workbench()
    job = bench.job("key", broken)
    finish(bench, job)
    assert str(job.error) == "broken on purpose"
    again = bench.job("key", counting([], "a", 1))
    finish(bench, again)
    assert again.error is None


def test_number_of_jobs_is_bounded_and_the_latest_stay():
    bench, log = Workbench(max_jobs=2), list[str]()
    for name in "abc":
        finish(bench, bench.job(name, counting(log, name, 1)))
    finish(bench, bench.job("c", counting(log, "c", 1)))
    finish(bench, bench.job("a", counting(log, "a", 1)))
    assert log == ["a", "b", "c", "a"]


def test_memory_is_bounded_by_the_size_of_the_results():
    job = Job(iter(()))
    job.result = compare(QUICK)
    one = job.n_bytes
    weights = 2 * (65 * 8 + 9 * 5) * 4  # two seeds, single precision
    assert one > 5 * weights
    bench = Workbench(max_bytes=int(1.5 * one))
    keys = [QUICK, QUICK.but(seed=3), QUICK.but(seed=6)]
    jobs = []
    for key in keys:
        jobs.append(bench.job(key, partial(compare_steps, key)))
        finish(bench, jobs[-1])
    assert bench.job(keys[0], lambda: compare_steps(keys[0])) is not jobs[0]


@pytest.mark.parametrize("n_visitors", [4])
def test_many_visitors_of_one_run_share_it(n_visitors):
    bench, log = Workbench(), list[str]()
    threads = [
        threading.Thread(target=lambda: finish(bench, bench.job("key", counting(log, "a", 10, pause=0.01))))
        for _ in range(n_visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log) == 10
