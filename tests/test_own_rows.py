"""The script for somebody's own rows of numbers: it runs, agrees with what the lab measured, and labels new rows."""

import ast
import subprocess
import sys

import pandas as pd
import pytest

from tests import brought
from tests.app import ROOT
from tests.present import present
from transfer_core.own_data import samples
from transfer_core.own_data.answering import Question, answer_steps
from transfer_core.own_data.curves import N_SEEDS
from transfer_core.own_data.files import read
from transfer_ui.export import own_rows

SPITEFUL = 'la"bel\\'


def _run(folder, rows, data, name, new=None):
    """Run the script in a folder, on a file and perhaps on a second one; give what it printed."""
    folder.joinpath(rows.file).write_text(own_rows.write(rows), encoding="utf-8")
    folder.joinpath(name).write_bytes(data)
    command = [sys.executable, rows.file, name]
    if new is not None:
        folder.joinpath(f"new_{name}").write_bytes(new)
        command.append(f"new_{name}")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _mean(printed, kind="accuracy"):
    (line,) = [one for one in printed.splitlines() if one.startswith(f"Mean {kind}:")]
    return float(line.split()[len(kind.split()) + 1])


def _measured(name, data, question):
    *_, last = answer_steps(read(name, data), question, None, N_SEEDS)
    return present(last.results)()


@pytest.mark.parametrize("way", [*own_rows.SKLEARN, "linear_head", "hidden_head"])
def test_every_way_agrees_with_the_lab_and_labels_new_rows(tmp_path, way):
    values, labels = brought.rows(120, n_columns=70, seed=4)
    data = brought.npz(X=values / 3, y=labels)
    answer = _measured("mine.npz", data, Question("y", "embeddings"))
    new = brought.npz(X=values[:30] / 3)
    printed = _run(tmp_path, own_rows.Rows(way, answer.facts.titles[way], "y"), data, "mine.npz", new)
    assert _mean(printed) == pytest.approx(answer.curves.accuracy[way][-1].mean(), abs=0.06)
    said = pd.read_csv(tmp_path / "labelled.csv")
    assert (said["label"] == labels[:30]).mean() > 0.9
    assert "Labelled 30 of 30 rows" in printed


def test_the_table_with_many_faults_is_read_as_the_lab_reads_it(tmp_path):
    answer = _measured("fruit.csv", samples.broken(), Question("label"))
    contents = read("fruit.csv", samples.broken())
    left_out = [name for name in contents.columns if name not in answer.facts.columns]
    rows = own_rows.Rows("logistic_regression", "Logistic regression", "label", left_out)
    printed = _run(tmp_path, rows, samples.broken(), "fruit.csv")
    n_used = sum(answer.facts.counts.values())
    assert f"Fitted on {n_used} rows of {len(answer.facts.columns)} numbers, 2 classes." in printed


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


def test_names_that_somebody_wrote_end_no_string(tmp_path):
    script = own_rows.write(own_rows.Rows("linear_head", "Linear head", SPITEFUL, (SPITEFUL, "ü")))
    assigned = {
        node.targets[0].id: node.value
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(assigned["LABEL"]) == SPITEFUL
    assert ast.literal_eval(assigned["LEFT_OUT"]) == [SPITEFUL, "ü"]


def test_there_is_a_script_for_whatever_needs_no_network_pretrained_here():
    assert {name for name in ("end_to_end", "zero_shot", "linear_network") if own_rows.can_write(name)} == {
        "linear_network"
    }


def test_a_file_without_labels_gets_one_sentence(tmp_path):
    rows = own_rows.Rows("nearest_neighbour", "Nearest neighbour", "kind")
    (tmp_path / rows.file).write_text(own_rows.write(rows), encoding="utf-8")
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n")
    done = subprocess.run([sys.executable, rows.file, "a.csv"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode
    assert done.stderr == "The file must have the column 'kind', got ['x', 'y'].\n"
