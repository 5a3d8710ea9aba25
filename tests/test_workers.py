"""Worker processes beside the server: they work at once, they may die, and they leave with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.app import ROOT
from tests.test_workbench import finish, lines_at_rest, opened, wait_until
from tests.turns import Awkward, Log, awkward, dying, turns, working
from transfer_ui.runs.apart import Bounded
from transfer_ui.runs.hands import ProcessHand
from transfer_ui.runs.job import TrainingLost
from transfer_ui.runs.priority import APART, MOST, TRAINING
from transfer_ui.runs.turns import FIRST_HAND

PATIENCE = 30  # seconds


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path / "log")


def is_living(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def process_of(hand) -> int:
    assert isinstance(hand, ProcessHand)
    assert hand.process_id
    return hand.process_id


def running(bench) -> list[int | None]:
    return [hand.process_id for hand in bench.hands]


def test_two_jobs_run_at_once_on_two_workers(log):
    with opened(2) as bench:
        jobs = [bench.job(name, turns(log, name, 1000, pause=0.01)) for name in "ab"]
        with bench.waiting_for(jobs[0]), bench.waiting_for(jobs[1]):
            for job in jobs:
                assert not job.wait(PATIENCE, since=job.progress)
            shown = [bench.results_so_far(job) for job in jobs]
            # While one sleeps in the middle of a slice, the other goes on; in turns, a slice is five lines of one.
            before = len(log.lines())
            wait_until(lambda: len(log.lines()) >= before + 200)
        lines = log.lines()[before:]
        assert shown[0]["process"] != shown[1]["process"]
        assert sum(one != other for one, other in pairwise(lines)) > 0.35 * len(lines)


def test_no_worker_starts_before_there_is_something_to_do_and_the_others_when_a_page_has_been_drawn(log):
    with opened(2) as bench:
        assert running(bench) == [None, None]
        finish(bench, bench.job("a", turns(log, "a", 1)))
        finish(bench, bench.job("b", turns(log, "b", 1)))
        assert any(running(bench))
        bench.ahead("visitor", list)
        wait_until(lambda: all(running(bench)))


def test_workers_come_behind_the_server_and_a_computation_apart_behind_them(log):
    with opened(1) as bench:
        finish(bench, bench.job("a", turns(log, "a", 1)))
        worker = process_of(bench.hands[0])
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, worker) == min(ours + TRAINING, MOST) > ours
        group = Path(f"/proc/{worker}/autogroup")
        if group.exists() and (words := group.read_text().split()):  # otherwise the system does not group by session
            assert words[-1] == str(TRAINING)
        finish(bench, bench.job("b", Bounded(turns(log, "b", 1))))
        assert os.getpriority(os.PRIO_PROCESS, worker) == min(ours + APART, MOST)


def test_a_killed_worker_loses_its_jobs_once_and_they_are_done_on_a_new_one(log):
    with opened(1) as bench:
        resting, job = (bench.job(name, turns(log, name, 40, pause=0.02)) for name in ("resting", "job"))
        with bench.waiting_for(resting):
            assert not resting.wait(PATIENCE, since=resting.progress)
        with bench.waiting_for(job):
            assert not job.wait(PATIENCE, since=job.progress)
            first = process_of(bench.hands[0])
            os.kill(first, signal.SIGKILL)
            assert job.wait(PATIENCE)
        assert job.error is None
        assert job.result == {"step": 39, "process": process_of(bench.hands[0])}
        assert process_of(bench.hands[0]) != first
        finish(bench, resting)
        assert resting.result["step"] == 39


@pytest.mark.parametrize(("times", "ends"), [(1, True), (2, False)])
def test_a_job_that_kills_its_worker_is_tried_twice_and_disturbs_nothing_else(log, tmp_path, times, ends):
    with opened(1) as bench:
        job = bench.job("dying", partial(dying, log, times))
        other = bench.job("other", turns(Log(tmp_path / "other"), "", 60, pause=0.01))
        with bench.waiting_for(other):
            finish(bench, job)
            assert other.wait(PATIENCE)
        assert other.error is None
        assert (job.error is None) == ends
        assert ends or (isinstance(job.error, TrainingLost) and "perhaps for lack of memory" in str(job.error))
        # Whoever asks again gets another try.
        again = bench.job("dying", partial(dying, log, times))
        finish(bench, again)
        assert again.result["step"] == 1


def test_an_error_that_cannot_be_sent_arrives_in_words_and_a_stray_print_does_no_harm():
    with opened(1) as bench:
        job = bench.job("key", awkward)
        finish(bench, job)
        assert str(job.error) == "Awkward: of two"
        assert not isinstance(job.error, Awkward)


def test_steps_that_cannot_be_sent_end_their_job_only(log):
    with opened(1) as bench:
        job = bench.job("key", lambda: iter(()))
        finish(bench, job)
        assert job.error
        finish(bench, bench.job("next", turns(log, "next", 1)))


def test_a_dropped_job_is_dropped_in_the_worker(log):
    with opened(1) as bench:
        for name in "ab":
            job = bench.job(name, turns(log, name, 1000, pause=0.01))
            with bench.waiting_for(job):
                assert not job.wait(PATIENCE, since=job.progress)
            lines_at_rest(log)
        bench.job("c", turns(log, "c", 1))
        hand = bench.hands[0]
        assert isinstance(hand, ProcessHand)
        wait_until(lambda: not hand.errands)
        # The number of the first job is unknown by now, that of the second is not.
        found: list[object] = []
        hand.errands.append(lambda: found.extend(_asked(hand, number) for number in (0, 1)))
        with bench._changed:
            bench._changed.notify_all()
        wait_until(lambda: len(found) == 2)
        assert isinstance(found[0], KeyError)
        assert isinstance(found[1], dict)


def _asked(hand, number):
    try:
        return hand.ask("results", number)
    except KeyError as error:
        return error


def test_a_long_run_does_not_delay_short_ones(log):
    with opened(2) as bench:
        finish(bench, bench.job("warm", partial(working, 0.01)))
        bench.ahead("visitor", list)
        wait_until(lambda: all(running(bench)))
        long = bench.job("long", partial(working, 60))
        with bench.waiting_for(long):
            assert not long.wait(PATIENCE, since=long.progress)
            for index in range(3):
                short = bench.job(("short", index), partial(working, 0.2))
                with bench.waiting_for(short):
                    assert short.wait(PATIENCE)
                assert short.hand is not long.hand
        assert not long.ended


def test_jobs_of_a_family_go_to_the_hand_that_has_what_they_share_unless_it_is_much_busier(log):
    with opened(2) as bench:
        jobs = [bench.job(index, turns(log, "a", 1000, pause=0.01), "family") for index in range(4)]
        finish(bench, bench.job("first", turns(log, "first", 1), "family"))
        home = next(hand for hand in bench.hands if hand.knows("family"))
        with ExitStack() as waits:
            waits.enter_context(bench.waiting_for(jobs[0]))
            assert not jobs[0].wait(PATIENCE, since=jobs[0].progress)
            waits.enter_context(bench.waiting_for(jobs[1]))
            assert not jobs[1].wait(0.3, since=jobs[1].progress)
            assert [job.hand for job in jobs[:2]] == [home, None], "the other hand is free, and leaves it to the first"
            for job in jobs[2:]:
                waits.enter_context(bench.waiting_for(job))
            wait_until(lambda: {job.hand for job in jobs} > {home})


def test_jobs_that_import_much_all_go_to_one_hand(log):
    with opened(2) as bench:
        jobs = [bench.job(index, turns(log, "a", 3, pause=0.01), FIRST_HAND) for index in range(6)]
        with ExitStack() as waits:
            for job in jobs:
                waits.enter_context(bench.waiting_for(job))
            assert all(job.wait(PATIENCE) for job in jobs)
        assert {job.hand for job in jobs} == {bench.hands[0]}


ALONE = """
import sys
from transfer_core import RunConfig
from transfer_core.baselines import logistic_regression
from transfer_ui.runs.steps import baseline_steps

