"""The page about a visitor's own data, under AppTest; what it computes runs in processes of their own, as on a server."""

import asyncio
import gc
import os
import sqlite3
import threading
import time
import weakref
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import brought
from tests.app import ROOT, open_page, texts
from tests.present import present
from transfer_core import Progress
from transfer_core.own_data.limits import LIMITS, MEGABYTE, Refused
from transfer_core.splits import cached_source_data, cached_target_data
from transfer_ui.controls.link import from_query
from transfer_ui.runs import apart, own
from transfer_ui.runs.apart import Apart, Line

MARKER = "zebrafish7391"
SPITEFUL = "**bold** <b>html</b> [a](http://a.example) :red[x] $x$"


def _bring(name, data, app=None):
    """Upload a file on the page."""
    app = app or open_page("your_data", {})
    app.get("file_uploader")[0].set_value((name, data, "application/octet-stream"))
    return app.run(timeout=120)


def own_data_of(app):
    return app.session_state.get(own.STATE)


def _learnt_before(app):
    return next(box for box in app.selectbox if box.label == "Learnt before")


def _headline(app):
    return next(one.value for one in app.markdown if one.value.startswith("####"))


def _labelled(first, second, n=40):
    """A table of two classes of these names."""
    text = brought.csv_text(n, n_classes=2)
    return text.replace("kind a", first).replace("kind b", second).encode()


@pytest.fixture(scope="module")
def with_table():
    return _bring("fish.csv", _labelled(MARKER, "other"))


@pytest.mark.parametrize(
    ("name", "data", "ways"),
    [
        ("pets.zip", brought.photos(8), "Small network"),
        ("features.npz", brought.npz(X=brought.rows(n_columns=70)[0], y=brought.rows()[1]), "Linear head"),
        ("table.parquet", brought.parquet({"a": brought.rows()[0][:, 0], "label": brought.rows()[1]}), "Small network"),
    ],
    ids=["photos", "embeddings", "parquet"],
)
def test_every_kind_of_file_gives_an_answer(name, data, ways):
    app = _bring(name, data)
    assert not app.exception
    assert len(_headline(app).split()) <= 16
    assert ways in set(app.dataframe[-1].value["way"])
    assert "**Now.** With" in texts(app.markdown)
    said = texts(app.markdown)
    assert "fine-tuning is not measured here" in said or "backbone is measured here" in said or name == "table.parquet"


def test_a_table_is_answered_and_stays_answered(with_table):
    assert not with_table.exception
    assert set(with_table.dataframe[0].value["class"]) == {MARKER, "other"}
    held = present(own_data_of(with_table))
    before = dict(held.answers)
    with_table.run()
    assert list(held.answers.values()) == list(before.values())  # the same objects: nothing was measured again
    _learnt_before(with_table).set_value("embeddings").run(timeout=120)
    assert "Linear head" in set(with_table.dataframe[-1].value["way"])
    assert len(held.answers) == 2


def test_another_visitor_sees_nothing_of_it_and_nothing_of_it_is_stored(with_table):
    assert own_data_of(with_table) is not None
    other = open_page("your_data", {})
    assert own_data_of(other) is None
    everything = "\n".join(str(element) for element in other)
    assert MARKER not in everything
    for kept in Path(os.environ["FREEZE_OR_FINE_TUNE_STORE"]).parent.rglob("*"):
        if kept.is_file():
            assert MARKER.encode() not in kept.read_bytes()
    store = Path(os.environ["FREEZE_OR_FINE_TUNE_STORE"])
    if store.exists():
        with closing(sqlite3.connect(store)) as connection:
            assert MARKER not in "\n".join(connection.iterdump())


def test_no_cache_of_the_server_keeps_what_was_brought_and_who_leaves_takes_it_along():
    before = [cache.cache_info() for cache in (cached_source_data, cached_target_data)]
    app = _bring("fish.csv", _labelled("first", "second"))
    assert _headline(app)
    assert [cache.cache_info() for cache in (cached_source_data, cached_target_data)] == before
    held = weakref.ref(present(own_data_of(app)))
    del app
    gc.collect()
    assert held() is None


def test_forget_forgets_at_once(with_table):
    with_table.button(key="forget").click().run()
    assert own_data_of(with_table) is None
    assert _headline(with_table) == "#### Bring your data, and the answer appears here."
    assert MARKER not in texts(with_table.text)


def test_what_a_visitor_wrote_is_never_markup():
    app = _bring(f"{SPITEFUL}.csv", _labelled(SPITEFUL, "other") + f'9,9,9,9,"{SPITEFUL}2"\n'.encode())
    assert not app.exception
    assert "**bold**" in texts(app.text)
    marked_up = [*app.markdown, *app.caption, *app.warning, *app.info, *app.error]
    assert not [one.value for one in marked_up if "bold" in one.value]
    assert not [chart.proto.alt for chart in app.get("vega_lite_chart") if "bold" in chart.proto.alt]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "must hold data, got 0 bytes"),
        ("model.npz", b"\x80\x04\x95\x05", "is a pickle"),
        ("one.csv", _labelled("same", "same"), "at least two classes, got 1"),
    ],
    ids=["empty", "pickle", "one class"],
)
def test_bad_files_get_one_sentence(name, data, words):
    app = _bring(name, data)
    assert not app.exception
    assert _headline(app) in ("#### That cannot be used as it is.", "#### These data do not allow an answer yet.")
    assert words in texts(app.text)
    assert app.title
    again = _bring("fish.csv", _labelled("a", "b"), app) if app.get("file_uploader") else None
    assert again is None or "**Now.**" in texts(again.markdown)


