"""What pages make of a result is made once, however many ask for it at the same time."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from time import sleep

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.dataframe_util import convert_pandas_df_to_arrow_bytes

from tests.app import QUICK, open_page, widget
from transfer_core import RunConfig, compare
from transfer_ui.articles.unfreeze.figures import Figures
from transfer_ui.charts import filling
from transfer_ui.runs.found import Found
from transfer_ui.runs.waiting import Outcome

N = 8
PACKED = filling.packed


def test_those_who_ask_at_the_same_time_share_what_one_of_them_makes():
    derived: dict[str, object] = {}
    together, made = Barrier(N), []

    def make() -> object:
        sleep(0.05)  # the others come meanwhile
        made.append(object())
        return made[-1]

    def ask() -> object:
        together.wait(10)
        return Found(derived=derived).once("rows", make)

    with ThreadPoolExecutor(N) as pool:
        given = [one.result(10) for one in [pool.submit(ask) for _ in range(N)]]
    assert len(made) == 1
    assert given == made * N


def test_what_is_made_may_need_something_else_of_the_same_result():
    found = Found()
    assert found.once("sum", lambda: 1 + found.once("part", lambda: 2)) == 3


def test_what_could_not_be_made_is_made_by_whoever_asks_next():
    found = Found()
    with pytest.raises(ZeroDivisionError):
        found.once("share", lambda: 1 // 0)
    assert found.once("share", lambda: 1) == 1


def _counting(monkeypatch):
    """List the tables that are packed from now on."""
    seen: list[pd.DataFrame] = []

    def packed(table):
        seen.append(table)
        return PACKED(table)

    monkeypatch.setattr(filling, "packed", packed)
    return seen


def test_what_compare_draws_of_a_known_result_is_put_together_once(monkeypatch):
    app = open_page("compare", QUICK)
    packed = _counting(monkeypatch)
    app.run()
    assert not app.exception
    assert not packed
    widget(app, "curve").set_value("val_loss").run()  # a chart that nobody has seen yet
    assert len(packed) == 2, "its rows, and the names at the ends of its lines"


def test_of_a_kind_the_latest_few_are_kept():
    found = Found()
    given = [found.once_each("square", number, partial(pow, number, 2)) for number in (*range(10), 9, 0)]
    assert given == [*(n**2 for n in range(10)), 81, 0]
    kept = found.derived["square"]
    assert isinstance(kept, dict)
    assert list(kept) == [*range(3, 10), 0]


def test_what_unfreeze_draws_of_a_known_result_is_put_together_once_for_each_epoch(monkeypatch):
    app = open_page("unfreeze", QUICK)
    first, packed = _drawn(app), _counting(monkeypatch)
    app.run()
    assert not app.exception
    assert not packed
    assert _drawn(app) == first
    slider = widget(app, "unfreeze_epoch")
    before = slider.value
    slider.set_value(before + 1).run()
    assert packed
    assert _drawn(app) != first, "now is elsewhere"
    packed.clear()
    widget(app, "unfreeze_epoch").set_value(before).run()
    assert not packed
    assert _drawn(app) == first


def test_what_was_cut_short_is_not_kept_with_the_whole_sweep():
    config = RunConfig(
        scenario="low_to_high", hidden_sizes=(8,), pretrain_epochs=1, n_epochs=4, unfreeze_epoch=2, n_seeds=2
    )
    results = compare(config, ["feature_extraction", "end_to_end", "progressive_unfreezing"])
    swept = Outcome({"2": results["progressive_unfreezing"]}, False)
    figures = Figures(config, "light")
    figures.draw_swept(Outcome(results, True), swept)
    assert not swept.derived
    figures.draw_swept(Outcome(results, False), swept)
    assert swept.derived


def _drawn(app):
    return [chart.proto.datasets for chart in app.get("vega_lite_chart")]


def test_a_packed_table_is_what_streamlit_would_send_of_it_without_its_description_for_pandas():
    table = pd.DataFrame(
        {
            "strategy": pd.Categorical(["a", None, "b"]),
            "words": ["x", "", "y"],
            "epoch": np.array([1, 2, 3], np.int16),
            "mean": np.array([0.5, np.nan, np.inf], np.float32),
            "now": [True, False, True],
        },
        index=[7, 8, 9],
    )
    ours, theirs = (
        pa.ipc.open_stream(stream).read_all()
        for stream in (filling.packed(table), convert_pandas_df_to_arrow_bytes(table.reset_index(drop=True)))
    )
    assert ours.to_pylist() == theirs.to_pylist()
    assert not ours.schema.metadata
