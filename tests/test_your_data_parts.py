"""What can be seen beside the answer about own data, and taken home; and that none of it stays behind."""

import gc
import json
import os
import pickle
from pathlib import Path

import pytest

from tests import brought
from tests.app import open_page, texts, widget
from tests.present import present
from transfer_core.own_data.answering import Question, answer_steps, paired
from transfer_core.own_data.files import read
from transfer_takeaway import files, own_data
from transfer_takeaway.agreement import agreement
from transfer_takeaway.checks import RecordError
from transfer_takeaway.report.page import to_html
from transfer_ui.__main__ import main
from transfer_ui.articles.your_data import home, parts
from transfer_ui.runs import own

MARKER = "<b>**zebra" + str(os.getpid())
NAMES = [f"{MARKER}{number}" for number in range(4)]
TINY = Question("y", "classes", 8, source=("0", "1"))


def _upload(app, name, data):
    app.get("file_uploader")[-1].set_value((name, data, "application/octet-stream"))
    app.run(timeout=120)


def _bring(names=NAMES):
    """Images whose classes have names that no other text has; of two, the others are learnt before."""
    app = open_page("your_data", {})
    _upload(app, "mine.npz", brought.images(names=names))
    next(box for box in app.selectbox if box.label == "Learnt before").set_value("classes").run(timeout=120)
    app.multiselect[0].set_value(names[:2]).run(timeout=120)
    return app


def _open(app, part):
    widget(app, "part").set_value(part).run(timeout=120)
    assert not app.exception, part
    assert app.query_params.get("part", [parts.ANSWER]) in ([part], part)
    return app


def _marked_up(app):
    """Everything that is read as Markdown, or as an attribute of a chart."""
    return [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.subheader]


@pytest.fixture(scope="module")
def app():
    return _bring()


def test_every_part_is_drawn_and_what_a_visitor_wrote_is_never_markup(app):
    assert widget(app, "part").options == list(parts.TITLES.values())
    n_charts = {}
    for part in parts.TITLES:
        _open(app, part)
        n_charts[part] = len(app.get("vega_lite_chart"))
        assert not [one.value for one in _marked_up(app) if "zebra" in one.value], part
    assert n_charts == {"answer": 4, "home": 0}


def test_data_with_a_source_have_doors_to_the_pages_that_look_closer(app):
    _open(app, parts.ANSWER)
    doors = [one.proto for one in app.main.get("page_link") if one.proto.label in parts.DOORS.values()]
    assert {one.label: one.page for one in doors} == {title: page for page, title in parts.DOORS.items()}
    assert all("scenario=yours" in one.query_string for one in doors)


def test_the_oldest_looks_go_where_there_is_no_room(monkeypatch):
    answer = _answer(read("mine.npz", brought.images()))
    first, second = (own.Brought(read("mine.npz", brought.images())) for _ in range(2))
    for one in (first, second):
        own._held.add(one)
    one_look = first.keep_look("a", answer.runs)
    monkeypatch.setattr(own, "MOST_LOOKS", int(2.5 * one_look.n_bytes))
    second.keep_look("b", answer.runs)
    assert list(first.looks) == ["a"]
    second.keep_look("c", answer.runs)
    assert not first.looks
    assert list(second.looks) == ["b", "c"]


def test_another_visitor_sees_nothing_of_it_and_nothing_of_it_is_stored(app):
    for part in parts.TITLES:
        other = open_page("your_data", {"part": part})
        assert not other.exception
        assert "zebra" not in "\n".join(str(element) for element in other)
    for kept in Path(os.environ["FREEZE_OR_FINE_TUNE_STORE"]).parent.rglob("*"):
        if kept.is_file():
            assert MARKER.encode() not in kept.read_bytes()


def test_no_name_of_a_class_outlives_the_visit():
    names = [f"{name} leaves" for name in NAMES]
    app = _bring(names)
    _open(app, parts.HOME)
    assert _holders(names)
    del app
    gc.collect()
    assert not _holders(names)


def _holders(names):
    """Find what holds a name of a class, besides the list of them."""
    kinds = (dict, list, tuple, set, frozenset)
    return [
        one
        for one in gc.get_objects()
        # The type, not `isinstance`: what PyTorch has put aside warns whoever asks for its class.
        if issubclass(type(one), kinds)
        and one is not names
        and any(type(part) is str and part in names for part in (one.values() if issubclass(type(one), dict) else one))
    ]


def _answer(contents, question=TINY, n_seeds=2):
    *_, last = answer_steps(contents, question, None, n_seeds)
    return present(last.results)()


@pytest.fixture(scope="module")
def contents():
    return read("mine.npz", brought.images(names=NAMES))


@pytest.fixture(scope="module")
def question():
    return TINY._replace(source=tuple(NAMES[:2]))


@pytest.fixture(scope="module")
def answer(contents, question):
    return _answer(contents, question)


