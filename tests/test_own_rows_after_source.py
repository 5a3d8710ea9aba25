"""The script for rows that come with a source: it parts, pretrains and trains as the lab does, and prints the verdict."""

import ast
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.app import ROOT
from tests.own_scripts import measured, run
from transfer_core import STRATEGIES
from transfer_core.arrays import Examples
from transfer_core.network import init_params
from transfer_core.own_data.answering import Question
from transfer_core.training import train
from transfer_ui.export import own_rows

SPITEFUL = 'wi"ld \\$label ${x}'
WAYS = (*STRATEGIES, "zero_shot", *own_rows.SKLEARN)


def _lines(kinds, years, n=40, seed=0):
    """Rows of each kind around a place of its own, with an empty cell, a copy and a column of one number."""
    rng = np.random.default_rng(seed)
    lines = []
    for place, kind in enumerate(kinds):
        centre = 1.2 * np.eye(4)[place % 4]
        for row in range(n):
            cells = [f"{value:.4f}" for value in centre + rng.normal(size=4)]
            lines.append(
                ",".join([*cells, "1", str(years[row % len(years)]), f'"{kind.replace(chr(34), 2 * chr(34))}"'])
            )
    return [*lines, lines[3], "," + lines[5].split(",", 1)[1]]


NAMES = "w,x,y,z,same,year,kind"


def _table(*blocks):
    return "\n".join([NAMES, *(line for block in blocks for line in block)]).encode()


def _files_of(before):
    if before == "file":
        old = _table(_lines("abcd", [2019], seed=1)).replace(b"kind", b"sort")
        return {"mine.csv": _table(_lines("abc", [2020])), "old.csv": old}
    if before == "column":
        return {"mine.csv": _table(_lines("abcd", [2019, 2020, 2021], n=120))}
    return {"mine.csv": _table(_lines(["a", "b", SPITEFUL, "d"], [2020]))}


QUESTIONS = {
    "file": Question("kind", "file", source_label="sort"),
    "column": Question("kind", "column", column="year", source=("2019", "2020")),
    "classes": Question("kind", "classes", source=("a", SPITEFUL)),
}


@pytest.fixture(scope="module", params=list(QUESTIONS))
def case(request):
    return measured(_files_of(request.param), QUESTIONS[request.param])


def _mean(printed, title):
    (line,) = [one for one in printed.splitlines() if one.startswith(f"{title}: mean ")]
    return float(line.split()[-1])


def test_source_and_target_are_parted_as_in_the_lab_and_accuracies_agree(tmp_path, capsys, case):
    rows = case.rows_with("progressive_unfreezing")
    new = _table(_lines("ab", [2021], seed=3))
    names, printed = run(tmp_path, rows, case.files | {"new.csv": new}, capsys)
    facts = case.answer.facts
    assert tuple(names["columns"]) == facts.columns
    for classes, labels, counts in (("classes", "y", facts.counts), ("old_classes", "old_y", facts.source_counts)):
        found = np.bincount(names[labels]).tolist()
        assert dict(zip(names[classes].tolist(), found, strict=True)) == counts
    scores = case.answer.curves.accuracy
    for title, name in zip(names["ARMS"], ("progressive_unfreezing", "feature_extraction"), strict=True):
        assert _mean(printed, title) == pytest.approx(scores[name][-1].mean(), abs=0.12)
    assert sum(line.startswith("seed ") for line in printed.splitlines()) == 30
    assert sum("95 % interval; ahead in" in line for line in printed.splitlines()) == 1
    said = pd.read_csv(tmp_path / "labelled.csv")
    assert len(said) == len(new.splitlines()) - 1
    assert set(said["label"].dropna()) <= set(facts.counts)
    assert said["label"].isna().sum() == 1  # the row with an empty cell


@pytest.fixture(scope="module")
def by_column():
    return measured(_files_of("column"), QUESTIONS["column"], 10)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_reaches_what_it_reaches_in_the_lab(tmp_path, capsys, by_column, way):
    names, printed = run(tmp_path, by_column.rows_with(way), by_column.files, capsys)
    title = next(iter(names["ARMS"]))
    assert _mean(printed, title) == pytest.approx(by_column.answer.curves.accuracy[way][-1].mean(), abs=0.07)
    trains = way in STRATEGIES
    assert (names["ARMS"][title]["phases"] is not None) == trains


@pytest.mark.parametrize("way", ["feature_extraction", "progressive_unfreezing"])
def test_the_schedule_is_trained_as_in_the_core_and_frozen_layers_stay_to_the_bit(tmp_path, capsys, by_column, way):
    names, _ = run(tmp_path, by_column.rows_with(way), by_column.files, capsys)
    x, y, batch_size = names["scale"](names["x"]), names["y"], names["BATCH_SIZE"]
    start = init_params((x.shape[1], *names["HIDDEN"], len(names["classes"])), seeds=[3], dtype=np.float64)
    mine = [(layer.weights[0], layer.bias[0]) for layer in start]
    for arm, one in zip(names["ARMS"].values(), by_column.rows_with(way).source.arms, strict=True):
        *_, last = train(
            start, one.schedule, Examples(x[None], y[None]), batch_seeds=[7], batch_size=batch_size, momentum=0.9
        )
        found = names["train"](mine, arm["phases"], x, y, batch_size, np.random.default_rng(7))
        for place, (layer, ours, before) in enumerate(zip(last.params, found, mine, strict=True)):
            np.testing.assert_allclose(ours[0], layer.weights[0], atol=1e-9)
            np.testing.assert_allclose(ours[1], layer.bias[0], atol=1e-9)
            always_frozen = all(rates[place] is None for _, rates in arm["phases"])
            assert (ours[0].tobytes() == before[0].tobytes()) == always_frozen


def test_a_network_that_learns_nothing_is_pretrained_anew(tmp_path, capsys, by_column):
    names, _ = run(tmp_path, by_column.rows_with("end_to_end"), by_column.files, capsys)
    pretrain, world = names["pretrain"], names["pretrain"].__globals__
    world["PRETRAIN_RATE"] = 3.2  # far too high, until it has been halved a few times
    network = pretrain(names["old_x"], names["old_y"], 0)
    found = names["labels_of"](network, names["scale"](names["old_x"]))
    assert (found == names["old_y"]).mean() > 0.5


@pytest.mark.developer
def test_scripts_are_well_formatted_linted_and_quote_what_somebody_wrote(tmp_path, case, by_column):
    for number, one in enumerate((case, by_column)):
        for way in set(WAYS) & {*one.answer.facts.titles}:
            rows = one.rows_with(way)
            text = own_rows.write(rows)
            assert max(map(len, text.splitlines())) <= 88
            tmp_path.joinpath(f"{way}_{number}.py").write_text(text, encoding="utf-8")
            assigned = {
                node.targets[0].id: node.value
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            }
            assert ast.literal_eval(assigned["LABEL"]) == "kind"
            if one.question.source:
                assert ast.literal_eval(assigned["SOURCE"]) == [*one.question.source]
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--no-cache", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_script_without_its_second_file_says_how_it_is_run(tmp_path, capsys):
    case = measured(_files_of("file"), QUESTIONS["file"])
    with pytest.raises(SystemExit, match=rf"^Run: python {case.rows.file} DATA SOURCE \[NEW\]$"):
        run(tmp_path, case.rows, {"mine.csv": case.files["mine.csv"]}, capsys)
