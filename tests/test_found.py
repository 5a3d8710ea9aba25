"""What pages make of a result is made once, however many ask for it at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.dataframe_util import convert_pandas_df_to_arrow_bytes

from tests.app import QUICK, open_page, widget
from transfer_ui.charts import filling
from transfer_ui.runs.found import Found

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


def test_what_compare_draws_of_a_known_result_is_put_together_once(monkeypatch):
    app = open_page("compare", QUICK)
    packed = []

    def counted(table):
        packed.append(table)
        return PACKED(table)

    monkeypatch.setattr(filling, "packed", counted)
    app.run()
    assert not app.exception
    assert not packed
    widget(app, "curve").set_value("val_loss").run()  # a chart that nobody has seen yet
    assert len(packed) == 2, "its rows, and the names at the ends of its lines"


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
