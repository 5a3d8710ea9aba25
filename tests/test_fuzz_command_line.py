"""A thousand command lines: the right exit status, and never more than one sentence on standard error."""

import random
from contextlib import nullcontext

import pytest

from transfer_core.studies.registry import STUDIES
from transfer_ui.__main__ import main
from transfer_ui.command import run
from transfer_ui.command.boundary import INTERRUPTED, LONGEST_SENTENCE, WRONG_ARGUMENTS

N_LINES = 1000
ODD = [
    "",
    " ",
    "\n",
    "\x00",
    "\x1b[31m",
    "\udcff",
    "😀",
    "-1",
    "1e3",
    "0x10",
    "nan",
    "5000" * 2000,
    "9" * 4000,
    "%s",
    "a\nb",
]
ODD += ["--", "'", '"', "got 'x'", "..", "é" * 3000, "a " * 3000, "--seeds", "1\u2028" * 400]
PATHS = ["new", "new/deep", "here", "./here/../here", "naïve 名前"]
BAD_PATHS = ["file", "file/x", "", " ", "no\x00", "x" * 5000, "x/" * 3000 + "x"]
# Values that an option takes, and values that it does not; the scenarios are those of the study.
OPTIONS = {
    "--scenario": ([], [*ODD, "MNIST", "lesson "]),
    "--seeds": (["2", "7", "1000", " 3 "], [*ODD, "0", "1001", "2.5"]),
    "--seed": (["0", "12", "1000000"], [*ODD, "1000001", "0.0"]),
    "--out": (PATHS, BAD_PATHS),
    "--format": (["csv", "parquet"], [*ODD, "xml", "CSV"]),
    "--store": (["cells.sqlite", "new/cells.sqlite", "名前.sqlite"], [*BAD_PATHS, "here"]),
    "--processes": (["1", "8", "256"], [*ODD, "0", "257"]),
    "--dask": (["tcp://127.0.0.1:1"], ["", " "]),
}


def command_lines(n, seed):
    """Yield command lines with the status that each should end with; cells are never done."""
    rng = random.Random(seed)
    for _ in range(n):
        if rng.random() < 0.05:
            yield rng.choice([([], 2), (["list"], 0), (["--help"], 0), (["study"], 2), (["study", "--help"], 0)])
            continue
        if rng.random() < 0.1:
            yield (
                [rng.choice(["lists", "Study", *(odd for odd in ODD if odd[:1] != "-")]), "crossover"],
                WRONG_ARGUMENTS,
            )
            continue
        status = INTERRUPTED
        study = rng.choice(list(STUDIES.values()))
        line = ["study", study.name]
        if rng.random() < 0.1:
            line[1] = rng.choice([odd for odd in ODD if odd[:1] != "-"])
            status = WRONG_ARGUMENTS
        given = rng.sample(list(OPTIONS), rng.choice([0, 1, 1, 2, 3, 5]))
        for option in given:
            good, bad = OPTIONS[option]
            wrong = rng.random() < 0.3
            value = rng.choice(bad if wrong else good or study.scenarios)
            line += [f"{option}={value}"] if rng.random() < 0.5 or value[:1] == "-" else [option, value]
            status = WRONG_ARGUMENTS if wrong else status
        if {"--dask", "--processes"} <= set(given):
            status = WRONG_ARGUMENTS
        if rng.random() < 0.05:
            line.insert(rng.randrange(2, len(line) + 1), "--colour")
            status = WRONG_ARGUMENTS
        yield line, status


@pytest.fixture
def at_work(tmp_path, monkeypatch):
    """A folder to make a mess in, and a study that is stopped as soon as it would begin."""
    (tmp_path / "here").mkdir()
    (tmp_path / "file").write_text("not a store", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FREEZE_OR_FINE_TUNE_STORE", str(tmp_path / "cells.sqlite"))
    monkeypatch.setattr(run, "executor", lambda *_: nullcontext())

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "execute", stop)


def test_every_command_line_ends_with_the_right_status_and_at_most_one_sentence(at_work, capsys):
    seen = set()
    for line, status in command_lines(N_LINES, seed=8):
        try:
            main(line)
            left: str | int = 0
        except SystemExit as error:
            left = error.code or 0
        said = capsys.readouterr()
        assert left == status, (line, said.err)
        assert said.err.count("\n") == (0 if status == 0 else 1), line
        assert bool(said.out) == (status == 0), line
        if status:
            assert said.err.endswith(".\n"), line
            assert len(said.err) <= LONGEST_SENTENCE + 4, line
            assert said.err[:-1].isprintable(), line
            assert "Traceback" not in said.err
        seen.add(status)
    assert seen == {0, WRONG_ARGUMENTS, INTERRUPTED}
