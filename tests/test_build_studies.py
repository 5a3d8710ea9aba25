"""The script that stores the default studies, as far as it computes nothing."""

import json
import shutil

import pytest

from tests.present import present
from tools.build_studies import derive, main
from tools.repeat_studies import Repeated, repeat, stored_standings, total
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import FOLDER, read
from transfer_core.studies.study import FIRST_SEEDS, Finding

STUDY = STUDIES["same_basin"]


@pytest.fixture
def folder(tmp_path):
    for ending in ("json", "cells.json.gz"):
        shutil.copy(FOLDER / f"{STUDY.name}.{ending}", tmp_path)
    return tmp_path


def test_stored_sentences_are_derived_anew_from_the_stored_cells(folder):
    path = folder / f"{STUDY.name}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["findings"][0]["findings"]["one_basin"]["sentence"] = "Words of an earlier version."
    path.write_text(json.dumps(content), encoding="utf-8")
    assert derive(STUDY, folder) == [str(path)]
    assert path.read_text(encoding="utf-8") == (FOLDER / path.name).read_text(encoding="utf-8")


def test_a_verdict_that_changes_with_the_derivation_is_named(folder):
    path = folder / f"{STUDY.name}.json"
    now = present(read(STUDY.name)).summary.findings["one_basin"].verdict
    content = json.loads(path.read_text(encoding="utf-8"))
    content["findings"][0]["findings"]["one_basin"]["verdict"] = "unheard of"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert derive(STUDY, folder) == [str(path), f"same_basin.one_basin from {FIRST_SEEDS[0]}: unheard of -> {now}"]


def test_nothing_is_derived_from_nothing(tmp_path):
    with pytest.raises(ValueError, match="study to derive must have stored cells, got same_basin"):
        derive(STUDY, tmp_path)


def test_a_name_that_is_no_study_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--derive", "nonsense"])
    assert "name must be one of crossover" in capsys.readouterr().err


def test_fresh_verdicts_are_set_beside_the_stored_ones():
    standing = stored_standings()
    names = [f"{STUDY.name}.{claim}" for claim in STUDY.claims]
    same = {claim: Finding(standing[name].verdict, "") for claim, name in zip(STUDY.claims, names, strict=True)}
    assert [one.outcome for one in repeat(STUDY, same, standing)] == len(names) * ["same"]


@pytest.mark.parametrize(
    ("stored", "fresh", "outcome"),
    [
        ("confirmed here", "confirmed here", "same"),
        ("confirmed here", "inconclusive here", "open"),
        ("inconclusive here", "refuted here", "open"),
        ("confirmed here", "refuted here", "reversed"),
        ("no difference here", "confirmed here", "reversed"),
    ],
)
def test_a_verdict_holds_opens_or_reverses(stored, fresh, outcome):
    one = Repeated("a claim", stored, fresh)
    assert one.outcome == outcome
    assert f"{int(outcome == 'same')} of 1 verdicts the same" in total([one])
