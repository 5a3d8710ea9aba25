"""The command line: what it writes, what it prints, and what it says of bad arguments."""

import subprocess
import sys

import pandas as pd
import pytest

from tests.app import ROOT
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.store import Store
from transfer_ui.__main__ import main

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
    assert printed.out.count("Inconclusive.") == 2
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
        (["study", "crossover", "--scenario", "q"], "--scenario of study crossover must be one of mnist_to_digits, "),
        (["study", "surgical", "--scenario", "lesson"], "--scenario of study surgical must be one of "),
        (["study", "crossover", "--processes", "0"], "--processes must be a whole number from 1 to 256, got '0'."),
        (["study", "crossover", "--format", "xml"], "--format must be one of csv, parquet, got 'xml'."),
        (["study", "crossover", "--out", "README.md"], "--out must be a folder that can be written, got 'README.md'"),
        (["study", "crossover", "--store", "README.md/x"], "--store must be an SQLite file that can be written, got "),
        (["study", "crossover", "--dask", "nowhere"], "--dask must be the address of a scheduler that answers, got "),
        (["study", "crossover", "--dask", "a", "--processes", "2"], "--processes cannot be used together with --dask."),
        (["study", "crossover", "--colour", "red"], "unrecognized arguments --colour red."),
        (["study"], "name is missing."),
        ([], "command is missing."),
        (["dance"], "command must be one of list, study, got 'dance'."),
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


def test_it_is_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "transfer_ui", "list"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("crossover ")
