"""Measuring in several processes, what a training costs, and a closer look: as in one process, as counted by the core."""

import json
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import torch
from torch import nn

from tests.tiny_backbone import tiny, write_pictures
from tools.build_real_network import AS_TODAY, keys_of, take_over, versions
from transfer_core.costs import multiply_adds as of_the_core
from transfer_core.real_network.results import FILE, TRAININGS
from transfer_core.studies.store import Store
from transfer_torch import grid
from transfer_torch.arms import ARMS, Rates
from transfer_torch.cells import fingerprint
from transfer_torch.looks import look
from transfer_torch.race import race
from transfer_torch.work import multiply_adds, stage_multiply_adds
from transfer_torch.workers import Ground, measure

LAYERS, N_EPOCHS, N = (64, 32, 16, 4), 12, 10


def _ground(folder):
    return Ground("tiny", folder, folder, 32, "cpu", threads=1, load=tiny)


def test_two_processes_measure_what_one_does_and_keep_it(tmp_path, monkeypatch):
    # A page that was tested before stands there as the program, and each process would run it.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    folder = write_pictures(tmp_path / "set")
    bench = _ground(folder).bench()
    cells = grid.cells(bench, ["feature_extraction", "end_to_end"], [1], [0], 2)[::3]
    alone, together = Store(None), Store(tmp_path / "kept.sqlite")
    assert len(list(grid.measure(cells, bench, alone))) == len(cells)
    assert len(list(measure(cells, _ground(folder), together, 2))) == len(cells)
    ours, theirs = (grid.rows(cells, store).drop(columns="seconds") for store in (alone, together))
    assert np.allclose(ours.select_dtypes("number"), theirs.select_dtypes("number"), atol=1e-6)
    assert not grid.missing(cells, Store(tmp_path / "kept.sqlite"))
    stopped, many = Store(None), grid.cells(bench, ["feature_extraction", "end_to_end"], [1], [0], 2)
    n_done = len(list(measure(many, _ground(folder), stopped, 2, until=0)))
    assert 1 <= n_done < len(many)
    assert len(grid.missing(many, stopped)) == len(many) - n_done


def counted(name):
    """Make the backbone, and leave a line where the name says."""
    with Path(name).open("a", encoding="utf-8") as lines:
        lines.write("made\n")
    return tiny()


def test_a_process_reads_pictures_and_weights_once(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    folder, lines = write_pictures(tmp_path / "set"), tmp_path / "lines"
    ground = replace(_ground(folder), backbone=str(lines), load=counted)
    cells = grid.cells(_ground(folder).bench(), ["feature_extraction"], [1], [0], 1)
    assert len(list(measure(cells, ground, Store(None), 1))) == len(cells) == 6
    assert lines.read_text(encoding="utf-8") == "made\n"


def test_work_is_counted_as_the_core_counts_it():
    per_stage = [fan_in * fan_out for fan_in, fan_out in pairwise(LAYERS)]
    for name in ("feature_extraction", "end_to_end", "head_first", "stage_by_stage", "top_third"):
        schedule = ARMS[name].build(len(LAYERS) - 2, N_EPOCHS, Rates(0.1, 0.01))
        assert sum(multiply_adds(schedule, per_stage, N)) == of_the_core(schedule, LAYERS, N)


def test_a_stage_is_counted_by_what_its_layers_multiply():
    stages = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1, groups=1), nn.Sequential(nn.Flatten(), nn.Linear(64, 5))
    )
    assert stage_multiply_adds(stages, 8) == [4 * 4 * 4 * 27, 64 * 5]


def test_a_closer_look_gives_answers_to_the_test_pictures_and_the_first_filters(tmp_path):
    bench = _ground(write_pictures(tmp_path / "set")).bench()
    frozen, tuned = (grid.cells(bench, [name], [2], [0], 4)[-1] for name in ("feature_extraction", "end_to_end"))
    for cell, moved in ((frozen, False), (tuned, True)):
        seen = look(bench, cell)
        (accuracy,) = cell.task.measure(bench, cell.config)[0].values["test_accuracy"]
        assert np.isclose(np.mean(seen.answers["test"] == bench.pictures.labels[seen.shown]), accuracy)
        assert seen.answers["test"].tolist() == seen.answers["other"].tolist()  # the same folder stands for both
        assert (not np.array_equal(seen.before, seen.after)) is moved


def test_the_race_takes_turns_and_counts_what_the_cache_saves(tmp_path):
    torch.set_num_threads(1)
    bench = _ground(write_pictures(tmp_path / "set")).bench()
    raced = race(bench, 2, [0, 1], 4, 32)
    assert raced["seed"].tolist() == [0, 1]
    assert (raced.filter(like="seconds_") > 0).all(axis=None)
    counted = raced.filter(like="multiply_adds_").iloc[0]
    assert counted["multiply_adds_cached"] < counted["multiply_adds_uncached"] < counted["multiply_adds_end_to_end"]


def test_what_is_shipped_counts_as_done_where_the_same_code_would_measure_the_same(tmp_path):
    bench = _ground(write_pictures(tmp_path / "set")).bench()
    cells = grid.cells(bench, ["feature_extraction"], [1, 2], [0], 2)
    first, shipped = Store(None), tmp_path / "shipped"
    list(grid.measure(cells[:6], bench, first))  # all of one picture per class
    shipped.mkdir()
    grid.rows(cells, first).to_csv(shipped / TRAININGS, index=False)
    made = {"code": fingerprint(), "keys": keys_of(bench), "asked": {"epochs": 2}, "device": "a machine"}
    (shipped / FILE).write_text(json.dumps({"made": made}), encoding="utf-8")
    store = Store(None)
    assert take_over(cells, bench, store, [tmp_path / "none", shipped]) == {"a machine"}
    assert grid.missing(cells, store) == cells[6:]
    pd.testing.assert_frame_equal(grid.rows(cells, store), grid.rows(cells, first))
    assert take_over(cells, bench, store, [tmp_path / "none", shipped]) == set()  # nothing is lacking any more
    earlier = {"code": min(AS_TODAY), "versions": versions()}
    (shipped / FILE).write_text(json.dumps({"made": made | earlier}), encoding="utf-8")
    assert take_over(cells, bench, Store(None), [shipped]) == {"a machine"}
    (shipped / FILE).write_text(json.dumps({"made": made | earlier | {"versions": {}}}), encoding="utf-8")
    assert take_over(cells, bench, Store(None), [shipped]) == set()
    others: tuple[dict[str, object], ...] = ({"code": "other"}, {"keys": {}}, {"asked": {"epochs": 3}})
    for changed in others:
        (shipped / FILE).write_text(json.dumps({"made": made | changed}), encoding="utf-8")
        assert take_over(cells, bench, Store(None), [shipped]) == set()
    assert take_over(cells, bench, Store(None), [tmp_path / "nothing"]) == set()


def test_statistics_taken_anew_are_of_all_classes_together(tmp_path):
    bench = _ground(write_pictures(tmp_path / "set", n=30)).bench()
    cell = grid.cells(bench, ["from_scratch"], [14], [0], 1)[0]  # two minibatches
    trained = cell.task.train(bench, cell.config)
    first, norm, *_ = next(trained.network.children()).children()
    with torch.no_grad():
        passed = first(bench.inputs.rows(trained.positions))
    # In minibatches of two classes each, what differs between classes would be missing.
    torch.testing.assert_close(norm.running_var, passed.var(dim=(0, 2, 3)), rtol=0.1, atol=0)
