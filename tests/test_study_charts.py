"""Every study's figure, as a valid chart in both themes, and as one file."""

import altair as alt
import numpy as np
import pandas as pd
import pytest

from tests.present import present
from transfer_core import STRATEGIES
from transfer_core.studies.questions.decision_map import OPEN
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.shipped import read
from transfer_core.studies.study import Axis, Figure
from transfer_ui.charts import panels
from transfer_ui.charts.series import styles
from transfer_ui.charts.study import (
    Mark,
    described,
    figure_rows,
    grid_of,
    mark_words,
    panel_template,
    series_of,
    standalone,
)
from transfer_ui.charts.study import panels as facets
from transfer_ui.palette import OTHERS, STRATEGY_STYLES

TABLE = pd.DataFrame(
    {"size": [0, 10, 100], "mean": [0.7, 0.5, 0.9], "low": [np.nan, 0.4, 0.8], "high": [np.nan, 0.6, 1.0]}
)
LOG = Figure("lines", Axis("size", "Images", "log"), Axis("mean", "Accuracy", form="share"))


@pytest.fixture(params=list(STUDIES.values()), ids=list(STUDIES))
def study(request):
    return request.param


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_chart_is_valid_and_keeps_every_point(study, mode):
    table = present(read(study.name)).summary.table
    rows = figure_rows(table, study.figure)
    assert len(rows) >= len(table) > 0
    assert rows[["mean", "low", "high"]].notna().all().all()
    chart = panels.panel(study.figure, series_of(table, study.figure), mode)
    chart.properties(data=rows).to_dict()  # validates
    assert panel_template(study.figure, series_of(table, study.figure), mode)["layer"]


def test_standalone_chart_holds_its_rows_and_its_words(study):
    found = present(read(study.name)).summary
    spec = standalone(study, found.table, ["a line", "another"]).to_dict()
    assert spec["title"]["text"] == study.title
    assert sum(map(len, spec["datasets"].values())) == len(figure_rows(found.table, study.figure))


def test_words_for_those_who_do_not_see_it(study):
    words = described(study, present(read(study.name)).summary.table)
    assert len(words) > 40
    assert words.endswith(".")
    assert "nan" not in words


def test_level_without_a_place_on_a_log_axis_runs_from_end_to_end():
    rows = figure_rows(TABLE, LOG)
    assert sorted(rows.loc[rows["mean"] == 0.7, "x"]) == [10, 100]
    assert rows.loc[rows["mean"] == 0.7, "low"].tolist() == [0.7, 0.7]


def test_marks_turn_their_words_to_the_middle():
    rows = figure_rows(TABLE, LOG, [Mark(12, "near the left", 10, 20), Mark(90, "near the right")])
    marks = rows[rows["words"].notna()].set_index("words")
    assert marks["side"].to_dict() == {"near the left": "left", "near the right": "right"}
    ends = marks[["low_x", "high_x"]].T.to_dict("list")
    assert ends == {"near the left": [10, 20], "near the right": [90, 90]}


def test_strategies_keep_their_colours_and_others_take_theirs():
    looks = styles(["end_to_end", "old head", "new head"])
    assert looks == [STRATEGY_STYLES["end_to_end"], *OTHERS[:2]]
    many = styles([f"arm {number}" for number in range(20)])
    assert len(many) == 20


def test_facets_are_cut_in_their_order():
    table = pd.concat([TABLE.assign(where=name) for name in ("low_to_high", "elsewhere")])
    rows = figure_rows(table, Figure("lines", LOG.x, LOG.y, facet="where"))
    assert [name for name, _ in facets(rows)] == ["Digits 0-4 to digits 5-9", "elsewhere"]


def test_cells_of_a_map_can_be_marked():
    figure = Figure(
        "map",
        Axis("size", "Images", "ordinal"),
        Axis("mean", "Mean", "ordinal"),
        series="who",
        mark="bad",
        mark_title="it hurts",
    )
    table = TABLE.assign(who=["end_to_end", "too close to call", "end_to_end"], bad=[True, False, False])
    assert figure_rows(table, figure)["marked"].tolist() == [True, False, False]
    assert mark_words(figure, table) == "▼ it hurts. "
    assert mark_words(figure, table.assign(bad=False)) == ""
    chart = panels.panel(figure, series_of(table, figure), "light").properties(data=figure_rows(table, figure))
    assert isinstance(chart, alt.LayerChart)
    chart.to_dict()


def test_map_under_way_has_all_its_axes_and_one_look():
    study = STUDIES["decision_map"]
    grid = grid_of(study, study.default_configs())
    assert grid == (("1", "2", "5", "10", "20", "50"), ("0", "15", "30", "60"))
    chart = panels.panel(study.figure, (*STRATEGIES, OPEN), "light", grid).properties(data=pd.DataFrame()).to_dict()
    cells = [layer for layer in chart["layer"] if layer["encoding"]["x"]["scale"]]
    assert len(cells) == 5  # places and cells, each with words, and a frame; the reader's own place is in pixels
    for layer in cells:
        for axis in ("x", "y"):
            assert layer["encoding"][axis]["scale"]["domain"] == list(getattr(grid, axis))


def test_words_at_marks_stand_below_the_curves():
    chart = panels.panel(LOG, ("",), "light", None, 3).properties(data=TABLE).to_dict()
    ranges = [
        layer["encoding"]["y"]["scale"]["range"]
        for layer in chart["layer"]
        if "range" in str(layer["encoding"].get("y"))
    ]
    assert ranges
    assert all(found == [{"expr": f"height - {3 * panels.MARK_LINE}"}, 0] for found in ranges)