def test_classes_that_were_learnt_before_are_chosen_and_then_forgotten_knowledge_is_shown():
    app = _bring("four.csv", brought.csv_text(96, n_classes=3).replace("kind c,", "").encode())
    _learnt_before(app).set_value("classes").run()
    assert "Choose the classes that were learnt before" in _headline(app)
    app.multiselect[0].set_value(["kind a"]).run(timeout=60)
    assert "The source must have at least two classes, got 1" in texts(app.text)


@pytest.mark.parametrize("name", ["photos", "broken"])
def test_an_example_is_in_the_link(name):
    app = open_page("your_data", {"sample": name})
    assert not app.exception
    assert "**Now.**" in texts(app.markdown)
    if name == "photos":
        assert "clearly ahead" in texts(app.caption)
        assert len(app.get("vega_lite_chart")) == 4
        _bring_own = app.button(key="forget").click().run()
        assert "sample" not in _bring_own.query_params
    else:
        assert "=SUM(A1:A9)" in texts(app.text)


def test_links_that_name_what_is_not_there_get_one_sentence():
    app = open_page("your_data", {"sample": "<b>"})
    assert "sample in the link must be one of photos, embeddings, broken, got `<b>`" in texts(app.warning)
    (notice,) = from_query({"scenario": "yours"}).notices
    assert "own data stay in the visit that brought them" in notice


def test_limits_stand_beside_the_control_and_are_those_of_the_server():
    from streamlit import config

    app = open_page("your_data", {})
    assert LIMITS.words in texts(app.caption)
    assert "never written to disk" in texts(app.caption)
    config.get_config_options(force_reparse=True)
    assert config.get_option("server.maxUploadSize") * MEGABYTE == LIMITS.file_bytes


def test_all_visitors_together_may_bring_so_much(monkeypatch):
    monkeypatch.setattr(own, "MOST_HELD", 100)
    app = _bring("fish.csv", _labelled("a", "b"))
    assert "come back later, or bring a smaller file" in texts(app.text)
    assert own_data_of(app) is None


def test_a_large_upload_is_received_in_memory():
    from starlette.datastructures import UploadFile
    from starlette.formparsers import MultiPartParser
    from starlette.requests import Request

    own.keep_uploads_off_the_disk(LIMITS.file_bytes)
    assert MultiPartParser.spool_max_size >= LIMITS.file_bytes
    body = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
        + bytes(3 * MEGABYTE)
        + b"\r\n--x--\r\n"
    )

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def in_memory():
        headers = [(b"content-type", b"multipart/form-data; boundary=x")]
        form = await Request({"type": "http", "method": "POST", "headers": headers}, receive).form()
        upload = form["f"]
        assert isinstance(upload, UploadFile)
        found = upload._in_memory
        await form.close()
        return found

    assert asyncio.run(in_memory())


def _endless(pace):
    for number in range(10_000):
        time.sleep(pace)
        yield Progress(number / 10_000, "Counting", partial(int, number))


def _greedy():
    yield Progress(0.0, "Filling")
    bytearray(2 * apart.MOST_MEMORY)


def _faulty():
    yield Progress(0.0, "Going")
    raise KeyError(MARKER)


def _runs(process_id):
    try:
        os.kill(process_id, 0)
    except OSError:
        return False
    return True


def test_stop_ends_the_process_and_keeps_what_was_found():
    run = Apart(partial(_endless, 0.01))
    while run.results is None:
        assert not run.wait(0.01)
    process_id = present(run.process_id)
    assert _runs(process_id)
    run.stop()
    assert run.ended
    assert not _runs(process_id)
    assert run.results > 0


def test_a_step_that_takes_for_ever_is_stopped_too():
    run = Apart(partial(_endless, 1000))
    while run.process_id is None:
        assert not run.wait(0.01)
    started = time.monotonic()
    run.stop()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("steps", "words"), [(_greedy, "not enough memory"), (_faulty, r"unforeseen reason \(KeyError\)")]
)
def test_what_goes_wrong_is_one_sentence_without_what_the_visitor_wrote(steps, words):
    run = Apart(steps)
    assert run.wait(60)
    with pytest.raises(Refused, match=words) as caught:
        raise present(run.error)
    assert MARKER not in str(caught.value)


def test_there_is_one_at_a_time_and_those_who_wait_come_in_order():
    line, order, waits = Line(), [], []
    held = threading.Event()

    def take(number):
        with line.turn(lambda before: waits.append((number, before))):
            order.append(number)
            held.wait(10)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(3)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(line._tickets) <= number:
            time.sleep(0.01)
    while (2, 2) not in waits:
        time.sleep(0.01)
    assert order == [0]
    held.set()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2]
    assert not line._tickets


def test_the_page_is_reached_by_the_map():
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/your_data.py").run()
    assert app.title[0].value == "What about my data?"
