"""Records: what is saved comes back, agrees when it is computed again, and damaged or foreign files get one sentence."""

import json
import random
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from tests.app import QUICK, open_page, texts
from transfer_core import STRATEGIES, Arm, Dataset, RunConfig, Scenario, Task, arm_of, compare, scenario_config
from transfer_core.schedule_text import from_text
from transfer_core.schedules import first_epochs
from transfer_core.studies.registry import STUDIES
from transfer_takeaway import files
from transfer_takeaway.agreement import agreement
from transfer_takeaway.checks import RecordError
from transfer_takeaway.comparison import asked_of
from transfer_takeaway.record import Record, Row, Table
from transfer_takeaway.study import asked_of_study, of_study
from transfer_ui import downloads
from transfer_ui.__main__ import main
from transfer_ui.articles import claims, opened
from transfer_ui.controls.link import from_query
from transfer_ui.rows import OWN
from transfer_ui.saved import record_of

CONFIG = from_query(QUICK).config
MARKUP = "<script>alert(1)</script> **bold** [x](javascript:alert(1))"


@pytest.fixture(scope="module")
def results():
    arms = {name: arm_of(CONFIG, name) for name in STRATEGIES}
    return compare(CONFIG, arms | {OWN: Arm(from_text("2-f-f-0.05_3-0.02-f-0.02"))})


@pytest.fixture(scope="module")
def saved(results):
    return record_of(results, {"nearest_neighbour": np.array([0.5, 0.6])})


@pytest.fixture(scope="module")
def written(saved):
    return files.write(saved)


def sealed(content):
    """A file whose checksum is right, whoever wrote the rest."""
    content = {name: value for name, value in content.items() if name not in ("format", "version", "checksum")}
    head = {"format": files.FORMAT, "version": files.VERSION, "checksum": files.checksum(content)}
    return json.dumps(head | content).encode()


def own_scenario():
    rng = np.random.default_rng(0)
    data = Dataset(rng.random((60, 4, 4), dtype=np.float32), np.arange(60) % 2, ("cat", "<b>dog</b>"))
    return Scenario("mine", "My pets", "", target=Task("Pets", data, half=1), source=Task("Others", data, half=0))


def test_what_is_saved_comes_back(saved, written):
    again = files.read(written)
    assert again.answer == saved.answer
    assert again.settings == saved.settings
    assert dict(again.made) == dict(saved.made)
    assert [row.title for row in again.rows][-2:] == ["Your schedule", "Nearest neighbour on pixels"]
    for old, new in zip(saved.rows, again.rows, strict=True):
        np.testing.assert_allclose(new.scores, old.scores, rtol=1e-6)
        for metric, values in old.curves.items():
            np.testing.assert_allclose(new.curves[metric], values, rtol=1e-6)
    assert files.write(again) == written
    assert b"images" not in written.split(b'"asked"')[1].split(b'"rows"')[0].replace(b"images_per_class", b"")


def test_a_record_computed_again_agrees_to_the_last_digit(written):
    record = files.read(written)
    asked = asked_of(record)
    assert asked.config == CONFIG
    fresh = record_of(compare(asked.config, asked.arms), {"nearest_neighbour": record.rows[-1].scores})
    assert agreement(record, fresh).level == "same"
    assert agreement(record, fresh).sentence == "Recomputed, every number is the same."


def test_what_no_longer_agrees_is_named_with_what_has_changed_since(saved):
    worse = [row._replace(scores=row.scores - (0.1 if row.name == "end_to_end" else 0)) for row in saved.rows]
    fresh = replace(saved, rows=tuple(worse), made={**saved.made, "code": "other"})
    found = agreement(saved, fresh)
    assert found.level == "differs"
    assert "end-to-end fine-tuning now has a mean accuracy of" in found.sentence
    assert found.sentence.endswith("Changed since: the code.")
    nearly = replace(saved, rows=tuple(row._replace(scores=row.scores + 0.001) for row in saved.rows))
    assert agreement(saved, nearly).sentence == (
        "Recomputed, it agrees: no mean accuracy has moved by more than 0.10 points."
    )
    fewer = replace(saved, rows=saved.rows[:-1])
    assert "nearest neighbour on pixels has no result any more" in agreement(saved, fewer).sentence


def test_a_study_is_saved_with_its_verdicts_and_another_verdict_is_a_difference():
    study = STUDIES["decision_map"]
    (config,) = study.default_configs("low_to_high", n_seeds=2)
    from transfer_core.studies.shipped import read

    shipped = read("decision_map")
    assert shipped
    record = files.read(files.write(of_study(study, shipped.summary, [config], shipped.made)))
    assert asked_of_study(record).configs == [config]
    assert len(record.tables["Verdicts"].rows) == len(study.claims)
    assert len(record.tables["Results"].rows) == len(shipped.table)
    assert agreement(record, record).level == "same"
    verdicts = record.tables["Verdicts"]
    first, *others = verdicts.rows
    other = Table(verdicts.columns, ((*first[:2], "confirmed here, or so", *first[3:]), *others))
    found = agreement(record, replace(record, tables={**record.tables, "Verdicts": other}))
    assert f"“{first[0]}” is now confirmed here, or so, not {first[2]}" in found.sentence


