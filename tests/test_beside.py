"""Names beside points: on a phone, where they are closest, none stands on another, covers a point or leaves the chart."""

import itertools

import numpy as np
import pytest

from transfer_core import SCENARIOS, compare, scenario_config
from transfer_ui.charts import beside, line_ends, old_path, paths, price, work
from transfer_ui.on_the_way import measures_of

PLOTS = (282, 312, 345)
"""Pixels of the plot, as the browser draws it on screens of 360, 390 and 430."""
HEIGHT = 172  # pixels of the plot, there
LETTERS = 10  # pixels that a word is high, at least
NAMES = ["Feature extraction", "End-to-end", "Progressive", "From scratch", "Random features"]


def check(names, points, edge, up, frame, placed, span, padding, outside):
    """See that names are apart, and clear of points."""
    low, high = frame
    dots = (high - np.clip(up, low, high)) / (high - low) * HEIGHT
    share = np.clip((HEIGHT - line_ends.LABEL_HEIGHTS[0]) / np.subtract(*line_ends.LABEL_HEIGHTS[::-1]), 0, 1)
    rows = dots + placed["nudge_low"] + share * (placed["nudge_high"] - placed["nudge_low"])
    assert (rows > 0).all()
    assert (rows < HEIGHT).all()
    widths = 5.2 * np.array([len(name) for name in names])  # the letters of the browser, a little narrower than planned
    for plot in PLOTS:
        x, near = ((plot - 2 * padding) * (place - span[0]) / ((span[1] - span[0]) or 1.0) for place in (points, edge))
        begin = np.where(placed["right"], near - outside - widths, near + outside)
        for one, other in itertools.permutations(range(len(names)), 2):
            if begin[one] < begin[other] + widths[other] and begin[other] < begin[one] + widths[one]:
                assert abs(rows[one] - rows[other]) >= LETTERS, (names[one], names[other], plot)
            if begin[one] < x[other] < begin[one] + widths[one]:
                assert abs(rows[one] - dots[other]) >= LETTERS, (names[one], names[other], plot)


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05, 0.2, 0.6])
@pytest.mark.parametrize("kind", ["old task", "work"])
def test_names_of_arms_however_close_are_apart_on_a_phone(kind, spread):
    rng = np.random.default_rng(0)
    outside, padding = (beside.BESIDE, old_path.PADDING) if kind == "old task" else (beside.ABOVE, work.PADDING)
    for _ in range(300):
        n = 3 if kind == "old task" else 5
        points = (
            1 - rng.uniform(0, 1, n) ** 2 if kind == "old task" else np.array([0.3, 1, rng.uniform(0.7, 1), 1, 0.3])
        )
        up = 0.5 + spread * rng.uniform(-0.5, 0.5, n)
        frame = (up.min() - 0.1, up.max() + 0.1)
        half = rng.uniform(0, 0.2, n)
        edges = (points - half, points + half) if kind == "old task" else None
        span = (points.min(), points.max()) if edges is None else (edges[0].min(), edges[1].max())
        placed = beside.names_beside(NAMES[:n], points, up, *frame, edges=edges, outside=outside, padding=padding)
        check(NAMES[:n], points, placed["edge"], up, frame, placed, span, padding, outside)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.no_cover
def test_names_in_what_it_costs_are_apart_on_a_phone(scenario):
    for n_images in (1, 5):
        config = scenario_config(
            scenario, images_per_class=n_images, n_epochs=12, unfreeze_epoch=4, n_seeds=6, pretrain_epochs=2
        )
        results = compare(config, None, measures_of(config))
        table = work.rows(results)
        last, across = paths.last_rows(table), np.log(table["multiply_adds"].to_numpy(float))
        frame = tuple(paths.frame(table)[edge] for edge in ("low", "high"))
        points, up = np.log(last["multiply_adds"].to_numpy(float)), last["mean"].to_numpy(float)
        span = (across.min(), across.max())
        names = last["strategy"].tolist()
        check(names, points, points, up, frame, work.ends(table), span, work.PADDING, beside.ABOVE)
        if not config.has_old_task:
            continue
        table = old_path.rows(results)
        last, frame = paths.last_rows(table), tuple(paths.frame(table)[edge] for edge in ("low", "high"))
        points, up = last["source"].to_numpy(float), last["mean"].to_numpy(float)
        span, placed = (table["source_low"].min(), table["source_high"].max()), old_path.ends(table)
        edge = placed["edge"].to_numpy(float)
        check(last["strategy"].tolist(), points, edge, up, frame, placed, span, old_path.PADDING, beside.BESIDE)
        priced = price.rows(results, price.OLD_TASK, "test")
        points, up, edge = (priced[field].to_numpy(float) for field in ("source", "mean", "edge"))
        span, frame = (priced["source_low"].min(), priced["source_high"].max()), tuple(price.frame(priced).values())
        names = priced["strategy"].tolist()
        check(names, points, edge, up, frame, priced, span, price.PADDING, beside.BESIDE)
