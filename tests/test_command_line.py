"""The command line: what it writes, what it prints, and what it says of bad arguments."""

import errno
import io
import os
import sqlite3
import subprocess
import sys

import pandas as pd
import pytest

from tests.app import ROOT
from tests.present import present
from transfer_core import STRATEGIES, Arm, compare
from transfer_core.schedule_text import from_text as schedule_of
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import read
from transfer_core.studies.store import Store
from transfer_ui.__main__ import main
from transfer_ui.command.boundary import boundary, tell
from transfer_ui.controls.link import from_text
from transfer_ui.sentences import accuracy_words, percent

QUICK = ["study", "decision_map", "--scenario", "low_to_high", "--seeds", "2", "--processes", "1"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store") / "cells.sqlite"


@pytest.fixture
def run(store, tmp_path):
    def run_with(*options):
        main([*QUICK, "--out", str(tmp_path), "--store", str(store), *options])
        return tmp_path

    return run_with


def test_list_names_every_study(capsys):
    main(["list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(STUDIES)
    assert all(study.title in line for study, line in zip(STUDIES.values(), lines, strict=True))


def test_a_study_writes_its_table_and_its_chart_and_prints_its_verdicts(run, capsys):
    out = run()
    printed = capsys.readouterr()
    table = pd.read_csv(out / "decision_map_low_to_high.csv")
    assert {"scenario", "images_per_class", "winner", "mean", "low", "high"} <= set(table.columns)
    for claim in STUDIES["decision_map"].claims.values():
        assert f"{claim.text} ({claim.source.words})" in printed.out
    assert printed.out.count("Not tested here.") == 4
    assert "Too few seeds for any verdict: 6 are the least." in printed.out
    assert "cell/s" in printed.err


def test_the_chart_is_one_file_that_needs_no_network(run):
    html = (run() / "decision_map_low_to_high.html").read_text(encoding="utf-8")
    assert "<script src=" not in html
    assert "cdn." not in html.split("vegaEmbed", 1)[0][:2000]
    assert "Which strategy wins where?" in html
    assert len(html) > 300_000  # the drawing library is inside


def test_parquet_holds_the_same_table(run):
    out = run("--format", "parquet")
    run()
    pd.testing.assert_frame_equal(
        pd.read_parquet(out / "decision_map_low_to_high.parquet"),
        pd.read_csv(out / "decision_map_low_to_high.csv"),
        check_dtype=False,
    )


def test_a_second_run_takes_everything_from_the_store(run, store, monkeypatch):
    run()
    n_cells = len(Store(store))

    def fail(cell, code):
        raise AssertionError("done twice")

    monkeypatch.setattr("transfer_core.studies.execute.measure", fail)
    run()
    assert len(Store(store)) == n_cells


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["study", "nonsense"], "name must be one of crossover, decision_map, "),
        (["study", "crossover", "--seeds", "many"], "--seeds must be a whole number, got 'many'."),
        (["study", "crossover", "--seeds", "0"], "--seeds must be a whole number from 1 to 1000, got 0."),
        (["study", "crossover", "--seed", "-1"], "--seed must be a whole number from 0 to 1000000, got -1."),
        (
            ["study", "crossover", "--scenario", "q"],
            "--scenario of study crossover must be one of off_centre, mnist_to_digits, ",
        ),
        (["study", "surgical", "--scenario", "lesson"], "--scenario of study surgical must be one of "),
        (["study", "crossover", "--processes", "0"], "--processes must be a whole number from 1 to 256, got '0'."),
        (["study", "crossover", "--format", "xml"], "--format must be one of csv, parquet, got 'xml'."),
        (["study", "crossover", "--out", "README.md"], "--out must be a folder that can be written, got 'README.md'"),
        (["study", "crossover", "--store", "README.md/x"], "--store must be an SQLite file that can be written, got "),
        (["study", "crossover", "--processes", "257"], "--processes must be a whole number from 1 to 256, got '257'."),
        (["study", "crossover", "--out", ""], "--out must not be empty, got ''."),
        (["study", "crossover", "--out=--"], "--out expected one argument."),
        (
            ["study", "crossover", "--store", "tests"],
            "--store must be an SQLite file that can be written, got 'tests' (",
        ),
        (["study", "crossover", "--dask", " "], "--dask must not be empty, got ' '."),
        (["study", "crossover", "--seeds", "9" * 5000], "--seeds must be a whole number, got '9999"),
        (["study", "crossover", "--dask", "nowhere"], "--dask must be the address of a scheduler that answers, got "),
        (["study", "crossover", "--dask", "a", "--processes", "2"], "--processes cannot be used together with --dask."),
        (["study", "crossover", "--colour", "red"], "unrecognized arguments --colour red."),
        (["compare", "--schedule", "5-f-f-f"], "phase 1 of --schedule must leave a layer to train, got 'f-f-f'."),
        (["compare", "--schedule", "5-f-0.1"], "phase 1 of --schedule must have 3 layers after its epochs, got '2'."),
        (["compare", "--schedule", "9" * 5000], "--schedule must have 1 to 2,000 characters, got '9999"),
        (["compare", "--link", "n_epochs=many"], "n_epochs in --link must be a whole number, got 'many'."),
        (["compare", "--link", "x=1"], "--link names a setting that does not exist, 'x'."),
        (["compare", "--link", "x" * 5000], "--link must be at most 2,000 characters long, got 'xxxx"),
        (["study"], "name is missing."),
        ([], "command is missing."),
        (["dance"], "command must be one of list, compare, open, study, got 'dance'."),
    ],
)
def test_bad_arguments_get_one_sentence_and_status_2(arguments, sentence, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FREEZE_OR_FINE_TUNE_STORE", str(tmp_path / "cells.sqlite"))
    if "--out" not in arguments and arguments[:1] == ["study"]:
        arguments = [*arguments, "--out", str(tmp_path)]
    with pytest.raises(SystemExit) as left:
        main(arguments)
    said = capsys.readouterr()
    assert left.value.code == 2
    assert not said.out
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1
    assert said.err.endswith(".\n")


def test_a_schedule_of_ones_own_is_compared_as_on_the_page(capsys):
    link = "scenario=low_to_high&n_epochs=5&unfreeze_epoch=2&n_seeds=6&pretrain_epochs=1&hidden_width=16"
    main(["compare", "--link", link, "--schedule", "3-f-f-0.05_2-0.02-0.02-0.02"])
    *rows, blank, said = capsys.readouterr().out.splitlines()
    config = from_text(link).config
    own = compare(config, {"mine": Arm(schedule_of("3-f-f-0.05_2-0.02-0.02-0.02"))})["mine"]
    (row,) = [row for row in rows if row.startswith("Your schedule ")]
    assert accuracy_words(own.test_accuracy) in row
    assert percent(own.source_accuracy_after.mean()) in row
    assert len(rows) == len(STRATEGIES) + 1 + 2  # neither task knows the other's classes: no zero-shot
    assert not blank
    assert said.endswith(".")


def test_it_is_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "transfer_ui", "list"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("crossover ")


class _Full(io.StringIO):
    """A stream on a full disk."""

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_cannot_be_printed_is_said_once_and_the_files_are_there(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", _Full())
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 1
    assert capsys.readouterr().err.splitlines()[-1] == "Standard output must be writable, got No space left on device."
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".html"}


def test_a_progress_bar_that_nobody_can_see_stops_nothing(run, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", _Full())
    run()
    assert "Wrote " in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "gbk", "latin-1"])