def test_claims_saves_the_study_behind_a_claim(monkeypatch):
    made = {}
    monkeypatch.setattr(downloads, "offer_file", lambda label, make, name, mime: made.update({label: (make, name)}))
    entry = claims.ledger()[0]
    app = open_page("claims", {"claim": entry.name})
    assert not app.exception
    make, name = made["Save this study"]
    assert name.endswith(".record.json")
    record = files.read(make())
    assert record.title == entry.study.title
    assert asked_of_study(record).configs == entry.study.default_configs()
    assert opened._computation(record)[1] is None


@pytest.mark.parametrize("with_data", [False, True])
def test_own_data_are_in_a_record_only_if_asked_for(with_data):
    scenario = own_scenario()
    config = scenario_config(
        scenario, hidden_sizes=(8,), pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2, images_per_class=4
    )
    content = json.loads(files.write(record_of(compare(config), {}, with_data=with_data)))
    content["asked"]["config"]["scenario"] = "mine@of-another-process"
    record = files.read(sealed(content))
    assert ("brought" in record.asked) == with_data
    if with_data:
        asked = asked_of(record)
        fresh = record_of(compare(asked.config, asked.arms), {})
        assert agreement(record, fresh).level == "same"
    else:
        with pytest.raises(RecordError, match="can be shown but not recomputed"):
            asked_of(record)


def test_data_that_are_not_those_of_the_results_are_refused():
    scenario = own_scenario()
    config = scenario_config(
        scenario, hidden_sizes=(8,), pretrain_epochs=1, n_epochs=1, unfreeze_epoch=1, n_seeds=2, images_per_class=4
    )
    content = json.loads(files.write(record_of(compare(config), {}, with_data=True)))
    for change, words in (
        ({"labels": [0] * 60}, "must be those of its results, got others"),
        ({"images": "AAAA"}, "must be images or rows with labels, got something else"),
        ({"shape": [10**6, 10**6]}, "must have at most"),
        ({"shape": "x"}, "must be images or rows with labels, got something else"),
    ):
        asked = content["asked"]
        brought = asked["brought"] | {"target": asked["brought"]["target"] | change}
        record = files.read(sealed(content | {"asked": asked | {"brought": brought}}))
        with pytest.raises(RecordError, match=words):
            asked_of(record)


def test_a_run_that_was_stopped_is_saved_and_shown_but_not_computed_again(results):
    stopped = {
        name: replace(
            result,
            schedule=first_epochs(result.schedule, 3),
            history={metric: values[:, :4] for metric, values in result.history.items()},
        )
        for name, result in results.items()
        if name in STRATEGIES
    }
    record = files.read(files.write(record_of(stopped, {})))
    assert record.answer.startswith("Stopped after epoch 3, so far: ")
    with pytest.raises(RecordError, match="stopped before its end"):
        asked_of(record)


FOREIGN = {
    "nothing": (b"", "got an empty file."),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(50), "got something else."),
    "a list": (b"[1, 2]", "got something else."),
    "other JSON": (b'{"format": "other", "version": 1}', "got something else."),
    "deep": (b"[" * 100_000, "got something else."),
    "large": (b" " * (files.MOST_BYTES + 1), "must have at most 4.0 MB, got 4.0 MB."),
    "UTF-16": ('{"format": 1}'.encode("utf-16"), "got something else."),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_gets_one_sentence(name):
    data, words = FOREIGN[name]
    with pytest.raises(RecordError) as refused:
        files.read(data)
    assert str(refused.value).endswith(words)
    assert str(refused.value).count(".") <= 3


