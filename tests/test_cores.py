"""How many cores there are to use, and how many workers that makes."""

import os

import pytest

from transfer_ui.runs import cores


@pytest.fixture
def on_four_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 3}, raising=False)


def system(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "usable"),
    [
        ({}, 4),
        ({"sys/fs/cgroup/cpu.max": "max 100000\n"}, 4),
        ({"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
        ({"sys/fs/cgroup/cpu.max": "odd"}, 4),
        ({"proc/self/cgroup": "0::/app/one\n", "sys/fs/cgroup/app/cpu.max": "8000 100000\n"}, 0.08),
        ({"proc/self/cgroup": "0::/app\n", "sys/fs/cgroup/app/cpu.max": "900000 100000\n"}, 4),
        ({"proc/self/cgroup": "3:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"}, 4),
        (
            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
            0.5,
        ),
    ],
)
def test_affinity_and_quota_limit_the_cores(tmp_path, on_four_cores, files, usable):
    assert cores.usable_cores(system(tmp_path, files)) == usable


@pytest.mark.parametrize(("usable", "expected"), [(0.08, 0), (1, 0), (1.9, 0), (2, 2), (16, 2)])
def test_a_small_machine_trains_in_a_thread_and_others_have_two_workers(monkeypatch, usable, expected):
    monkeypatch.delenv(cores.VARIABLE)
    monkeypatch.setattr(cores, "usable_cores", lambda: usable)
    assert cores.n_workers() == expected


@pytest.mark.parametrize(("asked", "expected"), [("0", 0), ("1", 1), ("8", 8), ("", 2)])
def test_a_variable_sets_the_number(monkeypatch, caplog, asked, expected):
    monkeypatch.setenv(cores.VARIABLE, asked)
    monkeypatch.setattr(cores, "usable_cores", lambda: 2)
    assert cores.n_workers() == expected
    assert not caplog.records


@pytest.mark.parametrize("asked", ["two", "-1", "9", "1.5", "٣٣"])
def test_an_odd_variable_is_named_and_left_out(monkeypatch, caplog, asked):
    monkeypatch.setenv(cores.VARIABLE, asked)
    monkeypatch.setattr(cores, "usable_cores", lambda: 1)
    assert cores.n_workers() == 0
    (said,) = (record.getMessage() for record in caplog.records)
    assert said == f"{cores.VARIABLE} must be a whole number from 0 to 8, got {asked!r}. Using 0."
