"""A thousand command lines: the right exit status, and never more than one sentence on standard error."""

import random
from contextlib import nullcontext

import pytest

from transfer_core.studies.registry import STUDIES
from transfer_ui.__main__ import main
from transfer_ui.command import compare, run
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
FILES = ["new.json", "new/deep.json", "file", "naïve 名前.json"]
BAD_FILES = ["here", "file/x", "", " ", "no\x00", "x" * 5000]
LINKS = [
    "seed=3",
    "n_epochs=5&unfreeze_epoch=2&schedule=5-f-f-1",
    "scenario=low_to_high",
    "ask=Who?&lock=seed&reveal=word.x&view=projector",
]
BAD_LINKS = [
    "",
    " ",
    "n_epochs=many",
    "seed=" + "9" * 4000,
    "zzz=1",
    "scenario=<b>",
    "n_seeds=2&" * 900,
    "seed=\x1b[31m",
]
SCHEDULES = ["20-f-f-0.05_40-0.02-0.02-0.02", "1-0.1-f-0.1"]
BAD_SCHEDULES = [
    "",
    "f",
    "20",
    "20-f-f-f",
    "20-f-f",
    "1e3-f-f-0.1",
    "5-f-f-1e9",
    "_" * 3000,
    "9" * 4000 + "-f-f-1",
    "5-f-f-٣",
]
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
SAVED = {"--record": (FILES, BAD_FILES), "--report": (FILES, BAD_FILES)}
COMPARED = {"--link": (LINKS, BAD_LINKS), "--schedule": (SCHEDULES, [*BAD_SCHEDULES, *ODD]), **SAVED}


def command_lines(n, seed):
    """Yield command lines with the status that each should end with; nothing is ever computed."""
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
        kind = rng.choices(["study", "compare", "open"], [6, 3, 1])[0]
        status = INTERRUPTED
        line, options = [kind], COMPARED
        scenarios: tuple[str, ...] = ()
        if kind == "study":
            study = rng.choice(list(STUDIES.values()))
            line, options, scenarios = [kind, study.name], OPTIONS | SAVED, study.scenarios
            if rng.random() < 0.1:
                line[1] = rng.choice([odd for odd in ODD if odd[:1] != "-"])
                status = WRONG_ARGUMENTS
        elif kind == "open":
            line, options = [kind, rng.choice(["missing.json", "file", *BAD_FILES])], SAVED
            status = WRONG_ARGUMENTS
        given = rng.sample(list(options), min(rng.choice([0, 1, 1, 2, 3, 5]), len(options)))
        for option in given:
            good, bad = options[option]
            wrong = rng.random() < 0.3
            value = rng.choice(bad if wrong else good or scenarios)
            line += [f"{option}={value}"] if rng.random() < 0.5 or value[:1] == "-" else [option, value]
            status = WRONG_ARGUMENTS if wrong else status
        if {"--dask", "--processes"} <= set(given):
            status = WRONG_ARGUMENTS
        if rng.random() < 0.05:
            line.insert(rng.randint(min(2, len(line)), len(line)), "--colour")
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
    monkeypatch.setattr(compare, "compare", stop)


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
