"""What pages make of a result is made once, however many ask for it at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest

from transfer_ui.runs.found import Found

N = 8


def test_those_who_ask_at_the_same_time_share_what_one_of_them_makes():
    derived: dict[str, object] = {}
    together, made = Barrier(N), []

    def make() -> object:
        sleep(0.05)  # the others come meanwhile
        made.append(object())
        return made[-1]

    def ask() -> object:
        together.wait(10)
        return Found(derived=derived).once("rows", make)

    with ThreadPoolExecutor(N) as pool:
        given = [one.result(10) for one in [pool.submit(ask) for _ in range(N)]]
    assert len(made) == 1
    assert given == made * N


def test_what_is_made_may_need_something_else_of_the_same_result():
    found = Found()
    assert found.once("sum", lambda: 1 + found.once("part", lambda: 2)) == 3


def test_what_could_not_be_made_is_made_by_whoever_asks_next():
    found = Found()
    with pytest.raises(ZeroDivisionError):
        found.once("share", lambda: 1 // 0)
    assert found.once("share", lambda: 1) == 1