config = RunConfig(n_seeds=2)
*_, last = baseline_steps("logistic_regression", config)
assert "sklearn" in sys.modules and "pandas" not in sys.modules
import pandas
from sklearn.linear_model import LogisticRegression
table = pandas.DataFrame({"x": [0.0, 1.0]})
assert LogisticRegression().fit(table, [0, 1]).predict(table).tolist() == [0, 1]
assert (last.results() == logistic_regression(config)).all()
"""


def test_a_worker_does_without_pandas_until_it_makes_tables():
    subprocess.run([sys.executable, "-W", "error", "-c", ALONE], cwd=ROOT, check=True)


SERVER = """
import sys, time
from pathlib import Path
from tests.turns import Log, turns
from transfer_ui.runs.kept_weights import folder_for_hands
from transfer_ui.runs.workbench import Workbench

bench = Workbench(2)
jobs = [bench.job(name, turns(Log(Path(sys.argv[1])), name, 1000, pause=float(sys.argv[2]))) for name in "ab"]
with bench.waiting_for(jobs[0]), bench.waiting_for(jobs[1]):
    for job in jobs:
        job.wait(60, since=job.progress)
    print(folder_for_hands(), *(hand.process_id for hand in bench.hands), flush=True)
    if sys.argv[3] == "stays":
        time.sleep(60)
"""


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "exits"])
def test_workers_leave_with_the_server_and_clear_away_even_in_the_middle_of_a_long_step(log, how):
    stays = "exits" if how == "exits" else "stays"
    command = [sys.executable, "-W", "error", "-c", SERVER, str(log.path), "0.5" if how == "exits" else "2", stays]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        folder, *words = server.stdout.readline().split()
        workers = [int(word) for word in words]
        assert len(workers) == 2
        if how != "exits":
            assert Path(folder).is_dir()
            server.send_signal(getattr(signal, how))
        left_at = time.monotonic()
        wait_until(lambda: not any(map(is_living, workers)))
        assert time.monotonic() - left_at < 5
        assert server.wait(PATIENCE) == (0 if how == "exits" else -getattr(signal, how))
        assert server.stderr.read() == ""
    assert not Path(folder).exists(), "weights are left behind"


def test_a_worker_loads_nothing_that_draws():
    found = subprocess.run(
        [sys.executable, "-c", "import sys, transfer_ui.runs.worker; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"streamlit", "altair", "matplotlib", "sklearn", "scipy"} & set(found.stdout.split())
