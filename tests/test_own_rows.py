"""The script for somebody's own rows of numbers: it runs, agrees with what the lab measured, and labels new rows."""

import ast
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests import brought
from tests.app import ROOT
from tests.own_scripts import measured, run
from transfer_core.own_data import samples
from transfer_core.own_data.answering import Question
from transfer_ui.export import own_rows

SPITEFUL = 'la"bel\\'


def _mean(printed, kind="accuracy"):
    (line,) = [one for one in printed.splitlines() if one.startswith(f"Mean {kind}:")]
    return float(line.split()[len(kind.split()) + 1])


@pytest.fixture(scope="module")
def embedded():
    values, labels = brought.rows(120, n_columns=70, seed=4)
    case = measured({"mine.npz": brought.npz(X=values / 3, y=labels)}, Question("y", "embeddings"), 10)
    return case, values, labels


@pytest.mark.parametrize("way", [*own_rows.SKLEARN, "linear_head", "hidden_head"])
def test_every_way_agrees_with_the_lab_and_labels_new_rows(tmp_path, capsys, embedded, way):
    case, values, labels = embedded
    files = case.files | {"new.npz": brought.npz(X=values[:30] / 3)}
    rows = own_rows.Rows(way, case.answer.facts.titles[way], "y")
    _, printed = run(tmp_path, rows, files, capsys)
    assert _mean(printed) == pytest.approx(case.answer.curves.accuracy[way][-1].mean(), abs=0.06)
    said = pd.read_csv(tmp_path / "labelled.csv")
    assert (said["label"] == labels[:30]).mean() > 0.9
    assert "Labelled 30 of 30 rows" in printed


def test_the_table_with_many_faults_is_read_as_the_lab_reads_it(tmp_path, capsys):
    case = measured({"fruit.csv": samples.broken()}, Question("label"))
    names, printed = run(tmp_path, case.rows, case.files, capsys)
    facts = case.answer.facts
    assert tuple(names["columns"]) == facts.columns
    n_used = sum(facts.counts.values())
    assert f"Fitted on {n_used} rows of {len(facts.columns)} numbers, 2 classes." in printed


def _table(n=40, labels=("a", "b"), names="size,flag,kind"):
    lines = [f"{n - row},{bool(row % 3)},{labels[row % 2]}" for row in range(n)]
    return "\n".join([names, *lines] if names else lines)


@pytest.mark.parametrize(
    ("name", "data", "question"),
    [
        ("a.csv", _table(names="").encode(), Question("column 3")),
        ("a.csv", _table().replace(",", ";").replace("\n", "\r\n").encode("utf-16"), Question("kind")),
        ("a.csv", _table(labels=("Äpfel", "Birnen"), names="size,flag,Größe").encode("cp1252"), Question("Größe")),
        ("a.csv", _table(names="kind , flag,kind").encode(), Question("kind (2)")),
        ("a.csv", _table(labels=("1.0", "2")).encode(), Question("kind")),
        ("a.npz", brought.npz(X=brought.rows()[0], y=np.array(brought.rows()[1], "S")), Question("y")),
        ("a.parquet", brought.parquet({"of": list(brought.rows()[0]), "is": brought.rows()[1]}), Question("is")),
    ],
    ids=["no names", "utf-16", "windows", "a name twice", "whole numbers", "bytes", "a column of lists"],
)
def test_files_are_read_as_the_lab_reads_them(tmp_path, capsys, name, data, question):
    case = measured({name: data}, question)
    names, _ = run(tmp_path, case.rows, case.files, capsys)
    assert tuple(names["columns"]) == case.answer.facts.columns
    counts = dict(zip(names["classes"].tolist(), np.bincount(names["y"]).tolist(), strict=True))
    assert counts == case.answer.facts.counts


@pytest.mark.developer
def test_scripts_are_well_formatted_and_linted(tmp_path):
    for way in (*own_rows.SKLEARN, *own_rows.NETWORKS):
        for left_out in ((), [f"column {number}" for number in range(20)]):
            text = own_rows.write(own_rows.Rows(way, "Some way", "label", left_out))
            assert max(map(len, text.splitlines())) <= 88
            tmp_path.joinpath(f"{way}_{len(left_out)}.py").write_text(text, encoding="utf-8")
    for options in (("format", "--check", "--isolated"), ("check", "--config", str(ROOT / "pyproject.toml"))):
        command = [sys.executable, "-m", "ruff", *options, "--no-cache", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_names_that_somebody_wrote_end_no_string():
    script = own_rows.write(own_rows.Rows("linear_head", "Linear head", SPITEFUL, (SPITEFUL, "ü")))
    assigned = {
        node.targets[0].id: node.value
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(assigned["LABEL"]) == SPITEFUL
    assert ast.literal_eval(assigned["LEFT_OUT"]) == [SPITEFUL, "ü"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.csv": b"x,y\n1,2\n3,4\n"}, "The file must have the column 'kind', got ['x', 'y']."),
        ({"b.csv": _table().encode(), "a.csv": b"x\n1\n2\n"}, "The file to label must have the column 'size'."),
        ({}, "Run: python nearest_neighbour_on_your_rows.py DATA [NEW]"),
    ],
    ids=["labels", "a column", "no file"],
)
def test_what_is_missing_is_said_in_one_sentence(tmp_path, capsys, files, said):
    rows = own_rows.Rows("nearest_neighbour", "Nearest neighbour", "kind", ["flag"])
    with pytest.raises(SystemExit, match=f"^{re.escape(said)}$"):
        run(tmp_path, rows, files, capsys)