CHANGES = {
    "kind": ("party", "kind in the record must be one of comparison, study, measurement, own data, got 'party'."),
    "title": (5, "title in the record must be text of at most 4,000 characters, got 5."),
    "answer": ("x" * 5000, "answer in the record must be text of at most 4,000 characters"),
    "evidence": ({}, "evidence in the record must be a list of at most 20,000 entries, got 0 entries."),
    "settings": ([["a"]], "settings in the record must be pairs, got something else."),
    "made": ([], "made in the record must be names and values, got 0 entries."),
    "rows": ([{"name": "a", "title": "A", "scores": ["b"], "curves": {}, "numbers": {}}], "scores in the record must"),
    "tables": ({"T": {"columns": ["a"], "rows": [[1, 2]]}}, "tables in the record must have one entry per column"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_that_is_no_record_in_spite_of_its_checksum_gets_one_sentence(written, name):
    value, words = CHANGES[name]
    with pytest.raises(RecordError) as refused:
        files.read(sealed(json.loads(written) | {name: value}))
    assert str(refused.value).startswith(words)


def test_a_later_version_and_an_edited_number_are_said(written):
    later = json.loads(written) | {"version": 2}
    with pytest.raises(RecordError, match="must have version 1, got 2: a later version of the lab saved it"):
        files.read(json.dumps(later).encode())
    edited = json.loads(written)
    edited["rows"][0]["scores"][0] = 0.99
    with pytest.raises(RecordError, match="its checksum differs"):
        files.read(json.dumps(edited).encode())
    with pytest.raises(RecordError, match="cut short or damaged"):
        files.read(written[: len(written) // 2])


def test_three_hundred_mutations_never_give_anything_but_a_record_or_a_sentence(written):
    rng = random.Random(0)
    for _ in range(200):
        data = bytearray(written)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(data))
            data[place : place + rng.randint(0, 30)] = rng.randbytes(rng.randint(0, 30))
        with pytest.raises(RecordError):
            files.read(bytes(data))
    values: list[object] = [None, True, -1, 10**400, "x", [], {}, [[]], {"a": 1}, [None], 1e308, MARKUP]
    for _ in range(100):
        content = json.loads(written)
        part = content["asked"] if rng.random() < 0.5 else content
        part[rng.choice(list(part))] = rng.choice(values)
        with suppress(RecordError):
            asked_of(files.read(sealed(content)))


def test_settings_that_break_a_rule_are_said(written):
    content = json.loads(written)
    content["asked"]["config"]["n_epochs"] = -3
    with pytest.raises(RecordError, match="The record's n_epochs must be a whole number from 1 to 10000, got -3"):
        asked_of(files.read(sealed(content)))


def test_the_command_line_saves_and_opens_and_computes_again(tmp_path, capsys):
    file = tmp_path / "run.record.json"
    link = "scenario=low_to_high&n_epochs=5&unfreeze_epoch=2&n_seeds=2&pretrain_epochs=1&hidden_width=16"
    main(["compare", "--link", link, "--schedule", "5-0.02-0.02-0.02", "--record", str(file)])
    *_, said, wrote = capsys.readouterr().out.splitlines()
    assert wrote == f"Wrote {file}"
    main(["open", str(file), "--recompute"])
    shown = capsys.readouterr().out
    assert said in shown
    assert "Your schedule" in shown
    assert shown.endswith("Recomputed, every number is the same.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["open", "README.md"], "The file must be a record that this lab saved, got something else (README.md)."),
        (["open", "nowhere"], "file must be one that can be read, got 'nowhere' (No such file or directory)."),
        (["open", "tests"], "file must be one that can be read, got 'tests' (Is a directory)."),
        (["open"], "file is missing."),
        (["compare", "--record", "README.md/x"], "--record must be a file that can be written, got 'README.md/x'"),
        (["compare", "--record", "tests"], "--record must be a file that can be written, got a folder 'tests'."),
        (["study", "decision_map", "--record", ""], "--record must not be empty, got ''."),
    ],
)
def test_bad_files_on_the_command_line_get_one_sentence_and_status_2(arguments, sentence, capsys, tmp_path):
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--out", str(tmp_path)] if arguments[0] == "study" else arguments)
    assert left.value.code == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1


def upload(app, data, name="run.record.json"):
    return app.get_by_key("record").set_value((name, data, "application/json")).run()


def test_compare_saves_its_run_and_opens_it_again(monkeypatch):
    made = {}
    monkeypatch.setattr(downloads, "offer_file", lambda label, make, name, mime: made.update({label: (make, name)}))
    app = open_page("compare", QUICK)
    make, name = made["Save this run"]
    assert name.startswith("compare_off_centre_10-per-class_run_")
    assert name.endswith(".record.json")
    data = make()
    app = upload(app, data)
    assert not app.exception
    record = files.read(data)
    assert record.answer in texts(app.text)
    app.button(key="recompute").click().run()
    assert not app.exception
    assert "Recomputed, every number is the same." in texts(app.success)


def test_what_is_in_an_opened_file_is_shown_as_it_is_and_never_as_markup():
    row = Row("x", MARKUP, np.array([0.5, np.nan]))
    record = Record("comparison", MARKUP, MARKUP, (MARKUP,), ((MARKUP, MARKUP),), (), {MARKUP: MARKUP}, {}, (row,))
    app = upload(open_page("compare", QUICK), files.write(record))
    assert not app.exception
    assert texts(app.text).count("<script>") == 3
    assert not any("<script>" in element.value for kind in (app.markdown, app.caption) for element in kind)
    assert "must name its settings" in texts(app.caption)


def test_a_bad_file_on_the_page_gets_one_sentence_and_the_rest_of_the_page_works():
    app = upload(open_page("compare", QUICK), b"PK\x03\x04")
    assert not app.exception
    assert texts(app.error).splitlines()[-1] == "The file must be a record that this lab saved, got something else."
    assert any(element.value.startswith("####") for element in app.markdown)


def test_settings_beyond_the_controls_are_left_to_the_command_line(results):
    odd = CONFIG.but(hidden_sizes=(5, 7), n_epochs=3, unfreeze_epoch=1)
    record = record_of(compare(odd), {})
    with pytest.raises(RecordError, match="beyond those of the controls"):
        opened._computation(record)
    measurement = replace(record, kind="measurement")
    with pytest.raises(RecordError, match="not recomputed here"):
        opened._computation(measurement)
    assert RunConfig() != odd