def test_neither_record_nor_report_holds_what_a_visitor_wrote_unless_asked(contents, question, answer):
    scenario = paired(contents, question).scenario
    for with_data in (False, True):
        record = home.record_of(question, answer, scenario if with_data else None)
        written = files.write(record).decode()
        page = to_html(record, own_data.pictures(record, {}))
        assert ("zebra" in written) == ("zebra" in page) == with_data
        assert "<b>" not in page
        assert page.count("<svg") == 2
        assert files.read(written.encode()).answer == answer.advice.headline


def test_a_record_with_its_data_is_recomputed_and_agrees(contents, question, answer):
    record = home.record_of(question, answer, paired(contents, question).scenario)
    opened = files.read(files.write(record))
    *_, last = own_data.again_steps(opened)
    fresh = own_data.of_answer(present(last.results)())
    assert agreement(opened, fresh).level == "same"
    assert pickle.dumps(opened)  # it travels to a process of its own
    without = files.read(files.write(home.record_of(question, answer, None)))
    with pytest.raises(RecordError, match="can be shown but not recomputed"):
        own_data.scenario_of(without)


def test_a_saved_answer_is_opened_recomputed_and_refused_if_it_was_damaged(contents, question, answer, app):
    saved = files.write(home.record_of(question, answer, paired(contents, question).scenario))
    _open(app, parts.HOME)
    _upload(app, "a.record.json", saved)
    assert not app.exception
    assert answer.advice.headline in texts(app.text)
    app.button(key="recompute").click().run(timeout=120)
    assert not app.exception
    assert "Recomputed, every number is the same." in texts(app.success)
    _upload(app, "a.record.json", saved[:-40])
    assert not app.exception
    assert "cut short or damaged" in texts(app.error)
    content = json.loads(saved)
    content["asked"]["brought"]["target"]["labels"][0] = 1
    _upload(app, "a.record.json", json.dumps(content).encode())
    assert "damaged or edited" in texts(app.error)


def test_data_too_large_for_a_record_get_one_sentence(app, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 2000)
    _open(app, parts.HOME)
    assert "A record must have at most 0.0 MB" in texts(app.error)


def test_data_without_a_source_have_no_doors_and_a_link_to_what_was_a_part_is_left():
    app = open_page("your_data", {"part": "inside"})
    _upload(app, "t.csv", brought.csv_text().encode())
    assert not app.exception
    assert widget(app, "part").options == ["The answer", "Take it home"]
    assert "part" not in app.query_params
    assert not app.warning
    assert not [one for one in app.main.get("page_link") if one.proto.label in parts.DOORS.values()]
    _open(app, parts.HOME)
    assert "LABEL = " in texts(app.code)
    again = open_page("your_data", {"part": "<b>"})
    assert not again.exception


def test_rows_with_a_source_get_a_script_that_pretrains_on_it():
    app = open_page("your_data", {})
    lines = brought.csv_text(96).splitlines()
    years = [f"{line},{2019 + row // 3 % 3}" for row, line in enumerate(lines[1:])]
    _upload(app, "years.csv", "\n".join([f"{lines[0]},{MARKER}", *years]).encode())
    next(box for box in app.selectbox if box.label == "Learnt before").set_value("column").run(timeout=120)
    app.multiselect[0].set_value(["2019"]).run(timeout=120)
    _open(app, parts.HOME)
    (script,) = [one.value for one in app.code if "PRETRAIN_EPOCHS" in one.value]
    assert f'COLUMN = "{MARKER}"\nSOURCE = ["2019"]' in script
    assert "against" in texts(app.caption)
    assert not [one.value for one in _marked_up(app) if "zebra" in one.value]


def test_embeddings_get_a_script_for_their_rows_and_one_that_measures_end_to_end():
    app = open_page("your_data", {})
    values, labels = brought.rows(n_columns=70)
    _upload(app, "features.npz", brought.npz(X=values, y=labels))
    _open(app, parts.HOME)
    rows, photos = (one.value for one in app.code if one.value.startswith('"""'))
    assert 'LABEL = "y"' in rows
    assert "BACKBONE" in photos
    assert "CLASSES = [" not in photos  # folders may have other names than the labels of embeddings
    app.button(key="forget").click().run()
    assert "part" not in app.query_params  # other data begin with their answer
    assert 'LABEL = "y"' not in repr([*app.session_state.values()])


def test_the_command_line_opens_and_recomputes_it_too(contents, question, answer, tmp_path, capsys):
    file = tmp_path / "mine.record.json"
    file.write_bytes(files.write(home.record_of(question, answer, paired(contents, question).scenario)))
    main(["open", str(file), "--recompute"])
    assert capsys.readouterr().out.endswith("Recomputed, every number is the same.\n")
    file.write_bytes(files.write(home.record_of(question, answer, None)))
    with pytest.raises(SystemExit):
        main(["open", str(file), "--recompute"])
    assert own_data.NOT_PART in capsys.readouterr().err
