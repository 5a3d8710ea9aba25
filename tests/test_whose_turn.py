"""Whose turn it is, among runs that have been asked for at known times."""

from time import monotonic

import pytest

from tests.turns import broken
from transfer_ui.runs.hands import ThreadHand
from transfer_ui.runs.job import Job
from transfer_ui.runs.turns import EVERY, SHORT, Turns


@pytest.fixture
def queue():
    return Turns()


@pytest.fixture
def asked_for(queue):
    def add(waiting: int, ago: float, seconds: float = 0.0) -> Job:
        job = Job(broken)
        queue.add(job)
        job.waiting, job.asked, job.seconds = waiting, monotonic() - ago, seconds
        return job

    return add


def order(queue: Turns) -> list[Job]:
    """Each has all the time it needs, and leaves."""
    hand, served = ThreadHand(), []
    while job := queue.next(hand, [hand]):
        served.append(job)
        job.waiting = 0
    return served


def test_whoever_asked_first_is_first(queue, asked_for):
    late, early, latest = asked_for(1, ago=5), asked_for(1, ago=9), asked_for(1, ago=1)
    assert order(queue) == [early, late, latest]


def test_a_class_is_served_before_those_who_have_waited_less_than_all_of_it_together(queue, asked_for):
    one, other, a_class = asked_for(1, ago=40), asked_for(1, ago=20), asked_for(15, ago=2)
    assert order(queue) == [one, a_class, other]


def test_a_run_is_long_by_what_it_takes_for_each_of_those_who_wait(queue, asked_for):
    a_class, short, long = (
        asked_for(15, ago=2, seconds=14 * SHORT),
        asked_for(1, ago=20),
        asked_for(1, ago=90, seconds=1.1 * SHORT),
    )
    assert order(queue) == [a_class, short, long]


@pytest.mark.parametrize(("ago", "seconds"), [(20, 0.0), (1, SHORT)], ids=["asked before", "has a long one"])
def test_nobody_is_left_without_a_slice_while_a_class_has_its_run(queue, asked_for, ago, seconds):
    a_class, one = asked_for(30, ago=2, seconds=seconds), asked_for(1, ago=ago)
    hand = ThreadHand()
    chosen = [queue.next(hand, [hand]) for _ in range(4 * EVERY)]
    assert chosen.count(one) == 4
    assert chosen.count(a_class) == 4 * (EVERY - 1)