def test_every_stored_verdict_can_be_printed_on_any_terminal(encoding, monkeypatch):
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(terminal, encoding))
    sentences = [finding.sentence for name in STUDIES for finding in present(read(name)).summary.findings.values()]
    assert not "".join(sentences).isascii()
    with boundary():
        tell("\n".join(sentences))
    printed = terminal.getvalue().decode(encoding)
    assert len(printed.splitlines()) == len(sentences)
    assert "?" not in printed


def test_a_folder_in_the_place_of_a_file_is_said_before_anything_is_done(run, tmp_path, capsys):
    (tmp_path / "decision_map_low_to_high.html").mkdir()
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("--out must have room for a file, got a folder ")


def test_no_home_folder_is_one_sentence(tmp_path, monkeypatch, capsys):
    for name in ("FREEZE_OR_FINE_TUNE_STORE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(SystemExit) as left:
        main([*QUICK, "--out", str(tmp_path)])
    assert left.value.code == 2
    assert capsys.readouterr().err == "--store must be named if there is no home folder, got none.\n"


def test_a_store_that_fails_on_the_way_does_not_cost_the_results(tmp_path, monkeypatch, capsys):
    def fail(self, row):
        self._write = lambda row: None  # in memory it works
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "_write", fail)
    main([*QUICK, "--out", str(tmp_path), "--store", str(tmp_path / "cells.sqlite")])
    said = capsys.readouterr()
    assert said.out.count("Wrote ") == 2
    assert said.err.splitlines()[-1].startswith(
        "The results are complete, but --store must stay readable and writable, "
    )


def _program(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "transfer_ui", *arguments],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **options,
    )


def test_a_closed_pipe_ends_the_program_without_a_word():
    reader, writer = os.pipe()
    os.close(reader)
    done = _program("list", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_full_device_is_one_sentence():
    with open("/dev/full", "w") as full:
        done = _program("list", stdout=full)
    assert done.returncode == 1
    assert done.stderr == "Standard output must be writable, got No space left on device.\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp932"])
def test_a_study_prints_its_verdicts_on_a_terminal_that_is_not_utf_8(run, store, tmp_path, encoding):
    run()
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    options = [*QUICK, "--out", str(tmp_path), "--store", str(store)]
    done = _program(*options, stdout=subprocess.PIPE, env=environment, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Not tested here.") == 4


def test_a_full_disk_leaves_no_half_of_a_file(run, store, tmp_path):
    import resource

    out = run()
    (out / "decision_map_low_to_high.html").unlink()
    limit = store.stat().st_size + 50_000  # the drawing library alone is larger
    done = _program(
        *[*QUICK, "--out", str(out), "--store", str(store)],
        stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1
    assert "Not tested here." in done.stdout
    assert done.stderr.splitlines()[-1] == (
        f"Cannot write {out / 'decision_map_low_to_high.html'} (File too large). "
        "Finished cells are kept; the same command resumes from there."
    )
    assert [path.name for path in out.iterdir()] == ["decision_map_low_to_high.csv"]
